"""The health of a set on its way: counted, and followed through steps that move and replace files."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.describe.health import reason, survey
from curate.facts.records import Finding
from curate.ground.errors import ManifestError


def finding(check: str, severity: str = "warning", value: float | None = None) -> dict[str, Any]:
    return {"check": check, "severity": severity, "value": value, "threshold": None if value is None else 1.0}


def manifest(folder: Path, name: str, *samples: dict[str, Any]) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    return str(path)


def test_found_dropped_and_left(tmp_path: Path) -> None:
    cut = {"path": "cut.jpg", "findings": [finding("truncated", "error")]}
    dark = [{"path": f"{value}.jpg", "findings": [finding("dark", value=value)]} for value in (0.2, 0.9, 0.5)]
    scanned = manifest(tmp_path, "a.jsonl", cut, *({"path": sample["path"]} for sample in dark), {"path": "good.jpg"})
    cleaned = manifest(tmp_path, "b.jsonl", *dark, {"path": "good.jpg"})
    copy = dark[0] | {"findings": [*dark[0]["findings"], finding("duplicate")]}
    rejects = manifest(tmp_path, "c.jsonl", cut | {"findings": [finding("truncated", "error"), finding("dark")]}, copy)
    made = {"path": "new.jpg", "origin": {"recipe": "r", "source": "good.jpg"}}
    last = manifest(tmp_path, "d.jsonl", *dark[1:], {"path": "good.jpg"}, made)

    found = survey([scanned, cleaned, last], [rejects])
    assert (found.first, found.last, found.generated) == (5, 3, 1)
    assert (found.flagged, found.flagged_left) == (4, 2)
    assert found.dropped == {"duplicate": 1, "truncated": 1}
    assert [(one.check, one.severity, one.found, one.left) for one in found.checks] == [
        ("truncated", "error", 1, 0),
        ("dark", "warning", 4, 2),
        ("duplicate", "warning", 1, 0),
    ]
    assert [(one.path, one.kept) for one in found.checks[1].worst] == [
        ("0.2.jpg", False),
        ("cut.jpg", False),
        ("0.5.jpg", True),
        ("0.9.jpg", True),
    ]


@pytest.mark.parametrize(
    "origin",
    [{"organized_from": "a.jpg"}, {"recipe": "trim", "source": "a.jpg", "replaces": True}],
    ids=["organized", "standardized"],
)
def test_a_sample_that_was_moved_or_replaced_is_still_there(tmp_path: Path, origin: dict[str, Any]) -> None:
    first = manifest(tmp_path, "a.jsonl", {"path": "a.jpg", "findings": [finding("dark")]})
    last = manifest(tmp_path, "b.jsonl", {"path": "elsewhere.jpg", "origin": origin})
    found = survey([first, last])
    assert (found.flagged, found.flagged_left, found.last, found.generated) == (1, 1, 1, 0)


def test_what_was_only_not_selected_was_not_dropped_for_a_warning(tmp_path: Path) -> None:
    first = manifest(tmp_path, "a.jsonl", {"path": "a.jpg", "findings": [finding("dark")]}, {"path": "b.jpg"})
    found = survey([first, manifest(tmp_path, "b.jsonl", {"path": "b.jpg"})])
    assert found.dropped == {}
    assert found.checks[0].left == 0


def test_an_empty_manifest(tmp_path: Path) -> None:
    found = survey([manifest(tmp_path, "a.jsonl")])
    assert (found.first, found.last, found.checks) == (None, 0, ())


def test_one_manifest_has_no_beginning_and_generated_samples_are_not_missing(tmp_path: Path) -> None:
    made = [{"path": f"{n}.new", "origin": {"recipe": "r", "source": "a"}} for n in range(3)]
    path = manifest(tmp_path, "a.jsonl", {"path": "a", "findings": [finding("dark")]}, {"path": "b"}, *made)
    found = survey([path])
    assert (found.first, found.last, found.generated, found.known) == (None, 2, 3, 5)
    found = survey([path, path])
    assert (found.first, found.last, found.generated, found.known) == (2, 2, 3, 2)


def test_a_malformed_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"path": "a"}\n?\n')
    with pytest.raises(ManifestError, match=r"a\.jsonl:2"):
        survey([str(tmp_path / "a.jsonl")])


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([("truncated", "error"), ("dark", "warning")], "truncated"),
        ([("dark", "warning"), ("empty", "error")], "empty"),
        ([("dark", "warning"), ("duplicate", "warning")], "duplicate"),
    ],
    ids=["error-first", "error-last", "what-came-last"],
)
def test_the_reason(findings: list[tuple[str, Any]], expected: str) -> None:
    assert reason([Finding(check, severity) for check, severity in findings]).check == expected
