"""The gates of `compare`, and the words for a difference."""

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from baselines.comparison.compare import Comparison, Difference

Gate = Literal["worse", "not-better"]
GATES: tuple[Gate, ...] = get_args(Gate)

FEW_CHANGED_P = 0.05
"""McNemar's p value from which a verdict comes with a caution."""


def failed(result: "Comparison", gate: Gate, tags: "Collection[str]" = ()) -> list[str]:
    """Return, in words, what a gate fails on.

    Args:
        result: The comparison.
        gate: `worse` fails where the second system is worse: over all, on a tag, or in a class. `not-better` fails
            where it is not better over all.
        tags: `worse` looks at these and at all samples only; `not-better` at these instead of all samples.
    """
    found = _looked_at_for_worse(result, tags) if gate == "worse" else _looked_at_for_better(result, tags)
    return [
        in_words(name, difference)
        for name, difference in found
        if (difference.verdict == "worse" if gate == "worse" else difference.verdict != "better")
    ]


def in_words(name: str, found: "Difference") -> str:
    """Return a difference in words: `better on noise=car (+0.310, 95 % interval +0.220 to +0.400, n = 200)`."""
    figures = f"{found.difference:+.3f}, 95 % interval {found.interval[0]:+.3f} to {found.interval[1]:+.3f}"
    caution = f"; a close call: McNemar p = {found.mcnemar_p:.3f}" if needs_caution(found) else ""
    where = "over all" if name == "" else f"on {name}"
    return f"{found.verdict} {where} ({figures}, n = {found.samples:,}{caution})"


def needs_caution(found: "Difference") -> bool:
    """Return whether McNemar's test does not bear the verdict out.

    The bootstrap is too sure where few samples changed: 4 that turned right and none that turned wrong are enough for
    an interval above zero, and p is 0.125.
    """
    return found.verdict != "cannot tell" and found.mcnemar_p >= FEW_CHANGED_P


def _looked_at_for_worse(result: "Comparison", tags: "Collection[str]") -> "Iterator[tuple[str, Difference]]":
    yield "", result.overall
    yield from ((tag, found) for tag, found in result.per_tag.items() if not tags or tag in tags)
    yield from ((f"class {label}", found) for label, found in result.per_class.items() if not tags)


def _looked_at_for_better(result: "Comparison", tags: "Collection[str]") -> "Iterator[tuple[str, Difference]]":
    yield from ((tag, result.per_tag[tag]) for tag in tags) if tags else [("", result.overall)]
