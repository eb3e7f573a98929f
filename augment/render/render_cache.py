"""What a folder holds already: the records of earlier calls, so that nothing is rendered twice."""

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from augment.render.render import Made
from curate.ground.json import Decoder, encode
from curate.journal import Operation
from curate.media.storage import Status, open_media, status_of, statuses_below
from curate.media.storage.address import is_url, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.journal import Journal, KeyJournal
    from curate.records.sample import Sample

FOLDER = ".records"
"""Hidden, so that a scan does not see it; made through the journal, so that undo takes it away."""


class Shelf:
    """The records in a folder of generated files.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._records: dict[str, Made] = {}
        self._there: dict[str, Status] | None = None
        records, decoder = join(folder, FOLDER), Decoder(Made)
        for name in sorted(_names_in(records)):
            with open_media(join(records, name)) as file:
                for line in file:
                    # A line that is none costs only the time to make its sample again.
                    with suppress(ValueError):
                        made = decoder.decode(line)
                        self._records[made.key] = made
        if self._records and is_url(folder):
            # Listed once: to ask for each file by itself would take longer than to make it.
            self._there = dict(statuses_below(folder))

    def find(self, key: str, place: str) -> Made | None:
        """Return the record of a sample, if its files are there as they were generated, or nothing can be made of it.

        Args:
            key: Of the sample.
            place: The folder that its files belong in, relative to this one.
        """
        made = self._records.get(key)
        if made is None or not all(self._is_there(file, place) for file in made.files):
            return None
        return made

    def add(self, several: "Sequence[Made]", journal: "Journal | KeyJournal") -> None:
        """Remember what was made, with the paths of the files relative to the folder."""
        if not several:
            return
        data = b"".join(encode(made) + b"\n" for made in several)
        # Named by content: a batch that is made twice after a crash is one file, and none is ever written to again.
        name = f"{sha256(data).hexdigest()[:16]}.jsonl"
        staged = os.path.join(journal.staging(), name)
        with open(staged, "wb") as file:
            file.write(data)
        for _ in journal.apply([Operation("create", staged, f"{FOLDER}/{name}")]):
            pass

    def _is_there(self, file: "Sample", place: str) -> bool:
        # The label of a source changed: the file belongs in another folder, and is made again there.
        if os.path.dirname(file.path) != place:
            return False
        known = Status(file.bytes, file.mtime_ns, file.etag)
        if self._there is not None:
            return self._there.get(file.path) == known
        try:
            return status_of(join(self._folder, file.path)) == known
        except OSError:
            return False


def _names_in(folder: str) -> list[str]:
    if not is_url(folder):
        return os.listdir(folder) if os.path.isdir(folder) else []
    try:
        return [name for name, _ in statuses_below(folder)]
    except FileNotFoundError:
        return []
