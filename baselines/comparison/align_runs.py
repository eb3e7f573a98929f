"""The samples that two runs have in common."""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baselines.data.predictions import Prediction


class Pair(NamedTuple):
    """What two systems said of one sample.

    Attributes:
        label: The true class: where the runs differ, that of the second, whose manifest is taken for the newer one.
        tags: Those that either run knows.
        a: Whether the first system is right.
        b: Whether the second system is right.
        group: What it belongs to, as the second run knows it, else the first; None where neither does.
        name: Its path in the second run.
        name_a: Its path in the first run.
        a_again: Whether each repeat of the first system is right.
        b_again: Whether each repeat of the second system is right.
    """

    label: str
    tags: tuple[str, ...]
    a: bool
    b: bool
    group: str | None = None
    name: str = ""
    name_a: str = ""
    a_again: tuple[bool, ...] = ()
    b_again: tuple[bool, ...] = ()


class Alignment(Struct, frozen=True):
    """How the samples of two runs were matched.

    Attributes:
        by_path: Samples with the same path.
        by_digest: Samples whose path differs and whose file is the same.
        only_a: Samples of the first run that the second one lacks.
        only_b: Samples of the second run that the first one lacks.
        changed_files: Same path and another file; these are among `only_a` and `only_b`.
        relabelled: Samples in both whose label differs; both systems are judged by the label of the second run.
    """

    by_path: int
    by_digest: int
    only_a: int
    only_b: int
    changed_files: int
    relabelled: int


def match(first: "Sequence[Prediction]", second: "Sequence[Prediction]") -> tuple[list[Pair], Alignment]:
    """Return the samples that two runs have in common, and how they were matched.

    A sample is the same where its path is and, where both runs know the digest, its file is; else where the digest is
    the same and no other sample of the rest has it.

    Raises:
        InputError: They have none in common, or a run has several predictions of a path.
    """
    a, b = (_by_path(predictions, name) for predictions, name in ((first, "first"), (second, "second")))
    shared = [path for path in a if path in b]
    # A digest is missing where a run was evaluated from a manifest without: then the path has to do.
    digests = {path: (a[path].digest, b[path].digest) for path in shared}
    changed = {path for path, (one, other) in digests.items() if one and other and one != other}
    matched = [(a[path], b[path]) for path in shared if path not in changed]
    paths = {found.path for found, _ in matched}
    # The rest by digest, for a dataset that was moved or renamed; only what is the single one with its digest on both
    # sides, or copies would be paired at will.
    left, right = (_unique([found for path, found in one.items() if path not in paths]) for one in (a, b))
    moved = [(left[digest], right[digest]) for digest in left if digest in right]
    pairs = matched + moved
    if not pairs:
        raise InputError(
            f"the runs have no samples in common: {len(a):,} and {len(b):,} with other paths and other files; "
            "evaluate both on the same test set"
        )
    relabelled = sum(one.label != other.label for one, other in pairs)
    counts = (len(matched), len(moved), len(a) - len(pairs), len(b) - len(pairs), len(changed), relabelled)
    return [_pair(one, other) for one, other in pairs], Alignment(*counts)


def _by_path(predictions: "Iterable[Prediction]", name: str) -> "dict[str, Prediction]":
    found: dict[str, Prediction] = {}
    for prediction in predictions:
        if prediction.path in found:
            raise InputError(
                f"the {name} run has several predictions of {prediction.path}; one of each sample is needed"
            )
        found[prediction.path] = prediction
    return found


def _unique(predictions: "Sequence[Prediction]") -> "dict[str, Prediction]":
    counts = Counter(found.digest for found in predictions)
    return {found.digest: found for found in predictions if found.digest and counts[found.digest] == 1}


def _pair(one: "Prediction", other: "Prediction") -> Pair:
    truth = other.label
    return Pair(
        label=truth,
        tags=tuple(dict.fromkeys((*one.tags, *other.tags))),
        a=one.prediction == truth,
        b=other.prediction == truth,
        group=one.group if other.group is None else other.group,
        name=other.path,
        name_a=one.path,
        a_again=tuple(said == truth for said in one.repeats),
        b_again=tuple(said == truth for said in other.repeats),
    )
