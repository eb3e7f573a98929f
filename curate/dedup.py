"""Find duplicates in a set: the same bytes first, then candidates by their hashes, confirmed on what is decoded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from curate.duplicates.groups import Group, Keep, Member, OnConflict, Pair, components, decide
from curate.errors import InputError
from curate.sample import Finding, Kind

_LOSSLESS = {"PNG", "BMP", "TIFF", "WAV", "FLAC", "AIFF", "AU", "W64", "RF64", "CAF"}


class ImageKey(Struct):
    """The facts of an image that duplicates are found and ranked by."""

    format: str | None = None
    width: int | None = None
    height: int | None = None
    phash: str | None = None


class AudioKey(Struct):
    """The facts of a recording that duplicates are found and ranked by."""

    format: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    duration_s: float | None = None
    fingerprint: str | None = None


class Item(Struct):
    """The narrow view of a sample that is held in memory while duplicates are looked for."""

    path: str
    label: str | None = None
    split: str | None = None
    kind: Kind | None = None
    bytes: int | None = None
    digest: str | None = None
    image: ImageKey | None = None
    audio: AudioKey | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Search:
    """How to look, and what was met.

    Attributes:
        exact: Only the same bytes or the same decoded content.
        distance: Bits in which the hashes of candidates may differ; None: the default of the kind.
        keep: Which copy stays.
        on_conflict: What becomes of copies with different labels.
        base: What the paths are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.
        unconfirmed: Pairs that could not be compared, with the reason.
        unmeasured: Samples without a digest and without an error that explains it.
    """

    exact: bool = False
    distance: int | None = None
    keep: Keep = "best"
    on_conflict: OnConflict = "drop"
    base: str = ""
    jobs: int | None = None
    unconfirmed: list[str] = field(default_factory=list)
    unmeasured: int = 0


def find_groups(items: Sequence[Item], search: Search) -> list[Group]:
    """Return the groups of duplicates, by their first member.

    Raises:
        InputError: No sample has a digest: this is no manifest of a full scan.
    """
    _check_measured(items, search)
    pairs = list(same_bytes(items))
    copies = {pair.second for pair in pairs}
    distinct = [index for index in range(len(items)) if index not in copies]
    pairs += near_pairs(items, distinct, search)
    groups = []
    for indexes, inside in components(len(items), pairs):
        members = [_member(index, items[index]) for index in indexes]
        groups.append(decide(members, inside, search.keep, search.on_conflict))
    return groups


def same_bytes(items: Sequence[Item]) -> Iterator[Pair]:
    """Yield a pair for each sample whose bytes an earlier one has too."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        if item.digest is not None and (earlier := first.setdefault(item.digest, index)) != index:
            yield Pair(earlier, index, "exact")
