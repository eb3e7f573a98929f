"""`burnish weak`: table, JSON, page, and what is wrong with options."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from baselines.runs.run_folder import record_of_run, write_predictions
from baselines.slices.slice_ranking import rank, rank_run
from cli.views.weak.priority_chart import draw, ticks
from cli.views.weak.table import sentences
from tests.baselines.predicted import answers
from tests.conftest import Burnish

EVIL = "<script>x</script>\x1b[31m"
RUN = answers(
    (60, True, ("speaker=theo",)), (20, False, ("noise=car",)), (20, True, ("noise=car", EVIL)), (2, True, ("rare",))
)
COURSE = "tag,accuracy,human,share\nlow bandwidth,70,70,6 %\npeople,87,89,30 %\ncar,89,93,4 %\nclean,94,95,60 %\n"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "before").mkdir()
    write_predictions(str(tmp_path / "before" / "predictions.jsonl"), RUN)
    return tmp_path / "before"


def test_json_is_what_augment_reads(burnish: Burnish, run: Path) -> None:
    report = json.loads(burnish("weak", "before", "--json").stdout)
    assert report["overall"] == {"accuracy": 82 / 102, "samples": 102}
    assert report["tags"][0] == {
        "tag": "noise=car", "samples": 40, "share": 40 / 102, "accuracy": 0.5,
        "interval": pytest.approx([0.352, 0.648], abs=1e-3), "human": None, "against": "rest", "target": 1.0,
        "gap": 0.5, "gain": pytest.approx(0.5 * 40 / 102),
        # Agresti and Coull: 22 of 44 and 64 of 66 right.
        "shrunk_gap": pytest.approx(0.5 * (1 - (0.25 / 44 + 64 / 66 * (2 / 66) / 66) / 0.25)),
    }  # fmt: skip
    assert report["against"] == "best"
    assert report["too_few"] == [{"tag": "rare", "samples": 2}]


def test_the_table(burnish: Burnish, run: Path) -> None:
    shown = burnish("weak", "before", "--human", "0.95").stdout
    lines = shown.splitlines()
    assert lines[0].split() == ["tag", "n", "share", "accuracy", "95", "%", "interval", "target", "gap", "sure", "gain"]
    figures = ["noise=car", "40", "39.2", "50.0", "35.2", "to", "64.8", "95.0", "45.0", "43.7", "17.65"]
    assert lines[2].split()[:11] == figures
    assert lines[2].count("█") == 20
    assert "█" not in lines[3], "a tag above its target has no bar"
    assert "\\x1b[31m" in shown
    assert "in percent: gap = target - accuracy, gain = gap x share; target: human level" in lines
    assert "a sample may have several tags, so gains are not to be summed" in lines
    assert "too few to judge (below --min-samples 5): rare (2)" in lines


def test_without_human_level_the_table_says_what_the_target_is(burnish: Burnish, run: Path) -> None:
    lines = burnish("weak", "before", "--min-samples", 1).stdout.splitlines()
    assert "target" in lines[0]
    assert "102 samples, of which 80.4 % are right" in lines
    said = "target: the best other value of the same key, or what samples reach without the tag or a surely weaker one"
    assert f"in percent: gap = target - accuracy, gain = gap x share; {said} (for human level: --human)" in lines
    assert not any("too few" in line for line in lines)


def test_what_tags_are_held_against_can_be_chosen(burnish: Burnish, run: Path) -> None:
    parts = ((80, 20, "day"), (70, 30, "dusk"), (10, 90, "low"))
    conditions = [
        one
        for right, wrong, light in parts
        for one in answers((right, True, (f"light={light}",)), (wrong, False, (f"light={light}",)))
    ]
    write_predictions(str(run / "predictions.jsonl"), conditions)
    for against, gap, name in (
        ("rest", 0.1, "rest"),
        ("best", 0.1, "light=day"),
        ("overall", 160 / 300 - 0.7, "overall"),
    ):
        tags = {
            one["tag"]: one
            for one in json.loads(burnish("weak", "before", "--against", against, "--json").stdout)["tags"]
        }
        assert (tags["light=dusk"]["gap"], tags["light=dusk"]["against"]) == (pytest.approx(gap), name)
    left = burnish("weak", "before", "--ignore", "light").stdout
    assert "light=" not in left
    assert "not ranked: light" in left


def test_a_gap_that_may_be_chance_is_said(burnish: Burnish, run: Path) -> None:
    lines = burnish("weak", "before", "--human", 0.6).stdout.splitlines()
    assert "the interval reaches the target, so the gap may be chance: noise=car" in lines


def test_human_levels_of_a_file(burnish: Burnish, run: Path, tmp_path: Path) -> None:
    (tmp_path / "human.csv").write_text("tag,human\nnoise=car,0.75\n")
    result = burnish("weak", "before", "--human", "human.csv")
    assert "no human level is known, so the target is from the run: <script>x</script>" in result.stdout
    report = json.loads(burnish("weak", "before", "--human", "human.csv", "--json").stdout)
    assert (report["tags"][0]["human"], report["against"]) == (0.75, "human")


def test_figures_from_elsewhere(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(COURSE)
    rows = [line.split() for line in burnish("weak", "--table", "t.csv").stdout.splitlines()[2:6]]
    assert [row[0] for row in rows] == ["clean", "people", "car", "low"]
    assert rows[0][1:6] == ["60.0", "94.0", "95.0", "1.0", "0.60"]
    assert rows[3][2:7] == ["6.0", "70.0", "70.0", "0.0", "0.00"]
    report = json.loads(burnish("weak", "--table", "t.csv", "--json").stdout)
    assert report["overall"] == {"accuracy": None, "samples": None}
    assert report["tags"][2] == {
        "tag": "car", "samples": None, "share": 0.04, "accuracy": 0.89, "interval": None,
        "human": 0.93, "gap": 0.04, "gain": 0.0016, "against": "human", "target": 0.93, "shrunk_gap": None,
    }  # fmt: skip


def test_a_run_without_tags(burnish: Burnish, run: Path) -> None:
    write_predictions(str(run / "predictions.jsonl"), answers((3, True, ())))
    assert "no tested sample has a tag; add some: burnish tag" in burnish("weak", "before").stdout
    burnish("weak", "before", "--html", "w.html")


def test_tags_in_training_only_are_said_to_be_there(burnish: Burnish, run: Path) -> None:
    write_predictions(str(run / "predictions.jsonl"), answers((3, True, ())))
    assert record_of_run(str(run)) is None
    ranking = msgspec.structs.replace(rank_run(str(run)), tagged_in_training=7)
    assert sentences(ranking)[-1].startswith("no tested sample has a tag, though 7 training samples have one; ")


def test_what_half_and_twice_the_budget_bring_is_said_as_an_estimate(burnish: Burnish, run: Path) -> None:
    ranking = msgspec.structs.replace(rank_run(str(run)), training_samples=360)
    said = [line for line in sentences(ranking) if "estimate" in line]
    # One weak tag, n = N new samples: half bring .5 / (.5 + k) of n / (1 + k), k from .04 to 1.1 of the sources.
    assert len(said) == 1
    assert said[0].startswith("burnish augment --weak makes 360 samples, one for each training sample, if no --budget")
    assert said[0].endswith(
        "half of these 360 samples would bring 66 to 96 % of their rise, twice as many 102 to 135 %"
    )
    assert not any("estimate" in line for line in sentences(rank_run(str(run)))), "no record says how many there are"
    sure = msgspec.structs.replace(ranking, tags=ranking.tags[1:])
    assert not any("estimate" in line for line in sentences(sure)), "nothing is surely weak, and nothing is made"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the folder of a run, or a table of figures: --table FILE.csv"),
        (["before", "--table", "t.csv"], "a run (before) or --table t.csv: one of them"),
        (["--table", "t.csv", "--human", "0.9"], "--human goes with a run; a table has a column for it"),
        (
            ["--table", "t.csv", "--against", "rest"],
            "--against and --ignore go with a run; a table has its own targets",
        ),
        (["before", "--human", "95"], "--human 95: a human level is a fraction from 0 to 1; did you mean 0.95?"),
        (["before", "--human", "gone.csv"], "--human: cannot read gone.csv: No such file or directory"),
        (["gone"], "no run in gone: no such folder; make one with burnish train SET --run gone"),
        (["."], "no run in .: did you mean ./before?"),
        (["--table", "gone.csv"], "cannot read gone.csv: No such file or directory"),
        (
            ["before", "--html", "before/predictions.jsonl"],
            "--html before/predictions.jsonl: that is the manifest itself",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_one_line(burnish: Burnish, run: Path, arguments: list[str], message: str) -> None:
    errors = burnish("weak", *arguments, code=2).stderr
    assert errors.startswith(f"burnish weak: {message}")
    assert errors.count("\n") == 1


def test_the_page_draws_and_escapes(burnish: Burnish, run: Path, tmp_path: Path) -> None:
    result = burnish("weak", "before", "--human", 0.95, "--html", "w.html")
    assert (result.stdout, result.stderr) == ("", "wrote w.html\n")
    text = (tmp_path / "w.html").read_text()
    assert text.count("<script") == 1
    assert "&lt;script&gt;" in text
    assert text.count("<circle") == 3
    assert text.count("<svg") == text.count('role="img"') == 4
    assert '<text class="name"' in text


def test_the_chart_places_gap_and_share() -> None:
    drawn = str(draw(rank(answers((50, False, ("a",)), (50, True, ()), (100, True, ("b",)))).tags))
    places = dict(re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)" r="6"><title>(\w)', drawn))
    assert [places[y] for y in sorted(places, key=float)] == ["a", "b"], "the larger gap is higher"
    lefts = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert lefts[1] - 56 == pytest.approx(2 * (lefts[0] - 56), abs=0.2), "twice the share is twice as far"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.05, 0.24, [-0.05, 0, 0.05, 0.1, 0.15, 0.2, 0.25]),
        (0, 0.06, [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]),
        (0, 0, [0, 0.01]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(run: Path, columns: int, fits: Callable[..., str]) -> None:
    shown = fits("weak", "baselines.slices.slice_ranking", "rank_run('before', 0.9)", columns, run.parent)
    assert "noise=car" in shown
