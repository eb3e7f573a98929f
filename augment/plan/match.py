"""Matching a target to its weak slice: which facts can be brought there, and why a target cannot be matched at all."""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from augment.operations.registry import find
from augment.plan.slice_facts import (
    FACTS,
    FEWEST,
    FactMatch,
    Goals,
    TargetMatch,
    Values,
    known_values,
    largest_difference,
    part_of_slice,
    sets_apart,
)
from augment.recipe.types import operations_of
from curate.ground.command_line import call

if TYPE_CHECKING:
    from augment.operations.registry import Kind
    from augment.plan.slice_facts import Goal, Reference
    from augment.plan.sources import Sources
    from augment.plan.targets import Order, Plan
    from augment.recipe.types import Step, Target

_REACHED = 1.0
_MOST_MISSES = 0.5


class Tested(NamedTuple):
    """One sample of the trial that says how far a target can be matched.

    Attributes:
        goals: What was wanted of its facts.
        plain: Its facts as the recipe draws.
        matched: As near to the goals as they came.
    """

    goals: "tuple[Goal, ...]"
    plain: Values
    matched: Values


def movable(steps: "Iterable[Step]") -> set[str]:
    """Return the facts that some operations move, those in branches of a choice too."""
    return {fact for step in operations_of(steps) for fact in find(step.kind, step.name).moves}


def match_target(sources: "Sources", index: int) -> "TargetMatch | str":
    """Return how a target is matched to the real samples of its tag, or why it cannot be.

    Args:
        sources: Of the manifest, gathered with their facts.
        index: Place of the target in the recipe.
    """
    target = sources.recipe.targets[index]
    real = sources.slices.get(target.tag or "")
    if real is None or not (real.known or real.tested):
        return f"no sample has {target.tag}, so there is nothing to be like" if target.tag else "it makes no tag"
    if not real.known:
        return (
            f"only test samples have {target.tag}, and those stay unseen; give it a validation part "
            f"({call('split', '--ensure', target.tag or '')}) and train again"
        )
    match = TargetMatch()
    for kind, references in real.known.items():
        if target.steps[kind]:
            problem = _match_kind(sources, index, kind, references, match)
            if problem:
                return problem
    return match if match.goals else f"the samples with {target.tag} are of another kind than what the target makes"


def _match_kind(
    sources: "Sources", index: int, kind: "Kind", references: "Sequence[Reference]", match: TargetMatch
) -> str:
    target = sources.recipe.targets[index]
    if len(references) < FEWEST:
        return f"only {len(references)} samples of training and validation have {target.tag}; {FEWEST} are needed"
    references = part_of_slice(references)
    able = movable(target.steps[kind])
    facts = [
        fact
        for fact in FACTS[kind]
        if fact in able and len(known_values(fact, (one.facts for one in references))) >= FEWEST
    ]
    used = facts_of_sources(sources, index, kind)
    apart = sets_apart([one.facts for one in references], used, FACTS[kind])
    fixed = [fact for fact in apart if fact not in able]
    if not facts:
        what = f" ({', '.join(fixed)} set the slice apart)" if fixed else ""
        return f"no operation of {target.tag} moves a fact that its samples could be known by{what}"
    if fixed:
        match.notes.append(f"{target.tag} also differs in {', '.join(fixed)}, which its operations do not move")
    match.goals[kind] = Goals(references, facts)
    return ""


def facts_of_sources(sources: "Sources", index: int, kind: "Kind") -> list[Values]:
    """Return the facts of what a target is made from."""
    used = (sources.found[place] for place in sources.wanted[index])
    return [dict(zip(FACTS[kind], one.facts, strict=True)) for one in used if one.kind == kind]


def goals_of(
    sources: "Sources", plan: "Plan", matches: "dict[int, TargetMatch]", seed: int
) -> "dict[Order, tuple[tuple[Goal, ...], ...]]":
    """Return the goals that every order of a plan whose target is matched may have, each those of a real sample."""
    found = {}
    for order in plan.orders:
        source = sources.found[order.source]
        goals = matches[order.target].goals.get(source.kind) if order.target in matches else None
        if goals:
            found[order] = goals.of(f"{seed} {source.digest} {order.copy}", source.label)
    return found


def settle(
    target: "Target", kind: "Kind", match: TargetMatch, trial: Sequence[Tested], sources: Sequence[Values]
) -> str:
    """Take what a trial says into a match: facts that cannot be brought to the slice are left out.

    Args:
        target: That is matched.
        kind: Of the samples that were tried.
        match: Is completed.
        trial: Of some of the samples that are to be made.
        sources: Facts of what they are made from.

    Returns:
        Why the target cannot be matched after all; empty where it can.
    """
    goals = match.goals[kind]
    missed = [fact for fact in goals.facts if _misses(fact, trial) > _MOST_MISSES]
    if missed:
        match.notes.append(
            f"{target.tag}: {', '.join(missed)} cannot be brought to the real samples by its operations, and is left "
            "as they draw it"
        )
    kept = [fact for fact in goals.facts if fact not in missed]
    match.facts += [_beside(fact, goals, trial, sources, matched=fact in kept) for fact in goals.facts]
    if not kept:
        return f"no fact of {target.tag} can be brought to those of its real samples ({', '.join(missed)})"
    match.goals[kind] = Goals(goals.references, kept, goals.drawn)
    return ""


def _misses(fact: str, trial: Sequence[Tested]) -> float:
    """Return the share of trials in which a fact stayed too far from its goal."""
    found = [
        goal.distance(one.matched.get(fact)) > _REACHED for one in trial for goal in one.goals if goal.fact == fact
    ]
    return sum(found) / len(found) if found else 1.0


def _beside(fact: str, goals: Goals, trial: Sequence[Tested], sources: Sequence[Values], *, matched: bool) -> FactMatch:
    real = known_values(fact, (one.facts for one in goals.references))
    before = known_values(fact, sources)
    plain, after = known_values(fact, (one.plain for one in trial)), known_values(fact, (one.matched for one in trial))
    return FactMatch(
        fact=fact,
        real=median(real),
        sources=median(before) if before else None,
        drawn=median(plain) if plain else None,
        matched=median(after) if after and matched else None,
        drawn_d=round(largest_difference(real, plain), 4) if plain else None,
        matched_d=round(largest_difference(real, after), 4) if after and matched else None,
        samples=(len(real), len(after)),
    )
