"""The files of a review inside of its page, so that it works from a disk; what does not fit is linked."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import NamedTuple

from cli.serve.media import drawing
from cli.serve.preview_process import Made, Task, make_looks
from cli.views.kit import page as pages
from curate.describe.thumbnails import Preview
from curate.ground.json import encode
from curate.journal.fs import digest_of
from curate.review.items import Item

_AT_ONCE = 64
_PROBLEM, _LINKED = b'{"problem"', b"linked"


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


def embed(items: Sequence[Item], paths: Mapping[str, str], links: pages.Links, most_bytes: int) -> Embedded:
    """Return what a page from a disk holds of the files of some items.

    Args:
        items: In the order in which they are shown: the first are embedded, as long as there is room.
        paths: Of the files, by digest, seen from the working directory.
        links: Leads to those for which there is no room.
        most_bytes: Room for embedded files.
    """
    blocks: dict[str, bytes] = {}
    used, linked, problems = 0, 0, 0
    tasks = iter(_tasks(items, paths))
    while part := list(islice(tasks, _AT_ONCE)):
        # Where there is no room left, nothing is decoded any more: ten thousand pictures would be for nothing.
        made = make_looks(task for _, task in part) if used < most_bytes else repeat(None)
        for (digests, task), found in zip(part, made, strict=False):
            for digest, block in zip(digests, _blocks(digests, task, found), strict=True):
                kept = block
                is_problem = kept.startswith(_PROBLEM)
                if not is_problem and (kept == _LINKED or used + len(kept) > most_bytes):
                    kept = encode({"address": links.href(paths[digest])})
                    linked += 1
                    # The first that does not fit is the last that was tried.
                    used = most_bytes
                used += 0 if is_problem else len(kept)
                problems += is_problem
                blocks[digest] = kept
    return Embedded(blocks, linked, problems)


def _tasks(items: Sequence[Item], paths: Mapping[str, str]) -> Iterator[tuple[list[str], Task]]:
    """Yield digests and what is to be made of them, each file once: the two of a pair together, neighbours last."""
    done: set[str] = set()
    for item in items:
        digests = [side.digest for side in item.sides if side.digest not in done]
        done.update(digests)
        if digests:
            yield digests, ("look", item.sides[0].kind or "image", tuple(paths[one] for one in digests))
    for item in items:
        for side in item.sides:
            for one in side.neighbours:
                if one.digest not in done and one.kind != "audio":
                    done.add(one.digest)
                    yield [one.digest], ("thumbnail", one.kind or "image", (paths[one.digest],))


def _blocks(digests: Sequence[str], task: Task, made: Made | None) -> list[bytes]:
    """Return the blocks of a task; `_LINKED` for each file where nothing was made because there was no room."""
    paths = task[2]
    # What was changed since it was scanned is not the file that the answer would name.
    others = [_why_not(digest, path) for digest, path in zip(digests, paths, strict=True)]
    if not any(others):
        if made is None:
            return [_LINKED] * len(digests)
        if isinstance(made, list):
            return [encode({"address": pages.data_url(one.media_type, one.data), **drawing(one)}) for one in made]
        if isinstance(made, Preview) and made.data:
            return [encode({"address": pages.data_url(made.media_type, made.data)})]
    if len(digests) > 1:
        # One of the two cannot be shown; the other one can, by itself.
        alone: list[Task] = [(task[0], task[1], (path,)) for path in paths]
        found = make_looks(alone) if made is not None else repeat(None)
        parts = zip(digests, alone, found, strict=False)
        return [block for digest, one, look in parts for block in _blocks([digest], one, look)]
    why = others[0] or (made.problem if isinstance(made, Preview) else made)
    return [encode({"problem": f"it cannot be shown: {why}"})]


def _why_not(digest: str, path: str) -> str:
    """Return why a file is not the one of a digest; empty if it is."""
    try:
        return "" if digest_of(path) == digest else "the file is another one than when it was scanned"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
