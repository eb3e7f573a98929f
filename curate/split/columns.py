"""What a split has to know of each sample, in columns: about 60 bytes a sample, whatever its line holds."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from curate.records.origin import Origin, ties_of
from curate.records.sample import View
from curate.split.grouping import Grouping

HASH_BYTES = 8
"""Paths and digests are kept as 64 bits: among 1,000,000 the chance that two of them meet is 3 in 100,000,000."""

_HASH = blake2b(digest_size=HASH_BYTES)
_from_bytes = int.from_bytes


class Seen(View):
    """The part of a sample that a split looks at."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    digest: str | None = None
    origin: Origin | None = None
    duplicate_of: str | None = None
    fold: int | None = None


@dataclass(slots=True)
class Columns:
    """The samples of a manifest.

    Attributes:
        labels: Code of each label, in the order in which they were met.
        splits: Code of each split that was there.
        values: Code of each group by its name.
        label: Code of the label, for each sample.
        split: Code of the split that the sample has, or -1.
        identity: 64 bits of the digest, else of the path: what orders samples whatever the manifest's order.
        generated: 1 for a generated sample.
        links: (sample, key) pairs: samples that share a key belong together. Keys are codes of groups and 64-bit
            hashes of digests and paths.
        codes: For `hash`, where each sample stands on the scale if it is in no group; else empty.
        derived: For `hash`, 1 for a sample that stands where its source or the other copy stands.
        code_of_value: For `hash`, where each group stands on the scale.
        without: Samples that are in no group though groups were asked for.
        carriers: For each tag that was asked for, 1 for a sample that has it.
    """

    labels: dict[str | None, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    label: "array[int]" = field(default_factory=lambda: array("i"))
    split: "array[int]" = field(default_factory=lambda: array("i"))
    identity: "array[int]" = field(default_factory=lambda: array("Q"))
    generated: "array[int]" = field(default_factory=lambda: array("b"))
    links: "tuple[array[int], array[int]]" = field(default_factory=lambda: (array("I"), array("Q")))
    codes: "array[int]" = field(default_factory=lambda: array("Q"))
    derived: "array[int]" = field(default_factory=lambda: array("b"))
    code_of_value: "array[int]" = field(default_factory=lambda: array("Q"))
    without: int = 0
    carriers: "dict[str, array[int]]" = field(default_factory=dict)

    def add(self, seen: Seen, values: tuple[str, ...]) -> None:
        """Take in one sample that is in these groups."""
        index, split, origin = len(self.label), seen.split, seen.origin
        self.label.append(self.labels.setdefault(seen.label, len(self.labels)))
        self.split.append(-1 if split is None else self.splits.setdefault(split, len(self.splits)))
        for tag, has in self.carriers.items():
            has.append(tag in seen.tags)
        # What ties a sample to others: its bytes, its path (an origin may name either), its sources, the other copy.
        keys = [_key(name) for name in ties_of(seen.path, seen.digest, seen.duplicate_of, origin)]
        self.identity.append(keys[0])
        self.generated.append(origin is not None and origin.is_generated)
        if values:
            keys += [self.values.setdefault(value, len(self.values)) for value in values]
        samples, other = self.links
        samples.extend([index] * len(keys))
        other.extend(keys)


def read_columns(
    samples: Iterable[Seen],
    grouping: Grouping | None,
    place: Callable[[str], int] | None = None,
    tags: Iterable[str] = (),
) -> Columns:
    """Return the columns of a manifest.

    Args:
        samples: In the order of the manifest.
        grouping: What makes a group, beyond what always belongs together.
        place: For `hash`: where a name stands on the scale.
        tags: Of which it is kept who has them.

    Raises:
        UsageError: No sample is in a group.
    """
    columns = Columns(carriers={tag: array("b") for tag in tags})
    for seen in samples:
        values = grouping.values(seen.path, seen.tags, seen.digest) if grouping else ()
        columns.without += grouping is not None and not values
        columns.add(seen, values)
        if place:
            # The name that decides where a sample without a group goes. One that is made from another, or a copy, goes
            # where that one goes; its own name counts only where the other is not there.
            made = seen.origin is not None and seen.origin.recipe is not None and bool(seen.origin.parents)
            # One whose file was repaired stays where it was: its bytes are others now, the sample is the same.
            repaired = seen.origin is not None and seen.origin.repaired_digest is not None
            name = seen.origin.parents[0] if seen.origin and (made or repaired) else seen.digest or seen.path
            columns.codes.append(place(name))
            columns.derived.append(made or seen.duplicate_of is not None)
    if grouping and columns.label and columns.without == len(columns.label):
        grouping.check_found()
    if place:
        columns.code_of_value.extend(map(place, columns.values))
    return columns


def _key(text: str) -> int:
    hashed = _HASH.copy()
    hashed.update(text.encode("utf-8", "surrogatepass"))
    return _from_bytes(hashed.digest(), "little")
