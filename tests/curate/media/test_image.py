"""What a picture is read as: upright, over white, 8 bits; and what its header says."""

import io
import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.ground.errors import InputError
from curate.media.image import MIN_SIDE, decode_image, load_pixels, reduction


def encode(image: Image.Image, name: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def decoded(image: Image.Image, name: str = "PNG", **options: object) -> NDArray[np.uint8]:
    found = decode_image(encode(image, name, **options), name)
    assert found.findings == ()
    assert found.pixels is not None
    return found.pixels


@pytest.mark.parametrize(
    ("size", "factor"),
    [(1, 1), (MIN_SIDE * 2 - 1, 1), (MIN_SIDE * 2, 2), (MIN_SIDE * 4, 4), (MIN_SIDE * 8, 8), (MIN_SIDE * 99, 8)],
)
def test_reduction(size: int, factor: int) -> None:
    assert reduction(size, 1, MIN_SIDE) == factor
    assert reduction(1, size, MIN_SIDE) == factor
    assert reduction(size, size, None) == 1


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(1, 1), (801, 3), (767, 769), (1537, 1601)])
def test_reduced_shape_is_rounded_up(name: str, size: tuple[int, int]) -> None:
    factor = reduction(*size, MIN_SIDE)
    shape = (-(-size[1] // factor), -(-size[0] // factor), 3)
    assert decoded(Image.new("RGB", size, (10, 20, 30)), name).shape == shape


def test_sixteen_bits_are_scaled_to_eight() -> None:
    grey = np.array([[0, 257, 32896, 65535]], np.uint16)
    for name in ("PNG", "TIFF", "PPM"):
        found = decode_image(encode(Image.fromarray(grey), name), name)
        assert found.pixels is not None
        assert found.pixels[0, :, 0].tolist() == [0, 1, 128, 255]
        assert found.header.bits == 16


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0, 0.5, 1.0], [0, 128, 255]), ([-10.0, 0.0, 10.0], [0, 128, 255]), ([3.0, 3.0, 3.0], [128] * 3)],
    ids=["shares", "stretched", "flat"],
)
def test_floats(values: list[float], expected: list[int]) -> None:
    image = Image.fromarray(np.array([values], np.float32))
    assert decoded(image, "TIFF")[0, :, 0].tolist() == expected


def test_floats_that_are_no_numbers() -> None:
    image = Image.fromarray(np.array([[np.nan, np.inf, -np.inf]], np.float32))
    assert decoded(image, "TIFF").shape == (1, 3, 3)


def test_integers_of_32_bits_are_stretched() -> None:
    image = Image.fromarray(np.array([[0, 100_000]], np.int32))
    assert decoded(image, "TIFF")[0, :, 0].tolist() == [0, 255]


def test_palette_is_looked_up() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([200, 10, 20, 1, 2, 3])
    image.putdata([0, 1])
    assert decoded(image).tolist() == [[[200, 10, 20], [1, 2, 3]]]
    assert decode_image(encode(image, "PNG"), "PNG").header.mode == "P"


def test_alpha_lies_over_white() -> None:
    image = Image.new("RGBA", (3, 1))
    image.putdata([(10, 20, 30, 255), (0, 0, 0, 0), (0, 0, 0, 128)])
    assert decoded(image).tolist() == [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]


def test_transparent_colour_lies_over_white() -> None:
    for mode, value, colour in (("L", 7, 7), ("RGB", (1, 2, 3), (1, 2, 3)), ("1", 0, 0)):
        pixels = decoded(Image.new(mode, (2, 2), value), transparency=colour)
        assert (pixels == 255).all(), mode


def test_cmyk_jpeg_has_the_colours_that_pillow_gives_it() -> None:
    image = Image.new("CMYK", (16, 16), (200, 20, 30, 40))
    data = encode(image, "JPEG", quality=95)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int16)
    pixels = decoded(image, "JPEG", quality=95)
    assert np.abs(pixels - expected).max() <= 2
    header = decode_image(data, "JPEG").header
    assert (header.mode, header.bits) == ("CMYK", 8)


def test_lab_is_converted() -> None:
    data = encode(Image.new("LAB", (4, 4), (128, 128, 128)), "TIFF")
    pixels = load_pixels(data)
    assert np.ptp(pixels[0, 0]) <= 2
    assert 110 < pixels[0, 0, 0] < 130


# Where the corner that was red when upright lies in the stored picture, as (row, column).
CORNERS = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (-1, 0), 7: (-1, -1), 8: (0, -1)}


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_pixels_stand_upright(name: str, orientation: int) -> None:
    row, column = CORNERS[orientation]
    stored = np.full((32, 64, 3), 255, np.uint8)
    stored[slice(0, 16) if row == 0 else slice(16, 32), slice(0, 16) if column == 0 else slice(48, 64)] = 255, 0, 0
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = decode_image(encode(Image.fromarray(stored), name, exif=exif.tobytes()), name)
    assert found.findings == ()
    assert found.pixels is not None
    assert found.pixels.flags.c_contiguous
    assert found.pixels.shape == ((64, 32, 3) if orientation > 4 else (32, 64, 3))
    assert found.pixels[4, 4].tolist()[1] < 60
    assert found.pixels[-4, -4].tolist()[1] > 200
    assert (found.header.width, found.header.height, found.header.orientation) == (64, 32, orientation)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_orientation_that_is_none(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert decode_image(encode(Image.new("RGB", (8, 8)), "JPEG", exif=exif), "JPEG").header.orientation == 1


@pytest.mark.parametrize(
    ("mode", "bits"), [("1", 1), ("L", 8), ("LA", 8), ("P", 1), ("RGB", 8), ("RGBA", 8), ("I;16", 16)]
)
def test_header_says_what_is_stored(mode: str, bits: int) -> None:
    header = decode_image(encode(Image.new(mode, (5, 4)), "PNG"), "PNG").header
    assert (header.format, header.mode, header.width, header.height) == ("PNG", mode, 5, 4)
    assert (header.frames, header.orientation, header.bits) == (1, 1, bits)


def test_name_is_believed_only_where_the_bytes_say_nothing() -> None:
    image = Image.new("RGB", (4, 4), (9, 9, 9))
    assert decode_image(encode(image, "PNG"), "JPEG").header.format == "PNG"
    assert decode_image(encode(image, "BMP"), "JPEG").header.format == "BMP"
    assert decode_image(encode(image, "TGA"), "TGA").header.format == "TGA"
    assert decode_image(encode(image, "TGA"), None).findings[0].check == "unreadable"
    assert decode_image(encode(image, "PPM"), None).header.format == "PPM"


def test_formats_that_need_another_program_are_refused_with_advice() -> None:
    heif = b"\0\0\0\x18ftypheic" + bytes(16)
    found = decode_image(heif, "HEIF").findings[0]
    assert (found.check, "heif-convert" in found.detail) == ("unreadable", True)
    postscript = encode(Image.new("RGB", (8, 8)), "EPS")
    assert decode_image(postscript, None).findings[0].check == "unreadable"
    assert "audio" in decode_image(b"fLaC" + bytes(60), "PNG").findings[0].detail


def test_load_pixels_at_full_size() -> None:
    assert load_pixels(encode(Image.new("RGB", (900, 500)), "JPEG")).shape == (500, 900, 3)
    assert load_pixels(encode(Image.new("L", (900, 500), 7), "PNG"))[0, 0].tolist() == [7, 7, 7]


@pytest.mark.parametrize("data", [b"", b"no picture", encode(Image.new("RGB", (99, 99)), "JPEG")[:-9]])
def test_load_pixels_refuses_what_is_not_whole(data: bytes) -> None:
    with pytest.raises(InputError, match=" "):
        load_pixels(data)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "TIFF", "WEBP"])
def test_mapped_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encode(Image.new("RGB", (30, 20), (1, 2, 3)), name))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = decode_image(data, name)
    assert found.findings == ()
    assert found.pixels is not None
    assert found.pixels.shape == (20, 30, 3)


def test_import_loads_no_decoder_and_nothing_heavy() -> None:
    code = "import sys, curate.media.image, curate.facts.image; print([*sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in ("PngImagePlugin", "TiffImagePlugin", "JpegImagePlugin", "ImageCms", "scipy", "cv2"):
        assert name not in loaded
