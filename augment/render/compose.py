"""A source through the operations of a target: drawn from a seed of its own, applied in order, explained afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from augment.audio.noise.sounding import is_silent
from augment.operations.media import Media, RejectedError
from augment.operations.registry import find
from augment.recipe.choice import draw_branches
from augment.recipe.types import Step

Explained = dict[str, object]
"""An operation as the origin has it: its name, what was drawn, and what it noted; JSON."""


class Result(NamedTuple):
    """One sample that came out.

    Attributes:
        media: The picture or the recording.
        operations: What was done, with the drawn parameters, for the origin; a choice stands before what it chose.
        done: What each of these was, and where it is in the recipe.
    """

    media: Media
    operations: tuple[Explained, ...]
    done: "tuple[tuple[Place, Step], ...]" = ()


Place = tuple[int, ...]
"""Where a step is: its number in the chain; in a choice, that of the choice, of the branch, and of the step in it."""
Setting = Mapping[tuple[Place, str], float]
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
        RejectedError: An operation can make nothing sensible of it; it is empty, silent or no numbers.
    """
    results = _chain([Result(media._replace(noted={}), ())], steps, tuple(seed), (), setting or {})
    if not results:
        raise RejectedError("nothing is left of it")
    # An operation may overflow or mask all of a short sound: neither is a sample that anyone wants to train with.
    for array, sample_rate, *_ in (result.media for result in results):
        if not array.size:
            raise RejectedError("nothing is left of it")
        if sample_rate is not None and not np.isfinite(array).all():
            raise RejectedError("values that are no numbers came out")
        if sample_rate is not None and is_silent(array.astype(np.float32, copy=False), sample_rate):
            raise RejectedError("nothing but silence came out")
        # The same of pictures, as where white drawings are laid over white; of one colour before, it may stay so.
        if sample_rate is None and _one_colour(array) and not _one_colour(media.array):
            raise RejectedError("nothing but one colour came out")
    return results


def _one_colour(pixels: NDArray[np.generic]) -> bool:
    # Nearly every picture is told by its first row.
    return bool((pixels[0] == pixels[0, 0]).all() and (pixels == pixels[0, 0]).all())


def drawn_branches(steps: Sequence[Step], seed: Sequence[int], at: Place = ()) -> "Iterator[Place]":
    """Yield the branches that a sample will draw, by their places, without making it.

    Of a source that an operation splits these are the branches of its first part.
    """
    for place, step in enumerate(steps):
        if step.choice:
            for branch in draw_branches(step.choice, np.random.default_rng((*seed, place, 0))):
                yield (*at, place, branch)
                yield from drawn_branches(step.choice.branches[branch], (*seed, place, 0, branch), (*at, place, branch))


def _chain(
    results: list[Result], steps: Sequence[Step], seed: tuple[int, ...], at: Place, setting: Setting
) -> list[Result]:
    # Seeds hang on places, not on what was drawn before: an operation that is added at the end leaves the draws of
    # those before it as they were. Of a source that was split, each part draws for itself.
    for place, step in enumerate(steps):
        apply = _apply if step.choice is None else _choose
        results = [
            made
            for part, result in enumerate(results)
            for made in apply(result, step, (*seed, place, part), (*at, place), setting)
        ]
    return results


def _choose(result: Result, step: Step, seed: tuple[int, ...], at: Place, setting: Setting) -> list[Result]:
    assert step.choice
    branches = step.choice.branches
    chosen = draw_branches(step.choice, np.random.default_rng(seed))
    explained: Explained = {
        "name": step.name,
        "chosen": chosen,
        "of": [" + ".join(one.name for one in branch) for branch in branches],
    }
    results = [result._replace(operations=(*result.operations, explained), done=(*result.done, (at, step)))]
    for branch in chosen:
        results = _chain(results, branches[branch], (*seed, branch), (*at, branch), setting)
    return results


def _apply(result: Result, step: Step, seed: tuple[int, ...], at: Place, setting: Setting) -> list[Result]:
    operation = find(step.kind, step.name)
    solved = {parameter: value for (place, parameter), value in setting.items() if place == at}
    drawn = {**operation.draw(step.prepared.settings, result.media, np.random.default_rng(seed)), **solved}
    made: list[Result] = []
    # Each operation starts with no notes, so that the origin tells its own from those of the steps before it; the
    # writer of the file wants them all, such as `strip_metadata`.
    for media in operation.apply(result.media._replace(noted={}), drawn):
        explained = {"name": step.name, **drawn, **media.noted}
        plain: Explained = msgspec.to_builtins(explained, enc_hook=lambda value: value.tolist())  # numpy's numbers
        kept = media._replace(noted={**result.media.noted, **media.noted})
        made.append(Result(kept, (*result.operations, plain), (*result.done, (at, step))))
    return made
