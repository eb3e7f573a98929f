"""A JPEG turned by its coefficients, without decoding them: by jpegtran of libjpeg, where that is perfect.

Blocks of 8 or 16 pixels change places whole. Where a side is no multiple of them, the cut blocks at the edge cannot
change places, and no program can turn the picture without loss.
"""

import shutil
import subprocess

import numpy as np

from curate.ground.errors import InputError
from curate.media.image import load_pixels
from curate.media.image_formats.jpeg import read_jpeg_header
from curate.media.metadata.exif import PREFIX
from curate.media.metadata.found import CannotStripError
from curate.media.metadata.jpeg import segments
from curate.media.repair.refused import CannotRepairError
from curate.media.repair.upright_tags import upright_exif, upright_xmp

_PROGRAM = "jpegtran"
_TURNS = {
    2: ("-flip", "horizontal"),
    3: ("-rotate", "180"),
    4: ("-flip", "vertical"),
    5: ("-transpose",),
    6: ("-rotate", "90"),
    7: ("-transverse",),
    8: ("-rotate", "270"),
}
_BACK = {6: 8, 8: 6}
TURNED = frozenset({5, 6, 7, 8})
"""Orientations by which width and height change places."""
_TIMEOUT_S = 120
_PROGRESSIVE, _ARITHMETIC = {0xC2, 0xCA}, {0xC9, 0xCA}
_MOST_MEAN_DIFFERENCE = 2.0
"""Of 255: columns are rounded before rows, and colour is spread the other way; 0.3 seen on photos."""


def turn_jpeg(data: bytes, orientation: int) -> bytes:
    """Return a JPEG of the same coefficients that stands upright without its tag; turned back it is the same pixels.

    Raises:
        CannotRepairError: It cannot be turned without loss, the program is not there, or the check failed.
    """
    if shutil.which(_PROGRAM) is None:
        raise CannotRepairError(
            "turning a JPEG without loss takes the program jpegtran: apt install libjpeg-turbo-progs, or brew install "
            "jpeg-turbo"
        )
    try:
        markers = [marker for marker, _, _ in segments(data)]
        *_, (_, _, end) = segments(data)
        before = load_pixels(data, "JPEG")
    except (CannotStripError, InputError) as error:
        raise CannotRepairError(f"it does not decode cleanly: {error}") from None
    if end < len(data):
        raise CannotRepairError("what stands behind its end would be lost; name trailing-bytes too, if it may go")
    how = (["-progressive"] if _PROGRESSIVE & {*markers} else []) + (
        ["-arithmetic"] if _ARITHMETIC & {*markers} else []
    )
    turned = _run(data, [*how, *_TURNS[orientation]])
    back = _run(turned, [*how, *_TURNS[_BACK.get(orientation, orientation)]])
    made = _upright(turned, turned_sides=orientation in TURNED)
    header = read_jpeg_header(made)
    after = load_pixels(made, "JPEG")
    # The way back proves that no coefficient was lost; the way there only rounds otherwise when it is decoded.
    if not np.array_equal(load_pixels(back, "JPEG"), before) or header is None or header.orientation != 1:
        raise CannotRepairError("turned and turned back it is another picture; it was left as it is")
    if after.shape != before.shape or np.abs(after.astype(np.int16) - before).mean() > _MOST_MEAN_DIFFERENCE:
        raise CannotRepairError("turned, it shows something else; it was left as it is")
    return made


def _run(data: bytes, words: list[str]) -> bytes:
    """Return what jpegtran makes of a file.

    Raises:
        CannotRepairError: It is not perfect, or the program complained.
    """
    command = [_PROGRAM, "-copy", "all", "-optimize", "-perfect", *words]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=_TIMEOUT_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRepairError(f"jpegtran did not end well: {error}") from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if "not perfect" in said:
        raise CannotRepairError(
            "its sides are no multiple of its blocks, so that turning it would lose its edge or compress it anew; "
            "where that may be, the operation exif_orient of augment does it"
        )
    if done.returncode or not done.stdout:
        raise CannotRepairError(f"jpegtran complains of it: {said.splitlines()[-1] if said else 'no word why'}")
    return done.stdout


def _upright(data: bytes, *, turned_sides: bool) -> bytes:
    """Return a JPEG whose Exif and XMP say that it stands upright."""
    parts, end = [data[:2]], 2
    for marker, start, stop in segments(data):
        parts.append(data[end:start])
        body, end = data[start + 4 : stop], stop
        if marker == 0xE1 and body.startswith(PREFIX):
            body = PREFIX + upright_exif(body[len(PREFIX) :], turned=turned_sides)
        elif marker == 0xE1:
            body = upright_xmp(body)
        parts.append(data[start : start + 4] + body if marker == 0xE1 else data[start:stop])
    return b"".join((*parts, data[end:]))
