"""Which pairs of pictures are worth comparing closely, and how one may lie on the other.

Each picture is looked at once, briefly, before any two are compared: most pairs that hashes bring together are told
apart by their descriptors.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import NamedTuple

import numpy as np

from curate.duplicates.image.crop_candidates import Window
from curate.duplicates.image.feature_candidates import Guess, lay
from curate.duplicates.image.looks import MOST_LOOKS, Look, look_at
from curate.duplicates.image.orientations import Orientation, find_orientations, is_flip, is_turn, lie_in_boxes
from curate.duplicates.image.parts import SMALL
from curate.duplicates.image.thumbnail import Pixels
from curate.duplicates.pairs import by_neighbourhood
from curate.ground.progress import Progress, unseen

_AT_ONCE = 128
_ENOUGH_FEATURES = 48


class Task(NamedTuple):
    """Two files to compare, how one may lie on the other, and both in small, where a brief look left that.

    `untrimmed` is how they may lie with their margins, of which at least one has some; `windows` where one may have
    been cut out of the other, 0 standing for the first and 1 for the second. `only_windows`: nothing else is tried.
    """

    first: str
    second: str
    orientations: tuple[Orientation, ...] = ()
    guesses: tuple[Guess, ...] = ()
    flips: bool = True
    turns: bool = True
    small: tuple[Pixels, Pixels] | None = None
    untrimmed: tuple[Orientation, ...] = ()
    windows: tuple[Window, ...] = ()
    only_windows: bool = False


def prefilter(
    tasks: Mapping[int, Task], looks: MutableMapping[str, Look], jobs: int | None = None, progress: Progress = unseen
) -> dict[int, Task]:
    """Return the tasks that are worth comparing, by their places, in order, each with what is to be tried.

    What was looked at goes to `looks`, as far as these are no more than `MOST_LOOKS`.

    So are all pairs of which one cannot be looked at: what is wrong with it, the comparison will say.
    """
    found: dict[int, Task] = {}
    places = list(tasks)
    order = [places[place] for place in by_neighbourhood([tasks[place][:2] for place in places])]
    for block in _blocks(tasks, order):
        paths = sorted({path for place in block for path in tasks[place][:2] if path not in looks})
        known = {path: look for path, look in zip(paths, look_at(paths, jobs, progress), strict=True) if look}
        if len(looks) + len(known) <= MOST_LOOKS:
            looks.update(known)
        both = ChainMap(known, looks)
        # A picture without a descriptor is left to the comparison, which says what is wrong with it.
        told = [place for place in block if all(path in both for path in tasks[place][:2])]
        found.update((place, tasks[place]) for place in set(block) - set(told))
        # 128 pairs at a time: the arrays of all of a block would be gigabytes, those of one pair all overhead.
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            first, second = (np.stack([both[tasks[place][:2][side]].descriptor for place in some]) for side in (0, 1))
            cut_out = dict(_cut_out(tasks, some, both))
            for place, orientations in zip(some, find_orientations(first, second), strict=True):
                task, one, other = tasks[place], both[tasks[place].first], both[tasks[place].second]
                if cut := cut_out.get(place):
                    task = task._replace(guesses=(*task.guesses, cut))
                if to_try := _to_try(task, orientations, one, other):
                    found[place] = to_try
            for place, orientations in _untrimmed(tasks, some, both):
                found[place] = found.get(place, tasks[place])._replace(untrimmed=orientations)
    return dict(sorted(found.items()))


def _cut_out(
    tasks: Mapping[int, Task], places: Sequence[int], looks: Mapping[str, Look]
) -> Iterator[tuple[int, Guess]]:
    """Yield how one picture may lie in another, of those pairs where their grids say so and their colours do, too."""
    asked = [(place, window) for place in places for window in tasks[place].windows]
    if not asked:
        return
    pairs = []
    for place, window in asked:
        both = looks[tasks[place].first], looks[tasks[place].second]
        pairs.append((both[window.outer], both[window.inner]))
    outer, inner = (np.stack([one.descriptor for one in side]) for side in zip(*pairs, strict=True))
    boxes = np.array([window.box for _, window in asked], np.float32)
    alike, boxes = lie_in_boxes(outer, inner, boxes, np.array([window.mirrored for _, window in asked]))
    best: dict[int, tuple[float, int]] = {}
    for number, (fit, (place, window)) in enumerate(zip(alike.tolist(), asked, strict=True)):
        if fit and (tasks[place].flips or not window.mirrored):
            best[place] = max(best.get(place, (0.0, 0)), (fit, number))
    for place, (_, number) in best.items():
        window, (one, other) = asked[number][1], pairs[number]
        guess = window._replace(box=tuple(boxes[number].tolist())).guess(one.size, other.size)
        yield place, guess if window.outer == 0 else guess.reversed()


def _untrimmed(
    tasks: Mapping[int, Task], places: Sequence[int], looks: Mapping[str, Look]
) -> Iterator[tuple[int, tuple[Orientation, ...]]]:
    """Yield how pictures may lie on each other with their margins, where one has some and there is a way.

    Where a margin ends is not the same in a copy: a JPEG rings around a drawing, and of one of 48 pixels that is a
    third of the picture.
    """
    pairs = [
        (place, looks[tasks[place].first], looks[tasks[place].second])
        for place in places
        if not tasks[place].only_windows
    ]
    pairs = [pair for pair in pairs if pair[1].untrimmed is not None or pair[2].untrimmed is not None]
    if not pairs:
        return
    first, second = (
        np.stack([one.descriptor if one.untrimmed is None else one.untrimmed for one in side])
        for side in zip(*((one, other) for _, one, other in pairs), strict=True)
    )
    for (place, *_), orientations in zip(pairs, find_orientations(first, second), strict=True):
        if allowed := _allowed(tasks[place], orientations):
            yield place, allowed


def _to_try(task: Task, orientations: tuple[Orientation, ...], one: Look, other: Look) -> Task | None:
    """Return what is to be tried of two pictures; None where nothing is."""
    orientations = () if task.only_windows else _allowed(task, orientations)
    small = (one.small, other.small) if one.small is not None and other.small is not None else None
    if task.guesses or not orientations:
        return task._replace(orientations=orientations, small=small) if task.guesses else None
    # What is alike at its coarsest, and has features enough, but none that agree, is not the same thing: of four pairs
    # that come here one is a copy, and to see that of the others costs twenty times as much.
    plain = (
        min(len(one.features), len(other.features)) < _ENOUGH_FEATURES or min(max(one.size), max(other.size)) < SMALL
    )
    mirrored = {is_flip(orientation.change) for orientation in orientations}
    features = one.features, other.features
    guesses = tuple(guess for mirror in sorted(mirrored) if (guess := lay(0, 1, features, mirrored=mirror)))
    if not plain and not guesses:
        return None
    return task._replace(orientations=orientations, guesses=guesses, small=small)


def _allowed(task: Task, orientations: Sequence[Orientation]) -> tuple[Orientation, ...]:
    return tuple(
        orientation
        for orientation in orientations
        if (task.flips or not is_flip(orientation.change)) and (task.turns or not is_turn(orientation.change))
    )


def _blocks(tasks: Mapping[int, Task], order: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of pairs, as many at a time as have no more than `MOST_LOOKS` pictures."""
    block: list[int] = []
    pictures: set[str] = set()
    for place in order:
        # Asked before the pair is added: a block may hold one picture more than the limit, never an endless one.
        if len(pictures) >= MOST_LOOKS:
            yield block
            block, pictures = [], set()
        block.append(place)
        pictures.update(tasks[place][:2])
    if block:
        yield block
