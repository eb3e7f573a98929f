"""Which pairs of pictures are worth comparing closely, and how one may lie on the other.

Each picture is looked at once, briefly, before any two are compared: most pairs that hashes bring together are told
apart by their descriptors.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from curate.duplicates.image.crop_candidates import Window
from curate.duplicates.image.feature_candidates import Guess, lay
from curate.duplicates.image.looks import Look
from curate.duplicates.image.orientations import Orientation, find_orientations, is_flip, is_turn, lie_in_boxes
from curate.duplicates.image.parts import SMALL
from curate.duplicates.image.thumbnail import Pixels

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
    same_label: bool = True
    small: tuple[Pixels, Pixels] | None = None
    untrimmed: tuple[Orientation, ...] = ()
    windows: tuple[Window, ...] = ()
    only_windows: bool = False


def prefilter(tasks: Sequence[Task], looks: Mapping[str, Look]) -> Iterator[Task | None]:
    """Yield each task that is worth comparing, with what is to be tried; None for the others.

    Worth it are all pairs of which one could not be looked at: what is wrong with it, the comparison will say.

    Args:
        tasks: What is to be compared.
        looks: Of the pictures, as far as they could be looked at.
    """
    # 128 pairs at a time: the arrays of all would be gigabytes, those of one pair all overhead.
    for start in range(0, len(tasks), _AT_ONCE):
        some = tasks[start : start + _AT_ONCE]
        found: dict[int, Task] = {}
        told = []
        for place, task in enumerate(some):
            if task.first in looks and task.second in looks:
                told.append(place)
            else:
                found[place] = task
        if told:
            first, second = (
                np.stack([looks[path].descriptor for path in paths])
                for paths in zip(*(some[place][:2] for place in told), strict=True)
            )
            cut_out = dict(_cut_out(some, told, looks))
            for place, orientations in zip(told, find_orientations(first, second), strict=True):
                task, one, other = some[place], looks[some[place].first], looks[some[place].second]
                if cut := cut_out.get(place):
                    task = task._replace(guesses=(*task.guesses, cut))
                if to_try := _to_try(task, orientations, one, other):
                    found[place] = to_try
            for place, orientations in _untrimmed(some, told, looks):
                found[place] = found.get(place, some[place])._replace(untrimmed=orientations)
        yield from map(found.get, range(len(some)))


def _cut_out(tasks: Sequence[Task], places: Sequence[int], looks: Mapping[str, Look]) -> Iterator[tuple[int, Guess]]:
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
    tasks: Sequence[Task], places: Sequence[int], looks: Mapping[str, Look]
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
