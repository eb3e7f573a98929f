"""Verdicts over real recordings, good and hostile."""

import io
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curate.facts.audio import measure_audio
from curate.facts.powers import bandwidth_hz, snr_db
from curate.facts.spectrum import spectrum
from curate.media.audio import decode_audio, load_audio
from curate.media.sniff import format_of_name

DATA = os.environ.get("BURNISH_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="BURNISH_DATA does not name the folder with real data")


@cache
def verdicts(folder: str) -> dict[str, str]:
    """Decode and measure every recording under a folder; return the checks of those with a finding."""
    root = Path(DATA) / folder
    found = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        promised = format_of_name(path.name)
        if promised is None or promised.kind != "audio":
            continue
        samples, header, findings = decode_audio(path.read_bytes(), promised.name)
        assert samples is not None or findings
        if samples is not None:
            measure_audio(samples, header)
        if findings:
            found[str(path.relative_to(root))] = ",".join(finding.check for finding in findings)
    return found


@pytest.mark.parametrize("folder", ["fsdd", "speech_commands", "voice_prompts", "noise"])
def test_good_recordings_have_no_finding(folder: str) -> None:
    assert verdicts(folder) == {}


def test_wav_formats() -> None:
    assert verdicts("wav_formats") == {
        "pydub/creative_common.mp4": "unreadable",
        "pydub/format_test.m4a": "unreadable",
        "pydub/test1_empty.wav": "empty",
        "pydub/test5.webm": "unreadable",
        "pydub/wrong_extension.aac": "unreadable",
        "scipy/test-44100Hz-le-1ch-4bytes-early-eof-no-data.wav": "truncated",
        "scipy/test-44100Hz-le-1ch-4bytes-early-eof.wav": "truncated",
        "scipy/test-44100Hz-le-1ch-4bytes-incomplete-chunk.wav": "truncated",
    }


# One frame of MP3 without the next, twice, and a FORM that is no AIFF.
UNREADABLE = {"mutagen/too-short.mp3", "tinytag/mpeg1_44khz.mp3", "taglib/excessive_alloc.aif"}

# Looked at one by one: most were cut short by those who made them, to test readers of tags.
HOSTILE = {
    "mutagen/106-invalid-streaminfo.flac": "damaged",
    "mutagen/52-too-short-block-size.flac": "damaged",
    "mutagen/apev2-lyricsv2.mp3": "damaged",
    "mutagen/bad-POPM-frame.mp3": "truncated",
    "mutagen/bad-xing.mp3": "truncated",
    "mutagen/id3v22-test.mp3": "truncated",
    "mutagen/ooming-header.flac": "truncated",
    "mutagen/variable-block.flac": "truncated",
    "mutagen/vbri.mp3": "truncated",
    "mutagen/xing.mp3": "truncated",
    "taglib/compressed_id3_frame.mp3": "empty",
    "taglib/duplicate_id3v2.aiff": "length-mismatch",
    "taglib/empty-seektable.flac": "truncated",
    "taglib/excessive_alloc.mp3": "empty",
    "taglib/garbage.mp3": "truncated",
    "taglib/segfault.aif": "truncated",
    "taglib/toc_many_children.mp3": "truncated",
    "taglib/w000.mp3": "empty",
    "taglib/zero-size-chunk.wav": "empty",
    "tinytag/empty_file.aiff": "empty",
    "tinytag/empty_file.wav": "empty",
    "tinytag/id3_comment_utf_16_with_bom.mp3": "empty",
    "tinytag/id3v22-test.mp3": "truncated",
    "tinytag/invalid_second_streaminfo.flac": "damaged",
    "tinytag/no_audio.aiff": "empty",
    "tinytag/no_audio_data_uncompressed.wav": "empty",
    "tinytag/test.aiff": "empty",
}


def test_hostile_files() -> None:
    found = verdicts("hostile/audio")
    assert {name: checks for name, checks in found.items() if checks != "unreadable"} == HOSTILE


def test_unreadable_hostile_files_can_be_read_by_nobody_or_come_with_advice() -> None:
    for name, checks in verdicts("hostile/audio").items():
        if checks != "unreadable":
            continue
        promised = format_of_name(name)
        assert promised is not None
        _, _, (found,) = decode_audio((Path(DATA) / "hostile/audio" / name).read_bytes(), promised.name)
        assert "convert it" in found.detail or name in UNREADABLE, name


def test_silence_lasts_what_its_name_says() -> None:
    for path in (Path(DATA) / "voice_prompts").glob("*/silence/*.wav"):
        samples, header, _ = decode_audio(path.read_bytes(), "WAV")
        assert samples is not None
        assert header.duration_s == float(path.stem)
        facts = measure_audio(samples, header)
        assert (facts.silence_ratio, facts.fingerprint) == (1, None), path.name


def words(folder: str, step: int) -> "list[tuple[np.ndarray, int]]":
    paths = sorted((Path(DATA) / folder).glob("*/*.wav"))[::step]
    loaded = [load_audio(path.read_bytes()) for path in paths]
    return [(samples[:, 0], rate) for samples, rate in loaded]


@pytest.mark.parametrize("folder", ["fsdd", "speech_commands"])
def test_snr_rises_with_the_true_one(folder: str) -> None:
    random = np.random.default_rng(0)
    found = []
    for word, rate in words(folder, 15):
        noise = random.normal(size=len(word)) * np.sqrt(np.mean(word**2))
        mixed = [(word + noise * 10 ** (-snr / 20)).astype(np.float32) for snr in range(0, 31, 5)]
        found.append([snr_db(spectrum(each, rate)) for each in mixed])
    rises = np.diff(found, axis=1) > 0
    assert rises.mean() >= 0.99
    # Cut close around the words: without a pause the estimate is a lower limit, and falls behind from 10 dB on.
    assert np.median(found, axis=0)[:3] == pytest.approx([0, 5, 10], abs=2)


def test_bandwidth_tells_a_resampled_recording() -> None:
    soxr = pytest.importorskip("soxr", reason="resampling needs soxr")
    real, narrow = [], []
    for word, rate in words("speech_commands", 5):
        again = soxr.resample(soxr.resample(word, rate, 8000), 8000, rate)
        again = (np.round(again * 32768) / 32768).astype(np.float32)
        real.append(bandwidth_hz(spectrum(word, rate)))
        narrow.append(bandwidth_hz(spectrum(again, rate)))
    assert max(narrow) <= 4100
    assert np.quantile(real, 0.05) > 5000
    assert np.median(real) > 7000


def test_bandwidth_tells_the_low_pass_of_mp3() -> None:
    noise = np.random.default_rng(0).normal(size=88200) / 10
    file = io.BytesIO()
    soundfile.write(
        file, noise, 44100, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.9
    )
    samples, rate = load_audio(file.getvalue())
    assert 9000 < bandwidth_hz(spectrum(samples[:, 0], rate)) < 20000
