"""`burnish drift`: two sets, a log over time, the same samples twice, a simulation."""

import json
import random
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Burnish

Made = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Write a manifest of photos with a brightness around some value."""

    def write(name: str, size: int, brightness: float = 0.5, **fields: object) -> Path:
        draw = random.Random(name)
        lines = []
        for n in range(size):
            facts = {"width": 64, "brightness": round(draw.gauss(brightness, 0.1), 4)}
            line = {"path": f"{name}/{n}.jpg", "kind": "image", "facts_version": 5, "digest": f"sha256:{n:064x}"}
            line |= {"id": f"i{n}", "label": draw.choice("abc"), "image": facts}
            lines.append(line | {key: value(n) if callable(value) else value for key, value in fields.items()})
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return tmp_path / f"{name}.jsonl"

    return write


def test_json_has_the_shape_that_scripts_rely_on(burnish: Burnish, made: Made) -> None:
    made("old", 300), made("new", 200, 0.7)
    found = json.loads(burnish("drift", "old.jsonl", "new.jsonl", "--json").stdout)
    assert found["verdict"] == "drifted"
    first = found["tests"][0]
    assert (first["name"], first["verdict"], first["samples"]) == ("image.brightness", "drifted", [300, 200])
    assert {"name", "effect", "p", "adjusted_p", "verdict", "samples", "needed"} <= first.keys()
    assert first["adjusted_p"] < 0.01 <= first["effect"]


def test_gates(burnish: Burnish, made: Made) -> None:
    made("old", 300), made("new", 200, 0.7), made("same", 60)
    said = burnish("drift", "old.jsonl", "new.jsonl", "--fail-if", "drifted", code=1).stderr
    assert said.splitlines()[-1] == "burnish drift: new.jsonl against old.jsonl: drifted"
    burnish("drift", "old.jsonl", "same.jsonl", "--fail-if", "drifted")
    assert "cannot tell" in burnish("drift", "old.jsonl", "same.jsonl", "--fail-if", "not-steady", code=1).stderr
    burnish("drift", "old.jsonl", "new.jsonl")


def test_a_pipe_is_the_new_side(burnish: Burnish, made: Made) -> None:
    made("old", 100)
    text = made("new", 100, 0.9).read_text()
    assert "drifted: " in burnish("drift", "old.jsonl", stdin=text).stdout
    assert "drifted: " in burnish("drift", "old.jsonl", "-", stdin=text).stdout
    assert "drifted: " in burnish("drift", "-", "old.jsonl", stdin=text).stdout


def test_the_table_says_what_would_tell(burnish: Burnish, made: Made) -> None:
    made("old", 100), made("new", 100)
    shown = burnish("drift", "old.jsonl", "new.jsonl", "--on", "facts").stdout
    assert "cannot tell: 0 of" in shown
    assert "samples of each side would tell of all tests" in shown
    assert "effect: D of numbers" in shown


def test_generated_samples_of_the_reference_are_left_out_and_that_is_said(burnish: Burnish, made: Made) -> None:
    made("old", 120, origin=lambda n: {"recipe": "r"} if n % 2 else None), made("new", 100)
    found = burnish("drift", "old.jsonl", "new.jsonl", "--json").stdout
    assert json.loads(found)["samples"] == [60, 100]
    assert "60 generated samples of the reference were left out" in burnish("drift", "old.jsonl", "new.jsonl").stdout


def test_facts_of_another_version_are_refused(burnish: Burnish, made: Made) -> None:
    made("old", 20), made("new", 20, facts_version=4)
    said = burnish("drift", "old.jsonl", "new.jsonl", code=2).stderr
    assert "the reference has facts of version 5 and the new set of version 4" in said


def test_groups_that_are_too_few_cannot_tell(burnish: Burnish, made: Made) -> None:
    made("old", 150, tags=lambda n: [f"speaker=a{n % 3}"]), made("new", 150, 0.9, tags=lambda n: [f"speaker=b{n % 3}"])
    shown = burnish("drift", "old.jsonl", "new.jsonl", "--group", "speaker").stdout
    assert "3 against 3 speakers allow no p under 0.1" in shown
    assert json.loads(burnish("drift", "old.jsonl", "new.jsonl", "--json").stdout)["verdict"] == "drifted"
    assert "no sample has such a tag" in burnish("drift", "old.jsonl", "new.jsonl", "--group", "spaeker", code=2).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("old.jsonl old.jsonl --on colour", "--on 'colour' is unknown"),
        ("old.jsonl old.jsonl --alpha 1", "--alpha 1: it has to be above 0 and below 1"),
        ("old.jsonl old.jsonl --margin 0", "--margin 0"),
        ("old.jsonl old.jsonl --fail-if worse", "--fail-if 'worse' is unknown"),
        ("old.jsonl old.jsonl --every hour", "--every 'hour': say day, week"),
        ("old.jsonl old.jsonl --every day", "by which time? Name the field of the log: --time at"),
        ("old.jsonl old.jsonl --every 50 --join id", "--every and --join: one at a time"),
        ("old.jsonl old.jsonl --join path", "--join 'path' is unknown"),
        ("old.jsonl old.jsonl -o h.jsonl", "-o, --time and --stats are for a log"),
        ("old.jsonl old.jsonl --on-alarm no-such-program", "there is no program 'no-such-program'"),
        ("old.jsonl old.jsonl --on-alarm '", "No closing quotation"),
        ("--simulate old.jsonl", "Say --n 200"),
        ("--simulate old.jsonl --n 11", "at most half can be set aside"),
        ("old.jsonl --simulate old.jsonl --n 5", "give REFERENCE and NEW, or"),
        ("", "give REFERENCE and NEW, or"),
        ("- -", "standard input is one manifest"),
        ("gone.jsonl old.jsonl", "cannot read gone.jsonl"),
    ],
)
def test_what_makes_no_sense_is_refused(burnish: Burnish, made: Made, words: str, said: str) -> None:
    made("old", 20)
    assert said in burnish("drift", *words.split(), code=2).stderr


def test_a_log_by_week_its_history_and_its_page(burnish: Burnish, made: Made, tmp_path: Path) -> None:
    made("old", 200, prediction="a", confidence=0.9)
    at = {"at": lambda n: f"2026-01-{5 + n // 10:02}T10:00:00Z", "prediction": "a", "confidence": 0.9}
    log = made("log", 140, **at)
    words = ["drift", "old.jsonl", "log.jsonl", "--every", "week", "--time", "at", "-o", "h.jsonl"]
    shown = burnish(*words, "--html", "d.html")
    assert "appended 2 windows to h.jsonl, which has 2" in shown.stderr
    windows = [json.loads(line) for line in (tmp_path / "h.jsonl").read_text().splitlines()]
    assert [(one["number"], one["window"], one["samples"]) for one in windows] == [
        (1, "2026-01-05 to 2026-01-11", 70),
        (2, "2026-01-12 to 2026-01-18", 70),
    ]
    assert windows[0]["alpha"] == pytest.approx(0.01 * 0.607927, rel=1e-5)
    before = (tmp_path / "h.jsonl").read_bytes()
    again = burnish(*words)
    assert (tmp_path / "h.jsonl").read_bytes() == before, "a window is judged once"
    assert "140 samples are of windows that were judged before" in again.stdout
    log.write_text(
        log.read_text() + made("later", 60, 0.9, at="2026-01-20", prediction="a", confidence=0.9).read_text()
    )
    more = json.loads(burnish(*words, "--json").stdout)
    assert (more["verdict"], more["new"], len(more["windows"])) == ("drifted", 1, 3)
    assert (tmp_path / "h.jsonl").read_bytes().startswith(before)
    page = (tmp_path / "d.html").read_text()
    assert page.count('class="over-time') >= 4
    assert 'data-window="1"' in page


def test_another_reference_does_not_go_on_with_a_history(burnish: Burnish, made: Made) -> None:
    made("old", 100), made("other", 90), made("log", 60, at="2026-01-05")
    burnish("drift", "old.jsonl", "log.jsonl", "--every", "day", "--time", "at", "-o", "h.jsonl")
    words = ["log.jsonl", "--every", "day", "--time", "at", "-o", "h.jsonl"]
    assert "made with another reference" in burnish("drift", "other.jsonl", *words, code=2).stderr


def test_the_same_samples_twice(burnish: Burnish, made: Made) -> None:
    made("old", 100), made("new", 100)
    found = json.loads(burnish("drift", "old.jsonl", "new.jsonl", "--join", "digest", "--json").stdout)
    assert (found["verdict"], found["joined"], found["tests"][0]["name"]) == ("drifted", 100, "image.brightness")
    same = json.loads(burnish("drift", "old.jsonl", "old.jsonl", "--join", "id", "--json").stdout)
    assert same["verdict"] == "steady"
    assert "differ by more than 0.001" in burnish("drift", "old.jsonl", "new.jsonl", "--join", "id").stdout


def test_a_simulation_of_calls(burnish: Burnish, made: Made) -> None:
    made("old", 200)
    words = ["drift", "--simulate", "old.jsonl", "--n", "100", "--trials", "10", "--on", "facts"]
    found = json.loads(burnish(*words, "--json").stdout)
    assert (found["samples"], found["n"], found["trials"]) == (200, 100, 10)
    assert {one["name"] for one in found["visible"]} >= {"image.brightness"}
    assert "without any change" in burnish(*words).stdout


def test_an_alarm_starts_the_users_program_without_a_shell(burnish: Burnish, made: Made, tmp_path: Path) -> None:
    made("old", 200), made("new", 200, 0.9)
    program = tmp_path / "alarm me"
    program.write_text(f"#!{sys.executable}\nimport sys; open('said', 'w').write(sys.argv[1] + sys.stdin.read())\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    burnish("drift", "old.jsonl", "new.jsonl", "--on-alarm", f"'{program}' '$(touch owned); x'")
    said = (tmp_path / "said").read_text()
    assert said.startswith("$(touch owned); x{")
    assert json.loads(said[len("$(touch owned); x") :])["verdict"] == "drifted"
    assert not (tmp_path / "owned").exists()
    (tmp_path / "said").unlink()
    burnish("drift", "old.jsonl", "old.jsonl", "--on-alarm", f"'{program}' x")
    assert not (tmp_path / "said").exists(), "nothing drifted"


def test_a_program_that_fails_is_told_and_changes_no_verdict(burnish: Burnish, made: Made) -> None:
    made("old", 200), made("new", 200, 0.9)
    for words in ((), ("-q",)):
        done = burnish("drift", "old.jsonl", "new.jsonl", "--on-alarm", "false", *words)
        assert "--on-alarm: false ended with 1" in done.stderr, "an alarm that nobody heard is never silent"


def test_all_facts_together_with_the_newest_samples_on_the_page(
    burnish: Burnish, made: Made, tmp_path: Path, picture: Callable[..., Path]
) -> None:
    made("old", 100)
    picture(tmp_path / "p.png")
    made("new", 100, 0.9, path=lambda n: "p.png" if n == 3 else f"gone/{n}.png")
    words = ["drift", "old.jsonl", "new.jsonl", "--on", "facts,features", "--html", "d.html"]
    burnish(*words)
    page = (tmp_path / "d.html").read_text()
    assert "all facts together" in page
    assert page.count("log-odds of being new") == 1
    assert page.count('<figure class="card">') == 20


def test_a_run_is_a_reference(burnish: Burnish, made: Made, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    lines = [
        {"path": f"{n}.jpg", "label": "ab"[n % 2], "prediction": "ab"[n % 2], "confidence": 0.9} for n in range(100)
    ]
    (tmp_path / "run" / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    made("log", 100, prediction="a", confidence=0.4, label="b")
    found = json.loads(burnish("drift", "run", "log.jsonl", "--json").stdout)
    drifted = {one["name"] for one in found["tests"] if one["verdict"] == "drifted"}
    assert {"confidence", "prediction", "accuracy", "label"} <= drifted


def test_a_malformed_line_is_named_on_either_side(burnish: Burnish, made: Made, tmp_path: Path) -> None:
    made("old", 20)
    (tmp_path / "bad.jsonl").write_text('{"path": "a"}\n{"path": "b", "confidence": "high"}\n')
    for words in (("old.jsonl", "bad.jsonl"), ("bad.jsonl", "old.jsonl")):
        assert "bad.jsonl:2: not a sample: Expected `float" in burnish("drift", *words, code=2).stderr


def test_a_recipe_starts_no_program(burnish: Burnish, made: Made, tmp_path: Path) -> None:
    made("old", 20)
    step = '  - drift: {reference: old.jsonl, on_alarm: "touch owned"}'
    (tmp_path / "r.yaml").write_text(f"kind: pipeline\nsteps:\n  - select: {{}}\n    input: old.jsonl\n{step}\n")
    assert "a recipe starts no programs" in burnish("run", "r.yaml", "--work", "w", code=2).stderr


def test_an_alarm_is_told_before_its_window_is_judged_for_good(burnish: Burnish, made: Made, tmp_path: Path) -> None:
    made("old", 200), made("log", 60, 0.9, at="2026-01-05")
    words = ["drift", "old.jsonl", "log.jsonl", "--every", "day", "--time", "at", "-o", "h.jsonl", "--on-alarm"]
    burnish(*words, f'{sys.executable} -c \'import os; assert not os.path.exists("h.jsonl"); open("told", "w")\'')
    assert (tmp_path / "told").exists()
    assert (tmp_path / "h.jsonl").exists()


def run_line(command: str, at: str, **fields: object) -> str:
    line = {"command": command, "at": at, "seconds": 2.0, "cpu_seconds": 3.0, "memory_mb": 80.5, "samples": 90}
    return json.dumps(line | fields) + "\n"


def test_what_scans_took_and_the_schema_said_is_kept_with_the_windows(
    burnish: Burnish, made: Made, tmp_path: Path
) -> None:
    made("old", 200)
    log = made("log", 60, at="2026-01-05")
    words = ["drift", "old.jsonl", "log.jsonl", "--every", "day", "--time", "at", "-o", "h.jsonl", "--stats", "s.jsonl"]
    assert "there is no such file; burnish scan FOLDER --stats s.jsonl begins one" in burnish(*words, code=2).stderr
    scans = run_line("scan", "2026-01-05T10:00:00.000Z", files=40) + run_line("scan", "2026-01-05T11:00:00Z", files=0)
    scans += run_line("scan", "2026-01-05T12:00:00.000Z", files=20, reused=40)
    (tmp_path / "s.jsonl").write_text(scans)
    said = run_line(
        "validate", "2026-01-05T12:00:01.000Z", errors=2, warnings=1, anomalies=["error new-label of <b>: 9"]
    )
    (tmp_path / "v.jsonl").write_text(said)
    burnish(*words, "--stats", "v.jsonl")
    first = json.loads((tmp_path / "h.jsonl").read_text())["run"]
    assert first["scans"] == {"runs": 3, "files": 60, "seconds": 4.0, "cpu_seconds": 6.0, "memory_mb": 80.5}
    assert (first["validated"]["errors"], first["validated"]["anomalies"]) == (2, ["error new-label of <b>: 9"])

    later = run_line("scan", "2999-01-05T12:00:00Z", files=30)
    (tmp_path / "s.jsonl").write_text(scans + later)
    log.write_text(log.read_text() + made("more", 60, at="2026-01-07").read_text())
    burnish(*words, "--stats", "v.jsonl", "--html", "d.html")
    second = json.loads((tmp_path / "h.jsonl").read_text().splitlines()[1])["run"]
    assert second["scans"]["files"] == 30, "what was told with a window is not told again"
    assert second["validated"] is None
    page = (tmp_path / "d.html").read_text()
    assert "last validated 2026-01-05T12:00:01.000Z: 90 samples, 2 errors, 1 warning" in page
    for words_of_page in ("files a second", "processor ms a file", "errors by the schema", "new-label of &lt;b&gt;: 9"):
        assert words_of_page in page

    (tmp_path / "s.jsonl").write_text(scans + "{}\n")
    assert "s.jsonl:4: no line that --stats writes" in burnish(*words, code=2).stderr
    assert "are for a log" in burnish("drift", "old.jsonl", "log.jsonl", "--stats", "v.jsonl", code=2).stderr
