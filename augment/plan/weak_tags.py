"""The weak tags that a model has, as `burnish weak --json` writes them."""

from collections.abc import Sequence

import msgspec

from curate.ground.errors import InputError
from curate.ground.json import decode


class WeakTag(msgspec.Struct, frozen=True):
    """One tag of the priority table.

    Attributes:
        tag: The tag.
        gain: Room for improvement x share of the data; not above zero where there is nothing to gain.
    """

    tag: str
    gain: float


class _Report(msgspec.Struct):
    tags: list[WeakTag]


def parse_weak_tags(data: bytes, name: str) -> list[WeakTag]:
    """Return the tags of a priority table, the weakest first.

    Args:
        data: JSON, as `burnish weak --json` writes it.
        name: Of the file, for errors.

    Raises:
        InputError: It is something else.
    """
    try:
        report = decode(data, _Report)
    except ValueError as error:
        raise InputError(
            f"{name} is no list of weak tags ({error}); make one: burnish weak RUN --json > FILE"
        ) from None
    return sorted(report.tags, key=lambda weak: -weak.gain)


def worth_working_on(tags: Sequence[WeakTag], top: int | None) -> list[WeakTag]:
    """Return the tags with something to gain, the weakest first; `top` of them at most."""
    return [weak for weak in tags if weak.gain > 0][:top]
