"""What `burnish clean` says on stderr: what it learnt of the set, what it flagged, what it dropped."""

from collections import Counter
from dataclasses import dataclass, field

from cli.io.summary import kinds_in_words
from cli.io.terminal import progress, say
from curate.check.clean import Survey
from curate.facts.records import Finding
from curate.organize.quarantine import Quarantine
from curate.records.sample import Sample


@dataclass(slots=True)
class CleanTally:
    """Counts of a cleaning.

    Attributes:
        kept: Samples that go on.
        dropped: By the check that dropped them.
        findings: Samples by severity and check.
        examples: One path for each check.
    """

    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, sample: Sample, dropped_for: Finding | None) -> None:
        """Count one sample."""
        if dropped_for is None:
            self.kept += 1
        else:
            self.dropped[dropped_for.check] += 1
        for finding in sample.findings:
            self.findings[finding.severity, finding.check] += 1
            self.examples.setdefault(finding.check, sample.path)

    def failed_gates(self, gates: list[str]) -> list[str]:
        """Return, in words, the gates that do not hold: severities or checks that no sample should have."""
        failed = []
        for gate in gates:
            # A gate names a severity or a check; no check is called like a severity, so one look-up serves both.
            count = sum(number for names, number in self.findings.items() if gate in names)
            if count:
                failed.append(f"--fail-on {gate}: {count:,} findings")
        return failed


def say_survey(found: Survey) -> None:
    """Say what concerns the whole set."""
    for name, share in sorted(found.everywhere.items()):
        say(
            f"{name} would flag {100 * share:.1f} % of the set, so it says something of the set and flags nothing; "
            f"to flag them all the same: --only {name}"
        )
    if found.others:
        say(f"  {kinds_in_words(found.others)}: no check applies")
    if found.unmeasured:
        say(
            f"{found.unmeasured:,} of {found.samples:,} samples lack {', '.join(found.lacking)} and were not fully "
            "checked; measure them: burnish scan FOLDER"
        )


def say_tally(tally: CleanTally) -> None:
    """Say what was flagged and dropped."""
    total = tally.kept + tally.dropped.total()
    reasons = ", ".join(f"{name} {count:,}" for name, count in tally.dropped.most_common())
    dropped = f"dropped {tally.dropped.total():,}{f': {reasons}' if reasons else ''}"
    say(f"kept {tally.kept:,} of {total:,} samples; {dropped}")
    for (severity, check), count in sorted(tally.findings.items()):
        say(f"  {severity} {check}: {count:,}, such as {tally.examples[check]}")


def carry_out(files: Quarantine, *, apply: bool) -> None:
    """Move the dropped files into quarantine, or say what would be moved."""
    count, checks = len(files.operations), ", ".join(f"{name} {n:,}" for name, n in files.checks.most_common())
    if not count:
        say(f"no file has to go to {files.folder}")
        return
    if not apply:
        size = f"{files.bytes / 1e6:,.1f} MB"
        say(f"would move {count:,} files ({size}) to {files.folder}: {checks}; do it with --apply")
        return
    # By reason, because a full disk or one folder without rights is one line and not a thousand.
    left: dict[str, list[str]] = {}
    moved = 0
    with progress("quarantine", lambda: count) as counted:
        for outcome in counted(files.apply()):
            if outcome.status in {"done", "already"}:
                moved += 1
            else:
                left.setdefault(f"{outcome.status}: {outcome.detail}", []).append(outcome.operation.source)
    say(f"moved {moved:,} files to {files.folder}; take it back with: burnish undo {files.folder}/journal.jsonl")
    for reason, paths in left.items():
        say(f"  not moved: {paths[0]}{f' and {len(paths) - 1:,} more' if len(paths) > 1 else ''}: {reason}")
