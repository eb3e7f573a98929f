"""What became of each window: a line of `history.jsonl`, which a dashboard is drawn from.

A history only grows: a run appends its windows whole or not at all, and never judges one again. Alpha is shared over
all windows that there will ever be.
"""

import math
import os
from typing import TYPE_CHECKING

import msgspec

from curate.drift.tests import OneTest, Verdict
from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError, ManifestError
from curate.ground.json import Decoder, encode
from curate.ground.run_stats import RunStats

if TYPE_CHECKING:
    from collections.abc import Sequence


class Spread(msgspec.Struct, frozen=True):
    """A number in a window.

    Attributes:
        q1: A quarter of the values is below it; None where there is no value, as below.
        median: Half of the values is below it.
        q3: Three quarters of the values are below it.
        missing: Share of the samples that could have it and do not.
    """

    q1: float | None
    median: float | None
    q3: float | None
    missing: float


class Part(msgspec.Struct, frozen=True):
    """How often predictions are right, where labels came back.

    Attributes:
        name: Of the tag; empty: of all.
        samples: With a label and a prediction.
        accuracy: Share that is right.
        interval: Its 95 % interval.
        difference: To the reference; None where that has too few.
        difference_interval: Its 95 % interval (Newcombe).
    """

    name: str
    samples: int
    accuracy: float
    interval: tuple[float, float]
    difference: float | None = None
    difference_interval: tuple[float, float] | None = None


class Expected(msgspec.Struct, frozen=True):
    """What accuracy confidences promise, where no label came back.

    Attributes:
        accuracy: Mean of the confidences.
        sd: Of the share that is right, if each prediction is right with its confidence.
        samples: That have a confidence.
    """

    accuracy: float
    sd: float
    samples: int


class Shown(msgspec.Struct, frozen=True):
    """A sample of a window, to be looked at.

    Attributes:
        path: Of the sample.
        kind: Of the sample.
        words: Its label, its prediction and how sure that is.
    """

    path: str
    kind: str | None = None
    words: str = ""


class Scans(msgspec.Struct, frozen=True):
    """What the scans took since windows were judged before.

    Attributes:
        runs: How many there were.
        files: Decoded by all of them.
        seconds: By the clock, of those runs that decoded any.
        cpu_seconds: Of all processors, of the same.
        memory_mb: Most of any one process.
    """

    runs: int
    files: int
    seconds: float
    cpu_seconds: float
    memory_mb: float


class Run(msgspec.Struct, frozen=True):
    """What it took to read and judge the log, of which the window is one.

    Attributes:
        at: When, ISO 8601.
        samples: Of the whole log.
        seconds: In all.
        memory_mb: At most.
        scans: What came before it; None where nobody noted that (`scan --stats`).
        validated: The last validation since windows were judged before; None where none was noted.
    """

    at: str
    samples: int
    seconds: float
    memory_mb: float
    scans: Scans | None = None
    validated: RunStats | None = None


class WindowReport(msgspec.Struct, frozen=True):
    """What became of a window.

    Attributes:
        number: Its place in the history, from 1.
        window: What it is called.
        every: How the log is parted.
        place: The last place of it, after which the next run begins.
        first: When its first sample was, ISO 8601; None where samples have no time.
        last: When its last sample was.
        samples: All of them.
        compared: Those that were drawn.
        verdict: Of all its tests.
        alpha: How often it says drifted where nothing changed: its share of the history's.
        margin: Effects below do not matter.
        tests: What drifted first.
        reference: Digest of what it was held against.
        inputs: Facts that are numbers.
        names: Shares of labels and predictions, the most frequent of the reference.
        empty: Share of samples without a prediction; None where there is none at all.
        findings: Share of samples with a finding, by check.
        accuracy: Over all first, then by tag.
        expected: What accuracy the confidences promise; None where they cannot be trusted, or there are none.
        label_shift: Shares of the labels that the predictions imply; empty where that cannot be told.
        shown: Samples of it; those first that make it look new.
        run: What it took.
        notes: What could not be told, in sentences.
    """

    number: int
    window: str
    every: str
    place: int
    samples: int
    compared: int
    verdict: Verdict
    alpha: float
    margin: float
    tests: tuple[OneTest, ...]
    reference: str
    first: str | None = None
    last: str | None = None
    inputs: dict[str, Spread] = {}
    names: dict[str, dict[str, float]] = {}
    empty: float | None = None
    findings: dict[str, float] = {}
    accuracy: tuple[Part, ...] = ()
    expected: Expected | None = None
    label_shift: dict[str, float] = {}
    shown: tuple[Shown, ...] = ()
    run: Run | None = None
    notes: tuple[str, ...] = ()

    @property
    def alarms(self) -> tuple[OneTest, ...]:
        """Return the tests that say drifted."""
        return tuple(one for one in self.tests if one.verdict == "drifted")


class OverTime(msgspec.Struct, frozen=True):
    """What became of a log.

    Attributes:
        verdict: Of the windows of this call: drifted if any is, steady only if all are.
        windows: All that the history has, those of this call last.
        new: How many of them are of this call.
        waiting: Samples of the last window, which is not over yet, or too small.
        passed: Samples of windows that were judged before.
        alpha: Of all windows together.
        validated: The last validation that was noted; None where none was.
    """

    verdict: Verdict
    windows: tuple[WindowReport, ...]
    new: int
    waiting: int
    passed: int
    alpha: float
    validated: RunStats | None = None


def share_of_alpha(alpha: float, number: int, windows: int | None) -> float:
    """Return the alpha of a window, so that all of them together keep the whole.

    Args:
        alpha: Of the whole page.
        number: Of the window, from 1.
        windows: How many there are; None: nobody knows, and the k-th gets 6 / (π² k²), which sum to 1 over all.
    """
    return alpha / windows if windows else alpha * 6 / (math.pi * number) ** 2


def read_history(path: str) -> list[WindowReport]:
    """Return the windows of a history; of a file that is not there yet, none.

    Raises:
        InputError: It cannot be read, or its windows are not in order.
        ManifestError: A line is none of a history; names file and line.
    """
    if not os.path.exists(path):
        return []
    found: list[WindowReport] = []
    decoder = Decoder(WindowReport)
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    found.append(decoder.decode(line))
                except ValueError as error:
                    raise ManifestError(path, number, f"no line of a history of burnish drift: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise InputError(f"{path}: its windows are not numbered from 1 on; lines are missing, or two files were joined")
    return found


def check_continues(history: "Sequence[WindowReport]", path: str, every: str, reference: str, alpha: float) -> None:
    """Refuse to go on with a history that was made otherwise.

    Raises:
        InputError: It has other windows, another reference, or another alpha, which then would not be that of the page.
    """
    if not history:
        return
    last = history[-1]
    if last.every != every:
        raise InputError(f"{path} has windows of {last.every}, not of {every}; name another file for those")
    if last.reference != reference:
        raise InputError(f"{path} was made with another reference; name another file, or give the reference of then")
    if not math.isclose(last.alpha, share_of_alpha(alpha, last.number, None), rel_tol=1e-6):
        spent = last.alpha / share_of_alpha(1.0, last.number, None)
        raise InputError(f"{path} was made with --alpha {spent:.3g}, not {alpha:g}; name another file for that")


def write_history(path: str, windows: "Sequence[WindowReport]") -> None:
    """Write a history, whole or not at all."""
    with atomic_write(path) as file:
        for one in windows:
            file.write(encode(one) + b"\n")
