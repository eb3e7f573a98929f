"""The priority table: the course's own, and that of predictions."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

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


def test_tags_are_ranked_against_the_rest() -> None:
    report = rank(TEN, min_samples=2)
    assert (report.overall.accuracy, report.overall.samples) == (0.6, 10)
    # Of the two others both are right: 4 of 6 and, of the tag, 6 of 12 in Agresti and Coull's estimate.
    sure = 0.5 * (1 - (0.25 / 12 + 4 / 6 * (2 / 6) / 6) / 0.25)
    (car,) = report.tags
    assert car.shrunk_gap == pytest.approx(sure)
    assert replace(car, shrunk_gap=None) == RankedTag("car", 8, 0.8, 0.5, wilson(4, 8), None, 0.5, 0.4, "rest", 1.0)
    assert report.too_few == (FewSamples("rare", 1),)
    assert report.against == "best", "of a tag without another value of its key that is the rest"
    overall = rank(TEN, min_samples=2, against="overall").tags[0]
    assert (overall.target, overall.gap, overall.gain, overall.against) == (0.6, 0.1, 0.08, "overall")


CONDITIONS = answers(
    (85, True, ("c=none",)), (15, False, ("c=none",)), (11, True, ("c=fog",)), (89, False, ("c=fog",)),
    (77, True, ("c=rain",)), (23, False, ("c=rain",)), (5, True, ("c=lucky",)),
)  # fmt: skip


def test_several_weak_conditions_do_not_hide_each_other() -> None:
    parts = (("none", 88, 22), ("rain", 72, 38), ("fog", 66, 44), ("wind", 72, 38))
    found = [
        one
        for name, right, wrong in parts
        for one in answers((right, True, (f"c={name}",)), (wrong, False, (f"c={name}",)))
    ]
    best, rest = ({one.tag: one for one in rank(found, against=against).tags} for against in ("best", "rest"))
    # The rest of each is made of the others, so that what lags behind the clean samples by 15 points hardly has a gap.
    assert {name: best[f"c={name}"].target for name in ("rain", "fog", "wind")} == dict.fromkeys(
        ("rain", "fog", "wind"), 0.8
    )
    assert best["c=rain"].gap == pytest.approx(0.8 - 72 / 110)
    assert rest["c=rain"].shrunk_gap == 0 < (best["c=rain"].shrunk_gap or 0)


def test_where_all_values_of_a_key_are_weak_the_rest_is_the_target() -> None:
    found = answers((10, True, ("slice=a",)), (30, False, ("slice=a",)), (12, True, ("slice=b",)))
    found += answers((28, False, ("slice=b",)), (95, True, ()), (5, False, ()))
    tags = {one.tag: one for one in rank(found).tags}
    # The rest of a slice has the other one in it, which is no weaker than itself.
    assert tags["slice=a"].against == tags["slice=b"].against == "rest"
    assert [tags["slice=a"].target, tags["slice=b"].target] == pytest.approx([107 / 140, 105 / 140])


def test_a_very_weak_slice_does_not_hide_another() -> None:
    gaps = {weak.tag: (round(weak.gap, 9), weak.against) for weak in rank(CONDITIONS, against="best").tags}
    assert gaps["c=rain"] == (round(90 / 105 - 0.77, 9), "rest"), "5 of 5 that are right are no target by themselves"
    assert gaps["c=fog"] == (0.74, "c=none"), "its rest has rain in it"
    rest = {weak.tag: weak.target for weak in rank(CONDITIONS, against="rest").tags}
    assert rest["c=rain"] == 90 / 105, "fog is surely weaker, and no part of what rain is held against"
    assert rest["c=fog"] == 167 / 205, "all the others"
    assert rest["c=none"] == 1.0, "rain is surely weaker than none: its interval ends below"
    overall = {weak.tag: weak.gap for weak in rank(CONDITIONS, against="overall").tags}
    assert overall["c=rain"] < 0, "the overall accuracy is dragged down by the weakest"


def test_gaps_shrink_by_their_uncertainty() -> None:
    def shrunk(right: int, wrong: int) -> float:
        (weak,) = rank(answers((right, True, ("t",)), (wrong, False, ("t",))), 0.9).tags
        return weak.shrunk_gap or 0.0

    assert shrunk(4, 1) == 0.0, "4 of 5 are no sign of a gap to 90 %"
    assert shrunk(800, 200) == pytest.approx(0.1, abs=0.002), "800 of 1,000 are"
    assert shrunk(4, 6) < 0.5 * 0.95 < shrunk(400, 600) < 0.5
    assert shrunk(9, 1) == 0.0


def test_a_tag_of_every_sample_has_no_gap() -> None:
    (weak,) = rank(answers((5, True, ("all",)), (5, False, ("all",)))).tags
    assert (weak.gap, weak.against, weak.target) == (0.0, "overall", 0.5)


def test_keys_and_groups_can_be_left_out(tmp_path: Path) -> None:
    found = rank(CONDITIONS, ignore=("c=fog",))
    assert "c=fog" not in {weak.tag for weak in found.tags}
    assert rank(CONDITIONS, ignore=("c", "gone")).tags == ()
    assert rank(CONDITIONS, ignore=("c", "gone")).left_out == ("c",)


@pytest.mark.parametrize(
    ("human", "level", "without"),
    [(0.9, 0.9, ()), ({"car": 0.7}, 0.7, ()), ({"(all)": 0.8}, 0.8, ()), ({"other": 1.0}, None, ("car",))],
    ids=["number", "named", "all", "not named"],
)
def test_the_human_level_is_the_target(
    human: float | dict[str, float], level: float | None, without: tuple[str]
) -> None:
    report = rank(TEN, human)
    (car,) = report.tags
    assert car.human == level
    target = 1.0 if level is None else level
    assert car.gap == pytest.approx(target - 0.5)
    assert car.gain == pytest.approx((target - 0.5) * 0.8)
    assert (car.target, report.against, report.without_human) == (target, "human", without)


def test_a_level_of_zero_is_a_level() -> None:
    assert rank(TEN, 0.0).tags[0].human == 0.0
    assert rank(TEN, 1).tags[0].human == 1


def test_tags_above_their_target_stand_last_with_a_negative_gain() -> None:
    found = rank(answers((5, True, ("good",)), (5, False, ("bad",)), (5, True, ("also good",))), against="overall").tags
    assert [weak.tag for weak in found] == ["bad", "also good", "good"], "at the tie, by name"
    assert found[0].gain > 0 > found[1].gain == found[2].gain


def test_a_rounded_zero_has_no_sign() -> None:
    assert str(gap_and_gain(0.7000000000000001, 0.7, 0.5)) == "(0.0, 0.0)"


def test_the_json_has_the_shape_that_scripts_and_augment_rely_on() -> None:
    data = msgspec.json.encode(rank(TEN))
    written = msgspec.json.decode(data)
    assert written["overall"] == {"accuracy": 0.6, "samples": 10}
    assert list(written["tags"][0]) == ["tag", "samples", "share", "accuracy", "interval", "human", "gap", "gain",
                                             "against", "target", "shrunk_gap"]  # fmt: skip
    assert [(weak.tag, weak.gain) for weak in parse_weak_tags(data, "w.json")] == [("car", 0.4)]


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
