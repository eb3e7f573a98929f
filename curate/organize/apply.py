"""Carry out a plan of `organize`: files through the journal, then the metadata files."""

import os
from collections import deque
from collections.abc import Iterable, Iterator

from curate.journal import Journal, Operation, Outcome
from curate.organize.plan import Plan
from curate.records.sample import Sample

DONE = {"done", "already"}


def arrange(
    plan: Plan, samples: Iterable[Sample], metadata: dict[str, bytes], failures: list[Outcome]
) -> Iterator[Sample]:
    """Bring each file to its place and yield its sample with the new path; last, write the metadata files.

    A call that was killed is completed by repeating it with the same manifest.

    Args:
        plan: Complete.
        samples: Those that the plan was made for, in any order.
        metadata: Content of the metadata files, by path relative to the destination.
        failures: Is given what was not done: files that vanished or changed, names that are taken.

    Raises:
        BurnishError: The destination cannot be written to, the disk is full, or another process is at work there.
    """
    waiting: deque[Sample] = deque()

    def operations() -> Iterator[Operation]:
        for sample in samples:
            waiting.append(sample)
            yield plan.operation(sample)

    with Journal.open(plan.into) as journal:
        for outcome in journal.apply(operations()):
            sample = waiting.popleft()
            if outcome.status in DONE:
                yield plan.moved(sample)
            else:
                failures.append(outcome)
        failures += [outcome for outcome in journal.apply(_created(journal, metadata)) if outcome.status not in DONE]


def _created(journal: Journal, files: dict[str, bytes]) -> Iterator[Operation]:
    for number, (target, content) in enumerate(files.items()):
        staged = os.path.join(journal.staging(), f"metadata-{number}")
        with open(staged, "wb") as file:
            file.write(content)
        yield Operation("create", staged, target)
