"""A plan before a judge: draws that are left out make room for others of the same source, and nothing else changes."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import soundfile
from msgspec.structs import replace

from augment.plan.sources import Sources
from augment.plan.targets import Plan, Request, make_plan
from augment.recipe.reader import load
from augment.render.generate import GenerationTally, generate
from augment.render.judged_plan import judge_plan
from augment.render.lineage import Options
from curate.records.sample import Sample
from curate.scan.measure import measure

RECIPE = """\
kind: augment
targets:
  level=low: {audio: [gain: {gain_db: [-30, -3]}]}
  order=turned: {audio: [Reverse: {p: 1.0}]}
"""


class Said(NamedTuple):
    prediction: str
    confidence: float
    label_probability: float


class Loud:
    """Is sure of loud recordings: those above -20 LUFS are too easy."""

    run = "runs/loud"

    def __init__(self) -> None:
        self.asked: list[Sample] = []

    def answers(self, samples: Sequence[Sample]) -> list[Said | None]:
        self.asked += samples
        return [Said("a", 0.9, self._loudness(one)) for one in samples]

    def out_of_range(self, tag: str, answers: Sequence[Said], most: int) -> tuple[list[int], list[int]]:
        loud = sorted(range(len(answers)), key=lambda at: -answers[at].label_probability)
        easy = [at for at in loud if tag == "level=low" and answers[at].label_probability > self.edge]
        return easy[:most], []

    edge = -40.0

    def _loudness(self, one: Sample) -> float:
        assert one.audio
        assert one.audio.loudness_lufs is not None
        return one.audio.loudness_lufs


@pytest.fixture
def samples(tmp_path: Path, recording: Callable[..., Path]) -> list[Sample]:
    found = []
    for number in range(12):
        path = recording(tmp_path / f"{number}.wav", 0.5, seed=number)
        sounds, rate = soundfile.read(path)
        soundfile.write(path, sounds, rate, subtype="PCM_24")
        measured = measure(Sample(str(path)), str(path))
        assert measured is not None
        found.append(replace(measured, label="ab"[number % 2], split="train"))
    return found


@pytest.fixture
def planned(tmp_path: Path, samples: list[Sample]) -> tuple[Sources, Plan, Options]:
    (tmp_path / "r.yaml").write_text(RECIPE)
    sources = Sources(load(str(tmp_path / "r.yaml")), frozenset({"train"}))
    sources.gather(samples)
    (tmp_path / "aside").mkdir()
    return sources, make_plan(sources, Request(copies=1)), Options(str(tmp_path / "made"), jobs=1)


def test_measuring_changes_nothing(tmp_path: Path, planned: tuple[Sources, Plan, Options]) -> None:
    sources, plan, options = planned
    orders, judge = list(plan.orders), Loud()
    found = judge_plan(sources, plan, options, judge, str(tmp_path / "aside"), most_measured=4)
    assert plan.orders == orders
    assert [len(one.drawn) for one in found.values()] == [4, 4]
    assert all(one.drawn == one.kept and (one.easy, one.hard, one.most) == (0, 0, 0) for one in found.values())
    assert len(plan.answers) == len(judge.asked) == 8


def test_left_out_draws_make_room_for_others_of_the_same_source(
    tmp_path: Path, planned: tuple[Sources, Plan, Options]
) -> None:
    sources, plan, options = planned
    before, judge = list(plan.orders), Loud()
    found = judge_plan(sources, plan, options, judge, str(tmp_path / "aside"), most_measured=None)
    easy, other = found[0], found[1]
    assert (easy.most, other.most) == (4, 4)
    assert 0 < easy.easy <= 4, "a third of 12 at most, over all rounds"
    assert (easy.hard, other.easy, other.hard) == (0, 0, 0)
    assert [order for order in plan.orders if order.target == 1] == [order for order in before if order.target == 1]
    shares = [Counter((order.source, order.target) for order in several) for several in (before, plan.orders)]
    assert shares[0] == shares[1], "budget, classes and sources stay as they were planned"
    assert sum(order.copy > 0 for order in plan.orders) > 0
    assert max(one.label_probability for one in easy.drawn) == max(
        one.label_probability for one in (*easy.drawn, *easy.kept)
    )


def test_a_judged_plan_makes_the_very_files_that_were_judged(
    tmp_path: Path, planned: tuple[Sources, Plan, Options]
) -> None:
    sources, plan, options = planned
    judge = Loud()
    judge_plan(sources, plan, options, judge, str(tmp_path / "aside"), most_measured=None)
    made = list(generate(sources, plan, options, GenerationTally()))
    asked = {one.digest: one for one in judge.asked}
    assert len(made) == 24
    assert {one.digest for one in made} < asked.keys(), "what was left out is not made"
    for one in made:
        assert one.origin
        assert one.origin["judged"] == {
            "run": "runs/loud",
            "prediction": "a",
            "confidence": 0.9,
            "label_probability": judge._loudness(one),
        }
        earlier = asked[one.digest]
        assert (earlier.label, earlier.tags, earlier.split) == (one.label, one.tags, one.split)


def test_the_same_plan_is_judged_alike_twice(tmp_path: Path, samples: list[Sample]) -> None:
    plans = []
    for number in range(2):
        (tmp_path / "r.yaml").write_text(RECIPE)
        sources = Sources(load(str(tmp_path / "r.yaml")), frozenset({"train"}))
        sources.gather(samples if number == 0 else samples[::-1])
        plan, folder = make_plan(sources, Request(copies=1)), tmp_path / f"aside{number}"
        folder.mkdir()
        judge_plan(sources, plan, Options("", jobs=1), Loud(), str(folder), most_measured=None)
        plans.append({(sources.found[order.source].digest, order.target, order.copy) for order in plan.orders})
    assert plans[0] == plans[1]


def test_where_all_are_left_out_the_limit_holds(tmp_path: Path, planned: tuple[Sources, Plan, Options]) -> None:
    sources, plan, options = planned
    judge = Loud()
    judge.edge = -200.0
    found = judge_plan(sources, plan, options, judge, str(tmp_path / "aside"), most_measured=None)
    assert (found[0].easy, len(found[0].kept)) == (4, 12)
