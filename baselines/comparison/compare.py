"""Whether a second system is better than a first one on the same samples: over all, in each class, on each tag."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from baselines.comparison.align_runs import Alignment, Pair, match
from baselines.metrics.significance import mcnemar, paired_bootstrap
from baselines.runs.run_folder import predictions_of_run
from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from baselines.data.predictions import Prediction

Verdict = Literal["better", "worse", "cannot tell"]
Gate = Literal["worse", "not-better"]
GATES: tuple[Gate, ...] = get_args(Gate)

MIN_SAMPLES = 5
"""With fewer, the interval is no interval: of one sample that turned right, the bootstrap draws nothing else."""
FEW_CHANGED_P = 0.05
"""McNemar's p value from which a verdict comes with a caution."""


class Difference(Struct, frozen=True):
    """Two systems on the same samples.

    Attributes:
        samples: How many.
        a: Accuracy of the first system, 0 to 1; in a class this is its recall.
        b: Accuracy of the second system.
        difference: b - a.
        interval: 95 % percentile interval of the difference, by the paired bootstrap.
        mcnemar_p: Two-sided p value of McNemar's test.
        verdict: `better` where the interval is above zero, `worse` where it is below, else `cannot tell`; so too for
            fewer than 5 samples.
        gained: Samples that only the second system gets right.
        lost: Samples that only the first system gets right.
    """

    samples: int
    a: float
    b: float
    difference: float
    interval: tuple[float, float]
    mcnemar_p: float
    verdict: Verdict
    gained: int
    lost: int


class Comparison(Struct, frozen=True):
    """Two runs on the samples that they have in common.

    Attributes:
        samples: How many these are.
        overall: All of them.
        per_tag: By tag, sorted; tags overlap.
        per_class: By true class, sorted.
        matching: How the samples were matched, and what differs.
        runs: Their folders.
    """

    samples: int
    overall: Difference
    per_tag: dict[str, Difference]
    per_class: dict[str, Difference]
    matching: Alignment
    runs: tuple[str, str] = ("a", "b")


def compare_runs(first: str, second: str, tags: "Collection[str]" = (), seed: int = 0) -> Comparison:
    """Return the comparison of the runs in two folders; arguments and errors as `compare`'s."""
    result = compare(predictions_of_run(first), predictions_of_run(second), tags, seed)
    return replace(result, runs=(first, second))


def compare(
    first: "Sequence[Prediction]", second: "Sequence[Prediction]", tags: "Collection[str]" = (), seed: int = 0
) -> Comparison:
    """Return the comparison of two runs.

    Args:
        first: Predictions of the one, usually the older.
        second: Predictions of the other.
        tags: The only ones to compare; none: all that there are.
        seed: Where the chance of the bootstrap begins.

    Raises:
        InputError: The runs have no samples in common.
        UsageError: No sample that they have in common has a tag of `tags`.
    """
    # Tags and classes overlap, and each is judged by itself: with many of them some verdicts are chance.
    pairs, matching = match(first, second)
    by_tag, by_class = _groups((pair.tags, pair) for pair in pairs), _groups(((pair.label,), pair) for pair in pairs)
    for tag in tags:
        if tag not in by_tag:
            raise UsageError(f"--tag {tag!r}: no sample of both runs has it{did_you_mean(tag, by_tag)}")
    return Comparison(
        samples=len(pairs),
        overall=_difference(pairs, seed),
        per_tag={tag: _difference(by_tag[tag], seed) for tag in sorted(set(tags) or by_tag)},
        per_class={label: _difference(by_class[label], seed) for label in sorted(by_class)},
        matching=matching,
    )


def decide(interval: tuple[float, float], samples: int) -> Verdict:
    """Return the verdict by the fixed rule: interval above zero: better; below: worse; else cannot tell."""
    # An end that is exactly 0 does not exclude it.
    low, high = interval
    if samples < MIN_SAMPLES or low <= 0 <= high:
        return "cannot tell"
    return "better" if low > 0 else "worse"


def _difference(pairs: "Sequence[Pair]", seed: int) -> Difference:
    # What both get right or both get wrong says nothing of the difference but enlarges n: gained and lost are enough.
    counts, samples = Counter((pair.a, pair.b) for pair in pairs), len(pairs)
    both, gained, lost = counts[True, True], counts[False, True], counts[True, False]
    interval = paired_bootstrap(gained, lost, samples, seed)
    return Difference(
        samples=samples,
        a=(both + lost) / samples,
        b=(both + gained) / samples,
        difference=(gained - lost) / samples,
        interval=interval,
        mcnemar_p=mcnemar(gained, lost),
        verdict=decide(interval, samples),
        gained=gained,
        lost=lost,
    )


def _groups(named: "Iterable[tuple[Iterable[str], Pair]]") -> "dict[str, list[Pair]]":
    groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for names, pair in named:
        for name in names:
            groups[name].append(pair)
    return dict(groups)


def failed(result: "Comparison", gate: Gate, tags: "Collection[str]" = ()) -> list[str]:
    """Return, in words, what a gate fails on.

    Args:
        result: The comparison.
        gate: `worse` fails where the second system is worse: over all, on a tag, or in a class. `not-better` fails
            where it is not better over all.
        tags: `worse` looks at these and at all samples only; `not-better` at these instead of all samples.
    """
    if gate == "not-better":
        looked_at = {tag: result.per_tag[tag] for tag in tags} or {"": result.overall}
        return [in_words(name, found) for name, found in looked_at.items() if found.verdict != "better"]
    looked_at = {"": result.overall} | {tag: found for tag, found in result.per_tag.items() if not tags or tag in tags}
    if not tags:
        # A tag may have the name of a class, so that classes are told apart by the word before them.
        looked_at |= {f"class {label}": found for label, found in result.per_class.items()}
    return [in_words(name, found) for name, found in looked_at.items() if found.verdict == "worse"]


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
