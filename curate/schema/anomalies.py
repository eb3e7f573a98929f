"""What can be wrong with samples by a schema: the names, how grave each is, and what is said of it."""

from typing import Literal, NamedTuple

from msgspec import Struct

Gravity = Literal["error", "warning", "note"]
GRAVITIES: tuple[Gravity, ...] = ("error", "warning", "note")


class Meaning(NamedTuple):
    """A kind of anomaly.

    Attributes:
        severity: Where there are more of it than the schema allows; else it is a note.
        meaning: What it says.
    """

    severity: Literal["error", "warning"]
    meaning: str


ANOMALIES: dict[str, Meaning] = {
    "duplicate-path": Meaning("error", "a path that stood there before: a sample that counts twice"),
    "lost-label": Meaning("warning", "a label of the schema that no sample has"),
    "missing-fact": Meaning("error", "a fact or a field that samples of the schema have"),
    "missing-label": Meaning("error", "no label"),
    "missing-tag-key": Meaning("error", "no tag of a key"),
    "new-field": Meaning("warning", "a field, or a key of tags, that the schema does not know"),
    "new-label": Meaning("error", "a label that the schema does not know"),
    "new-tag-value": Meaning("error", "a tag that the schema does not know"),
    "out-of-range": Meaning("error", "a number outside of its range"),
    "too-few-samples": Meaning("error", "fewer samples than the schema asks for"),
    "unexpected-label": Meaning("error", "a label where none is to be"),
    "unexpected-type": Meaning("error", "a field that holds another type: a text instead of a number, say"),
    "unexpected-value": Meaning("error", "a value that the schema does not know"),
    "wrong-channels": Meaning("error", "another number of channels"),
    "wrong-format": Meaning("error", "another file format"),
    "wrong-sample-rate": Meaning("error", "another sample rate"),
}
"""Every anomaly, by name."""

_UNKNOWN = {
    "label": "new-label",
    "format": "wrong-format",
    "sample_rate": "wrong-sample-rate",
    "channels": "wrong-channels",
}


def name_of_unknown(place: str) -> str:
    """Return what a value that a schema does not know is called at a place."""
    if place.startswith("tag:"):
        return "new-tag-value"
    part, _, fact = place.rpartition(".")
    return (
        _UNKNOWN.get(fact, "unexpected-value") if part in {"image", "audio"} or place == "label" else "unexpected-value"
    )


def name_of_missing(place: str) -> str:
    """Return what a value that is not there is called at a place."""
    if place.startswith("tag:"):
        return "missing-tag-key"
    return "missing-label" if place == "label" else "missing-fact"


class Example(Struct, frozen=True):
    """A sample that has an anomaly.

    Attributes:
        path: Of the sample.
        kind: Of the sample.
        label: Of the sample.
        value: What is wrong; None: it is missing.
    """

    path: str
    kind: str | None
    label: str | None
    value: str | float | None


class Anomaly(Struct, frozen=True):
    """What samples have that they should not.

    Attributes:
        name: One of `ANOMALIES`.
        of: The place, such as `label`, `image.brightness`, `tag:speaker`; `samples` or `path` where it is of the whole.
        severity: `note`: no more than the schema allows, as far as so many samples can tell.
        samples: How many samples have it.
        share: Of those that could have it, 0 to 1.
        worst: The value farthest from its range, or the most frequent one.
        path: Of that sample; None: it is of the whole set.
        checked: How many samples could have it.
        allowed: The share that is allowed; None: that is no question of shares.
        p: How likely chance alone makes as many, if so many are allowed; None where none is allowed, or all.
        detail: One sentence.
        examples: The worst samples.
        groups: How many groups have it; None where none were asked for.
    """

    name: str
    of: str
    severity: Gravity
    samples: int
    share: float
    worst: str | float | None
    path: str | None
    checked: int
    allowed: float | None
    p: float | None
    detail: str
    examples: tuple[Example, ...] = ()
    groups: int | None = None


class Validation(Struct, frozen=True):
    """What was found.

    Attributes:
        samples: How many were looked at.
        generated: How many were left out, because a recipe made them as additions.
        alpha: The share of batches without any change that may alarm.
        tests: Over how many shares that is.
        anomalies: Errors first, then warnings, then notes; the largest share first.
        groups: How many groups there were; None where none were asked for.
        alone: Samples in no group, each of which was one by itself.
        older: Samples that were left out as older than what was asked for.
    """

    samples: int
    generated: int
    alpha: float
    tests: int
    anomalies: tuple[Anomaly, ...]
    groups: int | None = None
    alone: int = 0
    older: int = 0

    def count(self, severity: Gravity) -> int:
        """Return how many anomalies are as grave."""
        return sum(one.severity == severity for one in self.anomalies)
