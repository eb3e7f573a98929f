"""What targeting brings beyond as many samples of any kind: a third run beside the two that are compared.

That accuracy rose after samples were made for the weak tags says nothing of the choice of these tags. The control is
trained on as many samples of all targets alike, and the difference between the two is what targeting has brought.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from baselines.comparison.align_runs import Pair, match
from baselines.comparison.evidence import Difference, Verdict, weigh
from baselines.comparison.held_still import held_still, not_held
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from baselines.data.predictions import Prediction
    from baselines.runs.run_record import Run


class Change(Struct, frozen=True):
    """A difference of two accuracies, each row by itself: no gate looks at it, and no family is controlled.

    Attributes:
        difference: -1 to 1.
        interval: Its 95 % interval, as `Difference` has it.
        mcnemar_p: Of independent samples.
        verdict: Of the interval.
    """

    difference: float
    interval: tuple[float, float]
    mcnemar_p: float
    verdict: Verdict


class Beside(Struct, frozen=True):
    """Some samples in all three runs.

    Attributes:
        samples: How many.
        before: Accuracy of the older run, 0 to 1; in a class this is its recall.
        control: That of the control.
        targeted: That of the newer run.
        control_change: control - before.
        targeted_change: targeted - before.
        beyond_control: targeted - control.
    """

    samples: int
    before: float
    control: float
    targeted: float
    control_change: Change
    targeted_change: Change
    beyond_control: Change


class Control(Struct, frozen=True):
    """Three runs on the samples that they have in common.

    Attributes:
        samples: How many these are; the comparison of the two may have more.
        overall: All of them.
        per_tag: By tag, as the comparison of the two has them.
        per_class: By true class.
        not_held: What differs between the control and the newer run beside the samples that were made, in words.
        run: The folder of the control.
    """

    samples: int
    overall: Beside
    per_tag: dict[str, Beside]
    per_class: dict[str, Beside]
    not_held: tuple[str, ...] = ()
    run: str = "control"


class _Triple(NamedTuple):
    """One sample in three runs, two by two."""

    control_change: Pair
    targeted_change: Pair
    beyond_control: Pair


def hold_against(
    predictions: "tuple[Sequence[Prediction], Sequence[Prediction], Sequence[Prediction]]",
    records: "tuple[Run | None, Run | None, Run | None]",
    names: "tuple[Sequence[str], Sequence[str]]",
    seed: int,
) -> Control:
    """Return what the newer of two runs brings beyond a control.

    Args:
        predictions: Of the older run, the newer one, and the control.
        records: Of the same; None where there is none.
        names: The tags and the classes to look at.
        seed: Where the chance of the bootstrap begins.

    Raises:
        InputError: The three have no samples in common.
    """
    before, targeted, control = records
    triples = _triples(*predictions)
    ends = {
        "control_change": (before, control),
        "targeted_change": (before, targeted),
        "beyond_control": (control, targeted),
    }
    held = {name: held_still(*pair) for name, pair in ends.items()}
    # As in the comparison of two: the draws of a repeat follow from the samples, the seed and its number.
    same_draws = {
        name: found.draw is True and len({run.parameters.get("seed") if run else None for run in ends[name]}) == 1
        for name, found in held.items()
    }

    def row(found: "Sequence[_Triple]", tag: str = "") -> Beside:
        weighed = {
            name: weigh([getattr(one, name) for one in found], tag, seed, same_draws=same)
            for name, same in same_draws.items()
        }
        changes = {name: _change(one) for name, one in weighed.items()}
        whole = weighed["targeted_change"]
        return Beside(whole.samples, whole.a, weighed["control_change"].b, whole.b, **changes)

    by_tag, by_class = _grouped(triples, lambda pair: pair.tags), _grouped(triples, lambda pair: (pair.label,))
    return Control(
        samples=len(triples),
        overall=row(triples),
        per_tag={tag: row(by_tag[tag], tag) for tag in names[0] if tag in by_tag},
        per_class={label: row(by_class[label]) for label in names[1] if label in by_class},
        not_held=tuple(not_held(held["beyond_control"], control, targeted)),
    )


def _triples(
    first: "Sequence[Prediction]", second: "Sequence[Prediction]", control: "Sequence[Prediction]"
) -> list[_Triple]:
    """Return the samples of all three runs, in the order in which the two have them."""
    targeted, _ = match(first, second)
    rises, _ = match(first, control)
    # Both by where the sample is in the newer run and in the control, which a dataset that was moved has elsewhere.
    beyond = {pair.name: pair for pair in match(control, second)[0]}
    rise = {pair.name: pair for pair in rises}
    found = [
        _Triple(rise[beyond[pair.name].name_a], pair, beyond[pair.name])
        for pair in targeted
        if pair.name in beyond and beyond[pair.name].name_a in rise
    ]
    if not found:
        raise InputError("the control has no samples in common with both runs; evaluate all three on the same test set")
    return found


def _grouped(triples: "Sequence[_Triple]", names_of: "Callable[[Pair], Iterable[str]]") -> dict[str, list[_Triple]]:
    # By what the two that are compared know of a sample, so that rows are about the same samples in every column.
    groups: defaultdict[str, list[_Triple]] = defaultdict(list)
    for triple in triples:
        for name in names_of(triple.targeted_change):
            groups[name].append(triple)
    return dict(groups)


def _change(found: Difference) -> Change:
    return Change(found.difference, found.interval, found.mcnemar_p, found.verdict)
