"""From orders to jobs for workers: what is done, under which key; the same for `augment`, `preview` and a trial."""

from typing import TYPE_CHECKING

from augment.operations.media import SetSample
from augment.recipe.types import KINDS
from augment.render.cache_key import chain_digest, sample_key
from augment.render.render import Chain, Job, Wanted
from curate.media.storage import read_ahead
from curate.media.storage.address import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from augment.operations.registry import Kind
    from augment.plan.slice_facts import Goal
    from augment.plan.sources import Sources
    from augment.plan.targets import Order, Plan


def read_jobs_ahead(jobs: "Sequence[Job]") -> None:
    """Begin to read the sources of jobs that lie in a store; for workers."""
    read_ahead((job.path, None) for job in jobs)


class Jobs:
    """The jobs of a plan, with the keys that name its files and seed their draws.

    Args:
        sources: Of the manifest.
        plan: What is made of them.
        seed: Where chance begins.
        base: What the paths of the samples are relative to; empty: the working directory.
        goals: What the facts of samples are to become.

    Attributes:
        chains: What the planned targets do. Workers are sent all of them once, and jobs name them by number.
    """

    def __init__(
        self,
        sources: "Sources",
        plan: "Plan",
        seed: int,
        base: str,
        goals: "Mapping[Order, tuple[tuple[Goal, ...], ...]]",
    ) -> None:
        self._found, self._seed, self._base, self._goals = sources.found, seed, base, goals
        self._numbers: dict[tuple[int, Kind], tuple[int, bytes]] = {}
        chains: list[Chain] = []
        for index in plan.parts:
            target = sources.recipe.targets[index]
            for kind in KINDS:
                steps = target.steps[kind]
                self._numbers[index, kind] = (len(chains), chain_digest(target, kind))
                chains.append(Chain(steps, target.accept, target.output))
        self.chains = tuple(chains)

    def wanted(self, order: "Order") -> Wanted:
        """Return what is to be made for an order."""
        source, goals = self._found[order.source], self._goals.get(order, ())
        number, digest = self._numbers[order.target, source.kind]
        return Wanted(number, sample_key(digest, self._seed, source.digest, order.copy, goals), goals)

    def job(self, source: int, wanted: tuple[Wanted, ...]) -> Job:
        """Return the job of a source.

        Args:
            source: Its place in `Sources.found`.
            wanted: What is to be made of it.
        """
        found = self._found[source]
        path = join(self._base, found.path)
        return Job(path, found.digest, found.kind, wanted, SetSample(found.path, path, found.digest, found.tags))
