"""What a manifest says of a dataset as a whole, for its card: counts, sizes, findings, tags, lineage."""

import math
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from curate.records.origin import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.records.sample import Sample

_RELABELLED = "relabelled"
WHO = frozenset(
    {
        "speaker",
        "person",
        "people",
        "user",
        "annotator",
        "patient",
        "subject",
        "author",
        "actor",
        "singer",
        "face",
        "name",
    }
)
"""Keys of tags whose values tell people apart."""
TRAITS = frozenset(
    {"age", "sex", "gender", "ethnicity", "race", "religion", "nationality", "accent", "dialect", "disability", "skin"}
)
"""Keys of tags whose values describe people."""


@dataclass(slots=True)
class Range:
    """Values of one fact over the set, from which smallest, median and largest are told."""

    values: list[float] = field(default_factory=list)

    def add(self, value: float | None) -> None:
        """Take one value up, if there is one."""
        if value is not None:
            self.values.append(value)

    @property
    def ends(self) -> tuple[float, float, float] | None:
        """Smallest, median and largest; None of nothing."""
        return (min(self.values), median(self.values), max(self.values)) if self.values else None


@dataclass(slots=True)
class DatasetFacts:
    """What is known of a dataset; every mapping is sorted when it is asked for, never by the order of the manifest.

    Attributes:
        samples: All of them, generated ones included.
        kinds: Samples of each kind.
        labels: Samples of each split and label; None where there is none.
        formats: Samples of each format.
        total_bytes: Of the files whose size is known.
        width: In pixels, as stored.
        height: Likewise.
        duration_s: Seconds.
        sample_rates: Recordings of each rate, Hz.
        channels: Recordings of each number of channels.
        keyed: Samples of each value, by key of tags.
        plain: Samples of each tag without a key.
        findings: Samples by check and severity.
        made: Generated samples, by name and digest of the recipe.
        replaced: Samples that stand for another file, such as one that was trimmed, likewise.
        relabelled: Samples whose label people changed.
    """

    samples: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    labels: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    total_bytes: int = 0
    width: Range = field(default_factory=Range)
    height: Range = field(default_factory=Range)
    duration_s: Range = field(default_factory=Range)
    sample_rates: Counter[int] = field(default_factory=Counter)
    channels: Counter[int] = field(default_factory=Counter)
    keyed: dict[str, Counter[str]] = field(default_factory=dict)
    plain: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    replaced: Counter[tuple[str, str]] = field(default_factory=Counter)
    relabelled: int = 0

    @property
    def splits(self) -> list[str | None]:
        """Names of the splits: train, val and test first, then others by name, then those without one."""
        known = {"train": 0, "val": 1, "test": 2}
        return sorted(
            {split for split, _ in self.labels}, key=lambda one: (one is None, known.get(one or "", 3), one or "")
        )

    @property
    def classes(self) -> list[str]:
        """Labels, sorted."""
        return sorted({label for _, label in self.labels if label is not None})

    @property
    def seconds(self) -> float:
        """How long the recordings are together."""
        return math.fsum(self.duration_s.values)


def dataset_facts(samples: "Iterable[Sample]") -> DatasetFacts:
    """Return what a manifest says of its dataset, in one pass."""
    facts = DatasetFacts()
    for sample in samples:
        _count(facts, sample)
    return facts


def _count(facts: DatasetFacts, sample: "Sample") -> None:
    facts.samples += 1
    facts.kinds[sample.kind or "other"] += 1
    facts.labels[sample.split, sample.label] += 1
    facts.total_bytes += sample.bytes or 0
    if sample.facts and sample.facts.format:
        facts.formats[sample.facts.format] += 1
    if sample.image:
        facts.width.add(sample.image.width)
        facts.height.add(sample.image.height)
    if sample.audio:
        facts.duration_s.add(sample.audio.duration_s)
        facts.sample_rates.update([sample.audio.sample_rate] if sample.audio.sample_rate else [])
        facts.channels.update([sample.audio.channels] if sample.audio.channels else [])
    for tag in dict.fromkeys(sample.tags):
        key, equals, value = tag.partition("=")
        if not equals:
            facts.plain[tag] += 1
        else:
            facts.keyed.setdefault(key, Counter())[value] += 1
    facts.findings.update({(found.check, found.severity) for found in sample.findings})
    origin = origin_of(sample.origin)
    if origin.recipe is not None:
        recipe = (str(origin.recipe), str(origin.recipe_digest or ""))
        (facts.replaced if origin.replaces else facts.made)[recipe] += 1
    facts.relabelled += bool((sample.origin or {}).get(_RELABELLED))
