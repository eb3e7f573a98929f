"""Side information of layer III that cannot be, and zeros amid coded sound."""

import io

import numpy as np
import pytest
import soundfile

from curate.facts.records import Finding
from curate.media.audio import decode_audio
from curate.media.audio_formats.mpeg import walk_frames
from curate.media.audio_formats.mpeg_layer3 import ZERO_RUN_BYTES

NOISE = np.random.default_rng(0).normal(size=(44100, 2)) / 8


def encode(rate: int, channels: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, NOISE[:, :channels], rate, "MPEG_LAYER_III", format="MP3", bitrate_mode="CONSTANT")
    return file.getvalue()


def findings(data: bytes) -> tuple[Finding, ...]:
    return decode_audio(data, "MP3").findings


def with_bits(data: bytes, at: int, first: int, width: int, number: int) -> bytes:
    """Write a number of some bits behind an offset."""
    size = (first + width + 7) // 8
    shift = 8 * size - first - width
    whole = int.from_bytes(data[at : at + size], "big") & ~((1 << width) - 1 << shift) | number << shift
    return data[:at] + whole.to_bytes(size, "big") + data[at + size :]


CASES = [pytest.param(44100, 2, 20, 4, id="mpeg-1"), pytest.param(22050, 1, 9, 5, id="mpeg-2")]


@pytest.mark.parametrize(("rate", "channels", "granule", "unused"), CASES)
def test_impossible_numbers(rate: int, channels: int, granule: int, unused: int) -> None:
    data = encode(rate, channels)
    assert not findings(data)
    at = walk_frames(data, 0, len(data)).starts[10]
    for name, first, width, number in [
        ("big_values", granule + 12, 9, 289),
        ("part2_3_length", granule, 12, 4095),
        ("main_data_begin", 0, 8, 255),
        (
            "a table that there is not",
            granule + (34 if rate == 44100 else 39),
            unused,
            4 << unused - 5 if unused > 4 else 2,
        ),
    ]:
        (found,) = findings(with_bits(data, at + 4, first, width, number))
        assert found.check == "damaged", name
        assert "frame 1" in found.detail, name


@pytest.mark.parametrize(("rate", "channels", "_granule", "_unused"), CASES)
def test_zeros_amid_coded_sound(rate: int, channels: int, _granule: int, _unused: int) -> None:
    data = encode(rate, channels)
    at = walk_frames(data, 0, len(data)).starts[10] + 4 + 32
    (found,) = findings(data[:at] + bytes(ZERO_RUN_BYTES + 1) + data[at + ZERO_RUN_BYTES + 1 :])
    assert found.check == "damaged"
    assert f"at offset {at}" in found.detail


def test_other_channels_in_the_middle() -> None:
    data = bytearray(encode(44100, 2))
    data[walk_frames(bytes(data), 0, len(data)).starts[10] + 3] |= 0xC0
    (found,) = findings(bytes(data))
    assert "number of channels" in found.detail


def test_a_tail_that_was_never_written_and_one_that_fills_a_sector() -> None:
    data = encode(44100, 2)
    bare = data[walk_frames(data, 0, len(data)).starts[1] :]
    padding = -len(bare) % 512
    assert not findings(bare + bytes(padding))
    assert not findings(bare + bytes(128))
    assert [found.check for found in findings(bare + bytes(padding + 513))] == ["truncated"]
