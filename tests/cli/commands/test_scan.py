"""`burnish scan` as its users call it: odd places, odd files, twice, interrupted."""

import json
import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Burnish
from tests.curate.media.storage.tars import tar_of
from tests.machine import PATIENCE_S, children_of, wait_until

Write = Callable[..., Path]


def findings(output: str) -> dict[str, list[tuple[str, str]]]:
    records = map(json.loads, output.splitlines())
    return {r["path"]: [(f["check"], f.get("detail", "")) for f in r.get("findings", [])] for r in records}


def test_scan_into_balance(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(3):
        picture(tmp_path / "d" / "cat" / f"{number}.jpg", seed=number)
    picture(tmp_path / "d" / "dog" / "0.jpg", seed=9)
    report = json.loads(burnish("balance", "--json", stdin=burnish("scan", "d").stdout).stdout)
    assert [(found["label"], found["count"]) for found in report["classes"]] == [("cat", 3), ("dog", 1)]


def test_some_facts_are_no_beginning_of_all(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    picture(tmp_path / "d" / "a.jpg")
    burnish("scan", "d", "-o", "part.jsonl", "--facts", "phash, entropy")
    part = json.loads((tmp_path / "part.jsonl").read_text())
    burnish("scan", "d", "-o", "part.jsonl")
    whole = json.loads((tmp_path / "part.jsonl").read_text())
    header = {"format", "mode", "width", "height", "frames", "orientation", "bits"}
    assert part["image"] == {
        name: whole["image"][name] for name in whole["image"] if name in {*header, "phash", "entropy"}
    }
    assert len(whole["image"]) > 20
    assert "facts_version" not in part
    # And a whole one is not taken for what was asked.
    said = burnish("scan", "d", "-o", "part.jsonl", "--facts", "entropy").stderr
    assert said.startswith("  without phash and fingerprint, dedup will find files of the same bytes")
    assert "phash" not in json.loads((tmp_path / "part.jsonl").read_text())["image"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["link"], "link is a broken link"),
        (["fifo"], "fifo is a named pipe, not a folder or a file"),
        (["d", "d/cat"], "d/cat and d overlap, so files would be counted twice; name one of them"),
        (["d", "--label", "foldr"], "--label 'foldr' is unknown (did you mean 'folder'?)"),
        (
            ["d", "--pattern", "{label"],
            "--pattern '{label' has no fields or unpaired braces; an example: '{label}_{speaker}'",
        ),
        (["d", "--metadata", "gone.csv"], "cannot read gone.csv: No such file or directory"),
        (["d", "-o", "no/set.jsonl"], "cannot write no/set.jsonl: there is no folder TMP/no; make it first (mkdir -p)"),
        (["d", "-o", "d"], "cannot write d: it is a folder; name a file in it"),
        (["d", "-o", "d/a.jpg"], "-o d/a.jpg: that is the name of a media file; a manifest is named like set.jsonl"),
        (
            ["d", "-o", "notes.txt"],
            "notes.txt:1: not a sample: JSON is malformed: invalid character (byte 0); "
            "name another output, or measure all again with --fresh",
        ),
        (
            ["d", "--facts", "phash,sharpnes"],
            "--facts 'sharpnes' is no fact that is measured (did you mean 'sharpness'?)",
        ),
        (["d", "--facts", "phash", "--shallow"], "--shallow measures nothing; leave out --facts"),
        (["d", "--jobs", "0"], "Invalid value for '--jobs' / '-j': Input should be greater than or equal to 1"),
        ([], "Missing argument 'PATH...'; an example: burnish scan photos/ -o set.jsonl"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_can_get_wrong(burnish: Burnish, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "d" / "cat").mkdir(parents=True)
    (tmp_path / "link").symlink_to("gone")
    (tmp_path / "notes.txt").write_text("my notes")
    os.mkfifo(tmp_path / "fifo")
    assert burnish("scan", *arguments, code=2).stderr == f"burnish scan: {message.replace('TMP', str(tmp_path))}\n"
    assert (tmp_path / "notes.txt").read_text() == "my notes"


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_files_that_lie(burnish: Burnish, tmp_path: Path) -> None:
    wav = b"RIFF\xff\xff\xff\xefWAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\xdb\xff\xff\xef"
    (tmp_path / "empty.png").touch()
    (tmp_path / "huge.png").write_bytes(png_header(60_000, 60_000))
    (tmp_path / "huge.wav").write_bytes(wav + bytes(100))
    (tmp_path / "gone.png").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.wav")
    found = findings(burnish("scan", ".").stdout)
    assert {path: [check for check, _ in checks] for path, checks in found.items()} == {
        "./empty.png": ["empty"],
        "./gone.png": ["unreadable"],
        "./huge.png": ["oversized"],
        "./huge.wav": ["truncated"],
        "./pipe.wav": ["unreadable"],
    }
    assert found["./empty.png"][0][1].startswith("the file has no bytes")
    assert "60,000 x 60,000" in found["./huge.png"][0][1] or "60000" in found["./huge.png"][0][1]
    assert found["./gone.png"][0][1] == "cannot be opened: it is a broken link to nowhere"
    assert found["./pipe.wav"][0][1] == "cannot be opened: it is a named pipe"


def test_scanning_again_measures_only_what_changed(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(5):
        picture(tmp_path / "d" / f"{number}.jpg", seed=number)
    assert "(0 unchanged)" not in burnish("scan", "d", "-o", "set.jsonl").stderr
    first = (tmp_path / "set.jsonl").read_bytes()
    assert "scanned 5 images (5 unchanged)" in burnish("scan", "d", "-o", "set.jsonl").stderr
    assert (tmp_path / "set.jsonl").read_bytes() == first
    picture(tmp_path / "d" / "new.jpg", seed=99)
    assert "scanned 6 images (5 unchanged)" in burnish("scan", "d", "-o", "set.jsonl").stderr
    assert "unchanged" not in burnish("scan", "d", "-o", "set.jsonl", "--fresh").stderr


def test_the_same_manifest_from_one_worker_and_from_four(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(50):
        picture(tmp_path / "d" / f"{number}.jpg", seed=number)
    assert burnish("scan", "d", "--jobs", 1).stdout == burnish("scan", "d", "--jobs", 4).stdout


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_the_old_manifest_stays(
    tmp_path: Path, picture: Write, signal_number: signal.Signals
) -> None:
    picture(tmp_path / "d" / "a.png", size=(3000, 3000))
    for number in range(600):
        os.link(tmp_path / "d" / "a.png", tmp_path / "d" / f"{number}.png")
    (tmp_path / "set.jsonl").write_text('{"path": "old"}\n')
    command = [sys.executable, str(ROOT / "burnish.py"), "scan", "d", "-o", "set.jsonl"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True)
    # Until it is at work: a signal between the making of its file and the first byte leaves that for the next writer.
    wait_until(lambda: len(os.listdir(tmp_path)) >= 3 and children_of(process.pid))
    os.killpg(process.pid, signal_number)
    errors = process.communicate(timeout=PATIENCE_S)[1]
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[signal_number]
    assert b"Traceback" not in errors
    assert (tmp_path / "set.jsonl").read_text() == '{"path": "old"}\n'
    assert sorted(os.listdir(tmp_path)) == ["d", "set.jsonl"]


def test_a_word_on_names_that_do_not_match(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    picture(tmp_path / "d" / "x.jpg")
    errors = burnish("scan", "d", "--pattern", "{label}_{take}").stderr
    assert "1 name does not match the pattern, such as d/x.jpg" in errors


def test_hostile_files_all_get_a_verdict_without_chatter(burnish: Burnish, data: Path) -> None:
    for name in ("hostile", "wav_formats"):
        result = burnish("scan", data / name)
        seen = findings(result.stdout)
        others = int(next(line for line in result.stderr.splitlines() if "left out" in line).split(":")[1].split()[0])
        assert len(seen) + others == sum(len(files) for _, _, files in os.walk(data / name))
        assert not [path for path, checks in seen.items() if checks and checks[0][0] == "crashed-decoder"]
        assert all(line.startswith(("scanned", "  ")) for line in result.stderr.splitlines())


@pytest.mark.skipif(sys.platform != "linux", reason="forking is not safe elsewhere")
def test_however_workers_are_started_the_manifest_is_the_same(
    tmp_path: Path,
    burnish_process: Burnish,
    picture: Callable[..., Path],
    recording: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        picture(tmp_path / "set" / f"{number}.png")
        recording(tmp_path / "set" / f"{number}.wav")
    (tmp_path / "set" / "cut.png").write_bytes((tmp_path / "set" / "0.png").read_bytes()[:-20])
    made = []
    for method in ("fork", "spawn"):
        monkeypatch.setenv("BURNISH_START_METHOD", method)
        made.append(burnish_process("scan", "set").stdout)
    assert made[0].count("\n") == 7
    assert made[0] == made[1]


def test_which_source_gave_how_many_labels_is_said(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(4):
        picture(tmp_path / "d" / "cat" / f"cat_{number}.jpg", seed=number)
    (tmp_path / "fix.csv").write_text("file_name,label\ncat/cat_0.jpg,dog\nd\\CAT\\cat_1.JPG,dog\nnone.jpg,dog\n")
    result = burnish("scan", "d", "--pattern", "{label}_{}", "--metadata", "fix.csv")
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == ["dog", "dog", "cat", "cat"]
    assert "  labels: 2 from the metadata, 2 from the pattern\n" in result.stderr
    assert "  fix.csv: 1 name spelt otherwise, such as 'd\\\\CAT\\\\cat_1.JPG' for d/cat/cat_1.jpg\n" in result.stderr
    assert "  fix.csv: 1 name of no file here, such as none.jpg\n" in result.stderr


def test_a_flat_folder_has_no_labels_and_a_hint_that_fits(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(6):
        picture(tmp_path / "flat" / f"{'ok' if number % 2 else 'crack'}_{number}.jpg", seed=number)
    result = burnish("scan", "flat")
    assert all("label" not in json.loads(line) for line in result.stdout.splitlines())
    hint = "names would give them: --pattern '{label}_{}' (crack 3, ok 3); --init writes it down"
    assert f"  no labels, for all files are in one folder; {hint}\n" in result.stderr
    labelled = burnish("scan", "flat", "--pattern", "{label}_{}").stdout
    assert {json.loads(line)["label"] for line in labelled.splitlines()} == {"ok", "crack"}
    assert "no labels" not in burnish("scan", "flat", "--label", "none").stderr


def test_what_systems_leave_behind_is_left_out(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for name in ("a/Imgs/1.jpg", "b/Imgs/1.jpg", "@eaDir/1.jpg", "lost+found/1.jpg", "a/Imgs/._1.jpg"):
        picture(tmp_path / "d" / name, seed=len(name))
    result = burnish("scan", "d")
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == ["a", "b"]
    assert "  left out: d/@eaDir: a folder with thumbnails of a Synology disk\n" in result.stderr
    assert "  labels are the folders above Imgs, a name that all the last ones have\n" in result.stderr


def test_what_each_scan_took_is_appended(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(4):
        picture(tmp_path / "d" / f"{number}.png", seed=number)
    words = ("scan", "d", "-o", "set.jsonl", "--stats", "runs.jsonl")
    burnish(*words)
    picture(tmp_path / "d" / "4.png", seed=9)
    burnish(*words)
    first, second = map(json.loads, (tmp_path / "runs.jsonl").read_text().splitlines())
    assert [first[name] for name in ("command", "samples", "files", "reused", "errors")] == ["scan", 4, 4, 0, None]
    assert [second[name] for name in ("samples", "files", "reused")] == [5, 1, 4]
    assert second["at"] > first["at"]
    assert 0 < first["seconds"] < 60
    assert first["memory_mb"] > 10
    before = (tmp_path / "set.jsonl").read_bytes()
    said = burnish("scan", "d", "-o", "other.jsonl", "--stats", "set.jsonl", code=2).stderr
    assert "set.jsonl:1: no line that --stats writes" in said
    assert (tmp_path / "set.jsonl").read_bytes() == before
    assert not (tmp_path / "other.jsonl").exists(), "it is refused before any file is decoded"


def test_shards_are_named_by_their_numbers_and_measured_once(burnish: Burnish, tmp_path: Path, picture: Write) -> None:
    for number in range(2):
        data = picture(tmp_path / "one.png", seed=number).read_bytes()
        (tmp_path / "d").mkdir(exist_ok=True)
        tar_of(tmp_path / "d" / f"train-{number}.tar", {f"cat/{number}.png": data})
    assert "scanned 2 images (0 unchanged)" not in burnish("scan", "d/train-{0..1}.tar", "-o", "set.jsonl").stderr
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    assert [(line["path"], line["label"], line["split"]) for line in lines] == [
        ("d/train-0.tar#cat/0.png", "cat", "train"),
        ("d/train-1.tar#cat/1.png", "cat", "train"),
    ]
    assert "scanned 2 images (2 unchanged)" in burnish("scan", "d/train-{0..1}.tar", "-o", "set.jsonl").stderr
    assert "shards are not looked into unless they are named" in burnish("scan", "d").stderr
    assert "does not exist" in burnish("scan", "d/train-{0..2}.tar", code=2).stderr


def test_light_to_start() -> None:
    """What only some scans need is not imported before the first worker of every one."""
    code = "import sys, cli.app, cli.commands.scan; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    modules = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    assert not {"numpy", "PIL", "curate.engine.cluster", "curate.split.leakage", "cli.views.scan.init"} & {*modules}
