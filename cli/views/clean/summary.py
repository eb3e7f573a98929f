"""What `burnish clean` says on stderr: what it learnt of the set, what it flagged, what it dropped."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cli.io.summary import kinds_in_words
from cli.io.table import names
from cli.io.terminal import progress, say
from cli.io.words import counted
from cli.views.clean.flagged_page import Gallery, page
from cli.views.kit.page import Links
from curate.check.checks import CHECKS, VERDICTS
from curate.check.policy import Policy
from curate.check.survey import Survey
from curate.facts.records import Finding
from curate.ground.command_line import call
from curate.media.storage.publish import write_whole
from curate.organize.quarantine import Quarantine
from curate.records.sample import Sample

if TYPE_CHECKING:
    from curate.review.rejections import Rejections

_SHOWN = 3


@dataclass(slots=True)
class CleanTally:
    """Counts of a cleaning.

    Attributes:
        kept: Samples that go on.
        dropped: By the check that dropped them.
        findings: Samples by severity and check.
        examples: One path for each check.
        gallery: What a page shows; None: there is to be none.
    """

    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    gallery: Gallery | None = None

    def add(self, sample: Sample, dropped_for: Finding | None) -> None:
        """Count one sample."""
        if dropped_for is None:
            self.kept += 1
        else:
            self.dropped[dropped_for.check] += 1
        for finding in sample.findings:
            self.findings[finding.severity, finding.check] += 1
            self.examples.setdefault(finding.check, sample.path)
            if self.gallery:
                self.gallery.add(sample, finding)

    def failed_gates(self, gates: list[str]) -> list[str]:
        """Return, in words, the gates that do not hold: severities or checks that no sample should have."""
        failed = []
        for gate in gates:
            # A gate names a severity or a check; no check is called like a severity, so one look-up serves both.
            count = sum(number for names, number in self.findings.items() if gate in names)
            if count:
                checks = sorted({check for severity, check in self.findings if gate in (severity, check)})
                shown = ", ".join(f"{check} {self._count(check):,} ({self.examples[check]})" for check in checks[:3])
                more = f" and {len(checks) - 3:,} more checks" if len(checks) > 3 else ""
                failed.append(f"--fail-on {gate}: {counted(count, 'finding')}: {shown}{more}")
        return failed

    def places(self, gates: list[str]) -> list[tuple[str, str]]:
        """Return an example, with what is wrong there, of each check that a gate names, for annotations."""
        checks = sorted({names[1] for names in self.findings if any(gate in names for gate in gates)})
        return [(self.examples[check], f"{check}: one of {counted(self._count(check), 'file')}") for check in checks]

    def _count(self, check: str) -> int:
        return sum(number for (_, name), number in self.findings.items() if name == check)


def say_survey(found: Survey) -> None:
    """Say what concerns the whole set."""
    for name, share in sorted(found.everywhere.items()):
        say(
            f"{name} would flag {100 * share:.1f} % of the set, so it says something of the set and flags nothing; "
            f"to flag them all the same: --only {name}"
        )
    for name, classes in sorted(found.classes.items()):
        named = names(sorted(classes))
        if name in found.sounds:
            say(
                f"{name} would flag most of {len(classes):,} classes ({named}): the labels are sounds of that kind, so "
                f"it flags nothing; to flag them all the same: --only {name}"
            )
        else:
            say(f"{name} would flag most of {named} and spares it; to flag it all the same: --only {name}")
    if found.others:
        say(f"  {kinds_in_words(found.others)}: no check applies")
    if found.unmeasured:
        say(
            f"{found.unmeasured:,} of {found.samples:,} samples lack {', '.join(found.lacking)} and were not fully "
            "checked; measure them: burnish scan FOLDER"
        )


def say_learnt(found: Survey, policy: Policy) -> None:
    """Say which thresholds --auto took from the set, and how to keep them."""
    kept = []
    for name, learnt in found.learnt.items():
        check = CHECKS[name]
        if not check.spread or learnt.threshold is None or name in policy.thresholds:
            continue
        if learnt.median is None and not learnt.samples:
            continue
        if learnt.median is None:
            say(f"  {name}: {check.threshold:g}, as there are too few samples to learn from")
            continue
        kept.append(f"--set {name}={learnt.threshold:g}")
        say(
            f"  {name}: {check.side} {learnt.threshold:g} instead of {check.threshold:g} "
            f"(median {learnt.median:.3g}): {found.flagged.get(name, 0):,}"
        )
    if kept:
        say(f"look at what they flag with --html FILE before you drop any; to keep them: {' '.join(kept)}")


def say_tally(tally: CleanTally, keep: Collection[str] = ()) -> None:
    """Say what was flagged and dropped.

    Args:
        tally: What came of it.
        keep: Checks whose samples the user keeps.
    """
    total = tally.kept + tally.dropped.total()
    reasons = ", ".join(f"{name} {count:,}" for name, count in tally.dropped.most_common())
    dropped = f"dropped {tally.dropped.total():,}{f': {reasons}' if reasons else ''}"
    say(f"kept {tally.kept:,} of {total:,} samples; {dropped}")
    for (severity, check), count in sorted(tally.findings.items()):
        say(f"  {severity} {check}: {count:,}, such as {tally.examples[check]}")
    for check in sorted(keep):
        is_error = check in VERDICTS and VERDICTS[check].severity == "error"
        if is_error and tally.findings["warning", check]:
            say(f"  {check}: kept, with a warning instead of an error; later commands take what decodes of them")
        if useless := tally.findings["error", check]:
            say(f"  {check}: kept as errors, which later commands leave out: {useless:,}")


def say_rejections(found: "Rejections", notes: Sequence[str]) -> None:
    """Say what the answers of people come to, and which of them decide nothing and why."""
    for note in notes:
        say(f"note: {note}")
    say(f"answers: {len(found.rejected):,} samples rejected, {len(found.spared):,} kept")
    for paths, what in (
        (found.undecided, "people disagree, so that the answers decide nothing"),
        (found.held, "rejected, but of the test split, which loses samples by --rule adjudicated only"),
        (found.void, "void, the file is not the one that was seen"),
        (found.strangers, "answers about files that the manifest does not have"),
    ):
        if paths:
            say(f"  {what}: {len(paths):,}, such as {', '.join(paths[:_SHOWN])}")


class Page(NamedTuple):
    """Where the page of what is flagged goes, where the samples are, and which manifest they are of."""

    file: str | None = None
    root: str | None = None
    manifest: str = "-"


def write_page(wanted: Page, tally: CleanTally, found: Survey) -> None:
    """Write the page, if it is wanted."""
    if not wanted.file or tally.gallery is None:
        return
    counts: Counter[str] = Counter()
    for (_, check), count in tally.findings.items():
        counts[check] += count
    with write_whole(wanted.file) as file:
        file.write(page(tally.gallery, found, dict(counts), wanted.manifest, Links(wanted.root, wanted.file)))
    say(f"wrote {wanted.file}")


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
    way_back = call("undo", f"{files.folder}/journal.jsonl")
    say(f"moved {moved:,} files to {files.folder}; take it back with: {way_back}")
    for reason, paths in left.items():
        say(f"  not moved: {paths[0]}{f' and {len(paths) - 1:,} more' if len(paths) > 1 else ''}: {reason}")
