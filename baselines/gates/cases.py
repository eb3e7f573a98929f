"""The cases that a gate looks at: what both systems said of one (shadow), or one of them (canary, switch)."""

from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from baselines.runs.prediction_log import Logged


class Case(NamedTuple):
    """A case that both systems saw.

    Attributes:
        key: What it is known by.
        old: What the old system said.
        new: What the new system said.
        label: The true class; None where nobody knows it.
        tags: Those that either log knows.
        group: What it belongs to; None where that is not known.
    """

    key: str
    old: str
    new: str
    label: str | None
    tags: tuple[str, ...] = ()
    group: str | None = None

    @property
    def gain(self) -> int:
        """1 where only the new system is right, -1 where only the old one is, else 0."""
        return (self.new == self.label) - (self.old == self.label)


class Cases(NamedTuple):
    """The cases of two logs that go on at the same time.

    Attributes:
        seen: By both, in the order of the new log.
        only_old: How many only the old system saw.
        only_new: How many only the new system saw.
        relabelled: How many have two labels; that of the new log is taken.
    """

    seen: list[Case]
    only_old: int
    only_new: int
    relabelled: int

    @property
    def counted(self) -> list[Case]:
        """Those from which the difference can be told.

        Where both said the same the difference is 0, whatever the truth: once all others have a label, these count as
        well. Until then only what has a label does: with the others in, a small difference would come from missing
        labels.
        """
        if all(case.label is not None for case in self.discordant):
            return self.seen
        return [case for case in self.seen if case.label is not None]

    @property
    def discordant(self) -> list[Case]:
        """Those of which the two systems said different things: the only ones whose label matters."""
        return [case for case in self.seen if case.old != case.new]


def pair_logs(old: "Sequence[Logged]", new: "Sequence[Logged]", truth: "Mapping[str, str]") -> Cases:
    """Return the cases that both systems saw.

    Args:
        old: The log of the old system.
        new: The log of the new system.
        truth: Labels by key, which win over those of the logs.

    Raises:
        InputError: They have no case in common.
    """
    before = {entry.key: entry for entry in old}
    relabelled, seen = 0, []
    for entry in new:
        other = before.get(entry.key)
        if other is None:
            continue
        label = truth.get(entry.key, entry.label if entry.label is not None else other.label)
        relabelled += entry.key not in truth and None not in {entry.label, other.label} and entry.label != other.label
        group = entry.group if entry.group is not None else other.group
        tags = tuple(dict.fromkeys((*other.tags, *entry.tags)))
        seen.append(Case(entry.key, other.prediction, entry.prediction, label, tags, group))
    if not seen:
        raise InputError(
            f"the logs have no case in common: {len(old):,} and {len(new):,} with other keys; for systems that saw "
            "different cases use gate canary, or name what cases are known by: --key FIELD"
        )
    return Cases(seen, len(old) - len(seen), len(new) - len(seen), relabelled)


class Answer(NamedTuple):
    """What one system said of a case, held against the truth.

    Attributes:
        right: Whether it was right.
        time: Seconds since 1970.
        tags: Of the case.
        group: What it belongs to; None where that is not known.
    """

    right: bool
    time: float
    tags: tuple[str, ...]
    group: str | None


class Arms(NamedTuple):
    """What two systems said of different cases.

    Attributes:
        old: Answers of the old system, in the order of time.
        new: Answers of the new system, in the order of time.
        unlabelled: Cases that are left out because nobody knows their label.
        outside: Cases of the old and of the new system that are left out because only one was asked at the time.
    """

    old: list[Answer]
    new: list[Answer]
    unlabelled: int
    outside: tuple[int, int]


def judge_arms(
    old: "Sequence[Logged]", new: "Sequence[Logged]", truth: "Mapping[str, str]", *, together: bool, since: float | None
) -> Arms:
    """Return what the two systems said of their cases.

    Args:
        old: The log of the old system.
        new: The log of the new system.
        truth: Labels by key, which win over those of the logs.
        together: Whether both have to have been asked at the same time, as in a canary; then only what falls into the
            time of both counts.
        since: Only cases after that time count; None: all.

    Raises:
        InputError: A case has no time, the times do not overlap, or overlap where one comes after the other.
    """
    for entries, name in ((old, "old"), (new, "new")):
        if missing := sum(entry.time is None for entry in entries):
            raise InputError(
                f"{missing:,} of {len(entries):,} predictions of the {name} system have no time, and only with it can "
                "be told whether both were asked at the same time; name the field: --time FIELD"
            )
    before, after = _answers(old, truth, since), _answers(new, truth, since)
    unlabelled = sum(
        entry.label is None and entry.key not in truth and (since is None or (entry.time or 0.0) > since)
        for entry in (*old, *new)
    )
    if not together:
        if before and after and after[0].time < before[-1].time:
            raise InputError(
                "the new system was asked before the old one stopped: that is no switch; use gate canary for cases "
                "that were shared out at the same time, or gate shadow where both saw the same ones"
            )
        return Arms(before, after, unlabelled, (0, 0))
    if not before or not after:
        return Arms(before, after, unlabelled, (0, 0))
    # Sorted by time, so that the first and the last answer are the ends.
    begin, end = max(before[0].time, after[0].time), min(before[-1].time, after[-1].time)
    if begin > end:
        raise InputError(
            "the two systems were asked at different times, and what changed meanwhile is no fault of either; use "
            "gate switch, the weakest design, where one simply took the place of the other"
        )
    inside_old, inside_new = ([one for one in arm if begin <= one.time <= end] for arm in (before, after))
    outside = len(before) - len(inside_old), len(after) - len(inside_new)
    return Arms(inside_old, inside_new, unlabelled, outside)


def _answers(entries: "Sequence[Logged]", truth: "Mapping[str, str]", since: float | None) -> list[Answer]:
    found = [
        Answer(entry.prediction == label, entry.time, entry.tags, entry.group)
        for entry in entries
        if (label := truth.get(entry.key, entry.label)) is not None
        and entry.time is not None
        and (since is None or entry.time > since)
    ]
    return sorted(found, key=lambda answer: answer.time)
