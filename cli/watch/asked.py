"""What was asked of `burnish drift`, checked before anything is read, and the reading of both sides."""

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.io import reports, streams
from cli.io.terminal import say
from curate.ground.errors import GateError, UsageError, did_you_mean
from curate.ground.json import encode

if TYPE_CHECKING:
    from curate.drift.comparisons import Subject
    from curate.drift.rows import Rows
    from curate.drift.tests import Verdict
    from curate.drift.verdicts import Judge
    from curate.split.grouping import Grouping

GATES = ("drifted", "not-steady")
PREDICTIONS = "predictions.jsonl"
_CRON_S = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that all kinds of comparison share.

    Attributes:
        reference: Manifest, predictions or run.
        new: Manifest or log; None: standard input.
        on: What is compared.
        group: What makes a group; empty: nothing does.
        alpha: Level of all tests together.
        margin: Effects below do not matter.
        seed: Where chance begins.
        root: Where the files are.
        formats: What is written.
        fail_if: The gate; None: none.
        on_alarm: The user's command; None: none.
    """

    reference: str
    new: str | None
    on: "tuple[Subject, ...]"
    group: str
    alpha: float
    margin: float
    seed: int
    root: str | None
    formats: reports.Formats
    fail_if: str | None
    on_alarm: str | None

    def check(self) -> "Asked":
        """Refuse, before any work, what makes no sense; return the same.

        Raises:
            UsageError: A number is out of its range, the gate is unknown, the command is none, or both sides are one.
        """
        for name, value in (("--alpha", self.alpha), ("--margin", self.margin)):
            if not 0 < value < 1:
                raise UsageError(f"{name} {value:g}: it has to be above 0 and below 1")
        if self.fail_if is not None and self.fail_if not in GATES:
            raise UsageError(f"--fail-if {self.fail_if!r} is unknown{did_you_mean(self.fail_if, GATES)}")
        if self.reference == "-" and self.new in {None, "-"}:
            raise UsageError("standard input is one manifest; name a file for REFERENCE or for NEW")
        if self.on_alarm is not None:
            program(self.on_alarm)
        return self

    def grouping(self) -> "Grouping | None":
        """Return what makes a group."""
        from curate.split.grouping import make_grouping

        return make_grouping(self.group) if self.group else None

    def judge(self) -> "Judge":
        """Return who judges."""
        from curate.drift.verdicts import Judge

        return Judge(self.alpha, self.margin, self.seed, group=self.group)

    def read_reference(self, most: int | None = None, named: str | None = None) -> "Rows":
        """Return the reference, without the samples that a recipe made."""
        return read_rows(self.reference, self.grouping(), self.seed, most, named, generated=False)

    def end(self, verdict: "Verdict", result: object) -> None:
        """Tell the user's command of an alarm, and hold the verdict against the gate.

        Raises:
            GateError: It did not hold.
        """
        self.alarm(verdict, result)
        self.check_gate(verdict)

    def alarm(self, verdict: "Verdict", result: object) -> None:
        """Tell the user's command where something drifted."""
        if verdict == "drifted" and self.on_alarm:
            tell(self.on_alarm, encode(result))

    def check_gate(self, verdict: "Verdict") -> None:
        """Hold the verdict against the gate.

        Raises:
            GateError: It did not hold.
        """
        of = f"{self.new or 'standard input'} against {self.reference}"
        if (self.fail_if == "drifted" and verdict == "drifted") or (
            self.fail_if == "not-steady" and verdict != "steady"
        ):
            raise GateError(f"{of}: {verdict}")


def parse_on(text: str | None) -> "tuple[Subject, ...]":
    """Return what is to be compared.

    Raises:
        UsageError: A word is unknown.
    """
    from curate.drift.compare import DEFAULT
    from curate.drift.comparisons import SUBJECTS

    if text is None:
        return DEFAULT
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in SUBJECTS:
            raise UsageError(f"--on {word!r} is unknown{did_you_mean(word, SUBJECTS)}")
    return tuple(one for one in SUBJECTS if one in words)


def file_of(path: str) -> str:
    """Return the file to read: of a run, its predictions."""
    inside = os.path.join(path, PREDICTIONS)
    return inside if os.path.isfile(inside) else path


def read_rows(
    path: str | None,
    grouping: "Grouping | None",
    seed: int,
    most: int | None,
    named: str | None,
    *,
    generated: bool = True,
) -> "Rows":
    """Return the samples of a manifest as columns.

    Args:
        path: Manifest, predictions or run; None or `-`: standard input.
        grouping: What makes a group.
        seed: Of what is drawn where there are very many.
        most: How many are kept at most; None: the usual number.
        named: A field of the user's that is read too.
        generated: Whether samples that a recipe made take part.
    """
    from curate.drift.rows import MOST_ROWS, Reservoir, fill, view

    with streams.records(file_of(path) if path else path, view(named)) as samples:
        rows = fill(Reservoir(most or MOST_ROWS, grouping, seed), samples, generated=generated)
    if grouping is not None and rows.ungrouped and not rows.kept:
        grouping.check_found()
    return rows


def program(command: str) -> list[str]:
    """Return the words of the user's command; no shell will see them.

    Raises:
        UsageError: It has unmatched quotes, or there is no such program.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--on-alarm {command!r}: {error}") from None
    if not words or shutil.which(words[0]) is None:
        raise UsageError(f"--on-alarm {command!r}: there is no program {words[0] if words else ''!r}")
    return words


def tell(command: str, report: bytes) -> None:
    """Start the user's command with the report as JSON on its standard input; that it failed is said in any case."""
    words = program(command)
    try:
        code = subprocess.run(words, input=report + b"\n", stdout=2, check=False, timeout=_CRON_S).returncode  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"--on-alarm: {words[0]} could not be run to its end: {error}", loud=True)
        return
    if code:
        say(f"--on-alarm: {words[0]} ended with {code}", loud=True)
