"""What a sample is described by: its tags, its facts in bins, its formats; each a term that holds or not."""

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.data.labelled_samples import LabelledSample
from curate.facts.fact_schema import CATEGORIES, NUMBERS
from curate.facts.records import AudioFacts, ImageFacts
from curate.records.sample import MeasuredView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SLICE_KEY = "slice"
"""Key of the tags that slices are written back as; they describe no slice themselves."""
_FACTS = [name for name in NUMBERS if "brightness_p" not in name and name != "bytes"]
"""Percentiles of the brightness, and the size of the file, would say in other ways what other facts say."""
_NAMES = [name for name in CATEGORIES if name not in {"kind", "split"}]
_SHARES = ((0.0, 0.1), (0.0, 0.25), (0.25, 0.75), (0.75, 1.0), (0.9, 1.0))
_ENRICHED = 1.5
_LEAST_SHARE = 0.3


class SliceSample(LabelledSample, MeasuredView, frozen=True):  # type: ignore[misc] # msgspec allows it
    """The part of a sample that slices are found and described by."""

    image: ImageFacts | None = None
    audio: AudioFacts | None = None


class Term(NamedTuple):
    """Something that holds for a sample or not.

    Attributes:
        fact: Its place in a sample, such as `image.brightness`; empty: a tag.
        value: The tag, or the name or number of a category.
        low: The fact's least value, this one included.
        high: What the fact is below.
    """

    fact: str
    value: str = ""
    low: float = -np.inf
    high: float = np.inf

    @property
    def name(self) -> str:
        """What it is called, in words that can stand in a tag."""
        fact = self.fact.partition(".")[2] or self.fact
        if self.value:
            return f"{fact}={self.value}" if fact else self.value
        if np.isinf(self.low):
            return f"{fact}<{self.high:g}"
        return f"{fact}>={self.low:g}" if np.isinf(self.high) else f"{fact}={self.low:g}..{self.high:g}"

    def holds(self, sample: SliceSample) -> bool:
        """Return whether it holds; of a fact that was not measured, nothing does."""
        if not self.fact:
            return self.value in sample.tags
        found = fact_of(sample, self.fact)
        if self.value or not isinstance(found, int | float):
            return found is not None and str(found) == self.value
        return self.low <= found < self.high


class Enriched(Struct, frozen=True):
    """A term that holds inside a slice more often than outside; shares 0 to 1."""

    name: str
    inside: float
    outside: float


def fact_of(sample: SliceSample, name: str) -> float | str | None:
    """Return a fact by its place in a sample; None where it was not measured."""
    part, _, field = name.rpartition(".")
    found: float | str | None = getattr(getattr(sample, part) if part else sample, field, None)
    return found


def find_terms(samples: "Sequence[SliceSample]", least: int) -> list[Term]:
    """Return the terms that hold for `least` samples or more, and not for nearly all.

    Facts are cut at their 10th, 25th, 75th and 90th percentile, with as many digits as people would say.
    """
    counts = Counter(tag for one in samples for tag in one.tags if tag.partition("=")[0] != SLICE_KEY)
    counts_of = Counter(
        (name, str(found)) for one in samples for name in _NAMES if (found := fact_of(one, name)) is not None
    )
    room = range(least, len(samples) - least + 1)
    terms = [Term("", tag) for tag, count in sorted(counts.items()) if count in room]
    terms += [Term(*place) for place, count in sorted(counts_of.items()) if count in room]
    for name in _FACTS:
        measured = [value for one in samples if isinstance(value := fact_of(one, name), int | float)]
        values = np.array(measured, np.float64)
        if len(np.unique(values)) > 1:
            terms += [one for one in _bins(name, values) if np.sum((one.low <= values) & (values < one.high)) in room]
    return terms


def _subject(name: str) -> str:
    """Return what a term is about: a fact, the key of a tag, or a tag without one."""
    return re.split("[<>=]", name, maxsplit=1)[0]


def _bins(name: str, values: "NDArray[np.float64]") -> list[Term]:
    # Three digits, so that the name says the very limit that decides; ties may make two of the bins one.
    edge = {share: float(f"{np.quantile(values, share):.3g}") for share in (0.1, 0.25, 0.75, 0.9)}
    edge |= {0.0: -np.inf, 1.0: np.inf}
    return list(dict.fromkeys(Term(name, "", edge[low], edge[high]) for low, high in _SHARES if edge[low] < edge[high]))


def member_table(terms: "Sequence[Term]", samples: "Sequence[SliceSample]") -> "NDArray[np.bool_]":
    """Return for which samples each term holds, bool of shape (terms, samples)."""
    table = np.zeros((len(terms), len(samples)), np.bool_)
    columns = {name: [fact_of(one, name) for one in samples] for name in {term.fact for term in terms if term.fact}}
    place_of = {term.value: place for place, term in enumerate(terms) if not term.fact}
    for at, one in enumerate(samples):
        for tag in one.tags:
            if tag in place_of:
                table[place_of[tag], at] = True
    for place, term in enumerate(terms):
        if term.fact and term.value:
            table[place] = [found is not None and str(found) == term.value for found in columns[term.fact]]
        elif term.fact:
            values = np.array([v if isinstance(v, int | float) else np.nan for v in columns[term.fact]], np.float64)
            table[place] = (term.low <= values) & (values < term.high)
    return table


def describe(
    names: "Sequence[str]", table: "NDArray[np.bool_]", inside: "NDArray[np.bool_]", most: int = 3
) -> tuple[Enriched, ...]:
    """Return the terms that tell a slice from the rest, the largest difference of shares first.

    Args:
        names: Of the terms.
        table: For which samples each holds, bool, shape (terms, samples).
        inside: The samples of the slice; some are, and some are not.
        most: How many terms.
    """
    shares = table[:, inside].mean(axis=1), table[:, ~inside].mean(axis=1)
    found = [Enriched(name, float(one), float(other)) for name, one, other in zip(names, *shares, strict=True)]
    kept = [one for one in found if one.inside >= _LEAST_SHARE and one.inside >= _ENRICHED * one.outside]
    chosen: list[Enriched] = []
    for one in sorted(kept, key=lambda each: (each.outside - each.inside, each.name)):
        # One term for each fact or key: the lowest tenth after the lowest quarter says nothing new.
        if _subject(one.name) not in map(_subject, (other.name for other in chosen)):
            chosen.append(one)
    return tuple(chosen[:most])
