"""Folds of a cross-validation, given to samples once, so that every model of a comparison is tested on the same parts.

A fold is a field of its own and no split: the test split stays what it is, for the one test at the end, and gets none.
What training and validation samples there are share the folds. Groups and classes are kept as by a split: whole groups,
and of each class as even a part as these allow, which scikit-learn's StratifiedGroupKFold promises too.
"""

from typing import TYPE_CHECKING

from curate.ground.errors import UsageError
from curate.scan.folders import SPLIT_NAMES
from curate.split.wish import FOLD, Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.split.columns import Seen
    from curate.split.report import SplitReport


def take_folds(samples: "Iterable[Seen]", wish: Wish) -> "Iterator[Seen]":
    """Yield samples whose split is the fold that they have; that of samples which are not for training stays.

    Args:
        samples: Of a manifest; are changed.
        wish: How many folds, and whether those there are are forgotten.

    Raises:
        UsageError: A sample has a fold beyond those that are wished.
    """
    for seen in samples:
        if shares(seen.split):
            if not wish.force and seen.fold is not None and not 0 <= seen.fold < wish.folds:
                raise UsageError(
                    f"{seen.path} is in fold {seen.fold}, and --folds {wish.folds} has 0 to {wish.folds - 1}; "
                    "--force makes all anew"
                )
            seen.split = None if wish.force or seen.fold is None else f"{FOLD}{seen.fold}"
        yield seen


def shares(split: str | None) -> bool:
    """Return whether samples of a split are in the folds: those that train or validate."""
    return split is None or SPLIT_NAMES.get(split.lower()) in {"train", "val"}


def refuse_empty_folds(report: "SplitReport", groups: int, wish: Wish) -> None:
    """Check that there is something to test in every fold.

    Args:
        report: Of what was reached.
        groups: That share the folds; a sample that belongs with no other counts as one.
        wish: What was asked for.

    Raises:
        UsageError: There is a fold without a sample.
    """
    empty = [name for name, count in zip(report.names, report.counts[: wish.folds], strict=False) if not count]
    if not empty:
        return
    if groups < wish.folds:
        by = f" by {wish.grouping.text}" if wish.grouping else ""
        raise UsageError(f"--folds {wish.folds}: there are only {groups:,} groups{by}, and each fold needs one")
    cure = "--method exact fills all" if wish.method == "hash" else "--force makes all folds anew"
    raise UsageError(f"--folds {wish.folds}: nothing is left for {', '.join(empty)}; {cure}")
