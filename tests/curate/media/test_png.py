"""PNGs whose header and data disagree, all checksums right, and PNGs whose metadata only are damaged."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from curate.facts.records import Finding
from curate.media.image import decode_image

ROWS, COLUMNS = np.mgrid[0:300, 0:400]
PICTURE = Image.fromarray(
    (
        np.stack([COLUMNS // 2, ROWS // 2, (ROWS * COLUMNS) % 97], axis=-1) + np.random.default_rng(1).integers(0, 9)
    ).astype(np.uint8)
)
DEEP = Image.fromarray(np.asarray(PICTURE.convert("L")).astype(np.uint16) * 257)


def encode(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def with_rows(data: bytes, rows: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(">I", changed, 20, rows)
    struct.pack_into(">I", changed, 29, zlib.crc32(changed[12:29]))
    return bytes(changed)


def finding(data: bytes) -> Finding | None:
    return next(iter(decode_image(data, "PNG").findings), None)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("rows", [360, 301, 240, 150])
def test_rows_that_the_header_promises_are_counted(mode: str, rows: int) -> None:
    image = DEEP if mode == "I;16" else PICTURE.convert(mode)
    data = encode(image)
    assert finding(data) is None
    found = finding(with_rows(data, rows))
    assert found is not None
    assert (found.check, found.severity, found.threshold) == ("length-mismatch", "error", rows)
    assert rows < 300 or found.value == 300


def test_black_picture_has_all_its_rows() -> None:
    assert finding(encode(Image.new("RGB", (1000, 1000)))) is None


def interlaced(width: int, height: int) -> bytes:
    """Return a grey picture in the seven passes of Adam7, each pixel its column's number."""
    steps = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    lines = b"".join(
        b"\0" + bytes(range(x, width, across))
        for x, y, across, down in steps
        if x < width
        for _ in range(y, height, down)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 2), (5, 9), (64, 40)])
def test_interlaced_rows_are_counted_in_passes(width: int, height: int) -> None:
    assert finding(interlaced(width, height)) is None
    found = finding(with_rows(interlaced(width, height), 2 * height))
    assert found is not None
    assert found.check == "length-mismatch"


def test_wrong_checksum_of_a_text_is_a_warning() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "made on a sunny day")
    data = bytearray(encode(PICTURE, pnginfo=info))
    data[data.index(b"sunny")] ^= 1
    found = finding(bytes(data))
    assert found is not None
    assert (found.check, found.severity) == ("metadata-damage", "warning")
    assert "tEXt at byte 33" in found.detail
    data[data.index(b"IDAT") + 60] ^= 1
    worse = finding(bytes(data))
    assert worse is not None
    assert worse.check == "damaged"
