"""Who gets how many new samples: from weak tags, budgets and short classes to a plan, sample by sample."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from augment.plan.balanced_draw import Marks, draw_evenly
from augment.plan.budget import Estimate, estimate, shares_by_gain
from augment.plan.remarks import Remark
from augment.plan.sources import Sources
from augment.plan.weak_tags import WeakTag, worth_working_on
from augment.recipe.types import Target
from curate.ground.apportion import apportion, apportion_classes, fill_classes
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from augment.plan.judging import Answer
    from augment.plan.slice_facts import Goal, TargetMatch


NO_LABEL = ""
"""Stands for the label of samples that have none."""


class Request(NamedTuple):
    """What the user asks for.

    Attributes:
        copies: So many of each source, for each target; None: as the budget says.
        budget: So many in all; None: as the other wishes say.
        weak: The weak tags, the weakest first; None: all targets of the recipe.
        top: Only so many of them.
        balance: Fill short classes up to the largest.
        seed: Where chance begins.
        refused: Targets that are not made, by their place in the recipe.
    """

    copies: int | None = None
    budget: int | None = None
    weak: Sequence[WeakTag] | None = None
    top: int | None = None
    balance: bool = False
    seed: int = 0
    refused: Collection[int] = ()


class Order(NamedTuple):
    """One sample to make.

    Attributes:
        source: Its place in `Sources.found`.
        target: Its place in the recipe.
        copy: 0 for the first that this target makes of this source.
    """

    source: int
    target: int
    copy: int


@dataclass(slots=True)
class Part:
    """What is planned for one target.

    Attributes:
        target: The target.
        gain: Of its tag; None where no weak tags were given.
        sources: How many it can be made from.
        labels: New samples of each class.
    """

    target: Target
    gain: float | None
    sources: int
    labels: dict[str, int]

    def total(self) -> int:
        """Return how many new samples there are."""
        return sum(self.labels.values())


@dataclass(slots=True)
class Plan:
    """What is to be made.

    Attributes:
        parts: For each target of the recipe that gets samples.
        orders: Every sample to make, in the order of their sources.
        without_target: Weak tags for which the recipe has no target.
        notes: What the user should hear.
        refused: Why targets that were asked for are not made.
        remarks: What is not made, or not as it was to be, for programs; the cures of `without_target` are not in it.
        estimate: What half and twice as many samples would bring, of a plan for weak tags.
        matches: How targets are matched to their real slices.
        goals: What the facts of a sample may become, each those of a real sample; of targets that are matched.
        answers: What a model says of a sample before it is made, with the run that it is of; where one was asked.
    """

    parts: dict[int, Part] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    without_target: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    estimate: Estimate | None = None
    matches: dict[int, "TargetMatch"] = field(default_factory=dict)
    goals: dict[Order, "tuple[tuple[Goal, ...], ...]"] = field(default_factory=dict)
    answers: dict[Order, "tuple[str, Answer]"] = field(default_factory=dict)

    def labels(self) -> Counter[str]:
        """Return the new samples of each class."""
        counts: Counter[str] = Counter()
        for part in self.parts.values():
            counts.update(part.labels)
        return counts


def make_plan(sources: Sources, request: Request) -> Plan:
    """Decide who gets how many new samples, and from which sources; the order of the manifest does not matter.

    Raises:
        InputError: The weak tags are another dataset's; no target can be made from any sample.
        UsageError: Wishes exclude each other.
    """
    if request.copies is not None and request.budget is not None:
        raise UsageError("--copies and --budget exclude each other: name the one that you mean")
    plan = Plan()
    gains = {index: gain for index, gain in _gains(sources, request, plan).items() if index not in request.refused}
    pools = {index: _Pool(sources, index, request.seed) for index in gains}
    for index in [index for index, pool in pools.items() if not pool.size]:
        del pools[index]
        tag = sources.recipe.targets[index].tag
        why = f"no sample is a source for {f'target {tag}' if tag else 'this recipe'}"
        plan.notes.append(why)
        plan.remarks.append(Remark(tag or "", "no-source", why))
    plan.notes += _kept_by_all(sources, pools)
    for index, labels in _numbers(sources, request, pools, gains, plan).items():
        target = sources.recipe.targets[index]
        plan.parts[index] = Part(target, gains[index], pools[index].size, labels)
        plan.orders += pools[index].draw(labels)
    plan.orders.sort()
    if request.weak is not None:
        parts = list(plan.parts.values())
        plan.estimate = estimate(
            [part.total() for part in parts], [part.gain or 0.0 for part in parts], [part.sources for part in parts]
        )
    return plan


def make_control_plan(sources: Sources, targeted: Plan, seed: int) -> Plan:
    """Return a plan with as many samples as a targeted one, over all targets of the recipe alike.

    What it brings is what more data of any kind brings: targeting has to bring more.

    Args:
        sources: Of all targets of the recipe.
        targeted: For the weak tags.
        seed: Where chance begins.
    """
    return make_plan(sources, Request(budget=len(targeted.orders), seed=seed))


def _gains(sources: Sources, request: Request, plan: Plan) -> dict[int, float | None]:
    """Return the targets to work on, with their tags' gain."""
    targets = sources.recipe.targets
    if request.weak is None:
        return dict.fromkeys(range(len(targets)))
    places = {target.tag: index for index, target in enumerate(targets)}
    chosen = worth_working_on(request.weak, request.top)
    plan.without_target = [weak.tag for weak in chosen if weak.tag not in places]
    chance = [weak.tag for weak in request.weak if weak.gain > 0 >= weak.worth]
    plan.remarks += [Remark(tag, "uncertain", "its gap is within its uncertainty") for tag in chance]
    if not chosen:
        why = f", and the gap of {', '.join(chance[:3])} is within its uncertainty" if chance else ""
        plan.notes.append(f"no tag has anything sure to gain{why}: nothing to do")
    # A target can make a tag that no sample has yet, so an unknown tag is only suspicious where it is all of them.
    known = [weak.tag for weak in request.weak if weak.tag in sources.tags]
    gains: dict[int, float | None] = {places[weak.tag]: weak.worth for weak in chosen if weak.tag in places}
    if chosen and not known and sources.seen:
        if not gains:
            raise InputError(f"no sample has any of the weak tags ({chosen[0].tag}, …): are they another dataset's?")
        plan.notes.append("no sample of this manifest has any of the weak tags")
    return gains


def _kept_by_all(sources: Sources, targets: Collection[int]) -> Iterator[str]:
    """Yield, once for each tag, that all sources have it and what is made keeps it: `condition=clean` far from it."""
    keepers: dict[str, list[str]] = {}
    for index in targets:
        target, used = sources.recipe.targets[index], [sources.found[place] for place in sources.wanted[index]]
        if len(used) < 2:
            continue
        shared = set.intersection(*(set(source.tags) for source in used))
        # What the recipe itself asks of its sources is no surprise to who wrote it.
        for tag in sorted(shared - set(target.sources.with_tags)):
            if target.tag and "=" in tag and not target.makes_untrue(tag):
                keepers.setdefault(tag, []).append(target.tag)
    for tag, made in keepers.items():
        more = f" and {len(made) - 1} more" if len(made) > 1 else ""
        yield (
            f"all sources have {tag}, and what is made for {made[0]}{more} keeps it; "
            f"if that is untrue, say so in the target: drops: [{tag.partition('=')[0]}]"
        )


def _numbers(
    sources: Sources, request: Request, pools: "dict[int, _Pool]", gains: dict[int, float | None], plan: Plan
) -> dict[int, dict[str, int]]:
    """Return how many new samples of each class each target gets."""
    if not pools:
        return {}
    # Three ways, the plainest first: so many copies of each source; short classes filled; a number shared out.
    if not request.balance and request.budget is None and (request.copies is not None or request.weak is None):
        copies = 1 if request.copies is None else request.copies
        return {index: {label: count * copies for label, count in pool.counts.items()} for index, pool in pools.items()}
    pools = _classes(pools, plan)
    weights = [1.0 if gains[index] is None else float(gains[index] or 0) for index in pools]
    if request.balance:
        labels = {label for pool in pools.values() for label in pool.counts} - {NO_LABEL}
        if not labels:
            raise InputError("--balance: no source has a label, so there is no class to fill; say --copies or --budget")
        counts = {label: sources.counts[label] for label in sorted(labels)}
        if request.copies is not None:
            raise UsageError("--balance decides how many copies there are: leave out --copies, or say --budget")
        # Classes that no source can fill still say how large the largest is.
        largest = max(count for label, count in sources.counts.items() if label != NO_LABEL)
        missing = sum(largest - count for count in counts.values())
        return _balanced(missing if request.budget is None else request.budget, counts, pools, weights)
    # One source may serve several targets, and counts once.
    usable: set[int] = set().union(*(pool.members() for pool in pools.values()))
    total, sizes = len(usable) if request.budget is None else request.budget, [pool.size for pool in pools.values()]
    shares = apportion(total, weights if request.weak is None else shares_by_gain(total, weights, sizes))
    if request.budget is None:
        # Beyond one sample of each source more of the same bring little: what is over is not spent on others either,
        # who have their share.
        shares = [min(share, size) for share, size in zip(shares, sizes, strict=True)]
    made: Counter[str] = Counter()
    planned: dict[int, dict[str, int]] = {}
    for (index, pool), share in zip(pools.items(), shares, strict=True):
        # Of classes that are level here, one that got least from the targets before comes first: else the remainders of
        # all targets would go to the same class.
        planned[index] = fill_classes(share, dict.fromkeys(pool.counts, 0), made)
        made.update(planned[index])
    return planned


def _classes(pools: "dict[int, _Pool]", plan: Plan) -> "dict[int, _Pool]":
    """Leave samples without a label out of what is shared among classes, and say so: they are no class of their own.

    Where no source has a label there are no classes, and all are served alike.
    """
    if not any(pool.counts.keys() - {NO_LABEL} for pool in pools.values()):
        return pools
    without = {index for pool in pools.values() for index in pool.take_out(NO_LABEL)}
    if without:
        plan.notes.append(f"{len(without):,} sources have no label: they are no class, and nothing is made of them")
    return {index: pool for index, pool in pools.items() if pool.size}


def _balanced(
    total: int, counts: dict[str, int], pools: "dict[int, _Pool]", weights: list[float]
) -> dict[int, dict[str, int]]:
    """Fill short classes; a class goes only to targets that have a source of it."""
    # Shared out once for each group of targets that can make the same classes: one target alone would overfill the
    # classes that it has, to make up for those that it lacks.
    needed = fill_classes(total, counts)
    planned: dict[int, dict[str, int]] = {index: {} for index in pools}
    able: dict[tuple[int, ...], dict[str, int]] = {}
    for label, count in needed.items():
        able.setdefault(tuple(index for index, pool in pools.items() if label in pool.counts), {})[label] = count
    weight_of = dict(zip(pools, weights, strict=True))
    for indexes, labels in able.items():
        for index, part in zip(
            indexes, apportion_classes(labels, [weight_of[index] for index in indexes]), strict=True
        ):
            planned[index] |= part
    return planned


class _Pool:
    """The sources of one target, by class and by what they share.

    Args:
        sources: Of the manifest.
        target: Place of the target in the recipe.
        seed: Where chance begins.
    """

    def __init__(self, sources: Sources, target: int, seed: int) -> None:
        self._target = target
        self._groups: dict[str, dict[Marks, list[int]]] = {}
        found = sources.found

        def rank(index: int) -> bytes:
            return sha256(f"{seed} {found[index].digest}".encode()).digest()

        # By digest, not by place: a manifest in another order, or one more sample in it, changes few choices.
        for index in sorted(sources.wanted[target], key=rank):
            source = found[index]
            self._groups.setdefault(source.label or NO_LABEL, {}).setdefault(source.marks, []).append(index)
        self.counts = {label: sum(map(len, self._groups[label].values())) for label in sorted(self._groups)}
        self.size = sum(self.counts.values())

    def take_out(self, label: str) -> list[int]:
        """Return the sources of a class, which is none any more."""
        taken = [index for group in self._groups.pop(label, {}).values() for index in group]
        self.size -= self.counts.pop(label, 0)
        return taken

    def members(self) -> Iterator[int]:
        """Yield the sources of the classes that count."""
        yield from (index for label in self.counts for group in self._groups[label].values() for index in group)

    def draw(self, labels: dict[str, int]) -> Iterator[Order]:
        """Yield so many orders of each class; if that is the same number for each source, every source once a round."""
        for label, count in labels.items():
            copies, rest = divmod(count, self.counts[label])
            # Nobody is left out, so there is nothing to be fair about.
            if not rest:
                sources = (index for group in self._groups[label].values() for index in group)
                yield from (Order(index, self._target, copy) for index in sources for copy in range(copies))
                continue
            used: Counter[int] = Counter()
            for index in draw_evenly(self._groups[label], count):
                yield Order(index, self._target, used[index])
                used[index] += 1
