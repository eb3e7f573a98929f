"""What a gate will take, from what is known before: from logs, or from what is usual."""

from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.gates.cases import pair_logs
from baselines.gates.sample_size import Needed, plan_arms, plan_pairs
from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.gates.gate import Design, Rules
    from baselines.runs.prediction_log import Logged

DISCORDANT, ACCURACY = 0.1, 0.95
"""Where nothing is known yet: a new model of the same kind differs from the old one in about one case of ten."""


class GatePlan(Struct, frozen=True):
    """How many cases a gate takes.

    Attributes:
        needed: For each answer.
        unit: What is counted: `pairs` or `cases of each system`.
        discordant: Share of pairs that only one system gets right, which it was computed with; None for a canary.
        accuracy: Of the old system, alike; None for a shadow.
        notes: What it rests on.
    """

    needed: list[Needed]
    unit: str
    discordant: float | None
    accuracy: float | None
    notes: list[str]


def plan_gate(
    design: "Design",
    logs: "tuple[Sequence[Logged], Sequence[Logged]]",
    rules: "Rules",
    drop: float,
    discordant: float | None,
    accuracy: float | None,
    power: float,
) -> GatePlan:
    """Return how many cases a gate takes.

    Args:
        design: Of the gate.
        logs: Of both systems, from which is taken what is not given; empty where there are none.
        rules: What the new system will be held to.
        drop: The loss in accuracy that is to be stopped, 0 to 1.
        discordant: Share of cases that only one system gets right; None: as in the logs, else .1.
        accuracy: Of the old system; None: as in the logs, else .95.
        power: How often the answer is to be given where it is the right one.

    Raises:
        UsageError: A share makes no sense.
    """
    paired = design == "shadow"
    name, given, usual = ("--discordant", discordant, DISCORDANT) if paired else ("--accuracy", accuracy, ACCURACY)
    share = given if given is not None else _from_logs(logs, paired=paired)
    source = (
        "as given" if given is not None else "as in the logs" if share is not None else "supposed, as nothing is known"
    )
    share = usual if share is None else share
    if not 0 < share < 1:
        raise UsageError(f"{name} {share:g}: has to be above 0 and below 1" + ("" if given else "; give it"))
    most = share if paired else share - 0.001
    if not 0 < drop <= most:
        raise UsageError(f"--drop {drop:g}: has to be above 0 and at most {most:g}, or it cannot be")
    notes = [
        f"{'only one system right in' if paired else 'accuracy of the old system'} {share:.3g}, {source}; "
        f"level {rules.alpha:g} to one side, power {power:g}",
        f"promote: equal systems, shown to be within {rules.margin:g}; stop: a system that is worse by {drop:g}",
        "looking every day: by 400 simulated comparisons with 20 looks each, the answer at any of them",
    ]
    if paired:
        needed = plan_pairs(rules.margin, drop, share, rules.alpha, power)
        notes.append(f"of these pairs only those that differ need a label, about {share:.0%} of them or some more")
        return GatePlan(needed, "pairs", share, None, notes)
    return GatePlan(plan_arms(rules.margin, drop, share, rules.alpha, power), "cases of each", None, share, notes)


def _from_logs(logs: "tuple[Sequence[Logged], Sequence[Logged]]", *, paired: bool) -> float | None:
    """Return the share that logs show; None without logs or labels."""
    old, new = logs
    if not old or not new:
        return None
    if paired:
        cases = pair_logs(old, new, {})
        if labelled := cases.counted:
            return sum(case.gain != 0 for case in labelled) / len(labelled)
        # Of cases that differ each has one right at most.
        return len(cases.discordant) / len(cases.seen)
    known = [entry for entry in old if entry.label is not None]
    return sum(entry.prediction == entry.label for entry in known) / len(known) if known else None
