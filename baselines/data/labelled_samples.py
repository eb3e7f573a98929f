"""What a baseline can learn from and be tested on: the labelled, sound samples of a manifest, of one kind."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curate.facts.records import KINDS, Finding, Kind
from curate.ground.errors import InputError
from curate.media.sniff import format_of_name
from curate.records.origin import NOWHERE, Origin, origin_of
from curate.records.sample import View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.records.sample import Sample
    from curate.split.grouping import Grouping


class LabelledSample(View):
    """The part of a sample that baselines look at."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    kind: str | None = None
    bytes: int | None = None
    mtime_ns: int | None = None
    etag: str | None = None
    digest: str | None = None
    findings: tuple[Finding, ...] = ()
    origin: Origin | None = None
    duplicate_of: str | None = None
    fold: int | None = None

    @property
    def generated(self) -> bool:
        """Whether it is an addition to the dataset that a recipe made."""
        return self.origin is not None and self.origin.is_generated

    @property
    def parents(self) -> tuple[str, ...]:
        """Digest and path of the file that it was made from, as far as they are known."""
        return (self.origin or NOWHERE).parents


def view_of(one: "Sample") -> LabelledSample:
    """Return the part of a whole sample that baselines look at."""
    known = {name: getattr(one, name) for name in LabelledSample.__struct_fields__}
    return LabelledSample(**known | {"origin": origin_of(one.origin) if one.origin else None})


@dataclass(slots=True)
class LeftOut:
    """The samples that take no part.

    Attributes:
        counts: By reason.
        examples: The path of one of them, by reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, path: str) -> None:
        """Count one sample."""
        self.counts[reason] += 1
        self.examples.setdefault(reason, path)


@dataclass(slots=True)
class Usable:
    """The samples that can take part.

    Attributes:
        kind: Of all of them.
        examples: In the order of the manifest; each has a label.
        left_out: The others.
    """

    kind: Kind
    examples: list[LabelledSample]
    left_out: LeftOut


def usable(samples: "Iterable[LabelledSample]") -> Usable:
    """Return the samples that a model can learn from or be tested on.

    Raises:
        InputError: None can, or they are of both kinds.
    """
    left_out = LeftOut()
    kept = labelled(samples, left_out)
    return Usable(_one_kind(Counter(kind for one in kept if (kind := kind_of(one)))), kept, left_out)


def labelled(samples: "Iterable[LabelledSample]", left_out: LeftOut) -> list[LabelledSample]:
    """Return the samples of a known kind that have a label and no error finding.

    Args:
        samples: Of a manifest.
        left_out: The others are counted here.

    Raises:
        InputError: There is none.
    """
    # The first reason only: a sample counts once among those left out.
    kept = []
    for sample in samples:
        if reason := _why_not(sample):
            left_out.add(reason, sample.path)
        else:
            kept.append(sample)
    if not kept:
        raise InputError(_why_none(left_out))
    return kept


def kind_of(example: LabelledSample) -> Kind | None:
    """Return the kind of a sample, by the name of its file where the manifest does not say."""
    if example.kind:
        return KINDS.get(example.kind)
    # A manifest that was written by hand, or by another program, need not have a kind.
    found = format_of_name(example.path)
    return found.kind if found else None


def label_of(example: LabelledSample) -> str:
    """Return the label of a usable example."""
    return example.label or ""


def group_of(grouping: "Grouping | None", example: LabelledSample) -> str | None:
    """Return the group of a sample; several that it joins make one name; None where it is in none."""
    return "+".join(grouping.values(example.path, example.tags, example.digest)) or None if grouping else None


def _why_not(sample: LabelledSample) -> str | None:
    if not sample.label:
        return "without a label"
    if any(found.severity == "error" for found in sample.findings):
        return "with an error finding"
    return None if kind_of(sample) else "neither image nor audio"


def _why_none(left_out: LeftOut) -> str:
    counts = ", ".join(f"{count:,} {reason}" for reason, count in left_out.counts.most_common())
    cure = "give labels with scan --pattern, --metadata, or a folder for each class"
    if left_out.counts["with an error finding"]:
        cure = "look at the findings: burnish clean --rejects FILE"
    return f"no sample can be used ({counts or 'the manifest is empty'}); {cure}"


def _one_kind(kinds: "Counter[Kind]") -> Kind:
    if len(kinds) > 1:
        raise InputError(
            f"the manifest has {kinds['image']:,} images and {kinds['audio']:,} recordings, and a baseline learns one "
            "kind; choose with burnish select --where \"kind == 'audio'\""
        )
    return next(iter(kinds))
