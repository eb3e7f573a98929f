"""Bytes in, picture and verdict out: decodes every byte of every frame of an image, strictly."""

from contextlib import nullcontext
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from curate.facts.records import Finding, ImageFacts
from curate.ground.errors import InputError
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.image_formats.bmp import check_bmp
from curate.media.image_formats.depth import Depth, maxval
from curate.media.image_formats.gif import check_gif, gif_frames
from curate.media.image_formats.isobmff import avif_bits, box_frames, check_boxes, with_end_marker
from curate.media.image_formats.jpeg import MODES, decode_jpeg, read_jpeg_header
from curate.media.image_formats.jpeg2000 import read_codestream
from curate.media.image_formats.pillow import (
    announced_as_oversized,
    decode_frames,
    is_decodable,
    open_picture,
    oversized,
    quiet,
    verdict,
)
from curate.media.image_formats.png import (
    check_png,
    check_rows,
    open_counting,
    png_bits,
    png_frames,
    without_broken_chunks,
)
from curate.media.image_formats.qoi import check_qoi
from curate.media.image_formats.tiff import tiff_frames, tiff_header
from curate.media.image_formats.tiff_parts import check_tiff
from curate.media.image_formats.webp import check_webp, webp_frames
from curate.media.printed_errors import printed_errors
from curate.media.rgb import upright
from curate.media.sniff import FORMATS, HEAD_BYTES, sniff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from mmap import mmap

    import numpy as np
    from numpy.typing import NDArray
    from PIL.ImageFile import ImageFile

MIN_SIDE = 192
"""A picture is reduced by 2, 4 or 8 while its longer side keeps this many pixels: facts need no more."""

_STRUCTURE: "dict[str, Callable[[bytes | mmap], Finding | None]]" = {
    "AVIF": check_boxes,
    "BMP": check_bmp,
    "GIF": check_gif,
    "JPEG2000": check_boxes,
    "PNG": check_png,
    "QOI": check_qoi,
    "TIFF": check_tiff,
    "WEBP": check_webp,
}
_ANNOUNCED: "dict[str, Callable[[bytes | mmap], Iterator[tuple[int, int]]]]" = {
    "AVIF": box_frames,
    "GIF": gif_frames,
    "JPEG2000": box_frames,
    "PNG": png_frames,
    "TIFF": tiff_frames,
    "WEBP": webp_frames,
}
"""Sizes of all frames, read without decoding: Pillow tells them frame by frame, or allocates them when it opens."""
_MENDED: "dict[str, Callable[[bytes | mmap], bytes]]" = {"JPEG2000": with_end_marker, "PNG": without_broken_chunks}
"""What makes a file readable of whose structure there is only a warning: its decoder refuses the whole file for it."""
# First bytes that are too short to be believed against another format, but do for a name that ends wrongly.
_WEAK_MARKS = {
    b"BM": "BMP",
    b"P1": "PPM",
    b"P2": "PPM",
    b"P3": "PPM",
    b"P4": "PPM",
    b"P5": "PPM",
    b"P6": "PPM",
    b"Pf": "PPM",
    b"\0\0\1\0": "ICO",
    b"\x0a\x05\x01\x08": "PCX",
    b"\x01\xda": "SGI",
}
_WITHOUT_MARK = {*_WEAK_MARKS.values(), "TGA"}
_PRINTS = {"AVIF", "HEIF", "JPEG2000", "JXL", "TIFF"}
"""Formats whose libraries print what they think of a file on standard error."""
_BITS_OF_MODE = {"1": 1, "I": 32, "F": 32}


class DecodedImage(NamedTuple):
    """A picture, what its header says, and what is wrong with it.

    Attributes:
        pixels: RGB of the first frame, upright, over white, uint8 of shape (height, width, 3), reduced by 2, 4
            or 8 while the longer side keeps `MIN_SIDE` pixels; None where nothing can be decoded.
        header: Format, mode, width, height, frames, orientation and bits.
        findings: At most one about the file, and `unused-bits` where the pixels were rescaled.
    """

    pixels: "NDArray[np.uint8] | None"
    header: ImageFacts
    findings: tuple[Finding, ...]


def decode_image(data: "bytes | mmap", format_name: str | None = None) -> DecodedImage:
    """Decode every byte of every frame of an image; what is wrong with it is a finding, not an exception.

    Args:
        data: The whole file.
        format_name: What the file's name promises, a key of `sniff.FORMATS`: for formats without a sure mark.

    Raises:
        MemoryError: There is not enough memory, which says nothing of the file.
    """
    return _decode(data, format_name, MIN_SIDE)


def load_pixels(data: "bytes | mmap", format_name: str | None = None) -> "NDArray[np.uint8]":
    """Return the first frame at full size: RGB, upright, over white, uint8 of shape (height, width, 3).

    Raises:
        InputError: The picture, or a part of it, cannot be decoded.
    """
    return load_with_depth(data, format_name)[0]


def load_with_depth(
    data: "bytes | mmap", format_name: str | None = None
) -> tuple["NDArray[np.uint8]", tuple[int, int] | None]:
    """Return what `load_pixels` does; and for pixels that left their upper bits empty, the bits of their scale.

    Returns:
        Pixels; and None, or the bits that are white (8, 10, 12 or 14) and those of the file (16).

    Raises:
        InputError: The picture, or a part of it, cannot be decoded.
    """
    decoded = _decode(data, format_name, None)
    errors = [found.detail for found in decoded.findings if found.severity == "error"]
    if errors or decoded.pixels is None:
        raise InputError("; ".join(errors))
    unused = next((found for found in decoded.findings if found.check == "unused-bits"), None)
    return decoded.pixels, (int(unused.value or 0), int(unused.threshold or 0)) if unused else None


def _decode(data: "bytes | mmap", format_name: str | None, min_side: int | None) -> DecodedImage:
    if not len(data):
        return _failed(Finding("empty", "error", detail="the file has no bytes: copy or download it again"))
    head = bytes(data[:HEAD_BYTES])
    detail = _why_unknown(head)
    for name in _candidates(head, format_name):
        if name == "JPEG":
            return _decode_jpeg(data, min_side)
        try:
            with printed_errors() if name in _PRINTS else nullcontext(), quiet():
                return _decode_with_pillow(data, name, min_side)
        except Exception as error:
            raise_out_of_memory(error)
            if name == "WEBP" and "decoder object" in str(error):
                _try_canvas(data)
            reason, broken = verdict(error), _check_structure(data, name)
            if (broken and broken.severity == "error") or reason.check == "oversized":
                broken = broken if broken and broken.severity == "error" else None
                return _failed(broken or reason, ImageFacts(format=name))
            detail = f"this {name} file cannot be opened ({error}): convert it to PNG with the program that made it"
    return _failed(Finding("unreadable", "error", detail=detail))


def _candidates(head: bytes, format_name: str | None) -> "Iterator[str]":
    """Yield the formats to try to decode a file as.

    Args:
        head: The first `HEAD_BYTES` bytes of the file.
        format_name: What the file's name promises; believed only for formats without a sure mark.
    """
    if (certain := sniff(head)) is not None:
        if is_decodable(certain):
            yield certain
        return
    if format_name is not None and format_name in _WITHOUT_MARK:
        yield format_name
    yield from {name for mark, name in _WEAK_MARKS.items() if head.startswith(mark) and name != format_name}


def _why_unknown(head: bytes) -> str:
    """Say, to a person, what is wrong with a file that no decoder takes."""
    found = FORMATS.get(sniff(head) or "")
    if found is not None:
        return found.advice or f"this is {found.name} audio, no picture"
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "this is a web page or XML, no picture: download the picture itself"
    if not head.strip(b"\0"):
        return "the file begins with zeros: copy or download it again"
    return "it begins like no image format that can be decoded here: replace it, or convert it to PNG"


def _try_canvas(data: "bytes | mmap") -> None:
    """Ask for the two RGBA canvases of libwebp's decoder, which says the same of damage and of too little memory.

    Raises:
        MemoryError: They cannot be had.
    """
    if size := next(webp_frames(data), None):
        bytearray(8 * size[0] * size[1])


def _failed(finding: Finding, header: ImageFacts | None = None) -> DecodedImage:
    return DecodedImage(None, header or ImageFacts(), (finding,))


def _decode_jpeg(data: "bytes | mmap", min_side: int | None) -> DecodedImage:
    found = read_jpeg_header(data)
    if found is None or not found.width or not found.height:
        return _failed(Finding("unreadable", "error", detail="no picture follows the JPEG's first bytes"))
    mode = MODES.get(found.components)
    header = ImageFacts("JPEG", mode, found.width, found.height, 1, found.orientation, found.bits)
    if problem := oversized(found.width, found.height):
        return _failed(problem, header)
    pixels, problem = decode_jpeg(data, found, reduction(found.width, found.height, min_side))
    if pixels is not None:
        pixels = upright(pixels, found.orientation)
    return DecodedImage(pixels, header, (problem,) if problem else ())


def reduction(width: int, height: int, min_side: int | None) -> int:
    """Return the largest of 1, 2, 4, 8 that leaves the longer side `min_side` pixels; None asks for 1."""
    share = max(width, height) // min_side if min_side else 1
    return next(factor for factor in (8, 4, 2, 1) if share >= factor or factor == 1)


def _decode_with_pillow(data: "bytes | mmap", name: str, min_side: int | None) -> DecodedImage:
    announced = _ANNOUNCED.get(name)
    if announced and (problem := announced_as_oversized(announced(data))):
        return _failed(problem, ImageFacts(name, None, *next(announced(data), (None, None))))
    structure = _STRUCTURE[name](data) if name in _MENDED else None
    if structure and structure.severity == "warning":
        data = _MENDED[name](data)
    image = open_counting(data) if name == "PNG" else open_picture(data, name)
    if name == "AVIF" and (problem := announced_as_oversized(repeat(image.size, getattr(image, "n_frames", 1)))):
        return _failed(problem, ImageFacts(name, None, *image.size))
    width, height, bits, orientation = image.width, image.height, _bits(data, name, image.mode), None
    if name == "TIFF":
        width, height, bits, orientation = tiff_header(data)
    mode = image.mode
    first, number, problem, depth = decode_frames(image, data, bits, reduction(width, height, min_side))
    if orientation is None:
        # `getexif` of a PNG decodes the whole picture where that has not been done: not of one that is too large.
        orientation = 1 if first is None else _orientation(image)
        first = None if first is None else upright(first, orientation)
    if name not in _MENDED:
        structure = _check_structure(data, name)
    if structure and structure.severity == "error":
        problem = structure
    elif name == "PNG" and number == 1 and (problem is None or problem.check != "oversized"):
        problem = check_rows(data, image, whole=problem is None) or problem
    problem = problem or structure
    header = ImageFacts(name, mode, width, height, number, orientation, bits, depth.used if depth else None)
    findings = (problem, _unused_bits(depth) if depth and first is not None else None)
    return DecodedImage(first, header, tuple(found for found in findings if found))


def _unused_bits(depth: Depth) -> Finding | None:
    if depth.white is None:
        return None
    detail = (
        f"its pixels use the lower {depth.white} of {depth.stored} bits, so most programs show it black; facts are of"
    )
    cure = "the rescaled picture, and augment takes it with `rescale_depth` in the recipe"
    return Finding("unused-bits", "warning", float(depth.white), float(depth.stored), f"{detail} {cure}")


def _check_structure(data: "bytes | mmap", name: str) -> Finding | None:
    return _STRUCTURE[name](data) if name in _STRUCTURE else None


def _bits(data: "bytes | mmap", name: str, mode: str) -> int:
    if name == "PNG":
        return png_bits(data)
    if name == "JPEG2000":
        found = read_codestream(data)
        return found.bits if found else 8
    if name == "AVIF":
        return avif_bits(data)
    if mode.startswith("I;16") or (name == "PPM" and maxval(data) > 255):
        return 16
    return _BITS_OF_MODE.get(mode, 8)


def _orientation(image: "ImageFile") -> int:
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception as error:
        raise_out_of_memory(error)
        return 1
    return value if value in range(1, 9) else 1
