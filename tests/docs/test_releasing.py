"""What a release takes is there: the workflow holds a tag against version and changelog, and the site has all pages."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from tests.conftest import ROOT


def test_the_version_has_its_heading_on_top() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    heading = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heading
    if version.endswith(".dev0"):
        assert heading[1] == f"{version.removesuffix('.dev0')} (unreleased)"
    else:
        assert re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", heading[1])


def test_the_workflow_publishes_without_a_token_and_only_what_was_checked() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yaml").read_text()
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["needs"] == "build"
    assert "secrets." not in text
    assert any("twine check --strict" in step.get("run", "") for step in jobs["build"]["steps"])


def test_the_workflow_ends_at_a_tag_that_is_not_the_version(tmp_path: Path) -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yaml").read_text())["jobs"]
    script = next(step["run"] for step in jobs["build"]["steps"] if "GITHUB_REF_NAME" in step.get("run", ""))
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    for heading, tag, code in (
        ("## 0.2.0 (2026-12-01)", "v0.2.0", 0),
        ("## 0.2.0 (unreleased)", "v0.2.0", 1),
        ("## 0x2.0 (2026-12-01)", "v0.2.0", 1),
        ("## 0.2.0 (2026-12-01)", "v0.2.1", 1),
    ):
        (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n")
        words = ["bash", "-eo", "pipefail", "-c", f'python() {{ "{sys.executable}" "$@"; }}\n{script}']
        done = subprocess.run(words, cwd=tmp_path, env={"GITHUB_REF_NAME": tag, "PATH": "/usr/bin:/bin"}, check=False)
        assert done.returncode == code, (heading, tag)


def test_every_page_is_on_the_site() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text())

    def pages(entries: list[object]) -> set[str]:
        found = set()
        for entry in entries:
            for value in entry.values() if isinstance(entry, dict) else [entry]:
                found |= pages(value) if isinstance(value, list) else {str(value)}
        return found

    assert pages(site["nav"]) == {path.name for path in (ROOT / "docs").glob("*.md")}
