"""Headers of BMP and TIFF that promise more or fewer rows than the data hold; kinds that no decoder here knows."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from curate.media.image import decode_image

PICTURE = Image.fromarray(np.random.default_rng(2).integers(0, 256, (30, 40, 3), dtype=np.uint8))
DEEP = Image.fromarray(np.asarray(PICTURE.convert("L")).astype(np.uint16) * 257)


def encode(name: str, image: Image.Image = PICTURE, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def checks(data: bytes, name: str) -> list[str]:
    return [found.check for found in decode_image(data, name).findings]


def tiff_with_rows(data: bytes, rows: int) -> bytes:
    """Return the file with another height; Pillow writes the tag as a short, libtiff as it likes."""
    for kind in (3, 4):
        entry = struct.pack("<HHII", 257, kind, 1, 30)
        data = data.replace(entry, struct.pack("<HHII", 257, kind, 1, rows))
    return data


@pytest.mark.parametrize("rows", [36, 31, 29, 24])
@pytest.mark.parametrize("compression", ["raw", "tiff_adobe_deflate"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK", "I;16", "F"])
def test_tiff_strips_hold_the_rows_of_the_header(mode: str, compression: str, rows: int) -> None:
    image = DEEP if mode == "I;16" else PICTURE.convert(mode)
    data = encode("TIFF", image, compression=compression)
    assert checks(data, "TIFF") == []
    assert checks(tiff_with_rows(data, rows), "TIFF") == ["length-mismatch"]


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA"])
def test_bmp_states_the_bytes_of_its_rows(mode: str) -> None:
    data = encode("BMP", PICTURE.convert(mode))
    assert checks(data, "BMP") == []
    assert checks(data[:22] + struct.pack("<i", 24) + data[26:], "BMP") == ["length-mismatch"]
    assert checks(data[:22] + struct.pack("<i", 36) + data[26:], "BMP") == ["truncated"]


@pytest.mark.parametrize(("bits", "compression"), [(2, 0), (24, 4), (0, 5)], ids=["2-bits", "rle24", "embedded-png"])
def test_kinds_of_bmp_that_are_not_known_are_no_damage(bits: int, compression: int) -> None:
    header = struct.pack("<IiiHHIIIIII", 40, 40, 30, 1, bits, compression, 360, 0, 0, 4, 0)
    data = b"BM" + struct.pack("<IHHI", 430, 0, 0, 70) + header + bytes(16 + 360)
    (found,) = decode_image(data, "BMP").findings
    assert found.check == "unreadable"
    assert "convert it to PNG" in found.detail
