"""Two systems on the same samples: figures and the fixed rule of the verdict."""

from pathlib import Path

import msgspec
import pytest

from baselines.comparison.compare import (
    Comparison,
    Gate,
    compare,
    compare_runs,
    failed,
    in_words,
    needs_caution,
)
from baselines.comparison.evidence import Verdict, decide
from baselines.data.predictions import Prediction
from baselines.metrics.significance import exact_p, paired_bootstrap
from baselines.runs.run_folder import write_predictions
from curate.ground.errors import UsageError
from tests.baselines.predicted import answers

BEFORE = answers((10, False, ("car",)), (10, True, ("car",)), (20, True, ("clean",)))
AFTER = answers((10, True, ("car",)), (9, True, ("car",)), (1, False, ("car",)), (20, True, ("clean",)))


def relabelled(predictions: list[Prediction], label: str) -> list[Prediction]:
    """Return them with another class, and other paths."""
    return [
        Prediction(f"{label}/{found.path}", label, label if found.prediction == found.label else "-", tags=found.tags)
        for found in predictions
    ]


def test_the_figures() -> None:
    found = compare(BEFORE, AFTER)
    assert found.samples == found.overall.samples == 40
    assert (found.overall.a, found.overall.b, found.overall.difference) == (0.75, 0.975, 0.225)
    assert (found.overall.gained, found.overall.lost) == (10, 1)
    assert found.overall.interval == paired_bootstrap(10, 1, 40)
    assert found.overall.mcnemar_p == exact_p(10, 1)
    assert found.overall.verdict == "better"
    car, clean = found.per_tag["car"], found.per_tag["clean"]
    assert (car.samples, car.a, car.b, car.difference, car.verdict) == (20, 0.5, 0.95, 0.45, "better")
    assert (clean.samples, clean.difference, clean.interval, clean.mcnemar_p) == (20, 0.0, (0.0, 0.0), 1.0)
    assert clean.verdict == "cannot tell"
    assert found.overall.p == found.overall.adjusted_p == exact_p(10, 1), "over all stands apart"
    # Three rows: car and the class at 0.0117, clean at 1. Holm: times 3, then at least that.
    assert [one.adjusted_p for one in (car, found.per_class["x"], clean)] == pytest.approx(
        [3 * exact_p(10, 1)] * 2 + [1]
    )
    assert found.per_class["x"].interval == found.overall.interval


def test_classes_are_told_apart() -> None:
    found = compare(BEFORE + relabelled(AFTER, "w"), AFTER + relabelled(BEFORE, "w"))
    assert {label: one.verdict for label, one in found.per_class.items()} == {"w": "worse", "x": "better"}
    assert found.overall.difference == 0.0
    assert found.overall.verdict == "cannot tell"


def test_the_other_order_is_the_mirror_image() -> None:
    there, back = compare(BEFORE, AFTER).overall, compare(AFTER, BEFORE).overall
    assert back.verdict == "worse"
    assert (back.difference, back.mcnemar_p) == (-there.difference, there.mcnemar_p)
    assert back.interval == (-there.interval[1], -there.interval[0])


def test_the_json_has_the_shape_that_scripts_rely_on() -> None:
    written = msgspec.json.decode(msgspec.json.encode(compare(BEFORE, AFTER)))
    assert written["samples"] == 40
    keys = {"a", "b", "difference", "interval", "mcnemar_p", "verdict"}
    for found in (written["overall"], written["per_tag"]["car"], written["per_class"]["x"]):
        assert keys <= found.keys()
        assert len(found["interval"]) == 2


def test_the_same_seed_gives_the_same_intervals() -> None:
    first, second = answers((9000, True, ()), (6000, False, ())), answers((4000, False, ()), (11000, True, ()))
    found = [compare(first, second, seed=seed).overall.interval for seed in (0, 0, 1, 2, 3)]
    assert found[0] == found[1]
    assert len(set(found)) > 1


@pytest.mark.parametrize(
    ("interval", "samples", "verdict"),
    [
        ((0.01, 0.2), 5, "better"),
        ((-0.2, -0.01), 5, "worse"),
        ((-0.1, 0.1), 500, "cannot tell"),
        ((0.0, 0.2), 500, "cannot tell"),
        ((-0.2, 0.0), 500, "cannot tell"),
        ((0.0, 0.0), 500, "cannot tell"),
        ((1.0, 1.0), 4, "cannot tell"),
    ],
)
def test_the_rule(interval: tuple[float, float], samples: int, verdict: Verdict) -> None:
    assert decide(interval, samples) == verdict


def test_only_the_tags_that_were_asked_for() -> None:
    assert list(compare(BEFORE, AFTER, ["clean", "clean"]).per_tag) == ["clean"]
    with pytest.raises(UsageError, match=r"--tag 'cra': no sample of both runs has it \(did you mean 'car'\?\)"):
        compare(BEFORE, AFTER, ["clean", "cra"])


def test_runs(tmp_path: Path) -> None:
    for name, predictions in (("a", BEFORE), ("b", AFTER)):
        (tmp_path / name).mkdir()
        write_predictions(str(tmp_path / name / "predictions.jsonl"), predictions)
    found = compare_runs(str(tmp_path / "a"), str(tmp_path / "b"))
    assert found.runs == (str(tmp_path / "a"), str(tmp_path / "b"))
    assert found.overall == compare(BEFORE, AFTER).overall


TORN = compare(
    answers((40, False, ("car",)), (20, True, ("clean",)), (60, True, ())),
    answers((40, True, ("car",)), (10, False, ("clean",)), (10, True, ("clean",)), (60, True, ())),
)
"""Better over all and on car, worse on clean."""
SAME = compare(answers((9, True, ("car",)), (9, False, ())), answers((9, True, ("car",)), (9, False, ())))
SUNK = compare(answers((40, True, ("car",))), answers((40, False, ("car",))))


@pytest.mark.parametrize(
    ("result", "gate", "tags", "names"),
    [
        (TORN, "worse", [], ["clean"]),
        (TORN, "worse", ["car"], []),
        (TORN, "worse", ["clean"], ["clean"]),
        (TORN, "not-better", [], []),
        (TORN, "not-better", ["car"], []),
        (TORN, "not-better", ["car", "clean"], ["clean"]),
        (SAME, "worse", [], []),
        (SAME, "not-better", [], ["over all"]),
        (SAME, "not-better", ["car"], ["car"]),
        (SUNK, "worse", [], ["over all", "car", "class x"]),
        (SUNK, "worse", ["car"], ["over all", "car"]),
    ],
)
def test_what_a_gate_fails_on(result: Comparison, gate: Gate, tags: list[str], names: list[str]) -> None:
    problems = failed(result, gate, tags)
    assert [
        problem.split(" (")[0].split(" ", 1)[1].removeprefix("tell ").removeprefix("on ") for problem in problems
    ] == names


def test_the_words() -> None:
    words = in_words("noise=car", TORN.per_tag["car"])
    assert words == "better on noise=car (+100.0 points, 95 % interval +100.0 to +100.0, n = 40)"
    assert in_words("", SAME.overall) == "cannot tell over all (+0.0 points, 95 % interval +0.0 to +0.0, n = 18)"


def test_a_close_call_is_said() -> None:
    found = compare(answers((4, False, ()), (96, True, ())), answers((100, True, ()))).overall
    assert found.verdict == "better"
    assert found.mcnemar_p == 0.125
    assert needs_caution(found)
    assert in_words("", found).endswith("n = 100; a close call: McNemar p = 0.125)")
    assert not needs_caution(SAME.overall), "nothing was said that needs it"
