"""PNG and lossless WebP turned pixel by pixel; what they say beside their pixels is kept."""

import io
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from curate.ground.errors import InputError
from curate.media.image import load_pixels
from curate.media.image_formats.pillow import open_picture, quiet
from curate.media.metadata.exif import PREFIX
from curate.media.metadata.png import chunk, chunks
from curate.media.repair.refused import CannotRepairError
from curate.media.repair.turn_jpeg import TURNED
from curate.media.repair.upright_tags import upright_exif, upright_xmp
from curate.media.rgb import UPRIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEEP = {(16, 2), (16, 6)}
"""Bits and colour type of PNG that Pillow would reduce to 8 bits: OpenCV keeps them."""
_MOST_XMP_BYTES = 1 << 22
_WEBP_KEPT = {b"VP8X", b"VP8L", b"ICCP", b"EXIF", b"XMP "}


def turn_png(data: bytes, orientation: int) -> bytes:
    """Return a PNG of the same pixels, turned, with its chunks as they were but for size and orientation.

    Raises:
        CannotRepairError: It is an animation, or of a kind that cannot be written again as it is.
    """
    parts = list(chunks(data))
    names = {name for name, _, _ in parts}
    if b"acTL" in names or parts[0][0] != b"IHDR":
        raise CannotRepairError("it is an animation")
    if any(name in {b"tEXt", b"zTXt"} and body.startswith(b"Raw profile type exif") for name, body, _ in parts):
        raise CannotRepairError("its orientation stands in a text of ImageMagick's; convert it with that program")
    header = parts[0][1]
    bits, colour = header[8], header[9]
    if is_deep := (bits, colour) in _DEEP:
        made = bytes(cv2.imencode(".png", _turned(_stored(data), orientation))[1])
    else:
        made = _plain_png(data, orientation, bits)
    fresh = list(chunks(made))
    # Size and interlacing may differ; depth, colour type and so every value of a pixel must not.
    if fresh[0][1][8:12] != header[8:12]:
        raise CannotRepairError(f"pixels of {bits} bits and colour type {colour} cannot be written again as they are")
    pixels = b"".join(chunk(name, body) for name, body, _ in fresh if name == b"IDAT")
    out, done = [_SIGNATURE, chunk(b"IHDR", fresh[0][1])], False
    for name, body, _ in parts[1:]:
        if name != b"IDAT":
            out.append(chunk(name, _upright_chunk(name, body, turned=orientation in TURNED)))
        elif not done:
            out.append(pixels)
            done = True
    turned = b"".join(out)
    if is_deep and not np.array_equal(_stored(turned), _turned(_stored(data), orientation)):
        raise CannotRepairError("turned, it shows something else; it was left as it is")
    return _checked(data, turned, "PNG", orientation)


def _plain_png(data: bytes, orientation: int, bits: int) -> bytes:
    stream = io.BytesIO()
    with quiet(), open_picture(data, "PNG") as image:
        image.load()
        turned = image.transpose(UPRIGHT[orientation])
        turned.info.clear()
        turned.save(stream, "PNG", **({"bits": bits} if image.mode == "P" else {}))
    return stream.getvalue()


def _stored(data: bytes) -> "NDArray[np.uint16]":
    """Return the pixels of a PNG of 16 bits as they are stored, uint16 of shape (height, width, channels), BGR.

    Raises:
        CannotRepairError: They cannot be read.
    """
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION))


def _turned(pixels: "NDArray[np.uint16]", orientation: int) -> "NDArray[np.uint16]":
    """Return stored pixels as the orientation asks (Exif 2.32, figure 8)."""
    if orientation in TURNED:
        pixels = pixels.swapaxes(0, 1)
    if orientation in {3, 4, 7, 8}:
        pixels = pixels[::-1]
    if orientation in {2, 3, 6, 7}:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _upright_chunk(name: bytes, body: bytes, *, turned: bool) -> bytes:
    if name == b"eXIf":
        return upright_exif(body, turned=turned)
    if name == b"pHYs" and turned:
        return body[4:8] + body[:4] + body[8:]
    if name == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\0"):
        language, translated, packet = body[20:].split(b"\0", 2)
        if body[18] == 1:
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(packet, _MOST_XMP_BYTES)
            if not unpacker.eof:
                raise CannotRepairError("its XMP is cut, or too long")
            packet = zlib.compress(upright_xmp(text))
        else:
            packet = upright_xmp(packet)
        return b"\0".join((body[:20] + language, translated, packet))
    return body


def turn_webp(data: bytes, orientation: int) -> bytes:
    """Return a lossless WebP of the same pixels, turned.

    Raises:
        CannotRepairError: Its pixels are compressed with loss, it is an animation, or has parts of unknown meaning.
    """
    names, at = [], 12
    while at + 8 <= len(data):
        names.append(data[at : at + 4])
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + (size & 1)
    if b"VP8 " in names:
        raise CannotRepairError("a lossy WebP cannot be turned without compressing it anew; augment's exif_orient does")
    if unknown := {*names} - _WEBP_KEPT:
        raise CannotRepairError(f"it has parts that would be lost: {', '.join(sorted(map(repr, unknown)))}")
    stream = io.BytesIO()
    with quiet(), open_picture(data, "WEBP") as image:
        image.load()
        info = {name: value for name in ("icc_profile", "exif", "xmp") if (value := image.info.get(name))}
        if "exif" in info:
            info["exif"] = upright_exif(info["exif"].removeprefix(PREFIX), turned=orientation in TURNED)
        if "xmp" in info:
            info["xmp"] = upright_xmp(info["xmp"])
        image.transpose(UPRIGHT[orientation]).save(stream, "WEBP", lossless=True, exact=True, quality=90, **info)
    return _checked(data, stream.getvalue(), "WEBP", orientation)


def _checked(before: bytes, after: bytes, name: str, orientation: int) -> bytes:
    """Return the turned file, if as stored and as shown every pixel is the one that was.

    Raises:
        CannotRepairError: It is not.
    """
    try:
        with quiet(), open_picture(before, name) as one, open_picture(after, name) as two:
            same = one.mode == two.mode and two.getexif().get(0x0112, 1) == 1
            turned = one.transpose(UPRIGHT[orientation])
            same = same and turned.tobytes() == two.tobytes() and one.getpalette() == two.getpalette()
            kept = all(one.info.get(key) == two.info.get(key) for key in ("transparency", "gamma", "icc_profile"))
        if not same or not kept or not np.array_equal(load_pixels(before, name), load_pixels(after, name)):
            raise CannotRepairError("turned, it shows something else; it was left as it is")
    except InputError as error:
        raise CannotRepairError(f"it does not decode cleanly: {error}") from None
    return after
