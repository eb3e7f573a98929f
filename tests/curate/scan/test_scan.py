"""Scanning folders of real files: labels, verdicts, isolation, and reuse of what did not change."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from curate.facts.records import measured_facts
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.scan import measure
from curate.scan.labels import Labeller, compile_pattern
from curate.scan.metadata import Metadata
from curate.scan.scan import Options, ScanTally, scan
from curate.scan.scan_cache import Known

Write = Callable[..., Path]


def scanned(root: Path | str, labeller: Labeller | None = None, **options: Any) -> tuple[dict[str, Sample], ScanTally]:
    tally = ScanTally()
    known = options.pop("known", None)
    lines = scan([str(root)], labeller or Labeller(), Options(jobs=2, **options), tally, known)
    samples = [parse(line) for line in lines]
    return {Path(sample.path).name: sample for sample in samples}, tally


def checks(sample: Sample) -> list[str]:
    return [finding.check for finding in sample.findings]


@pytest.fixture
def folder(tmp_path: Path, picture: Write, recording: Write) -> Path:
    picture(tmp_path / "set" / "train" / "cat" / "a.jpg")
    picture(tmp_path / "set" / "test" / "dog" / "b.png", seed=1)
    recording(tmp_path / "set" / "train" / "dog" / "c.wav")
    (tmp_path / "set" / "notes.txt").write_text("not media")
    return tmp_path / "set"


def test_a_sample_says_what_its_file_is(folder: Path) -> None:
    samples, tally = scanned(folder)
    assert {name: (s.label, s.split, s.kind) for name, s in samples.items()} == {
        "a.jpg": ("cat", "train", "image"),
        "b.png": ("dog", "test", "image"),
        "c.wav": ("dog", "train", "audio"),
    }
    for sample in samples.values():
        raw = Path(sample.path).read_bytes()
        assert sample.digest == f"sha256:{hashlib.sha256(raw).hexdigest()}"
        assert (sample.bytes, sample.mtime_ns) == (len(raw), os.stat(sample.path).st_mtime_ns)
        assert sample.findings == ()
    image, audio = samples["b.png"].image, samples["c.wav"].audio
    assert image is not None
    assert audio is not None
    assert (image.format, image.mode, image.width, image.height) == ("PNG", "RGB", 64, 48)
    assert (audio.format, audio.sample_rate, audio.channels, audio.duration_s) == ("WAV", 16000, 1, 0.5)
    assert (dict(tally.kinds), dict(tally.others)) == ({"image": 2, "audio": 1}, {".txt": 1})


def test_every_fact_is_there(folder: Path) -> None:
    samples, _ = scanned(folder)
    # How many bits are used is a question for pictures of more than 8, the hash within a margin one for pictures that
    # have one; a plain WAV does not name its channels.
    for facts, missing in (
        (samples["a.jpg"].image, ["bits_used", "phash_trimmed"]),
        (samples["c.wav"].audio, ["channel_mask"]),
    ):
        assert facts is not None
        assert [name for name in facts.__struct_fields__ if getattr(facts, name) is None] == missing


@pytest.mark.parametrize("name", measured_facts())
def test_a_fact_is_what_it_is_beside_the_others(name: str, picture: Write, recording: Write, tmp_path: Path) -> None:
    for path in (picture(tmp_path / "a.jpg"), recording(tmp_path / "b.wav")):
        whole, part = (measured(str(path), wanted) for wanted in (None, frozenset([name])))
        assert (whole.digest, whole.kind) == (part.digest, part.kind)
        assert (whole.facts_version, part.facts_version) == (measure.FACTS_VERSION, None)
        assert whole.facts is not None
        assert part.facts is not None
        before, now = msgspec.structs.asdict(whole.facts), msgspec.structs.asdict(part.facts)
        assert now == {
            key: value if key == name or key not in measured_facts() else None for key, value in before.items()
        }


def measured(path: str, wanted: frozenset[str] | None) -> Sample:
    found = measure.decode(Sample(path), path, wanted=wanted)
    found = measure.measure_decoded([found], wanted)[0] if isinstance(found, measure.Decoded) else found
    assert found is not None
    return found


def test_what_is_wrong_becomes_a_finding_and_never_stops_the_scan(folder: Path, picture: Write) -> None:
    cat = folder / "train" / "cat"
    (cat / "empty.jpg").touch()
    (cat / "page.jpg").write_text("<html>not found</html>")
    (cat / "cut.jpg").write_bytes((cat / "a.jpg").read_bytes()[:-200])
    picture(cat / "png.png", seed=3).rename(cat / "misnamed.jpg")
    (cat / "broken.jpg").symlink_to("nowhere")
    (cat / "sound.m4a").write_bytes(b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(100))
    os.mkfifo(cat / "pipe.wav")
    samples, tally = scanned(folder)
    assert {name: checks(sample) for name, sample in samples.items() if sample.findings} == {
        "empty.jpg": ["empty"],
        "page.jpg": ["unreadable"],
        "cut.jpg": ["truncated"],
        "misnamed.jpg": ["wrong-extension"],
        "broken.jpg": ["unreadable"],
        "sound.m4a": ["unreadable"],
        "pipe.wav": ["unreadable"],
    }
    details = {name: sample.findings[0].detail for name, sample in samples.items() if sample.findings}
    assert details["broken.jpg"] == "cannot be opened: it is a broken link to nowhere"
    assert details["pipe.wav"] == "cannot be opened: it is a named pipe"
    assert details["misnamed.jpg"] == "the content is PNG, the name ends in .jpg: rename it to .png"
    assert "ffmpeg" in details["sound.m4a"]
    assert tally.findings["error", "unreadable"] == 4


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(path: str, *_: object) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(measure, "read_media", forbid)  # root may read everything, so chmod would prove nothing
    samples, tally = scanned(folder)
    assert {tuple(checks(sample)) for sample in samples.values()} == {("permission",)}
    assert all(sample.bytes for sample in samples.values())
    assert tally.others.total() == 1


def test_a_decoder_that_aborts_or_hangs_costs_its_file_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decode = measure._decode

    def treacherous(data: bytes, found: Any) -> Any:
        if found.name == "PNG":
            os.abort()
        if found.name == "WAV":
            time.sleep(600)
        return decode(data, found)

    monkeypatch.setattr(measure, "_decode", treacherous)
    samples, _ = scanned(folder, timeout_s=5.0)
    assert {name: checks(sample) for name, sample in samples.items()} == {
        "a.jpg": [],
        "b.png": ["crashed-decoder"],
        "c.wav": ["timeout"],
    }
    assert samples["b.png"].label == "dog"
    assert samples["b.png"].kind == "image"


def test_recordings_that_are_measured_together_are_what_they_are_alone(tmp_path: Path, recording: Write) -> None:
    for number in range(20):
        recording(tmp_path / f"{number:02}.wav", seed=number, duration_s=0.5 + 0.25 * (number % 3))
    (tmp_path / "03.wav").write_bytes((tmp_path / "03.wav").read_bytes()[:-100])
    samples, _ = scanned(tmp_path)
    assert len({sample.audio for sample in samples.values()}) == 20
    for name, sample in samples.items():
        path = str(tmp_path / name)
        known = Sample(sample.path, label=sample.label, tags=sample.tags)
        assert measure.measure(known, path) == sample
    assert checks(samples["03.wav"]) == ["truncated"]


def test_a_folder_named_like_a_picture_is_a_folder(tmp_path: Path, picture: Write) -> None:
    picture(tmp_path / "cat.jpg" / "a.png")
    samples, tally = scanned(tmp_path)
    assert list(samples) == ["a.png"]
    assert tally.findings.total() == 0


def test_content_decides_where_the_name_says_nothing(tmp_path: Path, picture: Write) -> None:
    picture(tmp_path / "a.png").rename(tmp_path / "picture")
    picture(tmp_path / "b.png").rename(tmp_path / "b.txt")
    (tmp_path / "plain").write_text("text")
    samples, tally = scanned(tmp_path)
    assert {name: checks(sample) for name, sample in samples.items()} == {"b.txt": ["wrong-extension"], "picture": []}
    assert dict(tally.others) == {"no ending": 1}


def test_names_of_any_bytes(tmp_path: Path, picture: Write) -> None:
    source = picture(tmp_path / "x" / "a.png")
    odd = [b"new\nline.png", b'quote".png', b"\xff\xfe.png", "snow ☃.png".encode()]
    for name in odd:
        with open(os.fsencode(tmp_path / "x") + b"/" + name, "wb") as file:
            file.write(source.read_bytes())
    samples, _ = scanned(tmp_path)
    assert {os.fsencode(name) for name in samples} == {*odd, b"a.png"}
    assert all(not sample.findings for sample in samples.values())


def test_pattern_and_metadata_and_what_they_miss(folder: Path) -> None:
    tally = scanned(folder, Labeller(pattern=compile_pattern("{label}_{take}")))[1]
    assert (tally.unmatched, Path(tally.first_unmatched).name) == (3, "b.png")
    (folder / "metadata.csv").write_text("file_name,label,weather\ntrain/cat/a.jpg,tiger,rain\ngone.jpg,x,y\n")
    labeller = Labeller(metadata=Metadata())
    samples = scanned(folder, labeller)[0]
    assert (samples["a.jpg"].label, samples["a.jpg"].tags) == ("tiger", ("weather=rain",))
    assert labeller.metadata is not None
    assert labeller.metadata.tables[0].unused == {"gone.jpg"}


def test_paths_can_be_relative_to_another_folder(folder: Path, tmp_path: Path) -> None:
    lines = list(scan([str(folder)], Labeller(), Options(base=str(tmp_path / "set" / "train")), ScanTally()))
    assert [parse(line).path for line in lines] == ["../test/dog/b.png", "cat/a.jpg", "dog/c.wav"]


def test_shallow_reads_headers_only(folder: Path) -> None:
    whole = folder / "train" / "cat" / "a.jpg"
    whole.write_bytes(whole.read_bytes()[:-200])
    samples, _ = scanned(folder, shallow=True)
    image = samples["a.jpg"].image
    assert image is not None
    assert (image.width, image.height, image.brightness) == (64, 48, None)
    assert (samples["a.jpg"].digest, samples["a.jpg"].findings) == (None, ())
    assert samples["c.wav"].audio is not None
    assert samples["c.wav"].audio.duration_s == 0.5


def rescanned(folder: Path, manifest: Path, **options: Any) -> tuple[dict[str, Sample], Known]:
    known = Known(str(manifest))
    return scanned(folder, known=known, **options)[0], known


def test_unchanged_files_are_not_opened_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = scanned(folder)
    manifest = tmp_path / "set.jsonl"
    lines = list(scan([str(folder)], Labeller(), Options(), ScanTally()))
    manifest.write_bytes(b"\n".join(reversed(lines)))
    monkeypatch.setattr(measure, "_decode", None)
    again, known = rescanned(folder, manifest)
    assert again == first
    assert known.reused == 3


def test_what_changed_is_measured_again(folder: Path, tmp_path: Path, picture: Write) -> None:
    manifest = tmp_path / "set.jsonl"
    manifest.write_bytes(b"\n".join(scan([str(folder)], Labeller(), Options(), ScanTally())))
    picture(folder / "train" / "cat" / "a.jpg", seed=7)
    os.utime(folder / "test" / "dog" / "b.png")
    picture(folder / "train" / "cat" / "new.jpg", seed=8)
    again, known = rescanned(folder, manifest)
    assert again == scanned(folder)[0]
    assert (len(again), known.reused) == (4, 1)


@pytest.mark.parametrize(
    "stale",
    [
        {"facts_version": 0},
        {"digest": None},
        {"findings": [{"check": "timeout", "severity": "error"}]},
        {"bytes": 1},
    ],
    ids=["older facts", "shallow", "timed out", "other size"],
)
def test_what_may_be_out_of_date_is_measured_again(folder: Path, tmp_path: Path, stale: dict[str, Any]) -> None:
    first = scanned(folder)[0]
    records = [json.loads(line) | stale for line in scan([str(folder)], Labeller(), Options(), ScanTally())]
    kept = [{key: value for key, value in record.items() if value is not None} for record in records]
    manifest = tmp_path / "set.jsonl"
    manifest.write_text("\n".join(map(json.dumps, kept)))
    again, known = rescanned(folder, manifest)
    assert again == first
    assert known.reused == 0


def test_labels_and_findings_of_other_commands_are_not_reused(folder: Path, tmp_path: Path) -> None:
    records = [json.loads(line) for line in scan([str(folder)], Labeller(), Options(), ScanTally())]
    for record in records:
        record |= {"label": "old", "theirs": 1, "findings": [{"check": "dark", "severity": "warning"}]}
    manifest = tmp_path / "set.jsonl"
    manifest.write_text("\n".join(map(json.dumps, records)))
    again, known = rescanned(folder, manifest)
    assert again == scanned(folder)[0]
    assert known.reused == 3


def test_no_error_on_good_data_and_a_verdict_on_all(data: Path) -> None:
    for name, count in {"clothing": 1156, "fsdd": 600, "speech_commands": 300, "circuit_boards": 400}.items():
        samples = [parse(line) for line in scan([str(data / name)], Labeller(), Options(), ScanTally())]
        assert len(samples) == count
        assert [sample for sample in samples if sample.findings] == []
        assert all((sample.image or sample.audio) for sample in samples)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits the memory of a worker")
def test_a_file_that_needs_too_much_memory_costs_itself_alone(
    folder: Path, picture: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow and libwebp tell of it in two ways; neither may be taken for damage."""
    monkeypatch.setenv("BURNISH_WORKER_MEMORY", "512M")
    Image.new("L", (12000, 12000)).save(folder / "large.png")
    # 12,000 x 12,000 pixels of one colour, for which libwebp takes 1.15 GB.
    (folder / "large.webp").write_bytes(
        bytes.fromhex("524946461a000000574542505650384c0e0000002fdfeeb70b071011fd0f4444ff03")
    )
    samples, _ = scanned(folder, timeout_s=600.0)
    assert {name: checks(sample) for name, sample in samples.items()} == {
        "a.jpg": [],
        "b.png": [],
        "c.wav": [],
        "large.png": ["out-of-memory"],
        "large.webp": ["out-of-memory"],
    }
    monkeypatch.setenv("BURNISH_WORKER_MEMORY", "3G")
    assert {tuple(checks(sample)) for sample in scanned(folder, timeout_s=600.0)[0].values()} == {()}
