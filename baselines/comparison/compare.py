"""Whether a second system is better than a first one on the same samples: over all, in each class, on each tag."""

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from baselines.comparison.align_runs import Alignment, Pair, match
from baselines.comparison.control import Control, hold_against
from baselines.comparison.evidence import MIN_SAMPLES, Difference, judge, weigh
from baselines.comparison.held_still import HeldStill, held_still, not_held
from baselines.data.group_guess import guess_groups
from baselines.metrics.metrics import repeats_of
from baselines.runs.run_folder import predictions_of_run, record_of_run
from baselines.runs.run_record import Groups
from curate.ground.errors import UsageError, did_you_mean
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from baselines.data.predictions import Prediction
    from baselines.runs.run_record import Run

Gate = Literal["worse", "not-better"]
GATES: tuple[Gate, ...] = get_args(Gate)
FEW_CHANGED_P = 0.05
"""McNemar's p value from which a verdict comes with a caution."""
_LEAST_P = 0.001


class Repeats(Struct, frozen=True):
    """How many other draws of its training part each run has tried."""

    a: int = 0
    b: int = 0


class Comparison(Struct, frozen=True):
    """Two runs on the samples that they have in common.

    Attributes:
        samples: How many these are.
        overall: All of them.
        per_tag: By tag, sorted; tags overlap.
        per_class: By true class, sorted.
        matching: How the samples were matched, and what differs.
        held_still: What is the same in both runs.
        groups: What ties samples together, and how many there are; None where no run knows.
        repeats: Of each run; fewer than two say nothing of the draw of its training data.
        same_draws: Whether the repeats of both runs were trained on the same draws, one by one.
        not_held: What differs beside what was to be compared, in words.
        suspects: What looks like a group and was not named by `--group`, in words.
        runs: Their folders.
        control: What the second brings beyond a control, which no gate looks at; None where there is none.
    """

    samples: int
    overall: Difference
    per_tag: dict[str, Difference]
    per_class: dict[str, Difference]
    matching: Alignment
    held_still: HeldStill
    groups: Groups | None
    repeats: Repeats
    same_draws: bool = False
    not_held: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    runs: tuple[str, str] = ("a", "b")
    control: Control | None = None


def compare_runs(
    first: str, second: str, tags: "Collection[str]" = (), seed: int = 0, control: str | None = None
) -> Comparison:
    """Return the comparison of the runs in two folders, and of a control where one is named; as `compare`.

    Raises:
        InputError: The runs have no samples in common.
        UsageError: No sample that they have in common has a tag of `tags`.
    """
    records = record_of_run(first), record_of_run(second)
    before, after = predictions_of_run(first), predictions_of_run(second)
    result = replace(compare(before, after, tags, seed, records), runs=(first, second))
    if control is None:
        return result
    names = list(result.per_tag), list(result.per_class)
    beside = hold_against((before, after, predictions_of_run(control)), (*records, record_of_run(control)), names, seed)
    return replace(result, control=replace(beside, run=control))


def compare(
    first: "Sequence[Prediction]",
    second: "Sequence[Prediction]",
    tags: "Collection[str]" = (),
    seed: int = 0,
    records: "tuple[Run | None, Run | None]" = (None, None),
) -> Comparison:
    """Return the comparison of two runs.

    Args:
        first: Predictions of the one, usually the older.
        second: Predictions of the other.
        tags: The only ones to compare; none: all that there are.
        seed: Where the chance of the bootstrap begins.
        records: Of both runs; None where there is none.

    Raises:
        InputError: The runs have no samples in common.
        UsageError: No sample that they have in common has a tag of `tags`.
    """
    pairs, matching = match(first, second)
    by_tag, by_class = _groups((pair.tags, pair) for pair in pairs), _groups(((pair.label,), pair) for pair in pairs)
    for tag in tags:
        if tag not in by_tag:
            raise UsageError(f"--tag {tag!r}: no sample of both runs has it{did_you_mean(tag, by_tag)}")
    held = held_still(*records)
    # The draws of a repeat follow from the samples, the seed and its number alone.
    seeds = [run.parameters.get("seed") if run else None for run in records]
    same = held.draw is True and seeds[0] == seeds[1]
    names = (sorted(set(tags) or by_tag), sorted(by_class))
    rows = [weigh(by_tag[tag], tag, seed, same_draws=same) for tag in names[0]]
    classes = [weigh(by_class[label], seed=seed, same_draws=same) for label in names[1]]
    # With --tag, a gate looks at these tags and at no class, so that each of both is a family by itself.
    adjusted = control_family(rows) + control_family(classes) if tags else control_family(rows + classes)
    known = {pair.group for pair in pairs} - {None}
    keys = [run.groups.key for run in reversed(records) if run and run.groups]
    return Comparison(
        samples=len(pairs),
        overall=weigh(pairs, "", seed, same_draws=same),
        per_tag=dict(zip(names[0], adjusted, strict=False)),
        per_class=dict(zip(names[1], adjusted[len(rows) :], strict=True)),
        matching=matching,
        held_still=held,
        groups=Groups(keys[0] if keys else "group", len(known)) if known else None,
        repeats=Repeats(repeats_of(first), repeats_of(second)),
        same_draws=same,
        not_held=tuple(not_held(held, *records)),
        suspects=() if known else tuple(guess_groups((pair.name, pair.label, pair.tags) for pair in pairs)),
    )


def control_family(rows: "Sequence[Difference]") -> "list[Difference]":
    """Return rows with their p values adjusted for each other, and the verdict of a gate that looks at all of them.

    Rows of fewer than five samples never tell, so that no gate looks at them; a thousand tags of one sample each would
    only blind it for the others.
    """
    told = [place for place, row in enumerate(rows) if row.samples >= MIN_SAMPLES]
    adjusted = dict(zip(told, holm([rows[place].p for place in told]), strict=True))
    reached = dict(zip(told, holm([max(rows[place].p, rows[place].least_p) for place in told]), strict=True))
    return [
        replace(row, adjusted_p=adjusted.get(place, 1.0), gate_verdict=judge(reached.get(place, 1.0), row.verdict))
        for place, row in enumerate(rows)
    ]


def _groups(named: "Iterable[tuple[Iterable[str], Pair]]") -> "dict[str, list[Pair]]":
    groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for names, pair in named:
        for name in names:
            groups[name].append(pair)
    return dict(groups)


def failed(result: "Comparison", gate: Gate, tags: "Collection[str]" = ()) -> list[str]:
    """Return, in words, what a gate fails on; it reads the verdicts that are adjusted for all that it looks at.

    Where nothing changed, `worse` by the rows' own intervals failed in 11 to 55 % of trials with 12 to 91 of them.

    Args:
        result: The comparison.
        gate: `worse` fails where the second system is worse: over all, on a tag, or in a class. `not-better` fails
            where it is not better over all.
        tags: `worse` looks at these and at all samples only; `not-better` at these instead of all samples.
    """
    if gate == "not-better":
        looked_at = {tag: result.per_tag[tag] for tag in tags} or {"": result.overall}
        return [at_the_gate(name, found) for name, found in looked_at.items() if found.gate_verdict != "better"]
    looked_at = {"": result.overall} | {tag: found for tag, found in result.per_tag.items() if not tags or tag in tags}
    if not tags:
        # A tag may have the name of a class, so that classes are told apart by the word before them.
        looked_at |= {f"class {label}": found for label, found in result.per_class.items()}
    return [at_the_gate(name, found) for name, found in looked_at.items() if found.gate_verdict == "worse"]


def in_words(name: str, found: "Difference") -> str:
    """Return a difference in words: `better on noise=car (+31.0 points, 95 % interval +22.0 to +40.0, n = 200)`."""
    caution = f"; a close call: McNemar p = {found.mcnemar_p:.3f}" if needs_caution(found) else ""
    return f"{found.verdict} {_figures(name, found)}{caution})"


def at_the_gate(name: str, found: "Difference") -> str:
    """Return what a gate reads, in words: the verdict and the p value that are adjusted for all rows."""
    p = f"{found.adjusted_p:.3f}" if found.adjusted_p >= _LEAST_P else f"< {_LEAST_P}"
    return f"{found.gate_verdict} {_figures(name, found)}, adjusted p = {p})".replace("p = <", "p <")


def _figures(name: str, found: "Difference") -> str:
    where = "over all" if name == "" else f"on {name}"
    low, high = (100 * end for end in found.interval)
    tied = f" in {found.groups:,} groups" if found.groups else ""
    figure = f"{100 * found.difference:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}"
    return f"{where} ({figure}, n = {found.samples:,}{tied}"


def needs_caution(found: "Difference") -> bool:
    """Return whether McNemar's test does not bear the verdict out.

    The bootstrap is too sure where few samples changed: 4 that turned right and none that turned wrong are enough for
    an interval above zero, and p is 0.125.
    """
    return found.verdict != "cannot tell" and found.groups is None and found.mcnemar_p >= FEW_CHANGED_P
