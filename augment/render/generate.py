"""Carrying out a plan: workers render, the journal takes files over, and what is there is not made again."""

import os
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from augment.plan.slice_facts import Values, facts_of, known_values
from augment.plan.sources import Sources
from augment.plan.targets import Order, Plan
from augment.recipe.types import KINDS
from augment.render.jobs import Jobs, read_jobs_ahead
from augment.render.lineage import Heirs, Options
from augment.render.render import Job, Made, Renderer, measured
from augment.render.render_cache import Shelf
from curate.engine import Failure, Ready, run_anywhere
from curate.journal import Journal, KeyJournal, Operation, open_journal
from curate.journal.fs import digest_of
from curate.media.storage import status_of
from curate.media.storage.address import join
from curate.records.sample import Sample

if TYPE_CHECKING:
    from augment.render.compose import Explained

# The journal is synced to the disk once a batch: more often costs time, more rarely loses more when the power goes.
_BATCH_S = 1.0
_BATCH = 256
# A source is decoded once for so many copies; more would keep one worker busy while the others have nothing left.
_PER_JOB = 16


@dataclass(slots=True)
class GenerationTally:
    """What became of a plan, counted while it is carried out.

    Attributes:
        made: Samples that were rendered now, by tag.
        reused: Samples that were there already, by tag.
        rejected: Reasons why nothing was made, with numbers.
        examples: A source for each reason.
        put_off: How many of the rejected may be made the next time: nothing remembers them.
        facts: Of what was made for targets that are matched, by the target's place in the recipe.
        missed: By how much samples missed what an operation was asked for, by operation, parameter and reason.
    """

    made: Counter[str] = field(default_factory=Counter)
    reused: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    put_off: int = 0
    facts: dict[int, list[Values]] = field(default_factory=dict)

    def facts_of(self, target: int, fact: str) -> list[float]:
        """Return the values of a fact among what was made for a target."""
        return known_values(fact, self.facts.get(target, ()))

    missed: defaultdict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def note_missed(self, operations: "Iterable[Explained]") -> None:
        """Take in what the operations on one sample did not reach."""
        for operation in operations:
            found = operation.get("missed")
            # Of an earlier call it was read from a file, which anyone may have written to.
            for parameter, miss in found.items() if isinstance(found, dict) else ():
                if isinstance(miss, dict) and isinstance(miss.get("by"), float | int):
                    self.missed[str(operation.get("name")), str(parameter), str(miss.get("why"))].append(miss["by"])

    def reject(self, reason: str, source: str) -> None:
        """Count one that was not made."""
        self.rejected[reason] += 1
        self.examples.setdefault(reason, source)


def generate(sources: Sources, plan: Plan, options: Options, tally: GenerationTally) -> Iterator[Sample]:
    """Render what a plan asks for and yield the generated samples, in the order of their sources.

    A call that was killed is completed by repeating it; what is there already is not rendered again.

    Raises:
        BurnishError: The folder cannot be written to, the disk is full, or another process is at work there.
    """
    with open_journal(options.into) as journal:
        yield from _Generation(sources, plan, options, tally, journal).samples()


class _UnderWay(NamedTuple):
    """The orders of one job, and those that the shelf knows."""

    orders: list[Order]
    known: list[Made | None]


class _Generation:
    """One call of `generate`."""

    def __init__(
        self, sources: Sources, plan: Plan, options: Options, tally: GenerationTally, journal: Journal | KeyJournal
    ) -> None:
        self.sources, self.plan, self.options, self.tally = sources, plan, options, tally
        self.recipe = sources.recipe
        self.journal, self.shelf = journal, Shelf(options.into)
        self.jobs = Jobs(sources, plan, options.seed, options.base, plan.goals)
        self.heirs = Heirs(sources, plan, options)
        self.renderer = Renderer(self.jobs.chains, journal.staging())

    def samples(self) -> Iterator[Sample]:
        """Yield the generated samples."""
        batch: list[tuple[Order, Made, bool]] = []
        began = time.monotonic()
        under_way: deque[_UnderWay] = deque()
        results = run_anywhere(
            self.renderer.begin,
            self._items(under_way),
            jobs=self.options.jobs,
            chunk_size=4,
            timeout_s=self.options.timeout_s,
            preload=self._modules(),
            warm_up=self.renderer.warm_up,
            ahead=read_jobs_ahead,
            together=measured,
        )
        # Closed at once when the reader of our output stops (`| head`): workers are not left to the garbage collector.
        with closing(results):
            for result in results:
                batch += self._paired(under_way.popleft(), result)
                if len(batch) >= _BATCH or time.monotonic() - began > _BATCH_S:
                    yield from self._take_over(batch)
                    batch, began = [], time.monotonic()
            yield from self._take_over(batch)

    def _modules(self) -> tuple[str, ...]:
        """Return what workers need, to be imported once before they are forked."""
        kinds = {
            step.kind for index in self.plan.parts for kind in KINDS for step in self.recipe.targets[index].steps[kind]
        }
        media = {
            "audio": ("curate.media.audio", "curate.facts.audio", "curate.media.encode_audio"),
            "image": ("curate.media.image", "curate.facts.image", "curate.media.encode_image", "PIL.ImageOps"),
        }
        return (
            "augment.render.render",
            "numpy.random",
            "numpy.fft",
            *(module for kind in sorted(kinds) for module in media[kind]),
        )

    def _items(self, under_way: "deque[_UnderWay]") -> "Iterator[Job | Ready]":
        """Yield a job for each source, or nothing to wait for where the shelf has all of it."""
        # `run` asks for items well before it gives results, so what belongs to each is kept in a queue, in its order.
        for number, orders in groupby(self.plan.orders, key=lambda order: order.source):
            several = list(orders)
            for at in range(0, len(several), _PER_JOB):
                part = several[at : at + _PER_JOB]
                asked = [self.jobs.wanted(order) for order in part]
                known = [
                    self.shelf.find(one.key.hex(), self.heirs.place(order))
                    for one, order in zip(asked, part, strict=True)
                ]
                under_way.append(_UnderWay(part, known))
                wanted = tuple(one for one, made in zip(asked, known, strict=True) if made is None)
                yield self.jobs.job(number, wanted) if wanted else Ready(())

    def _paired(
        self, under_way: "_UnderWay", result: "tuple[Made, ...] | Failure"
    ) -> "Iterator[tuple[Order, Made, bool]]":
        """Yield each order with what became of it, and whether that is new."""
        # Workers answer for what was not known only, in the order of the orders.
        new = iter(() if isinstance(result, Failure) else result)
        for order, known in zip(under_way.orders, under_way.known, strict=True):
            if known is not None:
                yield order, known, False
            elif isinstance(result, Failure):
                key = self.jobs.wanted(order).key
                yield order, Made(key.hex(), rejected=result.detail, lasting=False), True
            else:
                yield order, next(new), True

    def _take_over(self, batch: "list[tuple[Order, Made, bool]]") -> Iterator[Sample]:
        """Give the new files of a batch their names, remember them, and yield all its samples."""
        # A full disk fails every sample after it too: one error, and not a thousand rejected samples.
        if fatal := next((made.fatal for _, made, _ in batch if made.fatal), ""):
            raise self.journal.stopped(OSError(0, fatal))
        for at, (order, made, is_new) in enumerate(batch):
            if is_new:  # workers know names only, in the staging folder
                files = (replace(file, path=f"{self.heirs.place(order)}/{file.path}") for file in made.files)
                batch[at] = (order, replace(made, files=tuple(files)), is_new)
        new = [made for _, made, is_new in batch if is_new]
        failures = self._move(new)
        for at, (order, made, is_new) in enumerate(batch):
            if is_new:  # a file that an earlier call made, before it could remember that, has an older time
                batch[at] = (order, replace(made, files=tuple(map(self._dated, made.files))), is_new)
        new = [made for _, made, is_new in batch if is_new]
        # Records come after the files: a call that is killed between the two renders the batch again and finds that
        # the files are as they should be. The other way round, records would name files that are not there.
        self.shelf.add([made for made in new if made.lasting and made.key not in failures], self.journal)
        for order, made, is_new in batch:
            source = self.sources.found[order.source]
            if reason := made.rejected or failures.get(made.key, ""):
                self.tally.reject(reason, source.path)
                self.tally.put_off += not made.lasting or made.key in failures
                continue
            target = self.recipe.targets[order.target]
            tag = target.tag or target.recipe
            (self.tally.made if is_new else self.tally.reused)[tag] += len(made.files)
            if order.target in self.plan.matches:
                self.tally.facts.setdefault(order.target, []).extend(facts_of(file, source.kind) for file in made.files)
            for part in range(len(made.files)):
                self.tally.note_missed(made.operations[part])
                yield self.heirs.sample(order, made, part)

    def _move(self, several: "Iterable[Made]") -> dict[str, str]:
        """Let the journal take over the files, and return why some could not be, by key."""
        # One call for the batch: the journal syncs once, and `undo` takes all of it back.
        operations: list[Operation] = []
        keys: list[str] = []
        for made in several:
            for file in made.files:
                staged = os.path.join(self.journal.staging(), os.path.basename(file.path))
                operations.append(Operation("create", staged, file.path, digest=file.digest))
                keys.append(made.key)
        failures: dict[str, str] = {}
        for key, outcome in zip(keys, self.journal.apply(operations), strict=True):
            path = join(self.options.into, outcome.operation.target)
            # `already` is what an earlier call left behind, or what the user changed since: only the bytes tell.
            if outcome.status == "already" and digest_of(path) != outcome.operation.digest:
                failures[key] = f"{path} is not as it was generated; move it away, and it is made again"
            elif outcome.status not in {"done", "already"}:
                failures[key] = f"{path} cannot be written: {outcome.detail or outcome.status}"
        return failures

    def _dated(self, file: Sample) -> Sample:
        """Return a file with the time or the ETag that it has now."""
        with suppress(OSError):
            status = status_of(join(self.options.into, file.path))
            return replace(file, mtime_ns=status.mtime_ns, etag=status.etag)
        return file
