"""Previews: the very files that augment makes, spread over targets, labels and speakers; a reason where it fails."""

import errno
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from augment.plan.sources import Sources
from augment.plan.targets import Plan, Request, make_plan
from augment.preview.preview import PARTS, Pair, choose, make_pairs
from augment.recipe.reader import load
from augment.render.generate import GenerationTally, generate
from augment.render.lineage import Options
from curate.ground.errors import BurnishError
from curate.records.sample import Sample
from curate.scan.measure import measure
from tests.soak import some

RECIPE = """
kind: augment
targets:
  softer:
    audio: [gain: {gain_db: [-12, -6]}]
  louder:
    audio: [gain: {gain_db: [1, 2]}]
"""


@pytest.fixture
def samples(tmp_path: Path, recording: Callable[..., Path]) -> list[Sample]:
    """12 recordings: 3 labels, 2 speakers."""
    found = []
    for number in range(12):
        path = str(recording(tmp_path / f"{number}.wav", 0.2, seed=number))
        measured = measure(Sample(path), path)
        assert measured is not None
        found.append(replace(measured, label=str(number % 3), tags=(f"speaker={'ab'[number // 6]}",)))
    return found


def planned(tmp_path: Path, text: str, samples: list[Sample], copies: int = 1) -> tuple[Sources, Plan]:
    (tmp_path / "recipe.yaml").write_text(text)
    sources = Sources(load(str(tmp_path / "recipe.yaml")), frozenset({"train"}))
    sources.gather(samples)
    return sources, make_plan(sources, Request(copies=copies))


def previewed(sources: Sources, plan: Plan, count: int = 4, seed: int = 0) -> list[Pair]:
    return list(make_pairs(sources, plan, choose(sources, plan, count, seed), seed=seed, jobs=1))


def test_pairs_are_spread_over_targets_labels_and_speakers(tmp_path: Path, samples: list[Sample]) -> None:
    sources, plan = planned(tmp_path, RECIPE, samples)
    orders = choose(sources, plan, 12, 0)
    assert [order.target for order in orders] == [0] * 6 + [1] * 6
    for target in (0, 1):
        chosen = [sources.found[order.source] for order in orders if order.target == target]
        assert Counter(source.label for source in chosen) == {"0": 2, "1": 2, "2": 2}
        assert Counter(source.marks for source in chosen) == {("speaker=a",): 3, ("speaker=b",): 3}
        assert len(set(chosen)) == 6


def test_rare_labels_are_shown_beside_frequent_ones(tmp_path: Path) -> None:
    labels = ["common"] * 18 + ["rare", "rarer"]
    samples = [
        Sample(f"{number}.wav", label, kind="audio", digest=f"sha256:{number}") for number, label in enumerate(labels)
    ]
    sources, plan = planned(tmp_path, RECIPE, samples)
    for target in (0, 1):
        chosen = [order for order in choose(sources, plan, 12, 0) if order.target == target]
        found = Counter(sources.found[order.source].label for order in chosen)
        assert found == {"common": 4, "rare": 1, "rarer": 1}


def test_targets_are_shown_on_different_sources(tmp_path: Path, samples: list[Sample]) -> None:
    sources, plan = planned(tmp_path, RECIPE, samples)
    by_target = [{order.source for order in choose(sources, plan, 6, 0) if order.target == target} for target in (0, 1)]
    assert by_target[0] != by_target[1]


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (3, 3), (24, 24), (100, 24)])
def test_no_order_is_shown_twice_and_none_that_is_not_planned(
    tmp_path: Path, samples: list[Sample], count: int, expected: int
) -> None:
    sources, plan = planned(tmp_path, RECIPE, samples)
    orders = choose(sources, plan, count, 0)
    assert len(orders) == len(set(orders)) == expected
    assert set(orders) <= set(plan.orders)


def test_the_choice_depends_on_the_seed_alone(tmp_path: Path, samples: list[Sample]) -> None:
    def chosen(several: list[Sample], seed: int) -> list[str]:
        sources, plan = planned(tmp_path, RECIPE, several)
        return [sources.found[order.source].path for order in choose(sources, plan, 6, seed)]

    assert chosen(samples, 0) == chosen(samples[::-1], 0)
    assert chosen(samples, 0) != chosen(samples, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", some([0, 7], 1))
def test_augment_makes_the_same_bytes(tmp_path: Path, samples: list[Sample], seed: int) -> None:
    sources, plan = planned(tmp_path, RECIPE, samples, copies=2)
    pairs = previewed(sources, plan, 30, seed)
    tally = GenerationTally()
    made = list(generate(sources, plan, Options(str(tmp_path / "out"), seed=seed, jobs=1), tally))
    assert len(made) == 48
    shown = [(pair.source.path, pair.order.copy, pair.shown.made.files[0].digest) for pair in pairs]
    assert len(shown) == 30
    assert {copy for _, copy, _ in shown} == {0, 1}
    of_origin = {
        (sample.origin["source"], sample.origin["copy"], sample.digest) for sample in made if sample.origin is not None
    }
    assert set(shown) <= of_origin


def test_a_pair_shows_what_became_of_a_source(tmp_path: Path, samples: list[Sample]) -> None:
    (pair,) = previewed(*planned(tmp_path, RECIPE, samples), count=1)
    made, measured = pair.shown.made, pair.shown.measured
    (operation,) = made.operations[0]
    assert operation["name"] == "gain"
    assert measured is not None
    assert measured.audio is not None
    assert made.files[0].audio is not None
    gain_db = float(str(operation["gain_db"]))
    assert made.files[0].audio.rms_dbfs == pytest.approx((measured.audio.rms_dbfs or 0) + gain_db, abs=0.1)
    assert pair.shown.before is not None
    assert len(pair.shown.after) == 1
    assert pair.draws == 1


def test_a_rejected_draw_comes_with_its_reason(tmp_path: Path, samples: list[Sample]) -> None:
    text = RECIPE + "accept:\n  audio: {max_loudness_lufs: -20}\n"
    by_target = {pair.order.target: pair for pair in previewed(*planned(tmp_path, text, samples), count=2)}
    assert by_target[0].shown.made.rejected == ""
    rejected = by_target[1]
    assert rejected.shown.made.rejected == "loudness_lufs is above -20"
    assert rejected.draws == 4
    assert rejected.shown.before is not None
    assert rejected.shown.after == ()


def test_a_source_that_is_gone_or_changed_is_a_rejected_one(tmp_path: Path, samples: list[Sample]) -> None:
    sources, plan = planned(tmp_path, RECIPE, samples[:2])
    os.unlink(samples[0].path)
    Path(samples[1].path).write_bytes(Path(samples[1].path).read_bytes()[:-2])
    reasons = {pair.source.path: pair.shown.made.rejected for pair in previewed(sources, plan)}
    assert reasons == {
        samples[0].path: "the source is not usable: No such file or directory",
        samples[1].path: "the source is not usable: the source changed since it was scanned",
    }


def test_of_many_parts_some_are_shown(tmp_path: Path) -> None:
    tone = np.sin(np.arange(4000) * 0.5) * 0.3
    path = str(tmp_path / "five.wav")
    soundfile.write(path, np.concatenate([part for _ in range(5) for part in (tone, np.zeros(8000))]), 8000)
    measured = measure(Sample(path), path)
    assert measured is not None
    text = "kind: augment\naudio: [split_on_silence: {top_db: 40}]\n"
    (pair,) = previewed(*planned(tmp_path, text, [measured]))
    assert len(pair.shown.made.files) == 5
    assert len(pair.shown.after) == PARTS


def test_one_that_ends_its_worker_is_a_rejected_one(
    tmp_path: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augment.preview.preview_media.look_at", lambda kind, paths: os._exit(3))
    pairs = previewed(*planned(tmp_path, RECIPE, samples[:1]))
    reason = "the process that decoded it ended with exit code 3"
    assert [(pair.shown.made.rejected, pair.draws) for pair in pairs] == [(reason, 1)] * 2


def test_a_full_disk_is_an_error(tmp_path: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("augment.render.render.Renderer._write", full)
    with pytest.raises(BurnishError, match=r"cannot write to .*: No space left on device; make room there"):
        previewed(*planned(tmp_path, RECIPE, samples))


def test_nothing_is_left_behind(tmp_path: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert len(previewed(*planned(tmp_path, RECIPE, samples))) == 4
    assert os.listdir(tmp_path / "temporary") == []


def test_each_branch_of_a_choice_is_shown(tmp_path: Path, samples: list[Sample]) -> None:
    text = """
kind: augment
targets:
  odd:
    audio:
      - OneOf: {of: [gain: {gain_db: 1}, peak, gain: {gain_db: -3}], weights: [20, 1, 1]}
"""
    sources, plan = planned(tmp_path, text, samples, copies=10)
    shown = [pair.shown.made.operations[0][0]["chosen"] for pair in previewed(sources, plan, count=3)]
    assert sorted(map(str, shown)) == ["[0]", "[1]", "[2]"]
