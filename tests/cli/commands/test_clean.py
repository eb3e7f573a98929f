"""`burnish clean` as its users call it."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from curate.review.answers import Answer, AnswerWriter
from tests.conftest import Burnish

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, picture: Write) -> Path:
    """Nine pictures, one of them cut short, one empty."""
    for number in range(9):
        picture(tmp_path / "data" / "cat" / f"{number}.jpg", seed=number)
    (tmp_path / "data" / "dog").mkdir()
    (tmp_path / "data" / "cat" / "8.jpg").rename(tmp_path / "data" / "dog" / "8.jpg")
    cut = tmp_path / "data" / "cat" / "1.jpg"
    cut.write_bytes(cut.read_bytes()[:-100])
    (tmp_path / "data" / "cat" / "2.jpg").write_bytes(b"")
    return tmp_path


def paths(text: str) -> list[str]:
    return [json.loads(line)["path"] for line in text.splitlines()]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_errors_are_dropped_and_rejects_are_saved(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    result = burnish("clean", "--rejects", "bad.jsonl", stdin=manifest)
    assert len(paths(result.stdout)) == 7
    assert paths((folder / "bad.jsonl").read_text()) == ["data/cat/1.jpg", "data/cat/2.jpg"]
    assert result.stderr.startswith("kept 7 of 9 samples; dropped 2: truncated 1, empty 1\n")


def test_from_a_file_and_from_a_pipe_it_is_the_same(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    from_file = burnish("clean", "set.jsonl", "--set", "dark=0.9").stdout
    assert from_file == burnish("clean", "--set", "dark=0.9", stdin=(folder / "set.jsonl").read_bytes()).stdout
    assert "dark" in from_file
    burnish("clean", "set.jsonl", "--set", "dark=0.9", "-o", "set.jsonl")
    assert (folder / "set.jsonl").read_text() == from_file


def test_quarantine_shows_its_plan_moves_and_comes_back(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    before = content(folder)
    plan = burnish("clean", "set.jsonl", "--quarantine", "bad").stderr
    assert "would move 2 files" in plan
    assert content(folder) == before
    moved = burnish("clean", "set.jsonl", "--quarantine", "bad", "--apply").stderr
    assert "moved 2 files to bad; take it back with: burnish undo bad/journal.jsonl" in moved
    after = content(folder)
    assert after["bad/truncated/data/cat/1.jpg"] == before["data/cat/1.jpg"]
    assert "data/cat/1.jpg" not in after
    again = burnish("clean", "set.jsonl", "--quarantine", "bad", "--apply").stderr
    assert "moved 2 files" in again, "what an earlier call moved is moved"
    burnish("undo", "bad/journal.jsonl")
    assert content(folder) == before


def test_a_file_that_changed_or_went_since_the_scan_is_not_touched(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    (folder / "data" / "cat" / "1.jpg").write_bytes(b"edited meanwhile")
    (folder / "data" / "cat" / "2.jpg").unlink()
    errors = burnish("clean", "set.jsonl", "--quarantine", "bad", "--apply").stderr
    assert "moved 0 files" in errors
    assert "not moved: data/cat/1.jpg: changed" in errors
    assert "not moved: data/cat/2.jpg: vanished" in errors
    assert (folder / "data" / "cat" / "1.jpg").read_bytes() == b"edited meanwhile"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--quarantine", "data/bad"], "--quarantine data/bad is inside the dataset"),
        (["--quarantine", "data/cat/bad"], "--quarantine data/cat/bad is inside the dataset"),
        (["--apply"], "--apply moves or mends files, so it needs --quarantine DIR or --fix WHAT"),
        (["--set", "drak=1"], "--set: there is no check 'drak' (did you mean 'dark'?)"),
        (["--only", "dark,blury"], "--only: there is no check 'blury' (did you mean 'blurry'?)"),
        (["--fail-on", "eror"], "--fail-on: there is no check 'eror' (did you mean 'error'?)"),
        (["--config", "gone.yaml"], "cannot read gone.yaml: No such file or directory"),
        (["--rejects", "no/bad.jsonl"], "cannot write no/bad.jsonl: there is no folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_can_get_wrong(burnish: Burnish, folder: Path, arguments: list[str], message: str) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    before = content(folder)
    result = burnish("clean", "set.jsonl", *arguments, code=2)
    assert result.stderr.startswith(f"burnish clean: {message}")
    assert (result.stdout, content(folder)) == ("", before)


def test_a_hidden_quarantine_may_be_inside(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    burnish("clean", "set.jsonl", "--quarantine", "data/.bad", "--apply")
    assert "scanned 7 images" in burnish("scan", "data").stderr


def test_gates(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data").stdout
    burnish("clean", "--fail-on", "damaged", "--quiet", stdin=manifest)
    result = burnish("clean", "--fail-on", "truncated", "--fail-on", "error", "--quiet", stdin=manifest, code=1)
    assert result.stderr == (
        "burnish clean: --fail-on truncated: 1 finding: truncated 1 (data/cat/1.jpg); "
        "--fail-on error: 2 findings: empty 1 (data/cat/2.jpg), truncated 1 (data/cat/1.jpg)\n"
    )
    assert len(paths(result.stdout)) == 7


def test_a_manifest_without_facts_says_what_to_run(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "data", "--shallow").stdout
    message = burnish("clean", stdin=manifest, code=2).stderr
    assert message.startswith("burnish clean: no sample has image.frames, image.acutance")
    assert message.endswith("measure the files first: burnish scan FOLDER (without --shallow)\n")


def test_the_list_of_checks(burnish: Burnish) -> None:
    table = burnish("clean", "--list").stdout
    assert "image.brightness_p99 < 0.32" in table
    rows: list[dict[str, Any]] = json.loads(burnish("clean", "--list", "--json").stdout)
    assert {"check": "dark", "threshold": 0.32, "severity": "warning"}.items() <= next(
        row for row in rows if row["check"] == "dark"
    ).items()


def test_a_check_that_flags_half_of_the_set_says_so_once(burnish: Burnish, folder: Path) -> None:
    sound = burnish("select", "--where", "image.width > 0", stdin=burnish("scan", "data").stdout).stdout
    result = burnish("clean", stdin=sound.replace('"orientation":1', '"orientation":6'))
    assert "rotated would flag 100.0 % of the set" in result.stderr
    assert "rotated" not in result.stdout


def test_a_full_disk_leaves_nothing_half_written(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    result = burnish("clean", "set.jsonl", "-o", "/dev/full", code=2)
    assert "No space left on device" in result.stderr
    assert sorted(os.listdir(folder)) == ["data", "set.jsonl"]


def test_what_is_flagged_is_shown(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    result = burnish("clean", "set.jsonl", "--set", "dark=0.9", "--html", "flagged.html", "-o", "out.jsonl")
    assert "wrote flagged.html" in result.stderr
    page = (folder / "flagged.html").read_text()
    assert "data:image/jpeg;base64," in page
    assert all(text in page for text in ("dark: ", "under 0.9", "truncated: 1", "data/cat/1.jpg"))


def test_the_page_says_what_is_compared_before_it_shows_it(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    burnish("clean", "set.jsonl", "--set", "dark=0.9", "--html", "flagged.html", "-q")
    page = (folder / "flagged.html").read_text()
    section = page[page.index("<h2>dark: ") :]
    assert section.index("image.brightness_p99 under 0.9") < section.index("<img")
    assert "<p></p>" not in page


def test_the_page_shows_thresholds_of_the_set_that_flag_nothing(
    burnish: Burnish, tmp_path: Path, picture: Write
) -> None:
    for number in range(24):
        picture(tmp_path / "data" / f"{number}.png", seed=number)
    burnish("clean", "--auto", "--html", "learnt.html", stdin=burnish("scan", "data").stdout)
    page = (tmp_path / "learnt.html").read_text()
    assert "Nothing is flagged." in page
    row = page[page.index(">dark<") :].partition("</tr>")[0]
    assert [text in row for text in ("image.brightness_p99 under", "0.32", ">24<", ">0<")] == [True] * 4


def test_the_page_cannot_take_the_place_of_the_manifest(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    before = content(folder)
    message = burnish("clean", "set.jsonl", "--html", "set.jsonl", code=2).stderr
    assert "that is the manifest itself" in message
    assert content(folder) == before


def test_thresholds_of_the_set_are_said_and_can_be_kept(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(24):
        picture(tmp_path / "data" / f"{number}.png", seed=number)
    (tmp_path / "data" / "dusk.png").write_bytes((tmp_path / "data" / "0.png").read_bytes())
    manifest = burnish("scan", "data").stdout.replace('"entropy":', '"entropy_of_old":0,"entropy":')
    result = burnish("clean", "--auto", stdin=manifest)
    assert "  dark: below 0." in result.stderr
    assert "instead of 0.32 (median " in result.stderr
    kept = next(line for line in result.stderr.splitlines() if "to keep them: " in line).partition("keep them: ")[2]
    assert burnish("clean", *kept.split(), stdin=manifest).stdout == result.stdout
    few = burnish("clean", "--auto", stdin="".join(manifest.splitlines(keepends=True)[:5]))
    assert "  dark: 0.32, as there are too few samples to learn from" in few.stderr
    assert "too-long" not in few.stderr, "there is no recording"


def answers(folder: Path, **said: str) -> None:
    """Write what ann answered to `reject`: `c3="reject"` is the sample data/cat/3.jpg."""
    samples = {sample["path"]: sample for sample in map(json.loads, (folder / "set.jsonl").read_text().splitlines())}
    with AnswerWriter(str(folder / "answers.jsonl")) as writer:
        for name, word in said.items():
            path = f"data/cat/{name[1:]}.jpg"
            label, moment = (None if word == "reject" else word), datetime(2026, 1, 2, tzinfo=UTC)
            digest = samples[path]["digest"]
            writer.append(
                Answer(path, digest, "ann", "reject", label, 1.0, moment, {}, reject=word == "reject", note="blurred")
            )


def test_what_people_rejected_goes_and_what_they_kept_stays(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    answers(folder, c1="keep", c3="reject")
    result = burnish("clean", "set.jsonl", "--answers", "answers.jsonl", "--rejects", "gone.jsonl", "-o", "good.jsonl")
    assert result.stderr.startswith(
        "answers: 1 sample rejected, 1 kept\nkept 7 of 9 samples; dropped 2: empty 1, rejected 1\n"
    )
    gone = {one["path"]: one for one in map(json.loads, (folder / "gone.jsonl").read_text().splitlines())}
    assert gone["data/cat/3.jpg"]["findings"][-1] == {
        "check": "rejected", "severity": "error", "detail": "ann rejected it, 2026-01-02T00:00:00Z: blurred",
    }  # fmt: skip
    assert "data/cat/1.jpg" in paths((folder / "good.jsonl").read_text())


def test_a_rejection_can_be_looked_at_first_and_be_overruled(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    answers(folder, c3="reject")
    burnish("clean", "set.jsonl", "--answers", "answers.jsonl", "--keep", "rejected", "-o", "marked.jsonl")
    assert "data/cat/3.jpg" in paths((folder / "marked.jsonl").read_text())
    # Without answers what was decided holds; with others it is decided anew.
    assert "rejected 1" in burnish("clean", "marked.jsonl", "--drop", "rejected", "-o", "/dev/null").stderr
    (folder / "answers.jsonl").unlink()
    answers(folder, c3="keep")
    again = burnish("clean", "marked.jsonl", "--answers", "answers.jsonl")
    assert "data/cat/3.jpg" in paths(again.stdout)
    assert '"rejected"' not in again.stdout


def test_rejected_files_go_to_quarantine_and_come_back(burnish: Burnish, folder: Path) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    answers(folder, c3="reject")
    before = content(folder)
    call = ("clean", "set.jsonl", "--answers", "answers.jsonl", "--quarantine", "bad", "-o", "/dev/null")
    assert "would move 3 files" in burnish(*call).stderr
    burnish(*call, "--apply")
    assert not (folder / "data/cat/3.jpg").exists()
    burnish("undo", "bad/journal.jsonl")
    assert {name: data for name, data in content(folder).items() if not name.startswith("bad")} == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--rule", "last"), "--rule last decides on answers; name them: --answers FILE"),
        (("--adjudicator", "ann"), "--adjudicator goes with --rule adjudicated"),
        (("--answers", "a.jsonl", "--rule", "adjudicated"), "whose word decides? --adjudicator NAME"),
        (("--answers", "none.jsonl"), "cannot read none.jsonl: No such file or directory"),
    ],
    ids=["no answers", "no adjudication", "nobody", "no file"],
)
def test_answers_that_cannot_decide_are_refused(
    burnish: Burnish, folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    burnish("scan", "data", "-o", "set.jsonl")
    assert message in burnish("clean", "set.jsonl", *arguments, code=2).stderr
