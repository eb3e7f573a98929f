"""Slices: planted ones are found and described, errors at random are not, and every half has its own truth."""

import numpy as np
import pytest

from baselines.data.predictions import Prediction
from baselines.slices.find_slices import find_slices, slice_tags
from baselines.slices.slice_candidates import RunSamples, halve
from baselines.slices.slice_terms import SliceSample
from curate.split.grouping import Grouping
from tests.soak import SOAK

COUNT = 600


def make(
    seed: int, hidden: str = "heap", grouping: Grouping | None = None, drop: float = 0.4
) -> tuple[RunSamples, set[str]]:
    """Return samples in 12 directions of which a heap of a tenth, or a tag on a tenth, is wrong more often."""
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(COUNT, 12)).astype(np.float32)
    planted = np.zeros(COUNT, np.bool_)
    planted[chance.permutation(COUNT)[: COUNT // 10]] = hidden != "nothing"
    if hidden == "heap":
        vectors[planted] += 2
    wrong = chance.random(COUNT) < np.where(planted, 0.1 + drop, 0.1)
    tags = [(f"speaker={at % 12}", *(("rain",) if planted[at] and hidden == "tag" else ())) for at in range(COUNT)]
    made = [SliceSample(f"{at}.png", "ab"[at % 2], tags[at], digest=f"sha256:{at:064x}") for at in range(COUNT)]
    said = [
        Prediction(one.path, one.label or "", "c" if bad else one.label or "", 0.8, one.tags, one.digest, "image")
        for one, bad in zip(made, wrong.tolist(), strict=True)
    ]
    return RunSamples(made, said, vectors, grouping=grouping), {made[at].path for at in np.flatnonzero(planted)}


@pytest.mark.parametrize("seed", range(3))
def test_a_heap_that_nobody_tagged_is_found_worst_first(seed: int) -> None:
    tested, planted = make(seed)
    report = find_slices(tested, seed).report
    best = report.slices[0]
    assert best.kind == "cluster"
    assert sum(path in planted for path in best.paths[:10]) >= 8
    assert best.accuracy < best.rest
    assert 0 < best.p < 0.05
    assert best.samples == len(best.paths) == len(set(best.paths))
    assert best.tested < best.samples
    assert 1 <= best.halves <= report.halves
    wrong = {one.path for one in tested.predictions if one.prediction != one.label}
    verdicts = [path in wrong for path in best.paths]
    assert verdicts == sorted(verdicts, reverse=True)


def test_a_tag_is_found_by_its_name() -> None:
    tested, planted = make(1, "tag")
    found = find_slices(tested, 1)
    names = [one.name for one in found.report.slices]
    assert "rain" in names
    one = found.report.slices[names.index("rain")]
    assert set(one.paths) == planted
    assert one.described[0].name == "rain"
    assert (one.described[0].inside, one.described[0].outside) == (1, 0)


def test_errors_at_random_are_no_slices() -> None:
    reported = [bool(find_slices(make(seed, "nothing")[0], seed).report.slices) for seed in range(6 if SOAK else 2)]
    assert sum(reported) <= 1


def test_the_same_seed_finds_the_same() -> None:
    assert find_slices(make(2)[0], 5).report == find_slices(make(2)[0], 5).report


def test_tags_go_to_samples_that_nobody_tested() -> None:
    tested, _planted = make(0)
    found = find_slices(tested, 0)
    known = np.ones(COUNT, np.bool_)
    known[:7] = False
    tags = slice_tags(found, tested.samples, tested.vectors, known)
    best = found.report.slices[0]
    tagged = {one.path for one, tag in zip(tested.samples, tags, strict=True) if f"slice={best.name}" in tag}
    assert tagged == set(best.paths) - {f"{at}.png" for at in range(7)}, "without a vector: in no cluster"
    new = np.full((2, 12), 2, np.float32) * [[1], [-1]]
    one, other = slice_tags(found, [SliceSample("new.png"), SliceSample("far.png")], new.astype(np.float32), known[-2:])
    assert (one, other) == ((f"slice={best.name}",), ())


def test_halves_keep_groups_and_copies_together_and_classes_even() -> None:
    tested, _ = make(0, grouping=Grouping("speaker"))
    halves = halve(tested, 0)
    sides = [{bool(halves.first[at]) for at in range(who, COUNT, 12)} for who in range(12)]
    assert all(len(side) == 1 for side in sides)
    assert halves.groups is not None
    assert (halves.groups.key, halves.groups.count) == ("speaker", 12)
    assert len(np.unique(halves.stratum)) == 12
    copies = RunSamples(
        [tested.samples[0]] * 50 + list(tested.samples[:50]), tested.predictions[:100], tested.vectors[:100]
    )
    assert len(set(halve(copies, 0).first[:51].tolist())) == 1
    plain = halve(make(0)[0], 0).first
    assert abs(int(plain[::2].sum()) - COUNT // 4) <= 1


def test_few_groups_are_said_and_a_slice_within_them_is_found() -> None:
    tested, _planted = make(3, "tag", Grouping("speaker"))
    report = find_slices(tested, 0).report
    assert [one.name for one in report.slices] == ["rain"]
    assert "cannot be tested" in report.notes[1]
    few = RunSamples(tested.samples, tested.predictions, tested.vectors, grouping=Grouping("label"))
    two = [SliceSample(one.path, one.label, (f"label={one.label}",), digest=one.digest) for one in tested.samples]
    assert "only 1 of label in a half" in " ".join(find_slices(few._replace(samples=two), 0).report.notes)


@pytest.mark.parametrize(
    ("count", "bad", "message"),
    [
        (60, 0, "all 60 tested samples are right: there is nothing to find slices by"),
        (30, 20, "30 tested samples are too few"),
        (60, 4, "4 of 60 are wrong, too few for slices"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(count: int, bad: int, message: str) -> None:
    tested, _ = make(0)
    said = [Prediction(one.path, "a", "b" if at < bad else "a") for at, one in enumerate(tested.samples[:count])]
    report = find_slices(RunSamples(tested.samples[:count], said, tested.vectors[:count])).report
    assert report.slices == ()
    assert report.notes[0].startswith(message)


def test_one_class_all_wrong_and_equal_vectors_end_in_no_slices() -> None:
    tested, _ = make(0)
    said = [Prediction(one.path, "a", "b") for one in tested.samples]
    assert find_slices(RunSamples(tested.samples, said, np.ones((COUNT, 3), np.float32))).report.slices == ()
