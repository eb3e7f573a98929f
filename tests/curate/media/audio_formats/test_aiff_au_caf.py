"""AIFF, AU and CAF: counts and sizes against what is there."""

import io
import struct

import numpy as np
import pytest
import soundfile

from curate.media.audio import decode_audio

NOISE = np.random.default_rng(0).normal(size=(1000, 2)) / 8


def encode(form: str, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, NOISE, 44100, format=form, subtype=subtype)
    return file.getvalue()


def verdict(data: bytes, form: str) -> tuple[list[str], int]:
    samples, _, findings = decode_audio(data, form)
    return [found.check for found in findings], 0 if samples is None else len(samples)


@pytest.mark.parametrize("claimed", [900, 1100])
def test_aiff_counts_wrongly(claimed: int) -> None:
    data = bytearray(encode("AIFF"))
    at = data.find(b"COMM") + 10
    data[at : at + 4] = claimed.to_bytes(4, "big")
    assert verdict(bytes(data), "AIFF") == (["length-mismatch"], min(claimed, 1000))


def test_aiff_without_sound() -> None:
    data = encode("AIFF")
    at = data.find(b"SSND")
    common = data[data.find(b"COMM") : at]
    silent = common[:10] + bytes(4) + common[14:]
    assert verdict(b"FORM" + struct.pack(">I", 4 + len(silent)) + b"AIFF" + silent, "AIFF") == (["empty"], 0)


def test_aiff_cut_before_its_header() -> None:
    assert verdict(encode("AIFF")[:20], "AIFF") == (["truncated"], 0)


@pytest.mark.parametrize(("size", "checks"), [(0xFFFFFFFF, []), (4000, []), (4004, ["truncated"]), (2000, [])])
def test_au_size(size: int, checks: list[str]) -> None:
    data = encode("AU")
    data = data[:8] + size.to_bytes(4, "big") + data[12:]
    assert verdict(data, "AU") == (checks, 500 if size == 2000 else 1000)


def test_au_cut_inside_its_header() -> None:
    assert verdict(encode("AU")[:20], "AU") == (["truncated"], 0)


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "FLOAT"])
def test_caf(subtype: str) -> None:
    data = encode("CAF", subtype)
    assert verdict(data, "CAF") == ([], 1000)
    assert verdict(data[:-400], "CAF")[0] == ["truncated"]
