"""Recordings written like their source, and the same bytes every time."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from curate.facts.records import AudioFacts
from curate.media.audio import decode_audio
from curate.media.audio_formats.ogg import check_pages, with_serial
from curate.media.encode_audio import Encoding, encode_audio, encoding_like

TONE = (0.5 * np.sin(np.arange(8000) * 0.3)).astype(np.float32)[:, None]
ENCODINGS = [
    Encoding("WAV", "PCM_16"),
    Encoding("WAV", "PCM_24"),
    Encoding("WAV", "FLOAT"),
    Encoding("WAV", "ULAW"),
    Encoding("FLAC", "PCM_16"),
    Encoding("OGG", "VORBIS"),
    Encoding("OGG", "OPUS"),
    Encoding("MP3", "MPEG_LAYER_III"),
    Encoding("AIFF", "PCM_16"),
]


@pytest.mark.parametrize("encoding", ENCODINGS, ids="-".join)
def test_what_is_written_is_read_without_a_finding_and_alike(encoding: Encoding) -> None:
    rate = 16000
    decoded = decode_audio(encode_audio(TONE, rate, encoding), None)
    assert decoded.findings == ()
    assert (decoded.header.format, decoded.header.subtype) == encoding
    assert decoded.header.sample_rate == rate
    assert encoding_like(decoded.header) == encoding
    assert decoded.samples is not None
    assert decoded.samples.shape == TONE.shape
    if encoding.subtype.startswith(("PCM", "FLOAT")):
        np.testing.assert_allclose(decoded.samples, TONE, atol=2**-15)


@pytest.mark.parametrize("encoding", ENCODINGS, ids="-".join)
def test_the_same_bytes_in_another_process_a_second_later(encoding: Encoding) -> None:
    program = (
        "import sys, time, hashlib, numpy as np; from curate.media.encode_audio import Encoding, encode_audio\n"
        "time.sleep(1.1)\n"
        "tone = (0.5 * np.sin(np.arange(8000) * 0.3)).astype(np.float32)[:, None]\n"
        f"sys.stdout.buffer.write(encode_audio(tone, 16000, Encoding{tuple(encoding)!r}))\n"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=_root()).stdout
    assert other == encode_audio(TONE, 16000, encoding)


def _root() -> str:
    from tests.conftest import ROOT

    return str(ROOT)


def test_ogg_pages_stay_whole_under_another_serial_number() -> None:
    data = encode_audio(np.tile(TONE, (20, 1)), 16000, Encoding("OGG", "VORBIS"))
    other = with_serial(data, 77)
    assert other != data
    assert len(other) == len(data)
    assert check_pages(other) == ((), len(data))
    assert with_serial(other, 1) == data


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (AudioFacts(format="WAV", subtype="PCM_24"), ("WAV", "PCM_24")),
        (AudioFacts(format="WAV", subtype="MS_ADPCM"), ("WAV", "PCM_16")),
        (AudioFacts(format="RF64", subtype="PCM_16"), ("WAV", "PCM_16")),
        (AudioFacts(format="WAV", subtype="PCM_64"), ("WAV", "PCM_16")),
        (AudioFacts(), ("WAV", "PCM_16")),
    ],
    ids=["kept", "no-adpcm", "no-rf64", "too-wide", "unknown"],
)
def test_what_cannot_be_written_falls_back_to_plain_wav(facts: AudioFacts, expected: tuple[str, str]) -> None:
    assert encoding_like(facts) == expected


def test_the_recipe_says_otherwise() -> None:
    facts = AudioFacts(format="WAV", subtype="PCM_24")
    assert encoding_like(facts, format_name="FLAC") == ("FLAC", "PCM_16")
    assert encoding_like(facts, format_name="FLAC", subtype="PCM_24") == ("FLAC", "PCM_24")
    assert encoding_like(facts, subtype="PCM_16") == ("WAV", "PCM_16")


def test_a_rate_that_the_format_cannot_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match="OGG OPUS cannot hold 44100 Hz, 1 channels"):
        encode_audio(TONE, 44100, Encoding("OGG", "OPUS"))
    assert soundfile.check_format("OGG", "OPUS")
