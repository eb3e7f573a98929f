"""The priority table: the course's own, and that of predictions."""

from pathlib import Path

import msgspec
import pytest

from augment.plan.weak_tags import parse_weak_tags
from baselines.metrics.significance import wilson
from baselines.runs.run_folder import write_predictions
from baselines.slices.slice_ranking import FewSamples, RankedTag, gap_and_gain, rank, rank_run, rank_table
from curate.ground.errors import InputError
from tests.baselines.predicted import answers, predicted

COURSE = """tag,accuracy,human,share
low bandwidth,70,70,6 %
people noise,87,89,30 %
car noise,89,93,4 %
clean speech,94,95,60 %
"""
TEN = answers((4, True, ("car",)), (4, False, ("car",)), (1, True, ("rare",)), (1, True, ()))


@pytest.mark.parametrize("unit", ["percent", "fractions"])
def test_the_table_of_the_course(tmp_path: Path, unit: str) -> None:
    fractions = "tag,accuracy,human,share\n" + "".join(
        f"{tag},{float(accuracy) / 100},{float(human) / 100},{float(share.split()[0]) / 100}\n"
        for tag, accuracy, human, share in (line.split(",") for line in COURSE.splitlines()[1:])
    )
    (tmp_path / "t.csv").write_text(COURSE if unit == "percent" else fractions)
    found = rank_table(str(tmp_path / "t.csv")).tags
    shown = [(weak.tag, round(100 * weak.gap, 9), round(100 * weak.gain, 9)) for weak in found]
    assert shown == [
        ("clean speech", 1.0, 0.6),
        ("people noise", 2.0, 0.6),
        ("car noise", 4.0, 0.16),
        ("low bandwidth", 0.0, 0.0),
    ], "at the tie, the larger share comes first"
    assert found[0].gain == found[1].gain, "equal on paper is equal here"


def test_tags_are_ranked_against_the_overall_accuracy() -> None:
    report = rank(TEN, min_samples=2)
    assert (report.overall.accuracy, report.overall.samples) == (0.6, 10)
    assert report.tags == (RankedTag("car", 8, 0.8, 0.5, wilson(4, 8), 0.6, 0.1, 0.08),)
    assert report.too_few == (FewSamples("rare", 1),)
    assert report.target == "overall accuracy"


@pytest.mark.parametrize(
    ("human", "level", "without"),
    [(0.9, 0.9, ()), ({"car": 0.7}, 0.7, ()), ({"(all)": 0.8}, 0.8, ()), ({"other": 1.0}, 0.6, ("car",))],
    ids=["number", "named", "all", "not named"],
)
def test_the_human_level_is_the_target(human: float | dict[str, float], level: float, without: tuple[str]) -> None:
    report = rank(TEN, human)
    (car,) = report.tags
    assert car.human == level
    assert car.gap == pytest.approx(level - 0.5)
    assert car.gain == pytest.approx((level - 0.5) * 0.8)
    assert (report.target, report.without_human) == ("human level", without)


def test_a_level_of_zero_is_a_level() -> None:
    assert rank(TEN, 0.0).tags[0].human == 0.0
    assert rank(TEN, 1).tags[0].human == 1


def test_tags_above_their_target_stand_last_with_a_negative_gain() -> None:
    found = rank(answers((5, True, ("good",)), (5, False, ("bad",)), (5, True, ("also good",)))).tags
    assert [weak.tag for weak in found] == ["bad", "also good", "good"], "at the tie, by name"
    assert found[0].gain > 0 > found[1].gain == found[2].gain


def test_a_rounded_zero_has_no_sign() -> None:
    assert str(gap_and_gain(0.7000000000000001, 0.7, 0.5)) == "(0.0, 0.0)"


def test_the_json_has_the_shape_that_scripts_and_augment_rely_on() -> None:
    data = msgspec.json.encode(rank(TEN))
    written = msgspec.json.decode(data)
    assert written["overall"] == {"accuracy": 0.6, "samples": 10}
    assert list(written["tags"][0]) == ["tag", "samples", "share", "accuracy", "interval", "human", "gap", "gain"]
    assert [(weak.tag, weak.gain) for weak in parse_weak_tags(data, "w.json")] == [("car", 0.08)]


def test_a_run(tmp_path: Path) -> None:
    write_predictions(str(tmp_path / "predictions.jsonl"), TEN)
    assert rank_run(str(tmp_path), 0.9) == rank(TEN, 0.9)


def test_nothing_is_an_error() -> None:
    with pytest.raises(InputError, match="no predictions"):
        rank([])


def test_tags_may_be_missing() -> None:
    assert rank([predicted("a", "a")]).tags == ()


def test_the_last_tie_is_broken_by_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("tag,accuracy,human,share\n" + "".join(f"{tag},0.5,0.9,0.2\n" for tag in "bca"))
    assert [weak.tag for weak in rank_table(str(tmp_path / "t.csv")).tags] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tag,accuracy,human,share\na,94,95,0.6\n", "Write percent signs"),
        ("tag,accuracy,human,share\na,0.9,0.9,0.6\na,0.9,0.9,0.6\n", "t.csv:3: the tag 'a' is named twice"),
        ("tag,accuracy,human\na,0.9,0.9\n", "has no column 'share'"),
    ],
)
def test_a_table_that_says_nothing(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError) as error:
        rank_table(str(tmp_path / "t.csv"))
    assert problem in str(error.value)
