"""Ratios: the splits that are wished for, and the share of each."""

import math
from typing import NamedTuple

from curate.ground.errors import UsageError
from curate.scan.labels import SPLIT_NAMES

_SUM_TOLERANCE = 1e-6
_EXAMPLE = "an example: --ratio train=0.8,val=0.1,test=0.1"
_CUT_FIRST = {"val": 0, "test": 1, "train": 3}


class Ratio(NamedTuple):
    """The wished splits, in the order in which they were named.

    Attributes:
        names: At least two, all different.
        shares: Of each, above 0; they sum to 1.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]

    def cut_offs(self) -> list[tuple[int, float]]:
        """Return the splits as (index, upper end of its interval of [0, 1]), as `hash` cuts them off.

        Validation comes first, then test, then other names by alphabet; training takes the rest. That is the order of
        Speech Commands, and it does not depend on the order in which the ratios were written.
        """
        order = sorted(range(len(self.names)), key=lambda i: (_rank(self.names[i]), self.names[i]))
        ends: list[tuple[int, float]] = []
        end = 0.0
        for index in order:
            end += self.shares[index]
            ends.append((index, end))
        return ends


def _rank(name: str) -> int:
    return _CUT_FIRST.get(SPLIT_NAMES.get(name.lower(), ""), 2)


def parse_ratio(text: str) -> Ratio:
    """Parse `train=0.8,val=0.1,test=0.1`.

    Raises:
        UsageError: A part is not NAME=NUMBER, a name comes twice, a number is not above 0, there are fewer than two
            splits, or they do not sum to 1.
    """
    parts = dict[str, float]()
    for part in text.split(","):
        name, share = _parse_part(part.strip(), text)
        if name in parts:
            raise UsageError(f"--ratio {text!r} names {name} twice; name each split once")
        parts[name] = share
    if len(parts) < 2:
        raise UsageError(f"--ratio {text!r} names one split; name at least two; {_EXAMPLE}")
    total = math.fsum(parts.values())
    if abs(total - 1) > _SUM_TOLERANCE:
        raise UsageError(f"--ratio {text!r} sums to {total:.10g}, not to 1; {_EXAMPLE}")
    return Ratio(tuple(parts), tuple(parts.values()))


def _parse_part(part: str, text: str) -> tuple[str, float]:
    name, equals, number = (word.strip() for word in part.rpartition("="))
    if not equals or not name:
        raise UsageError(f"--ratio {text!r}: {part!r} is not NAME=NUMBER; {_EXAMPLE}")
    try:
        share = float(number)
    except ValueError:
        raise UsageError(f"--ratio {text!r}: {number!r} is not a number; {_EXAMPLE}") from None
    if not 0 < share < math.inf:
        raise UsageError(f"--ratio {text!r}: the share of {name} is {number}; it has to be above 0; {_EXAMPLE}")
    return name, share
