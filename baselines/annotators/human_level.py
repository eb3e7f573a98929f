"""Human level: how well people do on each tag, which is the target that `weak` measures the gap to; and its files."""

import csv
import io
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from baselines.metrics.significance import wilson
from curate.ground.csv import read_table
from curate.ground.errors import InputError, UsageError
from curate.ground.fraction import parse_share, share_columns
from curate.ground.json import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from baselines.annotators.annotations import Annotations

ALL = "(all)"
"""Stands for all samples, whatever their tags."""


class HumanLevel(msgspec.Struct, frozen=True):
    """How well people do on the samples of a tag.

    Attributes:
        tag: The tag, or `(all)`.
        human: Their accuracy, 0 to 1.
        samples: Samples with that tag that more than one annotator, or one and the manifest, labelled.
        interval: 95 % Wilson interval of the accuracy with `samples` for n: labels of one sample are not independent.
    """

    tag: str
    human: float
    samples: int | None = None
    interval: tuple[float, float] | None = None


def human_levels(
    annotations: "Annotations", truth: "Mapping[str, str] | None", tags: "Mapping[str, tuple[str, ...]]"
) -> tuple[HumanLevel, ...]:
    """Return the human level of all samples and of each tag.

    With the truth it is the share of labels that are right. Without, each label is held against the most frequent one
    of the other annotators of the sample; where k labels share that place, one of them counts 1/k.

    Raises:
        InputError: No sample has a right label.
    """
    scores: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for path, given in annotations.labels.items():
        score = _against_others(given) if truth is None else _against_truth(given, truth.get(path))
        if score:
            # A tag in the file and in the manifest is one tag: a sample counts once in it.
            for tag in {ALL, *annotations.tags.get(path, ()), *tags.get(path, ())}:
                scores[tag].append(score)
    if not scores:
        raise InputError("the manifest has a label of none of the samples; its paths have to be those of the file")
    return tuple(_level(tag, scores[tag]) for tag in sorted(scores, key=lambda tag: (tag != ALL, tag)))


def _against_truth(given: "Mapping[str, str]", label: str | None) -> tuple[float, int] | None:
    return None if label is None else (sum(found == label for found in given.values()), len(given))


def _against_others(given: "Mapping[str, str]") -> tuple[float, int] | None:
    counts = Counter(given.values())
    if counts.total() < 2:
        return None
    # With itself among the others, a label would always agree with one of them: of two annotators both would be right.
    # Less one of its own, only a label that is alone at the top can be the others' most frequent one, or share that
    # place; to count the others anew for every label is quadratic in annotators.
    highest, *rest = sorted(counts.values(), reverse=True)
    second = rest[0] if rest else 0
    if highest == second:
        return 0.0, counts.total()
    credit = 1.0 if highest - 1 > second else 1 / (1 + rest.count(second))
    return highest * credit, counts.total()


def _level(tag: str, scores: "list[tuple[float, int]]") -> HumanLevel:
    # Labels of one sample are no independent draws: the interval is that of as many samples, not of as many labels.
    right, labels = sum(score for score, _ in scores), sum(count for _, count in scores)
    return HumanLevel(tag, right / labels, len(scores), wilson(right / labels * len(scores), len(scores)))


class _Report(msgspec.Struct):
    human_level: list[HumanLevel]


def read_human(value: str) -> "float | dict[str, float]":
    """Return what `--human` says: a level for all tags, or one for each tag that a file names.

    Args:
        value: A number, 0 to 1 or with a percent sign; or a file: CSV with `tag,human`, the JSON of
            `burnish agreement --json`, or a JSON object of tags and numbers. The tag `(all)` is for tags not named.

    Raises:
        UsageError: It is a number out of range.
        InputError: The file cannot be read, or holds something else.
    """
    # What reads as a number is one, even if a file has that name; anything else names a file.
    text = value.strip()
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        return _read_json(value) if value.endswith(".json") else _read_csv(value)
    try:
        return parse_share(text)
    except ValueError:
        meant = f"; did you mean {number / 100:g}?" if 1 < number <= 100 else ""
        raise UsageError(f"--human {value}: a human level is a fraction from 0 to 1{meant}") from None


def write_human_csv(levels: "Iterable[HumanLevel]") -> bytes:
    """Return the levels as CSV: `tag,human,samples`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("tag", "human", "samples"))
    writer.writerows((level.tag, f"{level.human:.6g}", level.samples) for level in levels)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _read_csv(path: str) -> dict[str, float]:
    try:
        rows = read_table(path, ("tag", "human"))
    except InputError as error:
        raise InputError(f"--human: {error}") from None
    levels: dict[str, float] = {}
    for row, shares in zip(rows, share_columns(path, rows, ("human",)), strict=True):
        if row.cells["tag"] in levels:
            raise InputError(f"{path}:{row.line}: the tag {row.cells['tag']!r} is named twice")
        levels[row.cells["tag"]] = shares["human"]
    return levels


def _read_json(path: str) -> dict[str, float]:
    try:
        with open(path, "rb") as file:
            data = file.read()
        found = decode(data, dict[str, object])
        levels = decode(data, _Report).human_level if "human_level" in found else None
        by_tag = decode(data, dict[str, float]) if levels is None else {level.tag: level.human for level in levels}
    except OSError as error:
        raise InputError(f"--human: cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} holds no human levels ({error}); make it: burnish agreement FILE --json") from None
    for tag, level in by_tag.items():
        if not 0 <= level <= 1:
            raise InputError(f"{path}: the level {level:g} of {tag!r} is not a fraction from 0 to 1")
    return by_tag
