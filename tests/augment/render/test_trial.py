"""Matched plans, on real files: facts come near those of the slice, and what cannot be matched is said or left out."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
import soundfile
from msgspec.structs import replace

from augment.plan.slice_facts import largest_difference
from augment.plan.sources import Sources
from augment.plan.targets import Request
from augment.recipe.reader import load
from augment.render.generate import GenerationTally, generate
from augment.render.lineage import Options
from augment.render.trial import make_matched_plan
from curate.records.sample import Sample
from curate.scan.measure import measure

RECIPE = """\
kind: augment
targets:
  level=low: {audio: [gain: {gain_db: [-3, 3]}]}
  order=turned: {audio: [Reverse: {p: 1.0}]}
"""


@pytest.fixture
def samples(tmp_path: Path, recording: Callable[..., Path]) -> list[Sample]:
    """16 training recordings, and 16 validation ones that are softer by 20 to 35 dB."""
    found = []
    for number in range(32):
        path = recording(tmp_path / f"{number}.wav", 0.5, seed=number)
        sounds, rate = soundfile.read(path)
        if number >= 16:
            soundfile.write(
                path, sounds * 10 ** (-(20 + number - 16) / 20), rate, subtype="PCM_24"
            )  # FLOAT has the time in its header
        measured = measure(Sample(str(path)), str(path))
        assert measured is not None
        tags, split = (("level=low",), "val") if number >= 16 else ((), "train")
        found.append(replace(measured, label="ab"[number % 2], tags=tags, split=split))
    return found


def gathered(tmp_path: Path, samples: list[Sample]) -> Sources:
    (tmp_path / "r.yaml").write_text(RECIPE)
    sources = Sources(load(str(tmp_path / "r.yaml")), frozenset({"train"}), matches=True)
    sources.gather(samples)
    return sources


def test_what_is_made_has_the_facts_of_the_real_slice(tmp_path: Path, samples: list[Sample]) -> None:
    sources = gathered(tmp_path, samples)
    options = Options(str(tmp_path / "made"), jobs=1)
    plan = make_matched_plan(sources, Request(budget=32), options, strict=True)
    why = "no sample has order=turned, so there is nothing to be like"
    assert plan.refused == [f"order=turned is not matched, nothing is made for it: {why}"]
    assert {part.target.tag: part.total() for part in plan.parts.values()} == {"level=low": 32}
    fact = next(one for one in plan.matches[0].facts if one.fact == "loudness_lufs")
    assert fact.drawn_d == 1.0, "within 3 dB, nothing is as soft as the slice"
    assert fact.matched_d is not None
    assert fact.matched_d < 0.3
    tally = GenerationTally()
    made = list(generate(sources, plan, options, tally))
    assert len(made) == 32
    real = [one.audio.loudness_lufs for one in samples[16:] if one.audio and one.audio.loudness_lufs is not None]
    found = [one.audio.loudness_lufs for one in made if one.audio and one.audio.loudness_lufs is not None]
    assert abs(median(found) - median(real)) < 1.5
    assert largest_difference(real, found) < 0.3
    origin = made[0].origin or {}
    match = origin["match"]
    assert isinstance(match, dict)
    low, high = match["loudness_lufs"]["goal"]
    assert low - 1 <= match["loudness_lufs"]["made"] <= high + 1
    assert "gain_db" in str(origin["operations"])


def test_a_quiet_recording_is_not_asked_for_the_level_of_a_loud_one(
    tmp_path: Path, samples: list[Sample], recording: Callable[..., Path]
) -> None:
    """The slice is 20 dB softer, whatever was said in it; sources and slice are loud and quiet by up to 30 dB."""
    found = []
    for number in range(64):
        path = recording(tmp_path / f"level-{number}.wav", 0.5, seed=number)
        sounds, rate = soundfile.read(path)
        level_db = -(number * 7 % 32) - (20 if number >= 32 else 0)
        soundfile.write(path, sounds * 10 ** (level_db / 20), rate, subtype="PCM_24")
        measured = measure(Sample(str(path)), str(path))
        assert measured is not None
        tags, split = (("level=low",), "val") if number >= 32 else ((), "train")
        found.append(replace(measured, label="a", tags=tags, split=split))
    sources, options = gathered(tmp_path, found), Options(str(tmp_path / "made"), jobs=1)
    plan = make_matched_plan(sources, Request(copies=1), options, strict=True)
    made = list(generate(sources, plan, options, GenerationTally()))
    gains = [step["gain_db"] for one in made for step in one.origin["operations"] if step["name"] == "gain"]  # type: ignore[index,union-attr]
    assert len(gains) == 32
    # Chosen blindly, they would lie between -50 and 10 dB.
    assert median(gains) == pytest.approx(-20, abs=3)
    assert sorted(gains)[2] > -32
    assert sorted(gains)[-3] < -8


def test_the_same_call_makes_nothing_twice_and_another_slice_makes_other_files(
    tmp_path: Path, samples: list[Sample]
) -> None:
    def made(samples: list[Sample]) -> GenerationTally:
        sources = gathered(tmp_path, samples)
        options, tally = Options(str(tmp_path / "made"), jobs=1), GenerationTally()
        list(generate(sources, make_matched_plan(sources, Request(copies=1), options, strict=True), options, tally))
        return tally

    assert (made(samples).made.total(), made(samples).reused.total()) == (16, 16)
    assert made(samples[:-4]).made.total() == 16


def test_where_it_need_not_be_matched_it_is_made_as_drawn(tmp_path: Path, samples: list[Sample]) -> None:
    sources = gathered(tmp_path, [replace(one, split="test" if one.split == "val" else "train") for one in samples])
    plan = make_matched_plan(sources, Request(copies=1), Options(str(tmp_path / "made"), jobs=1), strict=False)
    assert (plan.goals, plan.refused) == ({}, [])
    assert any("it is made as the recipe draws: only test samples have level=low" in note for note in plan.notes)
    assert {part.target.tag for part in plan.parts.values()} == {"level=low", "order=turned"}
