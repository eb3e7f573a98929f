"""The pictures and recordings of a page, and how much of them it may hold."""

from typing import TYPE_CHECKING

from cli.views.kit.page import Links, Media, media
from curate.describe.thumbnails import Preview, make_previews
from curate.media.storage import exists
from curate.media.storage.address import join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.facts.records import Kind

MOST_BYTES = 8_000_000
"""Of pictures and sounds on a page; as text they take a third more."""
GONE = "the file is gone"
_FULL = "left out, so that the page stays small"


class Album:
    """Shows files until the page is full.

    Args:
        links: Leads to the files of samples.
        room: Bytes that the page still takes.
    """

    def __init__(self, links: Links, room: int = MOST_BYTES) -> None:
        self.root, self._links, self._room = links.root, links, room

    def takes(self, size: int) -> bool:
        """Return whether some bytes still fit, and count them if so."""
        # First come, first shown: the callers bring the worst first.
        fits = size <= self._room
        self._room -= size if fits else 0
        return fits

    def show(self, files: "Iterable[tuple[str, Kind | str | None]]") -> dict[str, Media]:
        """Return what the templates show of files, by path.

        Args:
            files: Path and kind of each.
        """
        places = {path: (join(self.root, path), kind) for path, kind in files}
        there = {place: kind for place, kind in places.values() if exists(place)}
        made = make_previews(there.items())
        return {path: self._shown(path, made.get(place, Preview(problem=GONE))) for path, (place, _) in places.items()}

    def _shown(self, path: str, preview: Preview) -> Media:
        if preview.data and not self.takes(len(preview.data)):
            return media(path, Preview(note=_FULL), self._links)
        return media(path, preview, self._links)
