"""Drawing from sources so that every speaker, place or camera is served alike."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from itertools import cycle, islice

Marks = tuple[str, ...]

_MOST_LOOKS = 20_000_000
"""Beyond so many looks at groups, they are served in turn: exact evenness would take minutes."""


def draw_evenly(groups: Mapping[Marks, Sequence[int]], count: int) -> Iterator[int]:
    """Yield members of groups, `count` in all, so that all marks are drawn alike as far as they can be.

    The next one is always of the group whose marks were drawn least so far; of equals, the first in the mapping. In a
    group, members take turns.

    Args:
        groups: Members by what they share: `("speaker=theo", "room=hall")`.
        count: How many; more than there are means that some come again.
    """
    members = {marks: deque(group) for marks, group in groups.items()}
    order = cycle(members) if len(members) * count > _MOST_LOOKS else _least_drawn(list(members))
    for marks in islice(order, count):
        yield members[marks][0]
        members[marks].rotate(-1)


def _least_drawn(groups: Sequence[Marks]) -> Iterator[Marks]:
    # Scores only ever grow, so a stale one is a lower bound: the first of the heap whose score is right is the least.
    # That saves looking at all groups for each draw.
    drawn: Counter[str] = Counter()
    heap = [(0, place) for place in range(len(groups))]
    heapify(heap)
    while True:
        stale, place = heap[0]
        score = sum(drawn[mark] for mark in groups[place])
        if score > stale:  # its marks were drawn meanwhile, as marks of other groups
            heapreplace(heap, (score, place))
            continue
        heappop(heap)
        yield groups[place]
        drawn.update(groups[place])
        heappush(heap, (score + max(1, len(groups[place])), place))
