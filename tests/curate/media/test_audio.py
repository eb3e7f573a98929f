"""Every format whole, and damaged in the ways that files are: the names of the checks are exact."""

import io
import mmap
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from curate.media.audio import decode_audio, load_audio
from curate.media.audio_formats import decoded as limits
from curate.media.audio_formats import pcm

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE = 16000
FORMATS = [
    ("WAV", "PCM_16"),
    ("WAV", "IMA_ADPCM"),
    ("RF64", "PCM_24"),
    ("W64", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
    ("AIFF", "PCM_16"),
    ("AIFF", "ULAW"),
    ("AU", "PCM_16"),
    ("CAF", "PCM_16"),
]
CHECKED = [("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS")]
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 20


def speech_like(seconds: float = 3.0) -> "NDArray[np.float64]":
    """Noise that comes and goes, so that no coder can make it small."""
    time = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(1).normal(size=time.size)
    sound: NDArray[np.float64] = 0.1 * noise * (1 + np.sin(2 * np.pi * 3 * time))
    return sound


def encode(form: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, speech_like(), RATE, format=form, subtype=subtype)
    return file.getvalue()


def checks(data: bytes, form: str | None) -> list[str]:
    return [found.check for found in decode_audio(data, form).findings]


def zeroed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[: middle - 2048] + bytes(4096) + data[middle + 2048 :]


def flipped(data: bytes, seed: int = 0) -> bytes:
    """Flip five bits between a quarter and three quarters of the file."""
    changed = bytearray(data)
    for at in np.random.default_rng(seed).integers(len(data) // 4, 3 * len(data) // 4, 5):
        changed[at] ^= 1 << int(at % 8)
    return bytes(changed)


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_whole(form: str, subtype: str) -> None:
    samples, header, findings = decode_audio(encode(form, subtype), form)
    assert findings == ()
    assert samples is not None
    assert samples.dtype == np.float32
    assert samples.shape[1] == 1
    assert replace(header, channel_mask=None) == AudioFacts(form, subtype, RATE, 1, len(samples) / RATE)
    assert header.duration_s == pytest.approx(3.0, abs=0.06)


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_cut(form: str, subtype: str) -> None:
    data = encode(form, subtype)
    for cut in (data[: len(data) // 2], data[:-2], data[:-2032]):
        samples, header, findings = decode_audio(cut, form)
        assert [found.check for found in findings] == ["truncated"]
        if samples is not None:
            assert header.duration_s == len(samples) / RATE


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_no_sound(form: str, subtype: str) -> None:
    assert checks(b"", form) == ["empty"]
    assert checks(HTML, form) == ["unreadable"]
    assert checks(bytes(5000), form) == ["unreadable"]
    assert checks(encode(form, subtype)[:11], form) in (["unreadable"], ["truncated"])


@pytest.mark.parametrize(("form", "subtype"), [*CHECKED, ("MP3", "MPEG_LAYER_III")])
def test_zeroed_in_the_middle(form: str, subtype: str) -> None:
    assert checks(zeroed(encode(form, subtype)), form) == ["damaged"]


@pytest.mark.parametrize(("form", "subtype"), CHECKED)
@pytest.mark.parametrize("seed", range(5))
def test_flipped_bits(form: str, subtype: str, seed: int) -> None:
    assert checks(flipped(encode(form, subtype), seed), form) == ["damaged"]


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_a_tag_at_the_end_is_no_damage(form: str, subtype: str) -> None:
    assert checks(encode(form, subtype) + b"TAG" + bytes(125), form) == []


@pytest.mark.parametrize("format_name", [None, "MP3"])
def test_bytes_decide_and_not_the_name(format_name: str | None) -> None:
    assert decode_audio(encode("FLAC", "PCM_16"), format_name).header.format == "FLAC"


@pytest.mark.parametrize(("name", "head"), [("MP4", b"\0\0\0\x20ftypM4A \0\0\0\0"), ("AAC", b"\xff\xf1\x50\x80")])
def test_what_cannot_be_decoded_here_comes_with_advice(name: str, head: bytes) -> None:
    samples, header, (found,) = decode_audio(head + bytes(100), None)
    assert samples is None
    assert header == AudioFacts(format=name)
    assert found.check == "unreadable"
    assert "ffmpeg" in found.detail


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_values_that_are_no_numbers(subtype: str) -> None:
    values = np.array([0.5, np.nan, np.inf, -np.inf, 0.25])
    file = io.BytesIO()
    soundfile.write(file, values, RATE, format="WAV", subtype=subtype)
    samples, _, (found,) = decode_audio(file.getvalue(), "WAV")
    assert (found.check, found.value) == ("damaged", 3)
    assert samples is not None
    assert samples[:, 0].tolist() == [0.5, 0, 0, 0, 0.25]


@pytest.mark.parametrize(("form", "subtype"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")])
def test_oversized(form: str, subtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import curate.media.audio_formats.libsndfile as library

    for module in (limits, pcm, library):
        monkeypatch.setattr(module, "MAX_VALUES", 40000)
    samples, _, findings = decode_audio(encode(form, subtype), form)
    assert samples is None
    assert [found.check for found in findings] == ["oversized"]


@pytest.mark.parametrize(("form", "subtype"), FORMATS)
def test_a_mapped_file_decodes_alike(form: str, subtype: str, tmp_path: "Path") -> None:
    data = encode(form, subtype)
    path = tmp_path / "sound"
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        samples, header, findings = decode_audio(mapped, form)
        assert header == decode_audio(data, form).header
        assert findings == ()
        assert np.array_equal(samples, decode_audio(data, form).samples)  # type: ignore[arg-type]


def test_load_audio() -> None:
    samples, rate = load_audio(encode("FLAC", "PCM_16"))
    assert rate == RATE
    assert samples.shape == (48000, 1)
    with pytest.raises(InputError, match="no bytes"):
        load_audio(b"")
