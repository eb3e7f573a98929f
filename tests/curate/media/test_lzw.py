"""Lengths of LZW codes: against Pillow's encoders, and against codes that are written by hand."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from curate.media.image import decode_image
from curate.media.image_formats.lzw import Walked, walk_lzw


def packed(codes: list[int], widths: list[int]) -> bytes:
    """Return codes as a GIF packs them: from the lowest bit of a byte on."""
    bits = "".join(format(code, f"0{width}b")[::-1] for code, width in zip(codes, widths, strict=True))
    return bytes(int(bits[at : at + 8].ljust(8, "0")[::-1], 2) for at in range(0, len(bits), 8))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([4, 0, 1, 5], Walked(2, has_end=True)),
        ([4, 0, 6, 5], Walked(3, has_end=True)),
        ([0, 6, 7, 5], Walked(6, has_end=True)),
        ([4, 0, 4, 1, 5], Walked(2, has_end=True)),
        ([4, 0, 7, 5], Walked(0, 0)),
        ([4, 0, 1], Walked(4)),
        ([4, 5], Walked(0, has_end=True)),
    ],
    ids=[
        "literals",
        "its own entry",
        "no clear code",
        "cleared",
        "no such entry",
        "no end but padding",
        "nothing",
    ],
)
def test_codes_of_two_bits(codes: list[int], expected: Walked) -> None:
    assert walk_lzw(packed(codes, [3] * len(codes)), 2, tiff=False, most=100) == expected


def test_a_code_more_is_wider() -> None:
    # Behind a clear code entries 6 and 7 fill what 3 bits can name, so the fourth code has 4.
    codes, widths = [4, 0, 1, 2, 8, 5], [3, 3, 3, 3, 4, 4]
    assert walk_lzw(packed(codes, widths), 2, tiff=False, most=100) == Walked(5, has_end=True)


def test_who_clears_the_table_all_the_time_is_left_alone() -> None:
    data = packed([4, 0] * 6000, [3] * 12000)
    assert walk_lzw(data, 2, tiff=False, most=10**6) == Walked(4999, is_complete=False)


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    noise, steps = rng.integers(0, 256, (180, 150)), np.add.outer(np.arange(180), np.arange(150)) // 5 % 256
    flat, bits = np.zeros((700, 600)), rng.integers(0, 2, (90, 80)) * 255
    return [Image.fromarray(np.asarray(array, np.uint8)) for array in (noise, steps, flat, bits)]


def gif(image: Image.Image) -> bytearray:
    file = io.BytesIO()
    image.save(file, "GIF")
    return bytearray(file.getvalue())


@pytest.mark.parametrize("number", range(4), ids=["noise", "steps", "flat", "bits"])
def test_codes_make_the_pixels_of_the_frame(number: int) -> None:
    image = pictures()[number]
    data = gif(image)
    assert decode_image(bytes(data), "GIF").findings == ()
    height = data.index(b",\0\0\0\0") + 7
    for rows in (image.height // 2, image.height - 1, image.height + 1):
        data[height : height + 2] = data[8:10] = rows.to_bytes(2, "little")
        (found,) = decode_image(bytes(data), "GIF").findings
        assert (found.check, found.severity) == ("length-mismatch", "error")
        assert found.threshold == rows * image.width


def test_tiff_codes_make_the_bytes_of_the_strip() -> None:
    for image in pictures():
        file = io.BytesIO()
        image.save(file, "TIFF", compression="tiff_lzw", strip_size=1 << 20)
        file.seek(0)
        tags = TiffImageFile(file).tag_v2
        (start,), (length,) = tags[273], tags[279]
        strip = file.getvalue()[start : start + length]
        assert walk_lzw(strip, 8, tiff=True, most=10**7) == Walked(image.width * image.height, has_end=True)
        assert decode_image(file.getvalue(), "TIFF").findings == ()


def test_single_bits_in_gif_and_tiff_are_mostly_found() -> None:
    rng = np.random.default_rng(1)
    for name, options, least in (("GIF", {}, 8), ("TIFF", {"compression": "tiff_lzw"}, 5)):
        found = 0
        for _ in range(20):
            file = io.BytesIO()
            pictures()[1].save(file, name, **options)
            data = bytearray(file.getvalue())
            for at in rng.integers(len(data) // 4, len(data) * 3 // 4, 5):
                data[at] ^= 1 << int(rng.integers(8))
            found += any(one.severity == "error" for one in decode_image(bytes(data), name).findings)
        assert found >= least
