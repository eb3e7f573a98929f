"""Which targets can be matched to their real samples, and what is said where they cannot."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from augment.plan.match import facts_of_sources, goals_of, match_target, movable
from augment.plan.slice_facts import TargetMatch
from augment.plan.sources import Sources
from augment.plan.targets import Request, make_plan
from augment.recipe.reader import load
from curate.facts.records import AudioFacts, Finding
from curate.records.sample import Sample

RECIPE = """\
kind: augment
targets:
  level=low: {audio: [gain: {gain_db: [-20, -10]}]}
  order=turned: {audio: [Reverse: {p: 1.0}]}
"""


def sample(
    number: int, tags: tuple[str, ...] = (), split: str = "train", loudness: float = -20.0, **more: object
) -> Sample:
    facts = AudioFacts(loudness_lufs=loudness, duration_s=1.0, snr_db=30.0)
    fields = {"kind": "audio", "digest": f"sha256:{number:04}{split}", "audio": facts, "tags": tags}
    return Sample(f"{split}-{number}.wav", label="ab"[number % 2], split=split, **{**fields, **more})  # type: ignore[arg-type]


SOURCES = [sample(number) for number in range(20)]
LOW = [sample(100 + number, ("level=low",), "val", -40.0 - number) for number in range(12)]


def gathered(tmp_path: Path, samples: list[Sample]) -> Sources:
    (tmp_path / "r.yaml").write_text(RECIPE)
    sources = Sources(load(str(tmp_path / "r.yaml")), frozenset({"train"}), matches=True)
    sources.gather(samples)
    return sources


def test_a_target_is_matched_by_what_it_moves(tmp_path: Path) -> None:
    sources = gathered(tmp_path, SOURCES + LOW)
    match = match_target(sources, 0)
    assert isinstance(match, TargetMatch)
    assert match.goals["audio"].facts == ("loudness_lufs",)
    assert sorted(match.real("loudness_lufs")) == [-51.0 + number for number in range(12)]
    assert facts_of_sources(sources, 0, "audio")[0]["loudness_lufs"] == -20.0
    assert movable(sources.recipe.targets[0].steps["audio"]) >= {"loudness_lufs"}


def test_test_samples_are_never_looked_at(tmp_path: Path) -> None:
    tested = [replace(one, split="test") for one in LOW]
    problem = match_target(gathered(tmp_path, SOURCES + tested), 0)
    assert isinstance(problem, str)
    assert "only test samples have level=low" in problem
    assert "burnish split --ensure level=low" in problem


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        (SOURCES, "no sample has level=low, so there is nothing to be like"),
        (SOURCES + LOW[:3], "only 3 samples of training and validation have level=low; 8 are needed"),
        ([*SOURCES, *(replace(one, origin={"source": "x", "recipe": "r"}) for one in LOW)], "no sample has level=low"),
        (
            [*SOURCES, *(replace(one, findings=(Finding("damaged", "error"),)) for one in LOW)],
            "no sample has level=low",
        ),
    ],
    ids=["none", "too few", "made", "damaged"],
)
def test_why_a_target_is_not_matched(tmp_path: Path, samples: list[Sample], problem: str) -> None:
    found = match_target(gathered(tmp_path, samples), 0)
    assert isinstance(found, str)
    assert problem in found


def test_a_recipe_that_moves_no_fact_is_refused_with_what_sets_the_slice_apart(tmp_path: Path) -> None:
    turned = [replace(one, tags=("order=turned",)) for one in LOW]
    problem = match_target(gathered(tmp_path, SOURCES + turned), 1)
    assert isinstance(problem, str)
    assert "no operation of order=turned moves a fact" in problem


def test_goals_do_not_depend_on_the_order_of_the_manifest(tmp_path: Path) -> None:
    def goals(samples: list[Sample]) -> dict[tuple[str, int], object]:
        sources = gathered(tmp_path, samples)
        match = match_target(sources, 0)
        assert isinstance(match, TargetMatch)
        plan = make_plan(sources, Request(copies=2))
        found = goals_of(sources, plan, {0: match}, 0)
        return {(sources.found[order.source].path, order.copy): goal for order, goal in found.items()}

    found = goals(SOURCES + LOW)
    assert len(found) == 40
    assert goals(list(reversed(SOURCES + LOW))) == found
