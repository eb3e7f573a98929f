"""What a split is asked for: the splits and their shares, what makes a group, and how strictly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from curate.ground.errors import UsageError, did_you_mean
from curate.scan.folders import SPLIT_NAMES
from curate.split.grouping import Grouping, make_grouping

Method = Literal["exact", "hash"]
Stratify = Literal["label", "none"]
DEFAULT_RATIO = "train=0.8,val=0.1,test=0.1"
FOLD = "fold="
"""What the name of a fold begins with, where it stands for a split: `--test-split fold=3`."""
MOST_FOLDS = 1000

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
        # By what the name means, not as it is spelt: `dev` and `validation` are cut off where `val` is.
        ranks = [_CUT_FIRST.get(SPLIT_NAMES.get(name.lower(), ""), 2) for name in self.names]
        ends: list[tuple[int, float]] = []
        end = 0.0
        for _, _, index in sorted(zip(ranks, self.names, range(len(ranks)), strict=True)):
            end += self.shares[index]
            ends.append((index, end))
        return ends


def parse_ratio(text: str) -> Ratio:
    """Parse `train=0.8,val=0.1,test=0.1`.

    Raises:
        UsageError: A part is not NAME=NUMBER, a name comes twice, a number is not above 0, there are fewer than two
            splits, or they do not sum to 1.
    """
    parts = dict[str, float]()
    # Kept in the order as typed: reports show the splits in it.
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


def equal_parts(folds: int) -> Ratio:
    """Return the folds of a cross-validation as parts of one size: `fold=0`, `fold=1` and so on.

    Raises:
        UsageError: They are fewer than two, or more than anything is tested in.
    """
    if not 2 <= folds <= MOST_FOLDS:
        raise UsageError(f"--folds {folds}: two at least, and {MOST_FOLDS:,} at most")
    return Ratio(tuple(f"{FOLD}{number}" for number in range(folds)), (1 / folds,) * folds)


def _parse_part(part: str, text: str) -> tuple[str, float]:
    # From the right: a name may hold a =, a number cannot.
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        ratio: The splits and their shares.
        grouping: What makes a group, beyond what always belongs together.
        stratify: Whether each class is to have its shares, and not only the whole set.
        method: `exact`: as near to the shares as can be; `hash`: so that a sample never changes sides.
        force: Forget the splits that samples have.
        seed: Where chance begins.
        ensure: Tags that are to have a validation part.
        folds: Give folds of a cross-validation instead of splits, so many; 0: splits.
    """

    ratio: Ratio
    grouping: Grouping | None = None
    stratify: bool = True
    method: Method = "exact"
    force: bool = False
    seed: int = 0
    ensure: tuple[str, ...] = ()
    folds: int = 0


def make_wish(
    ratio: str | None = None,
    stratify: str | None = None,
    group: str | None = None,
    method: str = "exact",
    *,
    force: bool = False,
    seed: int = 0,
    ensure: Sequence[str] = (),
    folds: int | None = None,
) -> Wish:
    """Return what the options ask for.

    Raises:
        UsageError: One of them makes no sense, or they contradict each other.
    """
    how: Method = "hash" if _known("--method", method, get_args(Method)) == "hash" else "exact"
    by = _known("--stratify", stratify or "label", get_args(Stratify))
    if how == "hash" and stratify == "label":
        raise UsageError(
            "--method hash looks at one group at a time and cannot stratify; leave --stratify out, "
            "or take --method exact"
        )
    if how == "hash" and ensure:
        raise UsageError("--method hash never moves a sample to another side, which --ensure may have to; take exact")
    if folds is not None and (ratio is not None or ensure):
        raise UsageError("--folds gives equal parts that all test in turn; leave --ratio and --ensure out")
    parts = equal_parts(folds) if folds is not None else parse_ratio(ratio or DEFAULT_RATIO)
    grouping = make_grouping(group) if group is not None else None
    return Wish(parts, grouping, by == "label", how, force, seed, tuple(dict.fromkeys(ensure)), folds or 0)


def _known(option: str, value: str, values: tuple[str, ...]) -> str:
    if value not in values:
        raise UsageError(f"{option} {value!r} is unknown{did_you_mean(value, values)}")
    return value
