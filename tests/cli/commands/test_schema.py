"""`burnish schema`: the file, what it must not write over, and the update."""

import json
from pathlib import Path

import pytest
import yaml

from tests.conftest import Burnish
from tests.curate.schema.samples import encoded, line, many

SET = b"\n".join(encoded(many(100))) + b"\n"


def test_it_writes_to_standard_output_or_to_a_file(burnish: Burnish, tmp_path: Path) -> None:
    shown = burnish("schema", stdin=SET).stdout
    assert "learnt from standard input: 100 samples" in shown
    assert yaml.safe_load(shown)["kind"] == "schema"
    (tmp_path / "set.jsonl").write_bytes(SET)
    assert burnish("schema", "set.jsonl", "-o", "schema.yaml").stderr == "wrote schema.yaml\n"
    assert (tmp_path / "schema.yaml").read_text() == shown.replace("standard input", "set.jsonl")
    burnish("schema", "set.jsonl", "-o", "schema.yaml")


def test_update_keeps_what_people_set_and_says_so(burnish: Burnish, tmp_path: Path) -> None:
    burnish("schema", "-o", "schema.yaml", stdin=SET)
    file = tmp_path / "schema.yaml"
    file.write_text(file.read_text().replace("[0.375, 0.524]", "[0, 1]  # agreed", 1).replace("# agreed,", ",", 1))
    changed = file.read_text()
    refused = burnish("schema", "-o", "schema.yaml", stdin=SET, code=2).stderr
    assert refused == (
        "burnish schema: schema.yaml is there, and was changed since; with --update, what people set in it is kept\n"
    )
    assert file.read_text() == changed
    said = burnish("schema", "-o", "schema.yaml", "--update", stdin=SET).stderr
    assert said == "kept what people set: image.brightness.range\nwrote schema.yaml\n"
    assert "brightness: {range: [0, 1]" in file.read_text()


def test_update_of_a_file_that_is_not_there_makes_it(burnish: Burnish, tmp_path: Path) -> None:
    burnish("schema", "-o", "schema.yaml", "--update", stdin=SET)
    assert (tmp_path / "schema.yaml").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--update"], "--update learns a file anew: name it with -o FILE"),
        (["set.jsonl", "-o", "set.jsonl"], "-o set.jsonl: that is the manifest itself; name a file like schema.yaml"),
        (["-o", "photo.jpg"], "-o photo.jpg: that is the name of a media file; a manifest is named like set.jsonl"),
        (["set.jsonl", "-o", "notes.yaml"], "notes.yaml is there, and was changed since; with --update"),
        (["set.jsonl", "-o", "notes.yaml", "--update"], "notes.yaml:1: this is no schema"),
        (["set.jsonl", "-o", "gone/schema.yaml"], "cannot write gone/schema.yaml: there is no folder"),
    ],
)  # fmt: skip
def test_what_it_refuses(burnish: Burnish, tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "set.jsonl").write_bytes(SET)
    (tmp_path / "notes.yaml").write_text("mine: 1\n")
    assert burnish("schema", *words, stdin=SET, code=2).stderr.startswith(f"burnish schema: {message}")
    assert (tmp_path / "notes.yaml").read_text() == "mine: 1\n"
    assert (tmp_path / "set.jsonl").read_bytes() == SET


def test_of_nothing_no_schema_is_written(burnish: Burnish, tmp_path: Path) -> None:
    said = burnish("schema", "-o", "schema.yaml", stdin="").stderr
    assert said == "no samples, so there is nothing to learn a schema from, and none is written\n"
    assert not (tmp_path / "schema.yaml").exists()


def test_generated_samples_are_said(burnish: Burnish) -> None:
    made = SET + json.dumps(line(100, origin={"recipe": "fog"})).encode()
    assert burnish("schema", stdin=made).stderr == "left out 1 generated sample\n"


def test_facts_of_two_versions_are_an_error_with_the_line(burnish: Burnish) -> None:
    odd = SET + json.dumps(line(100, facts_version=4)).encode()
    error = burnish("schema", stdin=odd, code=2).stderr
    assert error.startswith("burnish schema: <stdin>:101: the facts of 100.jpg are of version 4")


def test_as_a_step_it_writes_a_file_of_the_users_and_passes_the_manifest_on(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_bytes(SET)
    (tmp_path / "pipe.yaml").write_text(
        "kind: pipeline\nsteps:\n"
        "  - {input: set.jsonl, schema: {output: schema.yaml}}\n"
        "  - validate: {schema: schema.yaml, fail_on: [error]}\n  - select: {label: [dog]}\n"
    )
    burnish("run", "pipe.yaml", "--work", "work")
    assert len((tmp_path / "work" / "03-select.jsonl").read_text().splitlines()) == 40
