"""Which tags are worth working on: room for improvement x share of the data.

gap = target - accuracy, gain = gap x share: what the overall accuracy would rise by if the tag were brought to its
target ("Machine Learning in Production", prioritizing what to work on). The target is the human level, or where none is
known what the model reaches elsewhere. Tags overlap: gains are never summed. A tag that is above its target has a
negative gap and a negative gain, and so stands last.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from baselines.annotators.human_level import ALL
from baselines.metrics.metrics import by_tag, measure_tag
from baselines.metrics.significance import wilson
from baselines.runs.run_folder import predictions_of_run, record_of_run
from curate.ground.csv import read_table
from curate.ground.errors import InputError
from curate.ground.fraction import share_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from baselines.data.predictions import Prediction

MIN_SAMPLES = 5
"""Fewer samples of a tag say nothing: of 4 that are all right, the Wilson interval still begins at 0.51."""
_DIGITS = 12


Against = Literal["rest", "best", "overall"]
"""What a tag is held against where no human level is known.

`rest`: the samples without the tag and without tags that are surely weaker; `best`: the best other value of the same
key, or the rest where that is better or there is no other value; `overall`: all samples, the weak ones included.
"""


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
        interval: 95 % interval of the accuracy: by groups where the run knows them, else Wilson's.
        human: Human level; None where it is not known.
        gap: target - accuracy; below 0 where the model is better.
        gain: gap x share.
        against: What the target is: `human`, `rest`, `overall`, or the tag that it is the accuracy of.
        target: The level that it is held against.
        shrunk_gap: The gap that is left when its uncertainty is taken off, gap x max(0, 1 - variance / gap^2) (the
            positive part of James and Stein's estimate); None where the number of samples is not known.
    """

    tag: str
    samples: int | None
    share: float
    accuracy: float
    interval: tuple[float, float] | None
    human: float | None
    gap: float
    gain: float
    against: str
    target: float
    shrunk_gap: float | None = None


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
        without_human: Tags without a human level, though some were given.
        against: What tags without a human level are held against.
        min_samples: As it was asked for.
        left_out: Keys whose tags are not ranked: those that were named, and the groups of the run.
        tagged_in_training: Training samples of the run with a tag; None where that is not known.
        training_samples: Real training samples of the run, of which new ones can be made; None where that is not known.
    """

    overall: Overall
    tags: tuple[RankedTag, ...]
    too_few: tuple[FewSamples, ...] = ()
    without_human: tuple[str, ...] = ()
    against: Literal["human", "rest", "best", "overall"] = "human"
    min_samples: int = 0
    left_out: tuple[str, ...] = ()
    tagged_in_training: int | None = None
    training_samples: int | None = None


def rank_run(
    folder: str,
    human: "float | Mapping[str, float] | None" = None,
    min_samples: int = MIN_SAMPLES,
    against: Against = "best",
    ignore: "Collection[str]" = (),
) -> SliceRanking:
    """Return the priority table of a run; arguments and errors as `rank`'s and `predictions_of_run`'s.

    The tags that were the run's groups are left out: a speaker is whom the model meets, not a condition that samples
    can be made for.
    """
    predictions = predictions_of_run(folder)
    # Predictions alone are enough for a table: a folder that another program wrote has no record.
    run = record_of_run(folder)
    group = run.parameters.get("group") if run else None
    grouped = (group,) if isinstance(group, str) else ()
    ranking = rank(predictions, human, min_samples, against, (*ignore, *grouped))
    if run is None:
        return ranking
    counts = run.counts
    return replace(ranking, tagged_in_training=counts.tagged, training_samples=counts.train - counts.generated)


def rank(
    predictions: "Sequence[Prediction]",
    human: "float | Mapping[str, float] | None" = None,
    min_samples: int = MIN_SAMPLES,
    against: Against = "best",
    ignore: "Collection[str]" = (),
) -> SliceRanking:
    """Return the priority table of some predictions.

    Args:
        predictions: Of the samples of the test set.
        human: Level of people, 0 to 1: one for all tags or by tag, where `(all)` stands for tags that are not named.
        min_samples: Tags with fewer are listed apart.
        against: The target of tags without a human level.
        ignore: Keys, or whole tags, that are not ranked.

    Raises:
        InputError: There are no predictions.
    """
    if not predictions:
        raise InputError("there are no predictions to rank tags by")
    levels: Mapping[str, float] = {ALL: human} if isinstance(human, float | int) else human or {}
    tagged = {tag: found for tag, found in sorted(by_tag(predictions).items()) if not _is_left_out(tag, ignore)}
    judged = {tag: _Count.of(found, tag) for tag, found in tagged.items() if len(found) >= min_samples}
    whole = _Count.of(predictions)
    rests = _rests(predictions, judged, whole.effective / whole.samples)
    targets = {tag: _target(tag, whole, judged, rests[tag], against) for tag in judged}
    keys = {tag.partition("=")[0] for one in predictions for tag in one.tags}
    return SliceRanking(
        overall=Overall(whole.accuracy, whole.samples),
        tags=_sorted(_weak(tag, found, whole, levels, targets[tag]) for tag, found in judged.items()),
        too_few=tuple(FewSamples(tag, len(found)) for tag, found in tagged.items() if len(found) < min_samples),
        without_human=tuple(tag for tag in judged if levels and tag not in levels and ALL not in levels),
        against="human" if levels else against,
        min_samples=min_samples,
        left_out=tuple(sorted({name for name in ignore if name in keys})),
    )


class _Count(NamedTuple):
    """How many samples there are, and how many of them are right.

    Attributes:
        right: Of them.
        samples: All.
        interval: 95 % interval of the accuracy.
        effective: As many independent samples would say as much: 40 clips of one speaker are not 40.
    """

    right: int
    samples: int
    interval: tuple[float, float]
    effective: float

    @classmethod
    def of(cls, predictions: "Sequence[Prediction]", tag: str = "") -> "_Count":
        measured = measure_tag(predictions, tag)
        right = sum(one.label == one.prediction for one in predictions)
        effective = measured.samples if measured.effective_samples is None else measured.effective_samples
        return cls(right, len(predictions), measured.interval, effective)

    @property
    def accuracy(self) -> float:
        return self.right / self.samples

    def variance(self) -> float:
        """Return the variance of the accuracy, with two right and two wrong added (Agresti and Coull).

        Of 5 samples that are all wrong the plain estimate is 0, as if nothing could be more certain.
        """
        share = (self.accuracy * self.effective + 2) / (self.effective + 4)
        return share * (1 - share) / (self.effective + 4)


class _Target(NamedTuple):
    """What a tag is held against: its name, and its samples."""

    against: str
    of: _Count


def _rests(predictions: "Sequence[Prediction]", judged: "Mapping[str, _Count]", worth: float) -> "dict[str, _Count]":
    """Return the rest of each tag: the samples without it and without tags that are surely weaker.

    One slice that is right 11 times of 100 drags the others down so far that a second weak one looks fine beside them.
    What is weaker by chance only stays in: to leave it out would choose the rest by its luck.

    Args:
        predictions: Of all samples.
        judged: The tags.
        worth: How many independent samples one of them is worth, over all.
    """
    import numpy as np

    right = np.array([one.label == one.prediction for one in predictions], np.bool_)
    carriers: dict[str, list[int]] = {tag: [] for tag in judged}
    for place, one in enumerate(predictions):
        for tag in carriers.keys() & one.tags:
            carriers[tag].append(place)
    ends = sorted((found.interval[1], tag) for tag, found in judged.items())
    weaker, at, rests = np.zeros_like(right), 0, dict[str, _Count]()
    for tag in sorted(judged, key=lambda name: judged[name].accuracy):
        while at < len(ends) and ends[at][0] < judged[tag].accuracy:
            weaker[carriers[ends[at][1]]] = True
            at += 1
        without = np.ones_like(right)
        without[carriers[tag]] = False
        # Where all others are weaker, they are the rest after all.
        rest = without & ~weaker if (without & ~weaker).any() else without
        hits, samples = int(right[rest].sum()), int(rest.sum())
        # A tag that every sample carries has no rest, and is asked for none.
        rests[tag] = _Count(hits, samples, wilson(hits, samples) if samples else (0.0, 1.0), worth * samples)
    return rests


def _target(tag: str, whole: _Count, judged: "Mapping[str, _Count]", rest: _Count, against: Against) -> _Target:
    key, equals, _ = tag.partition("=")
    siblings = [name for name in judged if equals and name != tag and name.startswith(f"{key}=")]
    if against == "best" and siblings:
        # By the lower end of the interval: of many speakers the best is the luckiest, and a value with 5 samples that
        # are all right would set a target that nothing can reach.
        best = max(siblings, key=lambda name: (judged[name].interval[0], name))
        # The values of a key may all be weak, as those of `slice=` are: then the rest is the better target.
        if not rest.samples or judged[best].interval[0] >= rest.interval[0]:
            return _Target(best, judged[best])
    # A tag that every sample carries has no rest: it is held against itself, and there is no gap.
    return _Target("overall", whole) if against == "overall" or not rest.samples else _Target("rest", rest)


def _is_left_out(tag: str, ignore: "Collection[str]") -> bool:
    return tag in ignore or ("=" in tag and tag.partition("=")[0] in ignore)


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
        human = shares["human"]
        gap, gain = gap_and_gain(shares["accuracy"], human, shares["share"])
        tags[tag] = RankedTag(tag, None, shares["share"], shares["accuracy"], None, human, gap, gain, "human", human)
    return SliceRanking(Overall(None, None), _sorted(tags.values()))


def gap_and_gain(accuracy: float, target: float, share: float) -> tuple[float, float]:
    """Return gap and gain, rounded to 12 digits: what is equal on paper is equal here, and ties are the same ties."""
    # Adding 0 makes a rounded -0.0 an ordinary 0.
    return round(target - accuracy, _DIGITS) + 0.0, round((target - accuracy) * share, _DIGITS) + 0.0


def _weak(tag: str, found: _Count, whole: _Count, levels: "Mapping[str, float]", beside: _Target) -> RankedTag:
    human = levels.get(tag, levels.get(ALL))
    target = beside.of.accuracy if human is None else human
    # A human level is taken as it is given: how sure people are of it is not known here.
    variance = found.variance() + (beside.of.variance() if human is None else 0.0)
    share = found.samples / whole.samples
    gap, gain = gap_and_gain(found.accuracy, target, share)
    return RankedTag(
        tag=tag,
        samples=found.samples,
        share=share,
        accuracy=found.accuracy,
        interval=found.interval,
        human=human,
        gap=gap,
        gain=gain,
        against=beside.against if human is None else "human",
        target=target,
        shrunk_gap=round(gap * max(0.0, 1 - variance / gap**2), _DIGITS) if gap else 0.0,
    )


def _sorted(tags: "Iterable[RankedTag]") -> tuple[RankedTag, ...]:
    return tuple(sorted(tags, key=lambda weak: (-weak.gain, -weak.share, weak.tag)))
