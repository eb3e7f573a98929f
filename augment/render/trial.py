"""Trying a plan's goals on a few of its samples, before anything is made: how far can the facts be matched?"""

from collections import defaultdict
from contextlib import closing
from heapq import nsmallest
from typing import TYPE_CHECKING, Generic, TypeVar

from augment.operations.media import RejectedError
from augment.plan.match import Tested, facts_of_sources, goals_of, match_target, settle
from augment.plan.remarks import Remark
from augment.plan.slice_facts import Goals, TargetMatch, rank
from augment.plan.targets import Plan, make_plan
from augment.render.jobs import Jobs
from augment.render.render import Renderer
from curate.engine import Failure, run
from curate.ground.command_line import call
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from augment.operations.registry import Kind
    from augment.plan.slice_facts import Goal
    from augment.plan.sources import Sources
    from augment.plan.targets import Order, Request
    from augment.render.lineage import Options
    from augment.render.render import Job

DRAWN = 128
"""Of each target, to know what it draws: the median of so many is known to about a tenth of the quartile spread."""
SAMPLES = 16
"""Of those, to know how far they can be matched: D between 16 and the real slice is known to about a quarter."""

Found = TypeVar("Found")


def make_matched_plan(sources: "Sources", request: "Request", options: "Options", *, strict: bool) -> "Plan":
    """Return a plan whose samples are brought to the facts of the real samples of their targets' tags.

    Args:
        sources: Of the manifest, gathered with `matches`.
        request: What the user asks for.
        options: How samples are made; the trial makes a few of each target, and keeps no file.
        strict: Whether a target that cannot be matched is not made at all; else it is made as its recipe draws.

    Raises:
        InputError, UsageError: As `make_plan`.
    """
    found = {index: match_target(sources, index) for index in range(len(sources.recipe.targets))}
    problems = {index: match for index, match in found.items() if isinstance(match, str)}
    matches = {index: match for index, match in found.items() if isinstance(match, TargetMatch)}
    plan = make_plan(sources, request._replace(refused=problems if strict else ()))
    problems |= _try_goals(sources, plan, matches, options)
    if strict and problems.keys() & plan.parts.keys():
        plan = make_plan(sources, request._replace(refused=problems))
    plan.matches = {index: match for index, match in matches.items() if index in plan.parts and index not in problems}
    plan.goals = goals_of(sources, plan, plan.matches, options.seed)
    outcome = "nothing is made for it" if strict else "it is made as the recipe draws"
    for index, problem in problems.items():
        target = sources.recipe.targets[index]
        said = f"{target.tag or 'this recipe'} is not matched, {outcome}: {problem}"
        (plan.refused if strict else plan.notes).append(said)
        # Only of targets that are worked on: the recipe's others are not missed.
        if strict or index in plan.parts:
            plan.remarks.append(_remark(sources, index, problem, is_made=not strict))
    for match in plan.matches.values():
        plan.notes += match.notes
    return plan


def _remark(sources: "Sources", index: int, problem: str, *, is_made: bool) -> Remark:
    tag = sources.recipe.targets[index].tag or ""
    real = sources.slices.get(tag)
    if real is not None and real.tested and not real.known:
        return Remark(tag, "only-tested", problem, is_made, call("split", "--ensure", tag))
    return Remark(tag, "not-matched", problem, is_made)


def _try_goals(
    sources: "Sources", plan: "Plan", matches: "dict[int, TargetMatch]", options: "Options"
) -> dict[int, str]:
    """Try the goals of a plan, complete the matches, and return why targets cannot be matched after all."""
    chosen = _chosen(sources, plan, matches)
    for (target, kind), drawn in _found(sources, plan, chosen, {}, options, Renderer.drawn).items():
        goals = matches[target].goals[kind]
        matches[target].goals[kind] = Goals(goals.references, goals.facts, drawn)
    tried = {key: orders[:SAMPLES] for key, orders in chosen.items()}
    goals_of_tried = goals_of(
        sources, Plan(parts=plan.parts, orders=[one for row in tried.values() for one in row]), matches, options.seed
    )
    trials = _found(sources, plan, tried, goals_of_tried, options, Renderer.trials)
    refused: dict[int, str] = {}
    for target, kind in chosen:
        tested = [Tested(one.goals, one.plain, one.best.facts) for one in trials[target, kind]]
        used = facts_of_sources(sources, target, kind)
        if problem := settle(sources.recipe.targets[target], kind, matches[target], tested, used):
            refused[target] = problem
    return refused


def _found(
    sources: "Sources",
    plan: "Plan",
    chosen: "dict[tuple[int, Kind], list[Order]]",
    goals: "Mapping[Order, tuple[tuple[Goal, ...], ...]]",
    options: "Options",
    ask: "Callable[[Renderer, Job], tuple[Found, ...]]",
) -> "defaultdict[tuple[int, Kind], list[Found]]":
    """Return what a renderer says of orders, by target and kind; of those that it can make nothing of, nothing."""
    planned = Jobs(sources, plan, options.seed, options.base, goals)
    items = [planned.job(order.source, (planned.wanted(order),)) for orders in chosen.values() for order in orders]
    trier = _Trier(Renderer(planned.chains, ""), ask)
    results = run(trier, items, jobs=options.jobs, chunk_size=2, timeout_s=options.timeout_s, warm_up=trier.warm_up)
    found: defaultdict[tuple[int, Kind], list[Found]] = defaultdict(list)
    places = [key for key, orders in chosen.items() for _ in orders]
    with closing(results):
        for place, result in zip(places, results, strict=True):
            if result is not None and not isinstance(result, Failure):
                found[place] += result
    return found


def _chosen(
    sources: "Sources", plan: "Plan", matches: "dict[int, TargetMatch]"
) -> "dict[tuple[int, Kind], list[Order]]":
    """Return some orders of each target and kind that is matched: a source more or less changes one of them at most."""
    rows: defaultdict[tuple[int, Kind], list[Order]] = defaultdict(list)
    for order in plan.orders:
        kind = sources.found[order.source].kind
        if order.target in matches and kind in matches[order.target].goals:
            rows[order.target, kind].append(order)
    return {
        key: nsmallest(DRAWN, row, key=lambda one: rank(str(one.copy), sources.found[one.source].digest))
        for key, row in rows.items()
    }


class _Trier(Generic[Found]):
    """Tries one sample; made once, sent to each worker once."""

    def __init__(self, renderer: Renderer, ask: "Callable[[Renderer, Job], tuple[Found, ...]]") -> None:
        self._renderer, self._ask = renderer, ask
        self.warm_up = renderer.warm_up

    def __call__(self, job: "Job") -> tuple[Found, ...] | None:
        # A source that cannot be used is said when it is to be used; the trial only has one sample fewer.
        try:
            return self._ask(self._renderer, job)
        except (RejectedError, BurnishError, OSError):
            return None
