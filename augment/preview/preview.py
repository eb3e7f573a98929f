"""Pairs of before and after: some of the samples that `augment` would make, made in a temporary folder and shown."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from augment.plan.balanced_draw import Marks, draw_evenly
from augment.render.cache_key import seed_of
from augment.render.compose import Place, drawn_branches
from augment.render.jobs import Jobs, read_jobs_ahead
from augment.render.render import ATTEMPTS, Chain, Job, Made, Renderer
from curate.engine import Failure, run
from curate.ground.errors import BurnishError, InputError
from curate.records.sample import Sample
from curate.scan.measure import measure

if TYPE_CHECKING:
    from augment.plan.sources import Source, Sources
    from augment.plan.targets import Order, Plan
    from augment.preview.preview_media import Look

PARTS = 3
"""Of a source that is split into more, so many are shown."""

_TIMEOUT_S = 120.0
_LOOKS_PER_PAIR = 8
_LOOKED_THROUGH = 1000


class Shown(NamedTuple):
    """What a worker brings back.

    Attributes:
        made: What became of the sample.
        measured: The source, measured as it is now.
        before: What is shown of the source; None where it cannot be decoded.
        after: What is shown of what was made of it; empty where nothing was.
    """

    made: Made
    measured: Sample | None = None
    before: "Look | None" = None
    after: "tuple[Look, ...]" = ()


class Pair(NamedTuple):
    """One source beside what was made of it.

    Attributes:
        order: What was asked for.
        source: The sample that it was made of.
        shown: What there is to see.
        draws: How often it was drawn until it was good enough, or given up.
    """

    order: "Order"
    source: "Source"
    shown: Shown
    draws: int


def choose(sources: "Sources", plan: "Plan", count: int, seed: int) -> "list[Order]":
    """Return some of the orders of a plan: spread over its targets, over labels and over what sources share.

    Of targets with a choice (`OneOf`, `SomeOf`) those come first that draw a branch which none before them drew.

    Args:
        sources: That the plan was made of.
        plan: What `augment` would make.
        count: How many at most.
        seed: Where chance begins.

    Returns:
        The orders, those of one target together, in the order of the recipe.
    """
    planned = Jobs(sources, plan, seed, "", plan.goals)
    picks = [
        list(islice(_branches_first(sources, planned, _spread(sources, plan, index, count, seed)), count))
        for index in sorted(plan.parts)
    ]
    rows = (order for row in zip_longest(*picks) for order in row if order is not None)
    return sorted(islice(rows, count), key=lambda order: order.target)


def make_pairs(
    sources: "Sources", plan: "Plan", orders: "Sequence[Order]", *, seed: int, base: str = "", jobs: int | None = None
) -> Iterator[Pair]:
    """Yield the pairs of some orders: the very files that `augment` makes for this recipe, seed, source and copy.

    Rendering and drawing happen in worker processes, in a temporary folder; one that ends its worker is a rejected one.

    Args:
        sources: What the orders are about.
        plan: That they are of.
        orders: From `choose`.
        seed: Where chance begins.
        base: What the paths of the samples are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.

    Raises:
        BurnishError: The disk is full.
    """
    # The same keys as `augment` gives: the page shows the very files, not others like them.
    planned = Jobs(sources, plan, seed, base, plan.goals)
    items = [planned.job(order.source, (planned.wanted(order),)) for order in orders]
    with tempfile.TemporaryDirectory(prefix="burnish-") as staging:
        work = _Shower(planned.chains, staging)
        results = run(
            work,
            items,
            jobs=jobs,
            chunk_size=1,
            timeout_s=_TIMEOUT_S,
            preload=("augment.render.render",),
            warm_up=work.warm_up,
            ahead=read_jobs_ahead,
        )
        with closing(results):
            for order, job, result in zip(orders, items, results, strict=True):
                shown = result
                if isinstance(shown, Failure):
                    (wanted,) = job.wanted
                    shown = Shown(Made(wanted.key.hex(), rejected=shown.detail, lasting=False))
                if shown.made.fatal:
                    raise BurnishError(f"cannot write to {tempfile.gettempdir()}: {shown.made.fatal}; make room there")
                # What is rejected for good was drawn as often as it may be; anything else ended at its attempt.
                given_up = shown.made.rejected and shown.made.lasting
                draws = ATTEMPTS if given_up else shown.made.attempt + 1
                yield Pair(order, sources.found[order.source], shown, draws)


def _branches_first(sources: "Sources", planned: Jobs, orders: "Sequence[Order]") -> "Iterator[Order]":
    """Yield the orders of a target, first those that show a branch which the others have not shown."""
    seen: set[tuple[str, Place]] = set()
    first: dict[Order, None] = {}
    # What is drawn follows from the key alone, so that looking for a rare branch makes no file.
    for order in orders[:_LOOKED_THROUGH]:
        wanted = planned.wanted(order)
        steps = planned.chains[wanted.chain].steps
        if all(step.choice is None for step in steps):
            break
        kind = sources.found[order.source].kind
        drawn = {(kind, place) for place in drawn_branches(steps, seed_of(wanted.key, 0))}
        if not drawn <= seen:
            seen |= drawn
            first[order] = None
    yield from first
    yield from (order for order in orders if order not in first)


def _spread(sources: "Sources", plan: "Plan", target: int, count: int, seed: int) -> "list[Order]":
    """Return the orders of a target, each once, so that labels and marks are met alike by the first of them."""

    def rank(order: "Order") -> tuple[int, bytes]:
        name = f"{seed} {plan.parts[target].target.tag} {sources.found[order.source].digest}"
        return order.copy, sha256(name.encode("utf-8", "surrogatepass")).digest()

    # First copies before second ones: two of one source teach less about a recipe than one of each of two.
    orders = sorted((order for order in plan.orders if order.target == target), key=rank)
    groups: dict[Marks, list[int]] = {}
    for place, order in enumerate(orders):
        source = sources.found[order.source]
        groups.setdefault((f"label {source.label}", *source.marks), []).append(place)
    # Small groups come again before large ones are used up: what is missing then is taken as it comes.
    several = dict.fromkeys(draw_evenly(groups, _LOOKS_PER_PAIR * count)) | dict.fromkeys(range(len(orders)))
    return [orders[place] for place in several]


class _Shower:
    """Renders one sample and looks at it; made once, sent to each worker once.

    Args:
        chains: What the targets do.
        staging: The folder to write files in.
    """

    def __init__(self, chains: tuple[Chain, ...], staging: str) -> None:
        self._renderer, self._staging = Renderer(chains, staging), staging

        self.warm_up = self._renderer.warm_up

    def __call__(self, job: Job) -> Shown:
        """Return what there is to see of a job for one sample."""
        from augment.preview.preview_media import look_at

        # Looked at here, in the worker: decoding takes as long as rendering, and a file that hangs it is only one pair.
        (made,) = self._renderer(job)
        files = [os.path.join(self._staging, file.path) for file in made.files]
        try:
            before, *after = look_at(job.kind, [job.path, *files[:PARTS]])
        except (InputError, OSError):
            return Shown(made)  # then it was rejected, and the reason is known
        finally:
            for path in files:
                os.unlink(path)
        return Shown(made, measure(Sample(job.path), job.path), before, tuple(after))
