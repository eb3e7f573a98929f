"""What a manifest holds, counted line by line."""

from collections import Counter
from dataclasses import dataclass, field

from curate.facts.records import Finding, Severity
from curate.records.sample import View


class Seen(View):
    """The part of a sample that is counted."""

    path: str
    kind: str | None = None
    label: str | None = None
    split: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts over a manifest.

    Attributes:
        samples: All of them.
        kinds: By kind.
        labels: By label.
        splits: By split.
        findings: By severity and check.
        examples: One path for each check.
    """

    samples: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[Severity, str]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, seen: Seen) -> None:
        """Count one sample."""
        self.samples += 1
        self.kinds[seen.kind or "unknown"] += 1
        if seen.label is not None:
            self.labels[seen.label] += 1
        if seen.split is not None:
            self.splits[seen.split] += 1
        for finding in seen.findings:
            self.findings[finding.severity, finding.check] += 1
            self.examples.setdefault(finding.check, seen.path)
