"""Real encoders, real damage: every way to break a file, and the check that each must end in."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from curate.media.image import decode_image
from curate.media.image_formats.jpeg import decode_jpeg, read_jpeg_header

RNG = np.random.default_rng(7)
ROWS, COLUMNS = np.mgrid[0:300, 0:400]
RAMPS = np.stack([COLUMNS * 255 // 399, ROWS * 255 // 299, (ROWS + COLUMNS) % 256], axis=-1)
FIRST = Image.fromarray((RAMPS + RNG.normal(0, 12, RAMPS.shape)).clip(0, 255).astype(np.uint8))
SECOND = FIRST.transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def encode(image: Image.Image, name: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def animated(name: str, **options: object) -> bytes:
    return encode(FIRST, name, save_all=True, append_images=[SECOND], **options)


FILES = {
    "jpeg": ("JPEG", encode(FIRST, "JPEG")),
    "jpeg-progressive": ("JPEG", encode(FIRST, "JPEG", progressive=True)),
    "jpeg-grey": ("JPEG", encode(FIRST.convert("L"), "JPEG")),
    "jpeg-cmyk": ("JPEG", encode(FIRST.convert("CMYK"), "JPEG")),
    "png": ("PNG", encode(FIRST, "PNG")),
    "png-animated": ("PNG", animated("PNG")),
    "gif": ("GIF", encode(FIRST, "GIF")),
    "gif-animated": ("GIF", animated("GIF")),
    "bmp": ("BMP", encode(FIRST, "BMP")),
    "tiff": ("TIFF", encode(FIRST, "TIFF")),
    "tiff-lzw": ("TIFF", encode(FIRST, "TIFF", compression="tiff_lzw")),
    "tiff-deflate": ("TIFF", encode(FIRST, "TIFF", compression="tiff_adobe_deflate")),
    "tiff-pages": ("TIFF", animated("TIFF")),
    "webp": ("WEBP", encode(FIRST, "WEBP")),
    "webp-lossless": ("WEBP", encode(FIRST, "WEBP", lossless=True)),
    "webp-animated": ("WEBP", animated("WEBP")),
    "jpeg2000": ("JPEG2000", encode(FIRST, "JPEG2000")),
    "ppm": ("PPM", encode(FIRST, "PPM")),
    "sgi": ("SGI", encode(FIRST, "SGI")),
}
FRAMES = {"png-animated": 2, "gif-animated": 2, "tiff-pages": 2, "webp-animated": 2}
EVERY_FILE = pytest.mark.parametrize("name", FILES)


def verdict(data: bytes, format_name: str | None) -> str | None:
    findings = decode_image(data, format_name).findings
    assert len(findings) <= 1
    for found in findings:
        assert found.severity == "error"
        assert found.detail
    return findings[0].check if findings else None


@EVERY_FILE
def test_good_file_has_no_finding(name: str) -> None:
    format_name, data = FILES[name]
    decoded = decode_image(data, format_name)
    assert decoded.findings == ()
    assert decoded.pixels is not None
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.shape == (150, 200, 3)
    header = decoded.header
    assert (header.format, header.width, header.height) == (format_name, 400, 300)
    assert (header.frames, header.orientation, header.bits) == (FRAMES.get(name, 1), 1, 8)
    picture = FIRST.convert("L").convert("RGB") if name == "jpeg-grey" else FIRST
    assert np.abs(decoded.pixels - np.asarray(picture.reduce(2), np.float64)).mean() < 25


@EVERY_FILE
def test_no_bytes(name: str) -> None:
    assert verdict(b"", FILES[name][0]) == "empty"


@EVERY_FILE
@pytest.mark.parametrize("data", [b"<!DOCTYPE html><p>Not found</p>", bytes(5000), b"x"], ids=["html", "0", "x"])
def test_no_picture(name: str, data: bytes) -> None:
    assert verdict(data, FILES[name][0]) == "unreadable"


@EVERY_FILE
def test_cut_in_half(name: str) -> None:
    format_name, data = FILES[name]
    assert verdict(data[: len(data) // 2], format_name) == "truncated"


@EVERY_FILE
def test_without_the_last_two_bytes(name: str) -> None:
    format_name, data = FILES[name]
    # The last page of a TIFF is followed by bytes that mean nothing.
    expected = None if name == "tiff-pages" else "truncated"
    assert verdict(data[:-2], format_name) == expected


@EVERY_FILE
def test_junk_behind_the_end_is_nobodys_damage(name: str) -> None:
    format_name, data = FILES[name]
    assert verdict(data + b"junk" * 9, format_name) is None


@EVERY_FILE
def test_four_kib_zeroed_in_the_middle(name: str) -> None:
    format_name, data = FILES[name]
    middle = len(data) // 2
    # Raw pixels, and what libwebp reads, carry no redundancy: zeros are a picture too.
    silent = {"bmp", "tiff", "tiff-pages", "ppm", "sgi", "webp", "webp-lossless"}
    found = verdict(data[:middle] + bytes(4096) + data[middle + 4096 :], format_name)
    assert found == "damaged" or name in silent


@EVERY_FILE
def test_every_cut_and_every_flip_ends_in_a_verdict(name: str) -> None:
    format_name, data = FILES[name]
    for cut in (1, 2, 3, 4, 8, 9, 12, 13, 20, 25, 33, 100, 500, len(data) - 1):
        assert verdict(data[:cut], format_name) in {"truncated", "damaged", "unreadable", None}
    rng = np.random.default_rng(3)
    for _ in range(20):
        broken = bytearray(data)
        for at in rng.integers(4, min(len(data), 600), 5):
            broken[at] ^= 1 << int(rng.integers(8))
        verdict(bytes(broken), format_name)


@pytest.mark.parametrize("name", ["jpeg", "jpeg-progressive", "jpeg-grey", "jpeg-cmyk"])
def test_jpeg_cut_short_with_a_new_end_marker(name: str) -> None:
    data = FILES[name][1]
    decoded = decode_image(data[: len(data) // 2] + b"\xff\xd9", "JPEG")
    assert [found.check for found in decoded.findings] == ["damaged"]
    assert decoded.pixels is not None


def test_png_checksum_of_the_pixels_and_missing_end() -> None:
    data = bytearray(FILES["png"][1])
    at = data.index(b"IDAT")
    length = struct.unpack_from(">I", data, at - 4)[0]
    data[at + 4 + length] ^= 1
    assert verdict(bytes(data), "PNG") == "damaged"
    assert verdict(FILES["png"][1][:-12], "PNG") == "truncated"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_sixty_thousand_by_sixty_thousand_is_never_allocated() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    decoded = decode_image(bomb, "PNG")
    assert [found.check for found in decoded.findings] == ["oversized"]
    assert (decoded.pixels, decoded.header.width) == (None, 60_000)


@pytest.mark.parametrize("marker", [b"\xff\xc0", b"\xff\xc2"], ids=["baseline", "progressive"])
def test_oversized_jpeg(marker: bytes) -> None:
    data = bytearray(FILES["jpeg" if marker == b"\xff\xc0" else "jpeg-progressive"][1])
    struct.pack_into(">HH", data, data.index(marker) + 5, 65_500, 65_500)
    assert verdict(bytes(data), "JPEG") == "oversized"


def test_oversized_webp() -> None:
    extended = struct.pack("<4sIB3x", b"VP8X", 10, 0) + (16_382).to_bytes(3, "little") * 2
    data = b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended
    assert verdict(data, "WEBP") == "oversized"


def test_metadata_bomb() -> None:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000)))
    data = FILES["png"][1]
    assert verdict(data[:33] + text + data[33:], "PNG") == "oversized"


def test_too_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.media.image_formats.pillow.MAX_FRAMES", 1)
    assert verdict(FILES["gif-animated"][1], "GIF") == "oversized"
    monkeypatch.setattr("curate.media.image_formats.pillow.MAX_FRAMES", 2)
    monkeypatch.setattr("curate.media.image_formats.pillow.MAX_TOTAL_PIXELS", 200_000)
    assert verdict(FILES["gif-animated"][1], "GIF") == "oversized"


def test_directories_that_point_at_each_other_end() -> None:
    data = bytearray(FILES["tiff"][1])
    first = struct.unpack_from("<I", data, 4)[0]
    number = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * number, first)
    assert decode_image(bytes(data), "TIFF").header.frames == 1


def test_a_jpeg_that_no_decoder_here_takes() -> None:
    data = bytearray(FILES["jpeg"][1])
    data[data.index(b"\xff\xc0") + 4] = 12
    decoded = decode_image(bytes(data), "JPEG")
    assert [found.check for found in decoded.findings] == ["unreadable"]
    assert decoded.header.bits == 12


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_reduced_jpeg_decoding_sees_the_same_damage(factor: int) -> None:
    rng = np.random.default_rng(5)
    for name in ("jpeg", "jpeg-progressive", "jpeg-grey", "jpeg-cmyk"):
        data = FILES[name][1]
        header = read_jpeg_header(data)
        assert header is not None
        for _ in range(10):
            broken = bytearray(data)
            for at in rng.integers(len(data) // 4, len(data) - 2, 5):
                broken[at] ^= 1 << int(rng.integers(8))
            full, reduced = (decode_jpeg(bytes(broken), header, by)[1] for by in (1, factor))
            assert (full and full.check) == (reduced and reduced.check)


@pytest.mark.parametrize(
    ("name", "options"),
    [("AVIF", {"quality": 90, "speed": 9}), ("JPEG2000", {}), ("JPEG2000", {"no_jp2": True})],
    ids=["avif", "jp2", "codestream"],
)
def test_hole_and_zero_tail_of_a_download(name: str, options: dict[str, object]) -> None:
    data = encode(FIRST, name, **options)
    assert verdict(data, name) is None
    hole = len(data) // 2
    assert verdict(data[:hole] + bytes(4096) + data[hole + 4096 :], name) == "damaged"
    assert verdict(data[:hole] + bytes(len(data) - hole), name) == "damaged"
    assert verdict(encode(Image.new("RGB", (3000, 2000), "white"), name, **options), name) is None
