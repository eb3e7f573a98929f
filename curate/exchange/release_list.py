"""The releases of a dataset, as far as a card names them."""

import os

from msgspec import Struct

from curate.ground.errors import InputError
from curate.ground.json import decode

RECORD = "release.json"


class Released(Struct, frozen=True):
    """One release; a record may have more fields than these.

    Attributes:
        name: As people call it.
        digest: Of its manifest.
        samples: How many it has.
        made: When, UTC, ISO 8601; the order of the list.
        previous: The release before it.
    """

    name: str
    digest: str
    samples: int
    made: str = ""
    previous: str | None = None


def read_releases(folder: str) -> list[Released]:
    """Return the releases below a folder, the oldest first.

    Raises:
        InputError: There is no such folder, or a record in it cannot be read.
    """
    if not os.path.isdir(folder):
        raise InputError(f"there is no folder {folder} of releases; make one with burnish release")
    found = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name, RECORD)
        if not os.path.isfile(path):
            continue
        try:
            with open(path, "rb") as file:
                found.append(decode(file.read(), Released))
        except (OSError, ValueError) as error:
            raise InputError(f"cannot read {path}: {error}") from None
    return sorted(found, key=lambda one: (one.made, one.name))
