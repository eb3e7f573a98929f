"""Where a dataset lies, as far as its manifest tells, and whether another folder is inside it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from curate.media.storage.address import is_url, join


class _HasPath(Protocol):
    @property
    def path(self) -> str: ...


Record = TypeVar("Record", bound=_HasPath)


@dataclass(slots=True)
class DatasetFolders:
    """The folders of the samples that were passed through `watch`.

    Attributes:
        base: What the paths of the samples are relative to; empty: the working directory.
    """

    base: str = ""
    _folders: set[str] = field(default_factory=set)

    def watch(self, records: Iterable[Record]) -> Iterator[Record]:
        """Pass records on, and remember in which folders they lie."""
        for record in records:
            self._folders.add(record.path.rpartition("/")[0])
            yield record

    def dataset_around(self, folder: str) -> str | None:
        """Return the folder of the dataset if another folder is inside it, where the next scan would look; else None.

        What is hidden, a scan does not see.
        """
        if is_url(folder):
            top = f"{folder.rstrip('/')}/"
            places = (join(self.base, one) for one in self._folders)
            return next((place for place in places if f"{place}/".startswith(top) or top.startswith(f"{place}/")), None)
        here = [place for one in self._folders if not is_url(place := join(self.base, one))]
        if not here:
            return None
        # The smallest folder that holds every sample: a manifest does not say what was scanned.
        dataset = os.path.commonpath([os.path.realpath(place) for place in here])
        below = os.path.relpath(os.path.realpath(folder), dataset).split(os.sep)
        inside = below[0] != ".." and not any(part.startswith(".") for part in below if part != ".")
        return dataset if inside else None
