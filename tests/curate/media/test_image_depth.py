"""Deep pixels: how many bits they use, and what is seen of those that leave the upper ones empty."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from curate.media.image import decode_image, load_pixels, load_with_depth
from curate.media.image_formats.depth import Depth, measure_depth

ROWS, COLUMNS = np.mgrid[0:50, 0:60]
COLOUR = np.stack([COLUMNS * 4095 // 59, ROWS * 4095 // 49, (ROWS + COLUMNS) * 4095 // 108], -1).astype(np.uint16)
"""12 bits, as they come from a camera."""
LEFT_ALIGNED = np.left_shift(COLOUR, 4, dtype=np.uint16)
SHOWN = np.rint(COLOUR / 4095 * 255)


def encode(ending: str, pixels: NDArray[np.uint16]) -> bytes:
    bgr = pixels[..., [2, 1, 0, 3][: pixels.shape[2]]] if pixels.ndim == 3 else pixels
    options = [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000] if ending == ".jp2" else []
    written, data = cv2.imencode(ending, bgr, options)
    assert written
    return bytes(data)


@pytest.mark.parametrize("is_grey", [False, True], ids=["colour", "grey"])
@pytest.mark.parametrize(("ending", "name"), [(".png", "PNG"), (".tif", "TIFF"), (".ppm", "PPM"), (".jp2", "JPEG2000")])
def test_twelve_bits_at_the_lower_end_of_sixteen(ending: str, name: str, *, is_grey: bool) -> None:
    pixels = COLOUR[..., 0] if is_grey else COLOUR
    data = encode(".pgm" if is_grey and ending == ".ppm" else ending, pixels)
    found = decode_image(data, name)
    assert found.pixels is not None
    assert np.abs(found.pixels - (SHOWN[..., :1] if is_grey else SHOWN)).max() <= (1 if ending == ".jp2" else 0)
    assert (found.header.bits, found.header.bits_used) == (16, 12)
    (finding,) = found.findings
    assert (finding.check, finding.severity, finding.value, finding.threshold) == ("unused-bits", "warning", 12, 16)
    assert "rescale_depth" in finding.detail
    loaded, depth = load_with_depth(data, name)
    assert depth == (12, 16)
    assert np.array_equal(loaded, load_pixels(data, name))


@pytest.mark.parametrize(("ending", "name"), [(".png", "PNG"), (".tif", "TIFF"), (".ppm", "PPM")])
def test_twelve_bits_at_the_upper_end_are_on_the_scale_of_the_file(ending: str, name: str) -> None:
    found = decode_image(encode(ending, LEFT_ALIGNED), name)
    assert found.pixels is not None
    assert np.abs(found.pixels - SHOWN).max() <= 1
    assert (found.header.bits, found.header.bits_used, found.findings) == (16, 12, ())
    assert load_with_depth(encode(ending, LEFT_ALIGNED), name)[1] is None


@pytest.mark.parametrize(("kind", "pixels"), [(b"P6", COLOUR), (b"P5", COLOUR[..., 0])], ids=["colour", "grey"])
def test_a_scale_that_the_header_states_is_believed(kind: bytes, pixels: NDArray[np.uint16]) -> None:
    dim = pixels >> 4
    for values, shown in ((pixels, 255), (dim, 16)):
        found = decode_image(kind + b" # a comment\n60 50\n4095\n" + values.astype(">u2").tobytes(), "PPM")
        assert found.pixels is not None
        assert (int(found.pixels.max()), found.findings) == (shown, ())
        assert (found.header.bits, found.header.bits_used) == (16, int(values.max()).bit_length())


@pytest.mark.parametrize("alpha", [65535, 4095], ids=["scale of the file", "scale of the pixels"])
def test_transparency_is_laid_over_white(alpha: int) -> None:
    layer = np.where(COLUMNS < 30, 0, alpha).astype(np.uint16)
    found = decode_image(encode(".png", np.dstack([COLOUR, layer])), "PNG")
    assert found.pixels is not None
    assert (found.pixels[:, :30] == 255).all()
    assert np.array_equal(found.pixels[:, 30:], SHOWN[:, 30:])
    assert [finding.check for finding in found.findings] == ["unused-bits"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 4095, 17], Depth(16, 12, 12)),
        ([0, 2000, 17], Depth(16, 11, 12)),
        ([1, 16383], Depth(16, 14, 14)),
        ([1, 5], Depth(16, 3, 8)),
        ([0, 4095 << 4], Depth(16, 12, None)),
        ([0, 9 << 4, 1 << 10], Depth(16, 7, None)),
        ([257, 63 * 257], Depth(16, 14, None)),
        ([0, 16384 + 1], Depth(16, 15, None)),
        ([5, 5], Depth(16, 3, None)),
        ([0, 0], Depth(16, 0, None)),
    ],
    ids=[
        "12",
        "11",
        "14",
        "labels",
        "upper end",
        "dim, upper end",
        "8 bits twice",
        "a dim photo",
        "one value",
        "black",
    ],
)
def test_depth(values: list[int], expected: Depth) -> None:
    assert measure_depth(np.array(values, np.uint16), 16) == expected


def test_depths_that_a_codec_states_are_believed() -> None:
    assert measure_depth(np.array([0, 255], np.uint16), 12) == Depth(12, 8, None)
