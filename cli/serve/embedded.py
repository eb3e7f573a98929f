"""The files of a review inside of its page, so that it works from a disk; what does not fit is linked."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from cli.serve.media import drawing
from cli.serve.preview_process import Task, make_looks
from cli.views.kit import page as pages
from curate.ground.json import encode
from curate.journal.fs import digest_of
from curate.review.items import Item

_AT_ONCE = 64


class Embedded(NamedTuple):
    """What a page from a disk holds of the files.

    Attributes:
        blocks: By digest, JSON for the script: an address, a drawing, or what the problem is.
        linked: How many files are linked, as they would have made the page too large.
        problems: How many cannot be shown.
    """

    blocks: dict[str, bytes]
    linked: int
    problems: int


def embed(items: Iterable[Item], paths: Mapping[str, str], links: pages.Links, most_bytes: int) -> Embedded:
    """Return what a page from a disk holds of the files of some items.

    Args:
        items: In the order in which they are shown: the first are embedded, as long as there is room.
        paths: Of the files, by digest, seen from the working directory.
        links: Leads to those for which there is no room.
        most_bytes: Room for embedded files.
    """
    blocks: dict[str, bytes] = {}
    used, linked, problems = 0, 0, 0
    for digests, made in _looks(items, paths):
        for digest, block in zip(digests, made, strict=True):
            kept = block
            if used + len(kept) > most_bytes and not kept.startswith(b'{"problem"'):
                kept = encode({"address": links.href(paths[digest])})
                linked += 1
            used += len(kept)
            problems += kept.startswith(b'{"problem"')
            blocks[digest] = kept
    return Embedded(blocks, linked, problems)


def _looks(items: Iterable[Item], paths: Mapping[str, str]) -> Iterator[tuple[list[str], list[bytes]]]:
    """Yield digests and blocks of the files of each item, each file once; the two of a pair are drawn at one scale."""
    done: set[str] = set()
    tasks: list[tuple[list[str], Task]] = []
    for item in items:
        digests = [side.digest for side in item.sides if side.digest not in done]
        done.update(digests)
        if digests:
            tasks.append((digests, ("look", item.sides[0].kind or "image", tuple(paths[one] for one in digests))))
    waiting = iter(tasks)
    while part := list(islice(waiting, _AT_ONCE)):
        # What was changed since it was scanned is not the file that the answer would name.
        changed = [[_is_other(one, paths[one]) for one in digests] for digests, _ in part]
        for (digests, _), others, made in zip(part, changed, make_looks(task for _, task in part), strict=True):
            if isinstance(made, list) and not any(others):
                blocks = [encode({"address": pages.data_url(one.media_type, one.data), **drawing(one)}) for one in made]
            else:
                why = "the file is another one than when it was scanned" if any(others) else made
                blocks = [encode({"problem": f"it cannot be shown: {why}"})] * len(digests)
            yield digests, blocks


def _is_other(digest: str, path: str) -> bool:
    try:
        return digest_of(path) != digest
    except (OSError, ValueError):
        return False  # that it cannot be read is said by whoever reads it
