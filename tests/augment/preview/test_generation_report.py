"""Generated samples of a manifest: counted by target, and some of them seen beside their sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from augment.preview.generation_report import SIDE, look, survey
from curate.records.sample import Sample


def made(number: int, label: str | None, target: str | None, **origin: Any) -> Sample:
    plan = {"target": target, "new": 9, "gain": 0.25}
    known = {"recipe": "wear", "recipe_digest": "sha256:0", "source": "a.png", "plan": plan, **origin}
    return Sample(f"new/{number}.png", label, kind="image", origin=known)


def test_targets_are_counted_and_examples_spread_over_labels() -> None:
    samples = [Sample("a.png", "x"), Sample("b.png", "x", origin={"recipe": "trim", "source": "c", "replaces": True})]
    samples += [made(number, "xyz"[number % 3], "dark") for number in range(30)]
    samples += [made(100 + number, None, "blurry") for number in range(4)]
    found = survey(samples)
    assert [(one.name, one.samples, one.gain, one.recipe, one.recipe_digest) for one in found] == [
        ("dark", 30, 0.25, "wear", "sha256:0"),
        ("blurry", 4, 0.25, "wear", "sha256:0"),
    ]
    assert sorted(one.label or "" for one in found[0].examples) == ["x", "y", "z"]
    assert len(found[1].examples) == 1
    assert survey(reversed(samples)) == found, "the order of the manifest does not matter"


def test_a_target_without_a_tag_is_named_after_its_recipe() -> None:
    assert [one.name for one in survey([made(1, "x", None), made(2, "x", None, plan="?")])] == ["wear"]


@pytest.mark.parametrize(("most", "shown"), [(0, [0, 0]), (3, [2, 1]), (12, [3, 3])])
def test_no_more_examples_than_wanted(most: int, shown: list[int]) -> None:
    samples = [made(number, "xyz"[number % 3], "ab"[number % 2]) for number in range(12)]
    assert [len(one.examples) for one in survey(samples, most=most)] == shown


def test_pairs_are_small_and_measured(tmp_path: Path, picture: Callable[..., Path]) -> None:
    picture(tmp_path / "a.png", (900, 600))
    picture(tmp_path / "new" / "1.png", (900, 600), seed=1)
    ((seen,),) = look(survey([made(1, "x", "dark")]), str(tmp_path), jobs=1)
    assert seen.before is not None
    assert seen.after is not None
    assert seen.before.size == (900, 600)
    assert f"reduced to {SIDE} x 213" in seen.after.note
    assert seen.source is not None
    assert seen.source.image is not None
    assert seen.source.image.width == 900
    assert seen.problem == ""


@pytest.mark.parametrize(
    ("there", "problem"),
    [
        (["new/1.png"], "its source is gone"),
        (["a.png"], "the file is gone"),
        ([], "its source is gone; the file is gone"),
    ],
    ids=["source", "sample", "both"],
)
def test_what_is_gone_is_said(tmp_path: Path, picture: Callable[..., Path], there: list[str], problem: str) -> None:
    for name in there:
        picture(tmp_path / name)
    ((seen,),) = look(survey([made(1, "x", "dark")]), str(tmp_path), jobs=1)
    assert seen.problem == problem
    assert (seen.before is not None, seen.after is not None) == ("a.png" in there, "new/1.png" in there)


def test_a_file_that_cannot_be_decoded_is_said(tmp_path: Path, picture: Callable[..., Path]) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.png").write_bytes(b"no picture")
    ((seen,),) = look(survey([made(1, "x", "dark")]), str(tmp_path), jobs=1)
    assert seen.before is None
    assert seen.problem
