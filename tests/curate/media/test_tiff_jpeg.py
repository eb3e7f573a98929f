"""JPEG data inside of a TIFF: what libtiff says nothing of."""

import io
import struct

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from curate.media.image import decode_image

ROWS, COLUMNS = np.mgrid[0:96, 0:80]
NOISE = np.random.default_rng(0).integers(0, 40, (96, 80, 3))
PICTURE = Image.fromarray((np.stack([COLUMNS * 3, ROWS * 2, ROWS + COLUMNS], -1) % 200 + NOISE).astype(np.uint8))


def encode(mode: str, strip_bytes: int = 1 << 20) -> bytearray:
    file = io.BytesIO()
    PICTURE.convert(mode).save(file, "TIFF", compression="jpeg", quality=90, strip_size=strip_bytes)
    return bytearray(file.getvalue())


def strips(data: bytearray) -> list[tuple[int, int]]:
    tags = TiffImageFile(io.BytesIO(data)).tag_v2
    return list(zip(tags[273], tags[279], strict=True))


def checks(data: bytes | bytearray) -> list[tuple[str, str]]:
    return [(found.check, found.severity) for found in decode_image(bytes(data), "TIFF").findings]


def with_number(data: bytearray, tag: int, value: int) -> bytearray:
    """Return the file with another number in the entry of a tag, of a short or a long."""
    at = next(
        at for at in range(8, len(data)) if data[at : at + 2] == struct.pack("<H", tag) and data[at + 2] in (3, 4)
    )
    changed = bytearray(data)
    form = "<H" if data[at + 2] == 3 else "<I"
    struct.pack_into(form, changed, at + 8, value)
    return changed


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("strip_bytes", [1 << 20, 80 * 3 * 16], ids=["one strip", "several"])
def test_whole_and_zeroed(mode: str, strip_bytes: int) -> None:
    data = encode(mode, strip_bytes)
    assert checks(data) == []
    start, length = strips(data)[-1]
    data[start + length // 2 : start + length - 2] = bytes(length - 2 - length // 2)
    assert checks(data) == [("damaged", "error")]


@pytest.mark.parametrize(
    ("strip_bytes", "rows"), [(size, rows) for size in (1 << 20, 80 * 3 * 16) for rows in (48, 80, 97, 120)]
)
def test_other_heights(strip_bytes: int, rows: int) -> None:
    data = with_number(encode("RGB", strip_bytes), 257, rows)
    (found,) = checks(data)
    assert found[1] == "error"


def test_a_part_that_promises_more_than_its_page_is_not_decoded() -> None:
    data = encode("L")
    at = data.index(b"\xff\xc0", strips(data)[0][0])
    struct.pack_into(">HH", data, at + 5, 65_000, 65_000)
    assert checks(data) == [("length-mismatch", "error")]


def test_what_libtiff_prints_stays_off_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    file = io.BytesIO()
    PICTURE.save(file, "TIFF", compression="tiff_lzw")
    data = bytearray(file.getvalue())
    data[2000:2400] = b"\xff" * 400
    assert checks(data) == [("damaged", "error")]
    assert capfd.readouterr().err == ""


def test_separate_planes_are_not_read_and_no_damage() -> None:
    # Three strips, of which each becomes the plane of a colour: height, planar configuration.
    data = with_number(with_number(encode("RGB", 80 * 3 * 32), 257, 32), 284, 2)
    assert checks(data) == [("unreadable", "error")]
    start, length = strips(data)[1]
    data[start + length // 2 : start + length - 2] = bytes(length - 2 - length // 2)
    assert checks(data) == [("damaged", "error")]
