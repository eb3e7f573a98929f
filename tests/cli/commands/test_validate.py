"""`burnish validate`: shapes, gates, rejects, pages."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.browser import Browser, needs_browser
from tests.conftest import Burnish
from tests.curate.schema.samples import encoded, line, many

GOOD = many(200)
ODD = [*(line(number) for number in range(60)), *(line(number, label="fox") for number in range(60, 100))]


def lines(samples: list[dict[str, object]]) -> bytes:
    return b"".join(one + b"\n" for one in encoded(samples))


@pytest.fixture
def schema(burnish: Burnish, tmp_path: Path) -> Path:
    """A schema of good samples."""
    burnish("schema", "-o", "schema.yaml", stdin=lines(GOOD))
    return tmp_path / "schema.yaml"


def test_json_has_the_shape_that_scripts_rely_on(burnish: Burnish, schema: Path) -> None:
    found = json.loads(burnish("validate", "--schema", schema, "--json", stdin=lines(ODD)).stdout)
    assert list(found) == ["samples", "generated", "alpha", "tests", "anomalies", "groups", "alone", "older"]
    assert (found["samples"], len(found["anomalies"])) == (100, 1)
    (one,) = found["anomalies"]
    assert {name: one[name] for name in ("name", "of", "severity", "samples", "share", "worst", "path")} == {
        "name": "new-label", "of": "label", "severity": "error", "samples": 40, "share": 0.4, "worst": "fox",
        "path": "60.jpg",
    }  # fmt: skip


def test_the_table_says_what_is_wrong(burnish: Burnish, schema: Path) -> None:
    out = burnish("validate", "--schema", schema, stdin=lines(ODD)).stdout
    assert re.search(r"new-label +label +error +40 +40\.0 +0\.0 +fox +60\.jpg", out)
    assert "100 samples: 1 error, 0 warnings, 0 notes\nnew-label: a label that the schema does not know\n" in out
    assert burnish("validate", "--schema", schema, stdin=lines(GOOD)).stdout.startswith("200 samples: 0 errors")


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        ([], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "new-label"], 1),
        (["--fail-on", "missing-label,new-field"], 0),
        (["--fail-on", "missing-label", "--fail-on", "error"], 1),
    ],
    ids=str,
)
def test_gates(burnish: Burnish, schema: Path, gate: list[str], code: int) -> None:
    result = burnish("validate", "--schema", schema, *gate, "--json", stdin=lines(ODD), code=code)
    assert json.loads(result.stdout)["samples"] == 100, "the report is written all the same"
    if code:
        assert result.stderr == f"burnish validate: --fail-on {gate[-1]}: new-label of label (40)\n"


def test_a_warning_fails_only_the_gate_for_warnings(burnish: Burnish, schema: Path) -> None:
    new = lines(many(100, wind=3))
    burnish("validate", "--schema", schema, "--fail-on", "error", stdin=new)
    burnish("validate", "--schema", schema, "--fail-on", "warning", stdin=new, code=1)
    burnish("validate", "--schema", schema, "--fail-on", "new-field", stdin=new, code=1)


def test_one_outlier_in_ten_thousand_fails_no_gate_and_is_listed(burnish: Burnish, schema: Path) -> None:
    odd = [*many(9999), line(0, path="odd.jpg", image={"format": "JPEG", "mode": "RGB", "width": 32, "brightness": 0})]
    gates = [word for name in ("error", "warning", "out-of-range") for word in ("--fail-on", name)]
    found = json.loads(burnish("validate", "--schema", schema, *gates, "--json", stdin=lines(odd)).stdout)
    (one,) = found["anomalies"]
    assert (one["name"], one["severity"], one["samples"], one["worst"], one["path"]) == (
        "out-of-range", "note", 1, 0, "odd.jpg")  # fmt: skip


def test_a_gate_on_nothing_fails_unless_that_is_right(burnish: Burnish, schema: Path) -> None:
    burnish("validate", "--schema", schema, stdin="")
    result = burnish("validate", "--schema", schema, "--fail-on", "error", stdin="", code=1)
    assert result.stderr == (
        "burnish validate: no samples, so nothing was validated; if that is right: --allow-empty\n"
    )
    burnish("validate", "--schema", schema, "--fail-on", "error", "--allow-empty", stdin="")


def test_rejects_are_parted_and_say_why(burnish: Burnish, schema: Path, tmp_path: Path) -> None:
    result = burnish(
        "validate", "--schema", schema, "-o", "ok.jsonl", "--rejects", "bad.jsonl", "--fail-on", "error",
        stdin=lines(ODD), code=1,
    )  # fmt: skip
    assert "kept 60 of 100 samples; rejected 40\n" in result.stderr
    assert (tmp_path / "ok.jsonl").read_bytes() == lines(ODD[:60])
    bad = [json.loads(text) for text in (tmp_path / "bad.jsonl").read_text().splitlines()]
    assert [one["path"] for one in bad] == [f"{number}.jpg" for number in range(60, 100)]
    assert bad[0]["findings"] == [{"check": "new-label", "severity": "error", "detail": "label: fox"}]


def test_warnings_reject_nothing_unless_they_are_named(burnish: Burnish, schema: Path, tmp_path: Path) -> None:
    new = lines(many(100, wind=3))
    burnish("validate", "--schema", schema, "-o", "ok.jsonl", stdin=new)
    assert (tmp_path / "ok.jsonl").read_bytes() == new
    burnish("validate", "--schema", schema, "-o", "ok.jsonl", "--drop", "warning", stdin=new)
    assert (tmp_path / "ok.jsonl").read_bytes() == b""


def test_in_a_pipe_the_report_goes_to_stderr(burnish: Burnish, schema: Path) -> None:
    result = burnish("validate", "--schema", schema, "-o", "-", stdin=lines(ODD))
    assert result.stdout.encode() == lines(ODD[:60])
    assert "100 samples: 1 error" in result.stderr
    error = burnish("validate", "--schema", schema, "-o", "-", "--json", stdin=lines(ODD), code=2).stderr
    assert "no room for a report" in error


def test_what_is_within_the_schema_is_kept_unless_it_is_named(burnish: Burnish, schema: Path, tmp_path: Path) -> None:
    odd = [*many(99), line(0, path="odd.jpg", image={"format": "JPEG", "mode": "RGB", "width": 33, "brightness": 0.45})]
    burnish("validate", "--schema", schema, "-o", "ok.jsonl", stdin=lines(odd))
    assert len((tmp_path / "ok.jsonl").read_text().splitlines()) == 100
    burnish("validate", "--schema", schema, "-o", "ok.jsonl", "--drop", "out-of-range", stdin=lines(odd))
    assert len((tmp_path / "ok.jsonl").read_text().splitlines()) == 99
    burnish("validate", "--schema", schema, "--rejects", "bad.jsonl", "--drop", "note", stdin=lines(odd))
    assert '"odd.jpg"' in (tmp_path / "bad.jsonl").read_text()


def test_environments(burnish: Burnish, schema: Path) -> None:
    bare = lines([{name: value for name, value in one.items() if name not in {"label", "split"}} for one in GOOD])
    burnish("validate", "--schema", schema, "--fail-on", "error", stdin=bare, code=1)
    burnish("validate", "--schema", schema, "--env", "serving", "--fail-on", "warning", stdin=bare)
    burnish(
        "validate", "--schema", schema, "--env", "serving", "--fail-on", "unexpected-label", stdin=lines(GOOD), code=1
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "which schema? --schema FILE; make one of good samples: burnish schema MANIFEST -o schema.yaml"),
        (["--schema", "gone.yaml"], "cannot read gone.yaml: No such file or directory"),
        (["--schema", "odd.yaml"], "odd.yaml:3: 'lable' is unknown (did you mean 'label'?)"),
        (["--schema", "schema.yaml", "--env", "live"], "--env live: there is no such environment in schema.yaml"),
        (["--schema", "schema.yaml", "--fail-on", "new-lable"], "--fail-on: there is no anomaly 'new-lable' (did you"),
        (["--schema", "schema.yaml", "--fail-on", "note"], "--fail-on: there is no anomaly 'note'"),
        (["--schema", "schema.yaml", "-o", "./schema.yaml"], "-o ./schema.yaml: that is an input; name another file"),
        (["--schema", "schema.yaml", "-o", "a.jpg"], "-o a.jpg: that is the name of a media file"),
        (["--schema", "schema.yaml", "-o", "a", "--rejects", "a"], "a is named for two outputs"),
    ],
)  # fmt: skip
def test_what_it_refuses_before_it_reads(
    burnish: Burnish, schema: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "odd.yaml").write_text("kind: schema\nversion: 1\nlable: none\n")
    error = burnish("validate", *words, stdin="?", code=2).stderr
    assert error.startswith(f"burnish validate: {message}")
    assert error.count("\n") == 1


def test_facts_of_another_version_are_refused_with_the_line(burnish: Burnish, schema: Path) -> None:
    error = burnish("validate", "--schema", schema, stdin=lines([*GOOD[:2], line(2, facts_version=4)]), code=2).stderr
    assert error == (
        "burnish validate: <stdin>:3: the facts of 2.jpg are of version 4, and those they are to be compared with of "
        "version 5; measure the older ones again (burnish scan; of a schema: burnish schema --update)\n"
    )


@needs_browser
@pytest.mark.parametrize(
    ("width", "dark"), [(1200, False), (1200, True), (400, False)], ids=["light", "dark", "narrow"]
)
def test_the_page_shows_the_samples(burnish: Burnish, schema: Path, tmp_path: Path, width: int, dark: bool) -> None:
    burnish("validate", "--schema", schema, "--html", "page.html", stdin=lines(ODD))
    with Browser(tmp_path / "page.html", width, dark=dark) as page:
        assert page.ask("document.querySelectorAll('figure').length") == 6
        assert "40 of 100 (error)" in page.ask("document.body.innerText")
        assert page.ask("document.documentElement.scrollWidth") == width
        assert (page.console, page.requests) == ([], [])


def test_only_the_newest_are_looked_at_and_written(burnish: Burnish, schema: Path, tmp_path: Path) -> None:
    samples = [
        line(at, label="fox" if at < 100 else "cat", at=1_762_164_000 + 86_400 * (at // 100)) for at in range(200)
    ]
    (tmp_path / "log.jsonl").write_bytes(lines(samples))
    words = ("validate", "log.jsonl", "--schema", "schema.yaml", "--fail-on", "new-label")
    burnish(*words, code=1)
    done = burnish(*words, "--last", "day", "--time", "at", "-o", "good.jsonl", "--rejects", "bad.jsonl")
    assert "100 older samples were left out" in done.stdout
    assert (tmp_path / "good.jsonl").read_bytes() == lines(samples[100:])
    assert (tmp_path / "bad.jsonl").read_bytes() == b""
    piped = burnish(
        "validate", "--schema", "schema.yaml", "--last", "30", "--time", "at", "--json", stdin=lines(samples)
    )
    found = json.loads(piped.stdout)
    assert (found["samples"], found["older"]) == (100, 100), "of equal times all"


def test_places_that_need_not_be_there(burnish: Burnish, schema: Path) -> None:
    samples = [{key: value for key, value in line(at).items() if key != "split"} for at in range(100)]
    words = ("validate", "--schema", "schema.yaml", "--fail-on", "error")
    assert "missing-fact of split (100)" in burnish(*words, stdin=lines(samples), code=1).stderr
    burnish(*words, "--without", "split", stdin=lines(samples))
    burnish(*words, "--without", "tag:camera, split", stdin=lines(samples))
    said = burnish(*words, "--without", "splt", stdin=lines(samples), code=2).stderr
    assert "--without 'splt': there is no such place (did you mean 'split'?)" in said


def test_what_it_took_and_found_is_appended(burnish: Burnish, schema: Path, tmp_path: Path) -> None:
    words = ("validate", "--schema", "schema.yaml", "--fail-on", "error", "--stats", "runs.jsonl")
    burnish(*words, stdin=lines(GOOD))
    burnish(*words, stdin=lines(ODD), code=1)
    first, second = map(json.loads, (tmp_path / "runs.jsonl").read_text().splitlines())
    assert (first["command"], first["samples"], first["errors"], first["files"]) == ("validate", 200, 0, None)
    assert second["errors"] >= 1
    assert "error new-label of label: 40 of 100" in second["anomalies"]
    assert 0 < second["seconds"] < 60
    assert "no line that --stats writes" in burnish(*words[:-1], "schema.yaml", stdin=lines(GOOD), code=2).stderr
    assert "kind: schema" in (tmp_path / "schema.yaml").read_text()


@pytest.mark.parametrize("words", [("--last", "week"), ("--time", "at")])
def test_last_and_time_go_together(burnish: Burnish, schema: Path, words: tuple[str, str]) -> None:
    said = burnish("validate", "--schema", "schema.yaml", *words, stdin=lines(GOOD), code=2).stderr
    assert "--last and --time go together" in said
