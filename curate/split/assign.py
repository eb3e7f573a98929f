"""From the columns of a manifest to the split of each sample, and what there is to say about it."""

from typing import TYPE_CHECKING

import numpy as np

from curate.ground.union_find import join_keys
from curate.split.ensure import ensure_validation, validation_name
from curate.split.exact import split_exactly
from curate.split.folds import refuse_empty_folds
from curate.split.hash_split import split_by_place
from curate.split.report import ClassSplit, LargeGroup, SplitReport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.split.columns import Columns
    from curate.split.wish import Wish

_EXAMPLES = 3
FOLD_STARTS = 64


def solve(columns: "Columns", wish: "Wish") -> "tuple[NDArray[np.int64], SplitReport]":
    """Return the code of each sample's split, an index into the report's names, and the report."""
    names = wish.ratio.names
    foreign = () if wish.force else tuple(sorted(columns.splits.keys() - set(names)))
    known = (*names, *foreign)
    if wish.ensure and validation_name(known) not in known:
        known = (*known, validation_name(known))
    report = SplitReport(known, wish.ratio.shares, without=columns.without)
    if not columns.label:
        return np.zeros(0, np.int64), report
    order = shuffle_order(np.frombuffer(columns.identity, np.uint64), wish.seed)
    # Without a copy: an array of the standard library is a buffer that numpy can look into.
    links = (np.frombuffer(part, part.typecode) for part in columns.links)
    components = number(join_keys(len(order), *links), order)
    # Columns number splits as they come in the manifest, the report as the ratio names them; -1 is none.
    renamed = np.array([*(-1 if wish.force else report.names.index(name) for name in columns.splits), -1])
    split = renamed[np.frombuffer(columns.split, np.int32)]
    report.stayed = int((split >= 0).sum())
    homes, torn = _homes(components, split, len(report.names))
    split = np.where(split < 0, homes[components], split)
    strata, labels = _classes(columns)
    if wish.method == "hash":
        found = split_by_place(components, len(homes), columns, wish.ratio)
        split = np.where(split < 0, found[components], split)
    else:
        # More orders than one are tried for folds only: a split that is there already would come out otherwise.
        starts = FOLD_STARTS if wish.folds else 1
        strata_kept = strata if wish.stratify else strata * 0
        split_exactly(split, components, strata_kept, wish.ratio.shares, order, starts, fill_all=bool(wish.folds))
    generated = np.frombuffer(columns.generated, np.int8).astype(bool)
    if wish.ensure:
        carriers = {tag: np.frombuffer(has, np.int8).astype(bool) & ~generated for tag, has in columns.carriers.items()}
        report.ensured = ensure_validation(split, components, carriers, report.names, strata, order)
    # Groups that samples tear because they keep the splits they had: told, not mended, for --force is the user's to
    # say.
    report.torn = len(torn)
    report.torn_examples = tuple(int((components == component).argmax()) for component in torn[:_EXAMPLES])
    _count(report, strata, labels, split)
    if wish.folds:
        refuse_empty_folds(report, len(np.unique(components[split < wish.folds])), wish)
    report.generated = tuple(np.bincount(split[generated], minlength=len(report.names)).tolist())
    _describe_groups(report, components, split)
    return split, report


def number(roots: "NDArray[np.int64]", order: "NDArray[np.uint64]") -> "NDArray[np.int64]":
    """Return the components as 0, 1, 2…, in the order of their smallest sample in `order`: not of the manifest."""
    first = np.full(len(roots), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(first, roots, order)
    heads = np.flatnonzero(roots == np.arange(len(roots)))
    names = np.empty(len(roots), np.int64)
    names[heads[np.argsort(first[heads], kind="stable")]] = np.arange(len(heads))
    return names[roots]


def shuffle_order(identity: "NDArray[np.uint64]", seed: int) -> "NDArray[np.uint64]":
    """Return a number for each sample that looks drawn, and depends on its identity and the seed only (splitmix64)."""
    state = identity + np.uint64((seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _homes(
    components: "NDArray[np.int64]", split: "NDArray[np.int64]", splits: int
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return the split of each component, -1 where no sample of it has one, and the components that straddle.

    In one that straddles, the samples that have no split yet join the larger part.
    """
    known = split >= 0
    cells, counts = np.unique(components[known] * splits + split[known], return_counts=True)
    owners, at = np.divmod(cells, splits)
    homes = np.full(int(components.max()) + 1, -1, np.int64)
    # Of several writes to one place the last one stays: the largest part, and of equal ones the first split.
    smallest_first = np.lexsort((-at, counts))
    homes[owners[smallest_first]] = at[smallest_first]
    return homes, np.unique(owners[1:][owners[1:] == owners[:-1]])


def _classes(columns: "Columns") -> "tuple[NDArray[np.int64], list[str | None]]":
    """Return the class of each sample and the names of the classes, by name; the unlabelled are the last class."""
    labels = sorted(columns.labels, key=lambda label: (label is None, label or ""))
    rank = {label: place for place, label in enumerate(labels)}
    renamed = np.array([rank[label] for label in columns.labels])
    return renamed[np.frombuffer(columns.label, np.int32)], labels


def _count(
    report: SplitReport, strata: "NDArray[np.int64]", labels: list[str | None], split: "NDArray[np.int64]"
) -> None:
    """Count what of each class went where."""
    splits = len(report.names)
    table = np.bincount(strata * splits + split, minlength=len(labels) * splits).reshape(-1, splits)
    report.classes = [ClassSplit(label, tuple(row)) for label, row in zip(labels, table.tolist(), strict=True)]
    report.counts = tuple(table.sum(axis=0).tolist())


def _describe_groups(report: SplitReport, components: "NDArray[np.int64]", split: "NDArray[np.int64]") -> None:
    """Count the groups, and look for those that are larger than their split was to be."""
    sizes = np.bincount(components)
    report.groups = len(sizes)
    report.joined = int((sizes > 1).sum())
    # One split for each group: of a torn one that of its last sample, which is as good as any.
    home = np.empty(len(sizes), np.int64)
    home[components] = split
    for place, wished in enumerate(report.wished()):
        # Half a sample over is rounding. The largest group of all is looked at first, which nearly always ends the
        # matter; the search below goes through all groups.
        if sizes.max() > wished + 0.5 and report.counts[place] > wished + 0.5:
            mine = np.where(home == place, sizes, 0)
            if (size := int(mine.max())) > wished + 0.5:
                sample = int((components == mine.argmax()).argmax())
                report.large.append(LargeGroup(sample, size, place, wished))
