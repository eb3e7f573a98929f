"""A picture out: pixels into the bytes of a file that is like another one."""

import io
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mmap import mmap

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

WRITABLE = {"BMP": "bmp", "JPEG": "jpg", "PNG": "png", "PPM": "ppm", "TIFF": "tif", "WEBP": "webp"}
"""Formats that pictures are written in, with the ending of the names; others become PNG."""

_ORIENTATION = 0x0112
_EXIF_DIRECTORY, _EXIF_SIZE = 0x8769, (0xA002, 0xA003)
_DESCRIPTIVE = {270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 700, 33432, 33723, _EXIF_DIRECTORY, 0x8825}
_DESCRIPTIVE |= {*range(0x9C9B, 0x9CA0)}
"""Tags of a TIFF page that stay true of other pixels: description, camera, resolution, author, time, XMP, GPS."""
_PNG_LEVEL = 3
"""zlib's level: photos come out 3 % larger than with 6, in half of the time."""
_GREY_MODES = {"1", "L", "LA", "I;16", "I;16B", "I", "F"}


class Encoding(NamedTuple):
    """How a picture is written.

    Attributes:
        format: Pillow's name, a key of `WRITABLE`.
        is_grey: Whether it has one channel.
        options: For Pillow's `save`.
    """

    format: str
    is_grey: bool
    options: dict[str, Any]


def encoding_like(
    data: "bytes | mmap", *, format_name: str | None = None, quality: int | None = None, strip: bool = False
) -> Encoding:
    """Return how to write a picture like the file `data`: its format, JPEG tables, greyness, colour profile and EXIF.

    The orientation is left out of the EXIF data, because pixels are upright here; so is what describes the source's
    pixels.

    Args:
        data: The whole file of the source.
        format_name: Another format, a key of `WRITABLE`.
        quality: Of JPEG and WebP, 1 to 100; None: as the source.
        strip: Leave out EXIF, with camera, time and place; the colour profile stays, without it colours change.
    """
    from PIL import Image

    with Image.open(io.BytesIO(data)) as source:
        name = format_name or (source.format if source.format in WRITABLE else "PNG")
        options: dict[str, Any] = {}
        if profile := source.info.get("icc_profile"):
            options["icc_profile"] = profile
        if name == "JPEG":
            options |= _jpeg_options(source, quality)
        elif name == "WEBP":
            options |= {"lossless": True} if b"VP8L" in bytes(data[:64]) else {"quality": quality or 90}
        elif name == "PNG":
            options["compress_level"] = _PNG_LEVEL
        exif = b"" if strip else _upright_exif(source)
        if exif and name in {"JPEG", "PNG", "WEBP", "TIFF"}:
            options["exif"] = exif
        if name == "TIFF":
            options["compression"] = "tiff_lzw"
        return Encoding(name, source.mode in _GREY_MODES, options)


def encode_image(pixels: "NDArray[np.uint8]", encoding: Encoding) -> bytes:
    """Return the bytes of a file; the same for the same arguments.

    Args:
        pixels: RGB, uint8 of shape (height, width, 3).
        encoding: As `encoding_like` says.
    """
    from PIL import Image

    image = Image.fromarray(pixels)
    options = dict(encoding.options)
    if encoding.is_grey:
        image = image.convert("L")
        options.pop("icc_profile", None)  # it describes the grey of the source only where that was 8 bits of grey
    buffer = io.BytesIO()
    image.save(buffer, encoding.format, **options)
    return buffer.getvalue()


def _jpeg_options(source: "Image", quality: int | None) -> dict[str, Any]:
    """Return the tables and the chroma subsampling of a JPEG, so that a copy is neither larger nor worse."""
    from PIL import JpegImagePlugin

    tables = getattr(source, "quantization", None)
    if quality is not None or source.format != "JPEG" or not tables or source.mode not in {"RGB", "L"}:
        return {"quality": quality or 95}
    sampling = JpegImagePlugin.get_sampling(source)
    return {"qtables": [list(table) for table in tables.values()][:2], "subsampling": max(sampling, 0)}


def _upright_exif(source: "Image") -> bytes:
    """Return the EXIF data of a picture without its orientation; empty where there is none, or none that is whole."""
    try:
        exif = source.getexif()
        if not exif:
            return b""
        exif.pop(_ORIENTATION, None)
        if source.format == "TIFF":
            # Here the "Exif" is the page's whole directory: strips, tiles, predictor, places of the pixels on a map.
            for tag in exif.keys() - _DESCRIPTIVE:
                del exif[tag]
        if _EXIF_DIRECTORY in exif:
            details = exif.get_ifd(_EXIF_DIRECTORY)
            for tag in _EXIF_SIZE:
                details.pop(tag, None)
        return exif.tobytes() if len(exif) else b""
    except Exception:  # Pillow raises many kinds on damaged EXIF data, which then is not worth keeping
        return b""
