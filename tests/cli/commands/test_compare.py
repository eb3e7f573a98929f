"""`burnish compare`: table, JSON, page and gates."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from baselines.comparison.compare import compare
from baselines.data.predictions import Prediction
from baselines.runs.run_folder import write_predictions
from cli.views.compare.forest import forest
from tests.baselines.predicted import answers
from tests.cli.test_contract import in_terminal
from tests.conftest import ROOT, Burnish

EVIL = "<script>x</script>\x1b[31m"
BEFORE = answers((40, False, ("car",)), (20, True, ("clean",)), (60, True, (EVIL,)))
AFTER = answers(
    (38, True, ("car",)), (2, False, ("car",)), (10, False, ("clean",)), (10, True, ("clean",)), (60, True, ())
)


@pytest.fixture
def runs(tmp_path: Path) -> Callable[..., None]:
    """Write the predictions of the runs `before` and `after`."""

    def write(before: list[Prediction] = BEFORE, after: list[Prediction] = AFTER) -> None:
        for name, predictions in (("before", before), ("after", after)):
            (tmp_path / name).mkdir(exist_ok=True)
            write_predictions(str(tmp_path / name / "predictions.jsonl"), predictions)

    write()
    return write


def test_json_has_the_shape_that_scripts_rely_on(burnish: Burnish, runs: Callable[..., None]) -> None:
    report = json.loads(burnish("compare", "before", "after", "--json").stdout)
    assert report["samples"] == 120
    car = report["per_tag"]["car"]
    assert (car["a"], car["b"], car["difference"], car["verdict"]) == (0.0, 0.95, 0.95, "better")
    assert car["interval"][0] > 0
    assert car["mcnemar_p"] < 1e-6
    assert report["per_tag"]["clean"]["verdict"] == "worse"
    assert report["per_class"]["x"]["interval"] == report["overall"]["interval"]
    assert report["held_still"] == {"model": None, "parameters": None, "features": None, "draw": None}
    assert (report["groups"], report["repeats"]) == (None, {"a": 0, "b": 0})
    assert (car["gate_verdict"], car["adjusted_p"] < 1e-6) == ("better", True)
    assert report["runs"] == ["before", "after"]


def test_the_table_and_the_words(burnish: Burnish, runs: Callable[..., None]) -> None:
    shown = burnish("compare", "before", "after").stdout
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[0].split()[:4] == ["in", "percent", "n", "before"]
    clean = next(line for line in lines if line.startswith("clean"))
    assert clean.split()[:5] == ["clean", "20", "100.0", "50.0", "-50.0"]
    assert clean.split()[-1] == "worse"
    words = [line for line in lines if line.startswith("after is ")]
    assert words[0].startswith("after is better over all (+23.3 points, 95 % interval +1")
    assert words[1].startswith("after is better on car (+95.0 points, 95 % interval +87.5 to +100.0, n = 40)")
    assert words[2].startswith("after is worse on clean (-50.0 points, 95 % interval -7")
    assert "cannot tell on <script>x</script>\\x1b[31m" in lines
    assert "n = 120 samples of both runs" in lines
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--fail-if", "worse"], 1, "after is worse on clean (-50.0 points, 95 % interval"),
        (["--fail-if", "worse", "--tag", "car"], 0, ""),
        (["--fail-if", "not-better"], 0, ""),
        (["--fail-if", "not-better", "--tag", "clean"], 1, "after is not better: worse on clean (-50.0 points"),
        (["--fail-if", "not-better", "--tag", EVIL], 1, "after is not better: cannot tell on <script>"),
        ([], 0, ""),
    ],
)
def test_gates_decide_the_exit_code(
    burnish: Burnish, runs: Callable[..., None], options: list[str], code: int, message: str
) -> None:
    result = burnish("compare", "before", "after", "--json", *options, code=code)
    assert result.stderr.startswith(f"burnish compare: {message}" if message else "")
    assert result.stderr.count("\n") == code
    assert json.loads(result.stdout)["samples"] == 120, "the report is written all the same"


def test_a_gate_that_fails_on_much_names_the_first(burnish: Burnish, runs: Callable[..., None]) -> None:
    def tagged(label: str) -> list[Prediction]:
        return [Prediction(f"{n}", "x", label, tags=(f"take={n % 8}",)) for n in range(80)]

    runs(tagged("x"), tagged("y"))
    errors = burnish("compare", "before", "after", "--fail-if", "worse", code=1).stderr
    assert errors.startswith("burnish compare: after is worse over all (-100.0 points, ")
    assert errors.endswith(
        "; worse on take=3 (-100.0 points, 95 % interval -100.0 to -100.0, n = 10, adjusted p = 0.016); and 5 more\n"
    )


def test_a_gate_that_fails_leaves_the_page(burnish: Burnish, runs: Callable[..., None], tmp_path: Path) -> None:
    burnish("compare", "before", "after", "--fail-if", "worse", "--html", "c.html", code=1)
    assert (tmp_path / "c.html").exists()


def test_what_differs_is_said(burnish: Burnish, runs: Callable[..., None]) -> None:
    before = [Prediction(f"{n}", "x", "x", digest=f"d{n}") for n in range(9)]
    after = [
        Prediction("0", "y", "x"),
        Prediction("1", "x", "x", digest="changed"),
        Prediction("moved", "x", "x", digest="d2"),
        *before[3:7],
    ]
    runs(before, after)
    lines = burnish("compare", "before", "after").stdout.splitlines()
    assert "n = 6 samples of both runs, 1 of them by their digest because the path differs" in lines
    assert "3 samples are in before only and were left out" in lines
    assert "1 sample is in after only and were left out" in lines
    assert "1 file changed between the runs and were left out" in lines
    assert "1 sample has another label in after; both runs were judged by that one" in lines


def test_chance_begins_at_the_seed(burnish: Burnish, runs: Callable[..., None]) -> None:
    runs(answers((4000, True, ()), (3000, False, ())), answers((1000, False, ()), (6000, True, ())))

    def interval(seed: int) -> list[float]:
        report = json.loads(burnish("compare", "before", "after", "--json", "--seed", seed).stdout)
        return list(report["overall"]["interval"])

    assert interval(0) == interval(0)
    assert len({tuple(interval(seed)) for seed in range(4)}) > 1


def test_many_comparisons_come_with_a_caution(burnish: Burnish, runs: Callable[..., None]) -> None:
    assert "by chance alone" not in burnish("compare", "before", "after").stdout
    tagged = [Prediction(f"{n}", "x", "x", tags=(f"take={n % 38}",)) for n in range(76)]
    runs(tagged, tagged)
    assert (
        "40 comparisons at 95 %: by chance alone about 1.0 would look worse"
        in burnish("compare", "before", "after").stdout
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["before", "gone"], "no run in gone: no such folder; make one with burnish train SET --run gone"),
        (["before", "after", "--tag", "cra"], "--tag 'cra': no sample of both runs has it (did you mean 'car'?)"),
        (["before", "after", "--fail-if", "wors"], "--fail-if 'wors' is unknown (did you mean 'worse'?)"),
        (
            ["before", "after", "--html", "after/predictions.jsonl"],
            "--html 'after/predictions.jsonl': that is no name for a page",
        ),
    ],
)
def test_mistakes_are_one_line(burnish: Burnish, runs: Callable[..., None], arguments: list[str], message: str) -> None:
    errors = burnish("compare", *arguments, code=2).stderr
    assert errors.startswith(f"burnish compare: {message}")
    assert errors.count("\n") == 1


def test_no_common_samples_are_an_error(burnish: Burnish, runs: Callable[..., None]) -> None:
    runs(BEFORE, answers((5, True, ()), start=1000))
    errors = burnish("compare", "before", "after", code=2).stderr
    assert errors == (
        "burnish compare: the runs have no samples in common: 120 and 5 with other paths and other files; "
        "evaluate both on the same test set\n"
    )


def test_the_page_draws_and_escapes(burnish: Burnish, runs: Callable[..., None], tmp_path: Path) -> None:
    burnish("compare", "before", "after", "--html", "c.html")
    text = (tmp_path / "c.html").read_text()
    assert text.count("<script") == 1
    assert "<title>Comparison: after against before</title>" in text
    assert text.count('<svg class="forest"') == text.count('role="img"') == 5
    assert re.search(r'<tr class="worse"><th scope="row"><details class="samples"><summary>clean</summary>', text)
    assert "after is better on car" in text


def test_a_row_of_the_forest() -> None:
    found = compare(answers((9, True, ())), answers((9, False, ()))).overall
    drawn = str(forest(found, 2.0, "t"))
    assert '<line class="zero" x1="120.0" x2="120.0"' in drawn
    assert '<line class="at worse" x1="60.0" x2="60.0"' in drawn


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(
    runs: Callable[..., None], columns: int, fits: Callable[..., str], tmp_path: Path
) -> None:
    shown = fits("compare", "baselines.comparison.compare", "compare_runs('before', 'after')", columns, tmp_path)
    assert "95 % interval" in shown


def test_verdicts_have_a_colour_on_a_terminal(runs: Callable[..., None], tmp_path: Path) -> None:
    seen, code = in_terminal(["compare", "before", "after"], tmp_path)
    assert code == 0
    assert re.search(r"\x1b\[31m *clean", seen)
    assert re.search(r"\x1b\[32m *car", seen)


def test_nothing_heavy_but_numpy_is_loaded(runs: Callable[..., None], tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:] = ['compare', 'before', 'after']\n"
        "import burnish\n"
        "try: burnish.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'scipy', 'sklearn', 'jinja2', 'PIL', 'soundfile'} & sys.modules.keys(); assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.DEVNULL, check=True)


CONTROL = answers(
    (20, True, ("car",)), (20, False, ("car",)), (5, False, ("clean",)), (15, True, ("clean",)), (60, True, ())
)


def test_a_control_stands_beside_the_two_and_leaves_the_verdict_alone(
    burnish: Burnish, runs: Callable[..., None], tmp_path: Path
) -> None:
    plain = json.loads(burnish("compare", "before", "after", "--json").stdout)
    (tmp_path / "control").mkdir()
    write_predictions(str(tmp_path / "control" / "predictions.jsonl"), CONTROL)
    report = json.loads(burnish("compare", "before", "after", "--control", "control", "--json").stdout)
    control = report.pop("control")
    assert plain.pop("control") is None
    assert report == plain, "verdicts, adjusted p values and gates are those of the two"
    car = control["per_tag"]["car"]
    assert (car["samples"], car["before"], car["control"], car["targeted"]) == (40, 0.0, 0.5, 0.95)
    assert [car[name]["difference"] for name in ("control_change", "targeted_change", "beyond_control")] == [
        0.5, 0.95, pytest.approx(0.45),
    ]  # fmt: skip
    assert car["beyond_control"]["verdict"] == "better"
    assert car["beyond_control"]["interval"][0] > 0
    assert car["targeted_change"]["interval"] == report["per_tag"]["car"]["interval"]
    assert control["per_tag"]["clean"]["beyond_control"]["verdict"] == "worse"
    assert (control["samples"], control["run"], control["overall"]["control"]) == (120, "control", 95 / 120)
    shown = burnish("compare", "before", "after", "--control", "control").stdout
    row = next(line for line in shown.splitlines() if line.startswith("car") and "50.0" in line)
    assert row.split()[:6] == ["car", "40", "0.0", "50.0", "95.0", "+45.0"]
    assert "the control is no part of the verdict or of the gate" in " ".join(shown.split())
    # The control is worse on `clean` than the newer run is not: no gate looks at it.
    assert burnish("compare", "after", "after", "--control", "before", "--fail-if", "worse").returncode == 0
    burnish("compare", "before", "after", "--control", "control", "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert "Beside the control control" in page
    assert "accuracy of control" in page


def test_a_control_on_other_samples_is_held_against_what_all_have(
    burnish: Burnish, runs: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "control").mkdir()
    write_predictions(str(tmp_path / "control" / "predictions.jsonl"), CONTROL[:50])
    report = json.loads(burnish("compare", "before", "after", "--control", "control", "--json").stdout)
    assert (report["samples"], report["control"]["samples"]) == (120, 50)
    assert report["control"]["per_tag"]["clean"]["samples"] == 10
    assert (
        "the control has 50 of the 120 samples" in burnish("compare", "before", "after", "--control", "control").stdout
    )
    write_predictions(str(tmp_path / "control" / "predictions.jsonl"), answers((5, True, ()), start=900))
    refused = burnish("compare", "before", "after", "--control", "control", code=2)
    assert "no samples in common" in refused.stderr
