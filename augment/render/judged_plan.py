"""A plan before a judge: its samples are made in a workspace, and draws that are too easy or too hard are left out.

Nothing but the choice of draws changes: copy 3 of a source is the same file whether a model asked for it or a user. So
what was made before is not made again, and a plan that was judged is carried out like any other.
"""

from contextlib import closing
from typing import TYPE_CHECKING, Generic, NamedTuple

from augment.plan.judging import JudgedTarget, Said
from augment.plan.match import goals_of
from augment.plan.targets import Order, Plan
from augment.render.jobs import Jobs
from augment.render.lineage import Heirs, Options
from augment.render.render import Renderer
from curate.engine import Failure, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from augment.plan.judging import Judge
    from augment.plan.sources import Sources
    from curate.records.sample import Sample

LEFT_OUT_MOST = 3
"""One in so many draws of a target is left out at most, over all rounds."""

_ROUNDS = 3


class _Tried(NamedTuple, Generic[Said]):
    """One order that was made in a workspace, and judged."""

    order: Order
    sample: "Sample"
    answer: Said


def judge_plan(
    sources: "Sources", plan: Plan, options: Options, judge: "Judge[Said]", folder: str, most_measured: int | None
) -> dict[int, JudgedTarget[Said]]:
    """Have what a plan makes judged, and return what was said, by the target's place in the recipe.

    The plan is changed where draws are left out: the next copy of the same source takes the place of one, so that
    neither the budget nor its shares change. A source that is split into several files is measured and never left out.

    Args:
        sources: Of the manifest.
        plan: What is to be made.
        options: How.
        judge: The model.
        folder: Where files are made; they are the caller's to take away.
        most_measured: Only so many of each target are judged, and none is left out; None: all are, and a third of them
            at most is left out.
    """
    judged: dict[int, JudgedTarget[Said]] = {}
    last: dict[tuple[int, int], int] = {}
    for order in plan.orders:
        last[order.source, order.target] = max(order.copy, last.get((order.source, order.target), 0))
    for index, part in plan.parts.items():
        orders = [order for order in plan.orders if order.target == index]
        if most_measured is not None:
            orders = orders[:: max(1, -(-len(orders) // most_measured))]
        tried = _try(sources, plan, orders, options, judge, folder)
        drawn, left = [one.answer for one in tried], 0 if most_measured is not None else len(tried) // LEFT_OUT_MOST
        most, counts = left, [0, 0]
        for _ in range(_ROUNDS if part.target.tag else 0):
            outside = judge.out_of_range(part.target.tag or "", [one.answer for one in tried], left)
            places = [place for side in outside for place in side if not _is_split(tried, place)]
            again = {place: _next(tried[place].order, last) for place in places}
            if not again:
                break
            counts = [
                count + sum(place in again for place in side) for count, side in zip(counts, outside, strict=True)
            ]
            left -= len(again)
            _replace(plan, {tried[place].order: order for place, order in again.items()}, sources, options)
            kept = [one for place, one in enumerate(tried) if place not in again]
            tried = kept + _try(sources, plan, list(again.values()), options, judge, folder)
        plan.answers |= {one.order: (judge.run, one.answer) for one in tried}
        judged[index] = JudgedTarget(
            drawn, [one.answer for one in tried], [one.sample for one in tried], counts[0], counts[1], most
        )
    return judged


def make_samples(
    sources: "Sources", plan: Plan, orders: "Sequence[Order]", options: Options, folder: str
) -> "list[tuple[Order, Sample]]":
    """Make the samples of some orders in a folder, and return them; those that are rejected are not among them.

    They are the very files that the plan makes, with the labels, tags and origins that they will have.
    """
    planned = Jobs(sources, plan, options.seed, options.base, plan.goals)
    items = [planned.job(order.source, (planned.wanted(order),)) for order in orders]
    # Their paths are absolute here: a manifest's are relative to its root, and the workspace is elsewhere.
    heirs = Heirs(sources, plan, Options(folder, "", options.seed, replaces=options.replaces))
    work = Renderer(planned.chains, folder)
    results = run(work, items, jobs=options.jobs, chunk_size=4, timeout_s=options.timeout_s, warm_up=work.warm_up)
    made: list[tuple[Order, Sample]] = []
    with closing(results):
        for order, result in zip(orders, results, strict=True):
            if isinstance(result, Failure):
                continue
            (one,) = result
            made += [(order, heirs.sample(order, one, part)) for part in range(len(one.files))]
    return made


def _try(
    sources: "Sources", plan: Plan, orders: "Sequence[Order]", options: Options, judge: "Judge[Said]", folder: str
) -> list[_Tried[Said]]:
    made = make_samples(sources, plan, orders, options, folder)
    answers = judge.answers([sample for _, sample in made])
    return [_Tried(*one, answer) for one, answer in zip(made, answers, strict=True) if answer is not None]


def _is_split(tried: list[_Tried[Said]], place: int) -> bool:
    return "part" in (tried[place].sample.origin or {})


def _next(order: Order, last: dict[tuple[int, int], int]) -> Order:
    """Return the next copy of a source that nothing asks for yet."""
    last[order.source, order.target] += 1
    return order._replace(copy=last[order.source, order.target])


def _replace(plan: Plan, instead: dict[Order, Order], sources: "Sources", options: Options) -> None:
    plan.orders = sorted(instead.get(order, order) for order in plan.orders)
    if plan.matches:
        new = Plan(parts=plan.parts, orders=list(instead.values()))
        plan.goals |= goals_of(sources, new, plan.matches, options.seed)
