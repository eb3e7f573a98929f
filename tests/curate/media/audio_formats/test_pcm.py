"""Plain samples read from the buffer are those that libsndfile gives, bit for bit."""

import io

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio
from curate.media.audio_formats.pcm import Pcm, decode_pcm

NOISE = np.clip(np.random.default_rng(0).normal(size=(4001, 2)) * 0.4, -1, 1)
PLAIN = [
    (form, subtype, endian)
    for form, endians in {"WAV": ("LITTLE", "BIG"), "RF64": ("LITTLE",), "W64": ("LITTLE",), "AU": ("BIG",)}.items()
    for endian in endians
    for subtype in ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")
] + [("WAV", "PCM_U8", "LITTLE"), ("AU", "PCM_S8", "BIG")]
PLAIN += [("AIFF", subtype, "FILE") for subtype in ("PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")]
PLAIN += [("AIFF", "PCM_16", "LITTLE")]


@pytest.mark.parametrize(("form", "subtype", "endian"), PLAIN)
def test_same_as_libsndfile(form: str, subtype: str, endian: str) -> None:
    file = io.BytesIO()
    soundfile.write(file, NOISE, 8000, format=form, subtype=subtype, endian=endian)
    data = file.getvalue()
    expected, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    samples, header, findings = decode_audio(data, form)
    assert findings == ()
    assert (header.format, header.subtype, header.channels, header.sample_rate) == (form, subtype, 2, 8000)
    assert samples is not None
    assert samples.dtype == np.float32
    assert np.array_equal(samples, expected)


def decode(stored: bytes, kind: str, width: int, order: str) -> list[float]:
    pcm = Pcm("WAV", kind, width, order, 1, 1, 1, len(stored) // width)  # type: ignore[arg-type]
    samples, _, _ = decode_pcm(b"\xaa" + stored, pcm, ())
    assert samples is not None
    return [float(value) for value in samples[:, 0]]


@pytest.mark.parametrize(
    ("stored", "kind", "width", "order", "expected"),
    [
        pytest.param(b"\x00\x80\xff", "u", 1, "<", [-1, 0, 127 / 128], id="u8"),
        pytest.param(b"\x80\x00\x7f", "i", 1, "<", [-1, 0, 127 / 128], id="s8"),
        pytest.param(b"\x00\x80\x00\x40", "i", 2, "<", [-1, 0.5], id="16"),
        pytest.param(b"\x80\x00\x40\x00", "i", 2, ">", [-1, 0.5], id="16-big"),
        pytest.param(b"\x00\x00\x80\x00\x00\x40", "i", 3, "<", [-1, 0.5], id="24"),
        pytest.param(b"\x80\x00\x00\x40\x00\x00", "i", 3, ">", [-1, 0.5], id="24-big"),
        pytest.param(b"\0\0\0\0\x80\0\0\0\0\x40", "i", 5, "<", [-1, 0.5], id="40"),
        pytest.param(b"\0\0\0\0\0\0\0\x80", "i", 8, "<", [-1], id="64"),
    ],
)
def test_exact(stored: bytes, kind: str, width: int, order: str, expected: list[float]) -> None:
    assert decode(stored, kind, width, order) == expected
