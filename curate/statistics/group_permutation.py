"""What whole groups allow: a hundred clips of one speaker are one fact about speakers, not a hundred.

Groups are exchanged as wholes between two sides, in all ways or in many drawn ones. Of a group that has samples on
both sides, its two parts are exchanged with each other.
"""

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Profile = NDArray[np.float64]

MOST_WAYS = 20_000
"""Ways of exchanging that are all gone through; of more, some are drawn."""
FEWEST_FOR_BAND = 10
"""Groups of each side below which nothing is said of others: the bootstrap of five is far too sure of itself."""
_CELLS = 1 << 22

Form = Literal["ordered", "names"]
"""Whether the columns of a profile are steps of a distribution function, or names in no order."""


class Units(NamedTuple):
    """The groups of two sides.

    Attributes:
        of: int64: the unit of each sample, those of side A first.
        on_b: Shape (units,): whether it is of side B. A group on both sides is two units.
        partner: Shape (units,): the other part of such a group; -1 where there is none.
    """

    of: "NDArray[np.int64]"
    on_b: "NDArray[np.bool_]"
    partner: "NDArray[np.int64]"

    @property
    def counts(self) -> tuple[int, int]:
        """Groups of A and of B; those on both sides are counted in both."""
        return int((~self.on_b).sum()), int(self.on_b.sum())

    @property
    def ways(self) -> int:
        """In how many ways they can be exchanged."""
        alone = self.partner < 0
        pairs = int((self.partner >= 0).sum()) // 2
        return int(math.comb(int(alone.sum()), int((alone & self.on_b).sum())) * 2**pairs)

    @property
    def least_p(self) -> float:
        """The least p value that these ways allow: with equal halves, the mirror image is as far apart."""
        mirrored = self.counts[0] == self.counts[1]
        return min(1.0, (2 if mirrored else 1) / self.ways)


def make_units(a: "Sequence[str]", b: "Sequence[str]") -> Units:
    """Return the units of the groups of the samples of two sides."""
    places: dict[tuple[str, bool], int] = {}
    of = [places.setdefault((name, side), len(places)) for side, names in ((False, a), (True, b)) for name in names]
    partner = [places.get((name, not side), -1) for name, side in places]
    return Units(np.array(of, np.int64), np.array([side for _, side in places], np.bool_), np.array(partner, np.int64))


def arrangements(units: Units, draws: int, rng: np.random.Generator) -> "tuple[NDArray[np.bool_], bool]":
    """Return ways of exchanging, shape (ways, units): which are of B; and whether these are all that there are.

    Args:
        units: The groups.
        draws: How many are drawn where there are more than `MOST_WAYS`.
        rng: Draws them.
    """
    from itertools import combinations

    alone = np.flatnonzero(units.partner < 0)
    firsts = np.flatnonzero((units.partner >= 0) & ~units.on_b)
    chosen = int(units.on_b[alone].sum())
    if units.ways > MOST_WAYS:
        made = np.repeat(units.on_b[None], draws, axis=0)
        made[:, alone] = rng.permuted(made[:, alone], axis=1)
        flipped = rng.random((draws, len(firsts))) < 0.5
        made[:, firsts], made[:, units.partner[firsts]] = flipped, ~flipped
        return made, False
    rows = []
    for some in combinations(alone.tolist(), chosen):
        for flips in range(1 << len(firsts)):
            row = np.zeros(len(units.on_b), np.bool_)
            row[list(some)] = True
            of_b = np.array([bool(flips >> place & 1) for place in range(len(firsts))], np.bool_)
            row[firsts], row[units.partner[firsts]] = of_b, ~of_b
            rows.append(row)
    return np.array(rows), True


def profile(units: "NDArray[np.int64]", codes: "NDArray[np.int64]", shape: tuple[int, int]) -> "Profile":
    """Return how often each code occurs in each unit.

    Args:
        units: Of each sample.
        codes: Of each sample: its name, or the place of its number among steps.
        shape: Units, and codes that there are.
    """
    flat = np.bincount(units * shape[1] + codes, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)


def apart(of_a: "Profile", of_b: "Profile", form: Form) -> "NDArray[np.float64]":
    """Return the distance of counts, shape (any, codes) each: D of steps, total variation of names; 1 of nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = of_b / of_b.sum(axis=1, keepdims=True) - of_a / of_a.sum(axis=1, keepdims=True)
    return np.nan_to_num(_distance(difference, form), nan=1.0)


def permutation_p(counts: "Profile", units: Units, ways: "tuple[NDArray[np.bool_], bool]", form: Form) -> float:
    """Return the share of ways that are at least as far apart as the sides are; (1 + hits) / (1 + draws) of drawn ones.

    Args:
        counts: Shape (units, codes).
        units: The groups.
        ways: Of `arrangements`.
        form: What the codes are.
    """
    rows, complete = ways
    seen = float(apart(counts[~units.on_b].sum(axis=0)[None], counts[units.on_b].sum(axis=0)[None], form)[0])
    whole, hits = counts.sum(axis=0), 0
    for start in range(0, len(rows), chunk := max(1, _CELLS // counts.shape[1])):
        of_b = rows[start : start + chunk].astype(np.float64) @ counts
        # A way and its mirror image must come out alike, which floats that were added in another order do not.
        hits += int((apart(whole - of_b, of_b, form) >= seen - 1e-9).sum())
    return hits / len(rows) if complete else (1 + hits) / (1 + len(rows))


def band(counts: "Profile", units: Units, form: Form, alpha: float, rng: np.random.Generator) -> float:
    """Return how far the distance may be from the true one, by a bootstrap of whole groups; 1 where they are too few.

    Args:
        counts: Shape (units, codes).
        units: The groups.
        form: What the codes are.
        alpha: How often the true one may be farther away.
        rng: Of the bootstrap.
    """
    if min(units.counts) < FEWEST_FOR_BAND:
        return 1.0
    draws = min(MOST_WAYS, math.ceil(20 / alpha))
    worst = []
    chunk = max(1, _CELLS // counts.shape[1])
    for start in range(0, draws, chunk):
        size, off = min(chunk, draws - start), np.zeros((1, 1))
        for side, sign in ((~units.on_b, -1), (units.on_b, 1)):
            mine, number = counts[side], int(side.sum())
            drawn = rng.multinomial(number, np.full(number, 1 / number), size=size) @ mine
            seen = mine.sum(axis=0)
            error = drawn / np.maximum(drawn.sum(axis=1, keepdims=True), 1) - seen / max(seen.sum(), 1)
            # Of G groups the bootstrap shows (G - 1) / G of the variance.
            off = off + sign * math.sqrt(number / (number - 1)) * error
        worst.append(_distance(off, form))
    unmet = -math.log(alpha) * (1 / units.counts[0] + 1 / units.counts[1])
    far = float(np.quantile(np.concatenate(worst), 1 - max(alpha, 1 / draws), method="higher"))
    return min(1.0, max(unmet, far))


def _distance(difference: "Profile", form: Form) -> "NDArray[np.float64]":
    if form == "names":
        return np.asarray(np.abs(difference).sum(axis=1) / 2)
    return np.asarray(np.abs(np.cumsum(difference, axis=1)).max(axis=1))
