"""A source through the operations of a target: drawn from a seed of its own, applied in order, explained afterwards."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from augment.operations.media import Media, RejectedError
from augment.operations.registry import find
from augment.recipe.types import Step

Explained = dict[str, object]
"""An operation as the origin has it: its name, what was drawn, and what it noted; JSON."""


class Result(NamedTuple):
    """One sample that came out.

    Attributes:
        media: The picture or the recording.
        operations: What was done, with the drawn parameters, for the origin.
    """

    media: Media
    operations: tuple[Explained, ...]


Setting = Mapping[tuple[int, str], float]
"""Values that take the place of drawn ones, by the place of the step and the parameter."""


def apply_steps(
    media: Media, steps: Sequence[Step], seed: Sequence[int], setting: Setting | None = None
) -> list[Result]:
    """Return what becomes of a source; several results where an operation splits it.

    Every operation draws from a generator of its own, made of the seed and its place, so what one draws does not
    depend on how much another one drew.

    Args:
        media: The source; it is not changed.
        steps: In order.
        seed: Whole numbers that say which sample this is.
        setting: Parameters that were solved for; all others are as they were drawn.

    Raises:
        RejectedError: An operation can make nothing sensible of it; it is empty, digital silence, or no numbers.
    """
    results = [Result(media._replace(noted={}), ())]
    # Seeds hang on places, not on what was drawn before: an operation that is added at the end leaves the draws of
    # those before it as they were. Of a source that was split, each part draws for itself.
    for place, step in enumerate(steps):
        solved = {parameter: value for (at, parameter), value in (setting or {}).items() if at == place}
        results = [
            made for part, result in enumerate(results) for made in _apply(result, step, (*seed, place, part), solved)
        ]
    if not results:
        raise RejectedError("nothing is left of it")
    # An operation may overflow or mask all of a short sound: neither is a sample that anyone wants to train with.
    for array, sample_rate, *_ in (result.media for result in results):
        if not array.size:
            raise RejectedError("nothing is left of it")
        if sample_rate is not None and not np.isfinite(array).all():
            raise RejectedError("values that are no numbers came out")
        if sample_rate is not None and not array.any():
            raise RejectedError("nothing but silence came out")
    return results


def _apply(result: Result, step: Step, seed: Sequence[int], solved: Mapping[str, float]) -> list[Result]:
    operation = find(step.kind, step.name)
    drawn = {**operation.draw(step.prepared.settings, result.media, np.random.default_rng(seed)), **solved}
    made: list[Result] = []
    # Each operation starts with no notes, so that the origin tells its own from those of the steps before it; the
    # writer of the file wants them all, such as `strip_metadata`.
    for media in operation.apply(result.media._replace(noted={}), drawn):
        explained = {"name": step.name, **drawn, **media.noted}
        plain: Explained = msgspec.to_builtins(explained, enc_hook=lambda value: value.tolist())  # numpy's numbers
        made.append(Result(media._replace(noted={**result.media.noted, **media.noted}), (*result.operations, plain)))
    return made
