"""The recipes and workflows that pages show are valid."""

from pathlib import Path

import pytest
import yaml

from cli.pipeline.recipe import read_pipeline
from cli.pipeline.tasks import make_tasks
from tests.docs.pages import PAGES, blocks, name_of

YAML = [(name_of(page), text) for page in PAGES for language, text in blocks(page) if language == "yaml"]
PIPELINES = [(name, text) for name, text in YAML if text.startswith("kind: pipeline")]


def test_all_yaml_can_be_read() -> None:
    assert len(YAML) > 20
    for name, text in YAML:
        assert yaml.safe_load(text), name


@pytest.mark.parametrize(("page", "text"), PIPELINES, ids=[page for page, _ in PIPELINES])
def test_pipelines_are_valid(page: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = tmp_path / "runs" / "released"
    released.mkdir(parents=True)
    (released / "run.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    tasks = make_tasks(read_pipeline(text.encode(), page, "shown", (), None))
    assert [task.step.command for task in tasks][:1] == ["scan"]


def test_there_is_a_pipeline_and_a_workflow() -> None:
    assert [page for page, _ in PIPELINES] == ["docs/ci.md"]
    assert any(name == "docs/ci.md" and "actions/checkout" in text for name, text in YAML)
