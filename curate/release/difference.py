"""What differs between two releases, sample by sample, and by class and tag."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

from curate.facts.records import AudioFacts, ImageFacts
from curate.ground.json import encode
from curate.records.sample import MeasuredView, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["added", "removed", "relabelled", "resplit", "retagged", "moved", "rewritten"]
KINDS: tuple[Kind, ...] = ("added", "removed", "relabelled", "resplit", "retagged", "moved", "rewritten")
"""`moved`: the same bytes under another path; `rewritten`: other bytes under the same path."""


class Known(View):
    """The part of a sample that releases are held against each other by."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    digest: str | None = None


class Measured(MeasuredView, frozen=True):
    """The part of a sample that tells its content without its bytes."""

    path: str
    kind: str | None = None
    facts_version: int | None = None
    image: ImageFacts | None = None
    audio: AudioFacts | None = None


Look = Callable[[], "Iterable[Measured]"]


class Change(Struct, frozen=True, omit_defaults=True):
    """One sample that differs.

    Attributes:
        path: In the new release; of a removed one in the old.
        kinds: What differs.
        was: Path in the old release, where it is another one.
        labels: In the old and the new release; None: no label, or no sample.
        splits: Likewise.
        gained: Tags that only the new one has.
        lost: Tags that only the old one has.
    """

    path: str
    kinds: tuple[Kind, ...]
    was: str | None = None
    labels: tuple[str | None, str | None] = (None, None)
    splits: tuple[str | None, str | None] = (None, None)
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class Part(Struct):
    """A class, a tag or a split in both releases; counts of samples.

    Attributes:
        before: In the old one.
        after: In the new one.
        added: That are new.
        removed: That are gone.
        came: That are in both and became part of it: relabelled, tagged, re-split.
        left: That are in both and are no part of it any more.
        resplit: Of it, in another split than before.
    """

    before: int = 0
    after: int = 0
    added: int = 0
    removed: int = 0
    came: int = 0
    left: int = 0
    resplit: int = 0


class Difference(Struct, frozen=True):
    """What differs between two releases.

    Attributes:
        old: Name of the old one.
        new: Name of the new one.
        samples: How many each has.
        same: Samples of which nothing differs that is looked at.
        counts: Samples of each kind of change; one may have several.
        per_label: By class; samples without a label are `""`.
        per_tag: By tag.
        per_split: By split; samples without one are `""`.
        changes: All that differ, by path.
    """

    old: str
    new: str
    samples: tuple[int, int]
    same: int
    counts: dict[Kind, int]
    per_label: dict[str, Part]
    per_tag: dict[str, Part]
    per_split: dict[str, Part]
    changes: list[Change]


class Matched(NamedTuple):
    """The samples of two releases.

    Attributes:
        pairs: Those that both have.
        added: That only the new one has.
        removed: That only the old one has.
    """

    pairs: list[tuple[Known, Known]]
    added: list[Known]
    removed: list[Known]


def match(old: "Iterable[Known]", new: "Iterable[Known]", looks: "tuple[Look, Look] | None" = None) -> Matched:
    """Return which sample is which.

    By path and bytes, else by bytes alone (it moved), else by all of its facts, which metadata are no part of (it was
    scrubbed under another name), else by path (it was rewritten). In that order: where two files have exchanged their
    names, each has moved, and neither got the other's label.

    Args:
        old: Of the older release.
        new: Of the newer one.
        looks: Read the facts of both, which are asked for only where samples are left that bytes do not tell.
    """
    pairs: list[tuple[Known, Known]] = []
    left = [list(old), list(new)]

    def pair(*keys: "Callable[[Known], object]") -> None:
        waiting: dict[object, deque[Known]] = defaultdict(deque)
        for one in left[0]:
            if (name := keys[0](one)) is not None:
                waiting[name].append(one)
        added, taken = [], set()
        for one in left[1]:
            name = keys[1](one)
            if name is not None and (found := waiting.get(name)):
                other = found.popleft()
                taken.add(id(other))
                pairs.append((other, one))
            else:
                added.append(one)
        left[:] = [[one for one in left[0] if id(one) not in taken], added]

    pair(*2 * [lambda one: (one.path, one.digest)])
    pair(*2 * [lambda one: one.digest])
    if looks and all(left):
        facts = [_facts(look(), {one.path for one in side}) for look, side in zip(looks, left, strict=True)]
        pair(*(lambda one, found=found: found.get(one.path) for found in facts))
    pair(*2 * [lambda one: one.path])
    return Matched(pairs, left[1], left[0])


def _facts(samples: "Iterable[Measured]", wanted: set[str]) -> dict[str, bytes]:
    """Return a digest of all facts by path, of the samples whose facts no other one of these has.

    Facts are of what is decoded: scrubbed of its metadata a file has other bytes, and the same facts. Blank pictures
    have the same ones, too, so that two of a kind tell nothing.
    """
    found = {
        one.path: sha256(encode((one.image, one.audio))).digest()
        for one in samples
        if one.path in wanted and one.facts_version is not None and (one.image or one.audio)
    }
    count = Counter(found.values())
    return {path: facts for path, facts in found.items() if count[facts] == 1}


def differ(names: tuple[str, str], found: Matched) -> Difference:
    """Return what differs.

    Args:
        names: Of the old and the new release.
        found: Their samples.
    """
    changes = [
        *(Change(one.path, ("removed",), labels=(one.label, None), splits=(one.split, None)) for one in found.removed),
        *(Change(one.path, ("added",), labels=(None, one.label), splits=(None, one.split)) for one in found.added),
        *(change for pair in found.pairs if (change := _change(*pair)).kinds),
    ]
    labels, tags, splits = (_parts(found, of) for of in (_label, _tags, _split))
    both = len(found.pairs)
    return Difference(
        *names,
        samples=(both + len(found.removed), both + len(found.added)),
        same=both + len(found.added) + len(found.removed) - len(changes),
        counts={kind: sum(kind in one.kinds for one in changes) for kind in KINDS},
        per_label=labels,
        per_tag=tags,
        per_split=splits,
        changes=sorted(changes, key=lambda one: one.path),
    )


def _change(old: Known, new: Known) -> Change:
    gained, lost = (tuple(sorted(set(one) - set(other))) for one, other in ((new.tags, old.tags), (old.tags, new.tags)))
    differs: dict[Kind, bool] = {
        "relabelled": old.label != new.label,
        "resplit": old.split != new.split,
        "retagged": bool(gained or lost),
        "moved": old.path != new.path,
        "rewritten": old.digest != new.digest,
    }
    kinds = tuple(kind for kind, is_so in differs.items() if is_so)
    was = old.path if old.path != new.path else None
    return Change(new.path, kinds, was, (old.label, new.label), (old.split, new.split), gained, lost)


def _parts(found: Matched, of: "Callable[[Known], Sequence[str]]") -> dict[str, Part]:
    parts: dict[str, Part] = defaultdict(Part)
    for one in found.removed:
        for name in of(one):
            parts[name].before += 1
            parts[name].removed += 1
    for one in found.added:
        for name in of(one):
            parts[name].after += 1
            parts[name].added += 1
    for old, new in found.pairs:
        before, after = set(of(old)), set(of(new))
        for name in before | after:
            part = parts[name]
            part.before += name in before
            part.after += name in after
            part.came += name not in before
            part.left += name not in after
            part.resplit += name in after and old.split != new.split
    return dict(sorted(parts.items()))


def _label(one: Known) -> "Sequence[str]":
    return (one.label or "",)


def _tags(one: Known) -> "Sequence[str]":
    return tuple(dict.fromkeys(one.tags))


def _split(one: Known) -> "Sequence[str]":
    return (one.split or "",)
