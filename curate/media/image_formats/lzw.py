"""How much LZW codes unpack to, without unpacking them: GIF and TIFF.

Decoders stop as soon as the picture is full, or fill up what is missing, so a wrong bit passes that made the picture
longer or shorter. Here every code is read, and only lengths are added up: the width of a code follows from its place
behind the last clear code, so some thousand codes are read at once.
"""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_WIDTH, _TABLE_SIZE = 12, 1 << 12
_MAX_RUNS = 5_000
"""From clear code to clear code, of 0.2 ms each: who writes a clear code behind every pixel is not worth a minute."""


class Walked(NamedTuple):
    """What a stream of codes comes to.

    Attributes:
        length: Literals (pixels or bytes) that it unpacks to; where one code is wrong, those of the runs before it.
        wrong_code_at: Byte of a code that means nothing yet; None where there is none.
        is_complete: Whether all was read: false where there are too many clear codes to look at.
        has_end: Whether the end code was met; without it, bits that fill up the last byte may count as codes.
    """

    length: int
    wrong_code_at: int | None = None
    is_complete: bool = True
    has_end: bool = False


def walk_lzw(data: "bytes | memoryview", literal_bits: int, *, tiff: bool, most: int) -> Walked:
    """Read codes up to the end code or the end of the data.

    Source: GIF89a specification, appendix F; TIFF 6.0, section 13, whose codes begin at the highest bit of a byte and
    grow by a bit one code sooner.

    Args:
        data: Packed codes, of a GIF without the lengths of its sub-blocks.
        literal_bits: Of a literal, 1 to 8.
        tiff: Whether they are a TIFF's.
        most: As soon as more literals than this came out, reading ends.
    """
    bits = _Bits(data, tiff=tiff)
    clear = 1 << literal_bits
    widths, offsets = _layout(literal_bits, tiff=tiff)
    at, length, lengths = 0, 0, None
    for _ in range(_MAX_RUNS):
        if lengths is None:
            fits = int(np.searchsorted(offsets + widths, bits.number - at, side="right"))
            starts, wide = at + offsets[:fits], widths[:fits]
        else:
            # A table that is full stays as it is until a clear code: all codes are of 12 bits.
            starts = at + _MAX_WIDTH * np.arange(min(8 * _TABLE_SIZE, (bits.number - at) // _MAX_WIDTH))
            wide = np.full(len(starts), _MAX_WIDTH)
        codes = bits.codes(starts, wide)
        stops = np.flatnonzero((codes == clear) | (codes == clear + 1))
        before = codes[: stops[0]] if stops.size else codes
        if lengths is None:
            # A code may name an entry that is there already, or the one that it is about to make.
            wrong = np.flatnonzero(before >= clear + 2 + np.arange(len(before)))
            if wrong.size:
                return Walked(length, int(starts[wrong[0]]) // 8)
            lengths = _lengths(before, clear)
        length += int(lengths[before].sum())
        ends = bool(stops.size) and int(codes[stops[0]]) == clear + 1
        if length > most or not len(codes) or ends:
            return Walked(length, has_end=ends)
        last = stops[0] if stops.size else len(codes) - 1
        at = int(starts[last] + wide[last])
        if stops.size:
            lengths = None
    return Walked(length, is_complete=False)


class _Bits:
    """Packed codes, read at any bits.

    Args:
        data: The bytes.
        tiff: Whether the first bit of a byte is its highest.
    """

    def __init__(self, data: "bytes | memoryview", *, tiff: bool) -> None:
        padded = np.zeros(len(data) + 2, np.uint32)
        padded[: len(data)] = np.frombuffer(data, np.uint8)
        first, second, third = padded[:-2], padded[1:-1], padded[2:]
        # Three bytes hold a code of 12 bits wherever in the first of them it begins.
        self._words = first << 16 | second << 8 | third if tiff else first | second << 8 | third << 16
        self._tiff, self.number = tiff, 8 * len(data)

    def codes(self, starts: "NDArray[np.int64]", widths: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """Return the codes that begin at these bits, all of them within the data."""
        inside = starts & 7
        shifts = 24 - inside - widths if self._tiff else inside
        codes: NDArray[np.int64] = self._words[starts >> 3].astype(np.int64) >> shifts & (1 << widths) - 1
        return codes


@cache
def _layout(literal_bits: int, *, tiff: bool) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return widths of the codes behind a clear code until the table is full, and the bits between it and them."""
    first_entry = (1 << literal_bits) + 2
    # The first code makes no entry; when a code is read, that of the code before it is made.
    made = first_entry + np.maximum(np.arange(_TABLE_SIZE - first_entry + 1) - 1, 0)
    widths = np.frexp(made + tiff)[1].astype(np.int64)  # as many bits as the next entry's number has
    widths = widths.clip(literal_bits + 1, _MAX_WIDTH)
    return widths, np.cumsum(widths) - widths


def _lengths(codes: "NDArray[np.int64]", clear: int) -> "NDArray[np.int64]":
    """Return how long each entry is that codes behind a clear code make: by one longer than the code before names."""
    # Each entry points to a shorter one, and the chains are followed for all at once, twice as far with each step.
    points_to = np.concatenate((np.arange(clear + 2), codes[:-1]))
    lengths = np.ones(len(points_to), np.int64)
    lengths[: clear + 2] = 0
    while points_to[clear + 2 :].size and int(points_to.max()) >= clear + 2:
        lengths += lengths[points_to]
        points_to = points_to[points_to]
    return lengths + 1
