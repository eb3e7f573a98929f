"""`burnish scrub`: copies and in place, with a way back, after an accident too."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import ROOT, Burnish
from tests.curate.media.metadata.test_strip import SECRET, exif, gif, tiff, wave
from tests.soak import crossed

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, picture: Write) -> Path:
    for number, speaker in enumerate(("anna", "ben", "anna")):
        place = tmp_path / "data" / "hat" / f"hat_{speaker}_{number}.wav"
        place.parent.mkdir(parents=True, exist_ok=True)
        sound = bytearray(wave())
        sound[-2000] = number  # other samples in each
        place.write_bytes(sound)
    with Image.open(picture(tmp_path / "data" / "hat" / "hat_cara_3.png")) as image:
        image.save(tmp_path / "data" / "hat" / "hat_cara_4.jpg", exif=exif(6))
    (tmp_path / "data" / "hat" / "hat_cara_5.tif").write_bytes(tiff(6))
    (tmp_path / "data" / "hat" / "hat_cara_6.gif").write_bytes(gif())
    key = tmp_path / "key"
    key.write_bytes(bytes(range(33, 70)))
    key.chmod(0o600)
    return tmp_path


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def scanned(burnish: Burnish) -> None:
    burnish("scan", "data", "--pattern", "{label}_{speaker}_{}", "-o", "set.jsonl")


def facts(text: str) -> list[str]:
    records = [json.loads(line) for line in text.splitlines()]
    kept = ("label", "split", "kind", "image", "audio", "findings")
    return sorted(json.dumps([one.get(name) for name in kept]) for one in records)


def test_the_report_names_kinds_and_changes_nothing(burnish: Burnish, folder: Path) -> None:
    scanned(burnish)
    before = digests(folder)
    result = burnish("scrub", "set.jsonl")
    assert result.stdout == ""
    assert "6 of 7 files say something" in result.stderr
    assert "location" in result.stderr
    assert f"RIFF bext description: {SECRET}" in result.stderr
    assert "nothing was changed" in result.stderr
    assert digests(folder) == before
    report = json.loads(burnish("scrub", "set.jsonl", "--json").stdout)
    assert report["samples"] == 7
    assert report["clean"] == 1
    assert report["found"]["person"]["files"] == 6
    assert next(iter(report["found"])) == "location"


def test_copies_say_nothing_and_are_what_they_were(burnish: Burnish, folder: Path) -> None:
    scanned(burnish)
    before = digests(folder / "data")
    words = ("--pseudonym", "speaker", "--key-file", "key", "--names", "--apply", "-o", "out.jsonl")
    burnish("scrub", "set.jsonl", "--into", "public", *words)
    assert digests(folder / "data") == before
    for path in (*(folder / "public").rglob("*"), folder / "out.jsonl"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (SECRET.encode(), b"anna", b"cara", b"hat_", b"Canon", b"data/"):
                assert secret not in content, path
    again = burnish("scan", "public", "--label", "none").stdout
    out = (folder / "out.jsonl").read_text()
    scans = {one["path"]: one for one in map(json.loads, again.splitlines())}
    for one in map(json.loads, out.splitlines()):
        assert scans[one["path"]]["digest"] == one["digest"]
        assert scans[one["path"]]["bytes"] == one["bytes"]
        assert scans[one["path"]]["mtime_ns"] == one["mtime_ns"]
        # Decoded anew, all that is measured is the same, the side that is up too.
        assert scans[one["path"]].get("image") == one.get("image")
        assert scans[one["path"]].get("audio") == one.get("audio")
    assert facts(out) == facts((folder / "set.jsonl").read_text())
    speakers = [one["tags"][0] for one in map(json.loads, out.splitlines())]
    assert len(set(speakers)) == 3, "one pseudonym for each"
    assert burnish("undo", "public").stderr
    assert not (folder / "public").exists()


def test_in_place_and_back(burnish: Burnish, folder: Path) -> None:
    scanned(burnish)
    before = digests(folder / "data")
    burnish("scrub", "set.jsonl", "--in-place", "--apply", "-o", "out.jsonl")
    assert not any(
        SECRET.encode() in path.read_bytes() for path in (folder / "data" / "hat").iterdir() if path.is_file()
    )
    plain = (folder / "data" / "hat" / "hat_cara_3.png").read_bytes()
    assert hashlib.sha256(plain).hexdigest() == before["hat/hat_cara_3.png"], "what says nothing is not touched"
    again = burnish("scan", "data", "--pattern", "{label}_{speaker}_{}").stdout
    assert again == (folder / "out.jsonl").read_text(), "the originals that were set aside are not seen"
    burnish("scrub", "set.jsonl", "--in-place", "--apply", "-o", "second.jsonl")
    assert (folder / "second.jsonl").read_text() == again, "repeated, there is nothing to do"
    burnish("undo", "data/hat")
    assert digests(folder / "data") == before


def test_what_was_scrubbed_in_place_can_be_scrubbed_further(burnish: Burnish, folder: Path) -> None:
    scanned(burnish)
    before = digests(folder / "data")
    burnish("scrub", "set.jsonl", "--in-place", "--apply", "-o", "once.jsonl")
    words = ("--pseudonym", "speaker", "--key-file", "key", "--names", "--apply", "-o", "twice.jsonl")
    burnish("scrub", "once.jsonl", "--in-place", *words)
    out = [json.loads(line) for line in (folder / "twice.jsonl").read_text().splitlines()]
    assert len(out) == 7
    assert all((folder / one["path"]).is_file() and "hat_" not in one["path"] for one in out)
    burnish("undo", "data/hat")
    assert digests(folder / "data") == before


def test_a_file_that_cannot_be_scrubbed_gets_no_copy(burnish: Burnish, folder: Path) -> None:
    (folder / "data" / "hat" / "hat_cut_7.jpg").write_bytes((folder / "data/hat/hat_cara_4.jpg").read_bytes()[:-900])
    scanned(burnish)
    result = burnish("scrub", "set.jsonl", "--into", "public", "--apply", "-o", "out.jsonl", code=1)
    assert "cannot be scrubbed: 1, such as data/hat/hat_cut_7.jpg" in result.stderr
    assert not list((folder / "public").rglob("*cut*"))
    assert "hat_cut" not in (folder / "out.jsonl").read_text()


def test_a_file_that_changed_since_is_refused(burnish: Burnish, folder: Path) -> None:
    scanned(burnish)
    (folder / "data/hat/hat_cara_6.gif").write_bytes(gif() + b"x")
    result = burnish("scrub", "set.jsonl", "--into", "public", "--apply", "-o", "out.jsonl", code=1)
    assert "it is not the file that was scanned" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--apply"], "where to? name a folder for the copies: --into DIR, or replace the files: --in-place"),
        (["--into", "x", "--in-place"], "--into makes copies, --in-place does not; give one of them"),
        (["--into", "x", "--apply", "--json"], "--json takes standard output; name a file for the manifest: -o FILE"),
        (["--pseudonym", "speaker"], "--pseudonym KEY and --key-file FILE go together"),
        (["--key-file", "key"], "--pseudonym KEY and --key-file FILE go together"),
        (["--into", "data/hat/x", "--apply"], "is inside the dataset"),
        (["--aggregate", "speaker"], "--aggregate speaker: name a key and the width of a group"),
    ],
)
def test_what_makes_no_sense_is_refused_first(burnish: Burnish, folder: Path, words: list[str], message: str) -> None:
    scanned(burnish)
    before = digests(folder)
    assert message in burnish("scrub", "set.jsonl", *words, code=2).stderr
    assert digests(folder) == before


PROGRAM = """
import os, sys
sys.path.insert(0, {root!r})
import curate.journal.apply as apply
sound, calls = apply.rename_exclusive, [0]
def dies(*arguments):
    calls[0] += 1
    if calls[0] == {at}:
        os._exit(9)
    return sound(*arguments)
apply.rename_exclusive = dies
sys.argv[1:] = {words!r}
import burnish
burnish.main()
"""


@pytest.mark.parametrize(
    ("at", "mode"),
    crossed([1, 3, 6, 7, 9, 12], [["--in-place"], ["--in-place", "--names"], ["--into", "public"]]),
    ids=str,
)
def test_killed_at_a_rename_it_is_completed_by_repeating_it(
    burnish: Burnish, folder: Path, mode: list[str], at: int
) -> None:
    scanned(burnish)
    before = digests(folder / "data")
    words = ["scrub", "set.jsonl", *mode, "--apply", "-o", "out.jsonl"]
    program = PROGRAM.format(root=str(ROOT), at=at, words=words)
    result = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, check=False)
    assert result.returncode == 9 or "--into" in mode
    burnish(*words)
    out = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert len(out) == 7
    for one in out:
        content = (folder / one["path"]).read_bytes()
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == one["digest"]
        assert SECRET.encode() not in content
    burnish("undo", "public" if "--into" in mode else "data/hat")
    assert digests(folder / "data") == before


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "OSError(28, 'No space left on device')"])
def test_stopped_half_way_it_says_how_to_go_on(burnish: Burnish, folder: Path, raised: str) -> None:
    """In place, originals may be set aside by then, and nothing stands where they were."""
    burnish("scan", "data", "-o", "set.jsonl")
    before = digests(folder / "data")
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import burnish\n"
        "from curate.journal.journal import Journal\n"
        "real, calls = Journal.apply, []\n"
        "def apply(*arguments, **options):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 2:\n"
        f"        raise {raised}\n"
        "    return real(*arguments, **options)\n"
        "Journal.apply = apply\n"
        "burnish.main()\n"
    )
    words = ["scrub", "set.jsonl", "--in-place", "--apply", "-o", "new.jsonl"]
    command = [sys.executable, "-c", program, str(ROOT), *words]
    stopped = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert stopped.returncode in {2, 130}
    assert "not all was done: the same command again does the rest" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    way_back = stopped.stderr.split("burnish undo ", 1)[1].split(" takes")[0]
    burnish("undo", way_back)
    assert digests(folder / "data") == before


@pytest.mark.parametrize("name", ["my data", "-d"])
def test_commands_that_it_names_can_be_given_to_a_shell(burnish: Burnish, folder: Path, name: str) -> None:
    """`rm -r my data/.originals` would remove a folder `my`."""
    (folder / "data").rename(folder / name)
    burnish("scan", "-o", "set.jsonl", "--", name)
    said = burnish("scrub", "set.jsonl", "--in-place", "--apply", "-o", "new.jsonl").stderr
    removal = next(line.strip() for line in said.splitlines() if line.startswith("  rm -r "))
    (folder / "my").mkdir()
    assert (folder / name / "hat" / ".originals").is_dir()
    subprocess.run(["sh", "-c", removal], cwd=folder, check=True)
    assert (folder / "my").is_dir()
    assert (folder / name / "hat" / "hat_anna_0.wav").is_file()
    assert not (folder / name / "hat" / ".originals").exists()
