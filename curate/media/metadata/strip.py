"""A file without its metadata, and whether it still is the same picture or recording."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate.ground.errors import InputError
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.audio import load_audio
from curate.media.audio_formats.tag_blocks import skip_id3
from curate.media.image import load_pixels
from curate.media.image_formats.pillow import open_picture, quiet
from curate.media.metadata.flac_ogg import strip_flac, strip_ogg
from curate.media.metadata.found import CannotStripError, Stripped
from curate.media.metadata.gif import strip_au, strip_gif, strip_ppm
from curate.media.metadata.id3 import without_tags
from curate.media.metadata.isobmff import strip_jpeg2000, strip_movie, strip_picture
from curate.media.metadata.jpeg import strip_jpeg
from curate.media.metadata.png import strip_png
from curate.media.metadata.riff import strip_aiff, strip_caf, strip_wave, strip_webp
from curate.media.metadata.tiff import strip_tiff
from curate.media.sniff import FORMATS, HEAD_BYTES, format_of_name, sniff

if TYPE_CHECKING:
    from collections.abc import Callable

    from curate.facts.records import Kind


def strip_mpeg(data: bytes) -> Stripped:
    """Return MPEG audio, or AAC in ADTS, without the tags of players before and behind it."""
    start, end, found = without_tags(data)
    return Stripped(data[start:end], tuple(found))


def _nothing_there(data: bytes) -> Stripped:
    return Stripped(data)


_STRIPPERS: "dict[str, Callable[[bytes], Stripped]]" = {
    "AAC": strip_mpeg,
    "AIFF": strip_aiff,
    "AU": strip_au,
    "AVIF": strip_picture,
    "CAF": strip_caf,
    "FLAC": strip_flac,
    "GIF": strip_gif,
    "HEIF": strip_picture,
    "JPEG": strip_jpeg,
    "JPEG2000": strip_jpeg2000,
    "MP3": strip_mpeg,
    "MP4": strip_movie,
    "OGG": strip_ogg,
    "PNG": strip_png,
    "PPM": strip_ppm,
    "RF64": strip_wave,
    "TIFF": strip_tiff,
    "WAV": strip_wave,
    "WEBP": strip_webp,
    **dict.fromkeys(("BMP", "DDS", "PCX", "QOI"), _nothing_there),
}
"""By format. The last four have no place for metadata."""


class Format(NamedTuple):
    """Which format a file is, and of which kind."""

    name: str
    kind: "Kind"


def format_of(data: bytes, path: str) -> Format:
    """Return the format of a file: by its bytes behind a tag of a player, else by its name.

    Raises:
        CannotStripError: It is none that is known here.
    """
    start = skip_id3(data)
    name = sniff(data[start : start + HEAD_BYTES])
    promised = format_of_name(path)
    if name is None and promised is not None and (sniff(data[:HEAD_BYTES]) is None):
        name = promised.name
    if name is None:
        raise CannotStripError("its format is not known here")
    return Format(name, FORMATS[name].kind)


def strip(data: bytes, path: str) -> Stripped:
    """Return a file without its metadata; what codes its pixels or samples is the same bytes.

    Args:
        data: The whole file.
        path: Its name, for formats that do not say what they are.

    Raises:
        CannotStripError: Nothing can be taken out of it safely; says why and what to do.
    """
    name = format_of(data, path).name
    stripper = _STRIPPERS.get(name)
    if stripper is None:
        raise CannotStripError(f"what a file of the format {name} says cannot be taken out here; convert it first")
    try:
        stripped = stripper(data)
        # A file that says nothing stays what it is, though its parts could be written more tidily.
        return stripped if stripped.found else Stripped(data, (), stripped.left)
    except CannotStripError as error:
        raise CannotStripError(f"{error}; look at it with burnish scan and clean") from None


def check_same(before: bytes, after: bytes, path: str) -> None:
    """Decode two files and compare every pixel, or every sample and the sample rate, and which way up a picture is.

    Raises:
        CannotStripError: They differ, or cannot be decoded.
        MemoryError: There is not enough memory.
    """
    name, kind = format_of(before, path)
    try:
        is_same = _same_picture(before, after, name) if kind == "image" else _same_sound(before, after)
    except InputError as error:
        raise CannotStripError(f"it does not decode, so that nobody can say that it stays the same: {error}") from None
    if not is_same:
        raise CannotStripError("without what it says it decodes to something else; it was left as it is")


def _same_sound(before: bytes, after: bytes) -> bool:
    (samples, rate), (again, rate_again) = load_audio(before), load_audio(after)
    return rate == rate_again and np.array_equal(samples, again)


def _same_picture(before: bytes, after: bytes, name: str) -> bool:
    # Upright, so that a lost orientation shows; and first, because it refuses bombs.
    if not np.array_equal(load_pixels(before, name), load_pixels(after, name)):
        return False
    if name == "JPEG":
        return True
    try:
        with quiet(), open_picture(before, name) as one, open_picture(after, name) as two:
            frames = getattr(one, "n_frames", 1)
            if frames != getattr(two, "n_frames", 1) or one.info.get("icc_profile") != two.info.get("icc_profile"):
                return False
            for number in range(frames if frames > 1 or one.mode not in {"L", "RGB"} else 0):
                one.seek(number)
                two.seek(number)
                # As stored: 16 bits, alpha and palettes, which the pixels above do not have.
                if one.mode != two.mode or one.tobytes() != two.tobytes():
                    return False
    except (OSError, ValueError, SyntaxError) as error:
        raise_out_of_memory(error)
        # Pillow opens less than the decoders here do (JPEG with 12 bits); the first frame was compared.
    return True
