"""JPEG 2000 and AVIF: tiles that are there, end markers that are not, sizes that are announced."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from curate.media.image import decode_image

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (100, 120, 3), dtype=np.uint8))


def encode(**options: object) -> bytes:
    file = io.BytesIO()
    PICTURE.save(file, "JPEG2000", **options)
    return file.getvalue()


def checks(data: bytes, name: str = "JPEG2000") -> list[tuple[str, str]]:
    return [(found.check, found.severity) for found in decode_image(data, name).findings]


def without_end_marker(data: bytes) -> bytes:
    box = data.find(b"jp2c")
    if box < 0:
        return data[:-2]
    size = struct.unpack_from(">I", data, box - 4)[0]
    return data[: box - 4] + struct.pack(">I", size - 2 if size else 0) + data[box:-2]


@pytest.mark.parametrize("options", [{"no_jp2": True}, {}, {"tile_size": (50, 40)}], ids=["bare", "boxes", "tiles"])
def test_without_its_end_marker_a_picture_is_whole(options: dict[str, object]) -> None:
    data = encode(**options)
    whole, cut = decode_image(data), decode_image(without_end_marker(data))
    assert whole.findings == ()
    assert [(found.check, found.severity) for found in cut.findings] == [("metadata-damage", "warning")]
    assert whole.pixels is not None
    assert cut.pixels is not None
    assert np.array_equal(whole.pixels, cut.pixels)
    for missing in (3, 10, 500):
        assert checks(data[:-missing]) == [("truncated", "error")]


def in_64_bits(data: bytes) -> bytes:
    """Return the same file with the length of its codestream in 64 bits (ISO/IEC 15444-1, I.4)."""
    box = data.index(b"jp2c") - 4
    size = struct.unpack_from(">I", data, box)[0] or len(data) - box
    assert box + size == len(data)
    return data[:box] + struct.pack(">I4sQ", 1, b"jp2c", size + 8) + data[box + 8 :]


def test_a_codestream_whose_length_has_64_bits() -> None:
    data = encode(tile_size=(50, 40))
    assert checks(in_64_bits(data)) == []
    assert checks(in_64_bits(without_end_marker(data))) == [("metadata-damage", "warning")]
    assert checks(in_64_bits(data)[:-3]) == [("truncated", "error")]


def test_missing_tiles() -> None:
    data = encode(tile_size=(50, 40), no_jp2=True)
    last = data.rindex(b"\xff\x90\0\x0a")
    assert checks(data[:last] + b"\xff\xd9") == [("truncated", "error")]
    assert checks(data[:last]) == [("truncated", "error")]


@pytest.mark.parametrize("place", ["boxes", "codestream"])
def test_jpeg2000_that_announces_too_much(place: str) -> None:
    data = bytearray(encode())
    at = data.index(b"ihdr") + 4 if place == "boxes" else data.index(b"\xff\x4f\xff\x51") + 8
    struct.pack_into(">II", data, at, 60_000, 60_000)
    assert checks(bytes(data)) == [("oversized", "error")]


def test_avif_that_announces_too_much() -> None:
    file = io.BytesIO()
    PICTURE.save(file, "AVIF")
    data = bytearray(file.getvalue())
    assert checks(bytes(data), "AVIF") == []
    struct.pack_into(">II", data, data.index(b"ispe") + 8, 60_000, 60_000)
    assert checks(bytes(data), "AVIF") == [("oversized", "error")]
