"""What is done to one file: cut, turned, named rightly; bytes in, bytes and words out."""

from typing import TYPE_CHECKING, NamedTuple

from curate.media.repair.cut import cut_behind
from curate.media.repair.refused import CannotRepairError
from curate.media.repair.turn_jpeg import turn_jpeg
from curate.media.repair.turn_lossless import turn_png, turn_webp
from curate.media.sniff import HEAD_BYTES, sniff
from curate.repair.fixes import EXTENSION, ORIENTATION, TRAILING
from curate.scan.measure import right_ending

if TYPE_CHECKING:
    from collections.abc import Callable

    from curate.records.sample import Sample

_TURNERS: "dict[str, Callable[[bytes, int], bytes]]" = {"JPEG": turn_jpeg, "PNG": turn_png, "WEBP": turn_webp}
_NOT_TURNED = {
    "TIFF": "the tag of a TIFF is honoured by those who read TIFF at all, and its pages cannot be written again as "
    "they are",
    "AVIF": "its container says it, and every reader of AVIF turns it",
    "HEIF": "its container says it, and every reader of HEIF turns it",
}


class Mended(NamedTuple):
    """A file as it should be.

    Attributes:
        data: Its bytes; the same object as before where none of them changes.
        ending: How its name should end, without the dot; None: as it does.
        done: Which of `FIXES` were needed and done.
        behind: What was cut off its end, in words; empty where nothing was.
        cut_bytes: How much that was.
        refused: Fixes that it needs and cannot have, with the reason.
    """

    data: bytes
    ending: str | None = None
    done: tuple[str, ...] = ()
    behind: str = ""
    cut_bytes: int = 0
    refused: tuple[tuple[str, str], ...] = ()


def turn(data: bytes, name: str, orientation: int) -> bytes:
    """Return a picture whose pixels stand upright, and whose metadata say no more than that.

    Raises:
        CannotRepairError: It cannot be had without loss; says why.
    """
    if name not in _TURNERS:
        raise CannotRepairError(_NOT_TURNED.get(name, f"a file of the format {name} is not turned here"))
    return _TURNERS[name](data, orientation)


def mend(data: bytes, sample: "Sample", fixes: frozenset[str]) -> Mended:
    """Mend what is asked for and certain, in the order in which one needs the other.

    Args:
        data: The file, which is the one that was scanned.
        sample: With the facts of the scan.
        fixes: Of `FIXES`.
    """
    name = (sample.facts.format if sample.facts else None) or ""
    # Bytes that say themselves what they are go before a manifest, which may be a stranger's.
    if name != "RAW" and (announced := sniff(data[:HEAD_BYTES])) not in {None, name}:
        return Mended(data, refused=(("all", f"its content is {announced}, not {name or 'known'}; scan it again"),))
    done, refused, made, behind, cut_bytes = list[str](), list[tuple[str, str]](), data, "", 0
    try:
        if TRAILING in fixes and name and (cut := cut_behind(data, name)):
            made, behind, cut_bytes = cut
            done.append(TRAILING)
    except CannotRepairError as error:
        refused.append((TRAILING, str(error)))
    orientation = sample.image.orientation or 1 if sample.image else 1
    try:
        if ORIENTATION in fixes and orientation in range(2, 9):
            made = turn(made, name, orientation)
            done.append(ORIENTATION)
    except CannotRepairError as error:
        refused.append((ORIENTATION, str(error)))
    ending = right_ending(sample.path, name) if EXTENSION in fixes else None
    if ending:
        done.append(EXTENSION)
    return Mended(made, ending, tuple(done), behind, cut_bytes, tuple(refused))
