"""Which tags are worth working on: room for improvement x share of the data.

gap = human level - accuracy, gain = gap x share: what the overall accuracy would rise by if the tag were brought to
human level ("Machine Learning in Production", prioritizing what to work on). Tags overlap: gains are never summed.
A tag that is above its target has a negative gap and a negative gain, and so stands last.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.annotators.human_level import ALL
from baselines.metrics.metrics import by_tag, measure_tag
from baselines.runs.run_folder import predictions_of_run
from curate.ground.csv import read_table
from curate.ground.errors import InputError
from curate.ground.fraction import share_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from baselines.data.predictions import Prediction

MIN_SAMPLES = 5
"""Fewer samples of a tag say nothing: of 4 that are all right, the Wilson interval still begins at 0.51."""
_DIGITS = 12


class Overall(Struct, frozen=True):
    """All samples together; None where they are not known (`--table`)."""

    accuracy: float | None
    samples: int | None


class RankedTag(Struct, frozen=True):
    """One tag; all shares are fractions.

    Attributes:
        tag: Its name.
        samples: How many samples carry it; None in a table from elsewhere.
        share: Of all samples.
        accuracy: Share of them that is right.
        interval: 95 % Wilson interval of the accuracy.
        human: The target: human level, or the overall accuracy where none is known.
        gap: human - accuracy; below 0 where the model is better.
        gain: gap x share.
    """

    tag: str
    samples: int | None
    share: float
    accuracy: float
    interval: tuple[float, float] | None
    human: float
    gap: float
    gain: float


class FewSamples(Struct, frozen=True):
    """A tag with too few samples to judge."""

    tag: str
    samples: int


class SliceRanking(Struct, frozen=True):
    """The priority table.

    Attributes:
        overall: All samples together.
        tags: Largest gain first, then larger share, then name.
        too_few: Tags with fewer than `min_samples` samples, by name.
        without_human: Tags whose target is the overall accuracy, though human levels were given.
        target: What the gap is to: `human level` or `overall accuracy`.
        min_samples: As it was asked for.
    """

    overall: Overall
    tags: tuple[RankedTag, ...]
    too_few: tuple[FewSamples, ...] = ()
    without_human: tuple[str, ...] = ()
    target: str = "human level"
    min_samples: int = 0


def rank_run(
    folder: str, human: "float | Mapping[str, float] | None" = None, min_samples: int = MIN_SAMPLES
) -> SliceRanking:
    """Return the priority table of a run; arguments and errors as `rank`'s and `predictions_of_run`'s."""
    return rank(predictions_of_run(folder), human, min_samples)


def rank(
    predictions: "Sequence[Prediction]",
    human: "float | Mapping[str, float] | None" = None,
    min_samples: int = MIN_SAMPLES,
) -> SliceRanking:
    """Return the priority table of some predictions.

    Args:
        predictions: Of the samples of the test set.
        human: Level of people, 0 to 1: one for all tags or by tag, where `(all)` stands for tags that are not named.
            Without it, the target is the overall accuracy.
        min_samples: Tags with fewer are listed apart.

    Raises:
        InputError: There are no predictions.
    """
    if not predictions:
        raise InputError("there are no predictions to rank tags by")
    # Without a human level the target is the overall accuracy: some tags are always below that, which ranks them
    # and does not say that the gap can be closed.
    overall = measure_tag(predictions).accuracy
    levels: Mapping[str, float] = {ALL: human} if isinstance(human, float | int) else human or {}
    tagged = sorted(by_tag(predictions).items())
    judged = [(tag, found) for tag, found in tagged if len(found) >= min_samples]
    return SliceRanking(
        overall=Overall(overall, len(predictions)),
        tags=_sorted(_weak(tag, found, len(predictions), _level(levels, tag, overall)) for tag, found in judged),
        too_few=tuple(FewSamples(tag, len(found)) for tag, found in tagged if len(found) < min_samples),
        without_human=tuple(tag for tag, _ in judged if levels and tag not in levels and ALL not in levels),
        target="human level" if levels else "overall accuracy",
        min_samples=min_samples,
    )


def rank_table(path: str) -> SliceRanking:
    """Return the priority table of figures from elsewhere.

    Args:
        path: A CSV file: `tag,accuracy,human,share`; fractions or percent (`curate.ground.fraction.share_columns`).

    Raises:
        InputError: The file cannot be read, a value is no share, or a tag is named twice.
    """
    # The shares of all columns at once: whether a table holds fractions or percent shows only in the whole of it.
    rows = read_table(path, ("tag", "accuracy", "human", "share"))
    tags: dict[str, RankedTag] = {}
    for row, shares in zip(rows, share_columns(path, rows, ("accuracy", "human", "share")), strict=True):
        if (tag := row.cells["tag"]) in tags:
            raise InputError(f"{path}:{row.line}: the tag {tag!r} is named twice")
        gap, gain = gap_and_gain(shares["accuracy"], shares["human"], shares["share"])
        tags[tag] = RankedTag(tag, None, shares["share"], shares["accuracy"], None, shares["human"], gap, gain)
    return SliceRanking(Overall(None, None), _sorted(tags.values()))


def gap_and_gain(accuracy: float, human: float, share: float) -> tuple[float, float]:
    """Return gap and gain, rounded to 12 digits: what is equal on paper is equal here, and ties are the same ties."""
    # Adding 0 makes a rounded -0.0 an ordinary 0.
    return round(human - accuracy, _DIGITS) + 0.0, round((human - accuracy) * share, _DIGITS) + 0.0


def _weak(tag: str, found: "Sequence[Prediction]", total: int, human: float) -> RankedTag:
    measured, share = measure_tag(found), len(found) / total
    gap, gain = gap_and_gain(measured.accuracy, human, share)
    return RankedTag(tag, len(found), share, measured.accuracy, measured.interval, human, gap, gain)


def _level(levels: "Mapping[str, float]", tag: str, overall: float) -> float:
    return levels.get(tag, levels.get(ALL, overall))


def _sorted(tags: "Iterable[RankedTag]") -> tuple[RankedTag, ...]:
    return tuple(sorted(tags, key=lambda weak: (-weak.gain, -weak.share, weak.tag)))
