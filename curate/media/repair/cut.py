"""A file without what stands behind its end, where that end is certain and nothing that decodes changes."""

from typing import NamedTuple

import numpy as np

from curate.media.audio import decode_audio
from curate.media.audio_formats.tag_blocks import before_trailing_tags
from curate.media.image import decode_image
from curate.media.metadata.found import CannotStripError
from curate.media.metadata.strip import check_same
from curate.media.printed_errors import printed_errors
from curate.media.repair.behind import what_is_behind
from curate.media.repair.picture_ends import BAD_WALK, PICTURE_ENDS
from curate.media.repair.refused import CannotRepairError
from curate.media.repair.sound_ends import SOUND_ENDS
from curate.media.sniff import FORMATS

_NO_END = {
    "TIFF": "the parts of a TIFF may lie anywhere in it, so that nobody can say that bytes belong to none",
    "RAW": "the parts of a camera raw may lie anywhere in it",
    "TGA": "its footer stands at the end of the file, wherever that is",
    "PCX": "its palette stands at the end of the file, wherever that is",
}


class Cut(NamedTuple):
    """A file that was cut.

    Attributes:
        data: What is left.
        behind: What was behind it, in words.
        bytes: How much that was.
    """

    data: bytes
    behind: str
    bytes: int


def cut_behind(data: bytes, name: str) -> Cut | None:
    """Return a file up to its own end; None where nothing stands behind it.

    Tags of players behind a recording are a part of it, as every player takes them.

    Args:
        data: The whole file.
        name: Of its format.

    Raises:
        CannotRepairError: Its end is not certain, or it would decode to something else.
    """
    walk = PICTURE_ENDS.get(name) or SOUND_ENDS.get(name)
    if walk is None:
        raise CannotRepairError(_NO_END.get(name, f"where a file of the format {name} ends is not known here"))
    try:
        end = walk(data)
    except CannotRepairError:
        raise
    except BAD_WALK as error:
        raise CannotRepairError("its parts cannot be walked to the end; look at it with burnish scan") from error
    if not 0 < end < len(data):
        return None
    if name in SOUND_ENDS and (tags := before_trailing_tags(data)) < len(data):
        if tags <= end:
            return None
        raise CannotRepairError("tags of players stand behind what is behind it")
    cut = Cut(data[:end], what_is_behind(data[end:]), len(data) - end)
    _check(data, cut.data, name)
    return cut


def _check(before: bytes, after: bytes, name: str) -> None:
    """Hold the cut file against the whole one: every pixel and frame, or every sample.

    What stands behind may be an error by itself (a header that counts too few samples, a hole of zeros), which the cut
    mends; what is cut must have none.

    Raises:
        CannotRepairError: They differ, or the cut one does not decode cleanly.
    """
    if name in SOUND_ENDS:
        with printed_errors():
            one, two = decode_audio(before, name), decode_audio(after, name)
        same = one.samples is not None and two.samples is not None and np.array_equal(one.samples, two.samples)
        decoded = two.findings
    else:
        whole, cut = decode_image(before, name), decode_image(after, name)
        same = whole.pixels is not None and cut.pixels is not None and np.array_equal(whole.pixels, cut.pixels)
        decoded = cut.findings
        if not any(one.severity == "error" for one in whole.findings):
            try:
                check_same(before, after, f"picture.{FORMATS[name].endings[0]}")
            except CannotStripError as error:
                raise CannotRepairError(str(error)) from None
    if problem := next((one for one in decoded if one.severity == "error"), None):
        raise CannotRepairError(f"cut at its end, it does not decode cleanly: {problem.detail}")
    if not same:
        raise CannotRepairError("cut at its end, it would decode to something else")
