"""The health of a set on its way through some steps: what was found, what was dropped for it, what is still there."""

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from curate.describe.imbalance import Described
from curate.facts.records import KINDS, Finding, Kind, Severity
from curate.records.origin import NOWHERE, Origin
from curate.records.reader import open_manifest, read_as

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

WORST = 4


class Listed(Described):
    """The part of a sample that health and balance are counted by: a narrow view."""

    kind: str | None = None
    findings: tuple[Finding, ...] = ()
    origin: Origin | None = None

    @property
    def is_generated(self) -> bool:
        """Whether a recipe made it, as an addition."""
        return self.origin is not None and self.origin.is_generated


class Example(Struct, frozen=True):
    """One finding on one sample.

    Attributes:
        path: Of the sample.
        label: Of the sample.
        kind: `image` or `audio`.
        finding: What was found.
        kept: Whether the sample is still there.
    """

    path: str
    label: str | None
    kind: Kind | None
    finding: Finding
    kept: bool


class CheckHealth(Struct, frozen=True):
    """One check.

    Attributes:
        check: Its name.
        severity: The gravest that it gave.
        found: Samples that it was found on, at any step.
        left: Of these, the samples that are still there at the end.
        worst: The farthest from the threshold, dropped ones first.
    """

    check: str
    severity: Severity
    found: int
    left: int
    worst: tuple[Example, ...]


class Health(Struct, frozen=True):
    """A set at the beginning and at the end.

    Attributes:
        first: Samples at the beginning, without the generated ones; None where only one manifest is known.
        last: Samples at the end, without the generated ones.
        generated: Samples at the end that a recipe made.
        flagged: Samples on which something was found, at any step.
        flagged_left: Of these, the samples that are still there.
        dropped: Samples that are gone and were rejected or had an error, by the finding that is the reason.
        checks: Errors before warnings, then the most frequent.
    """

    first: int | None
    last: int
    generated: int
    flagged: int
    flagged_left: int
    dropped: dict[str, int]
    checks: tuple[CheckHealth, ...]

    @property
    def known(self) -> int:
        """How many samples findings are a share of: those at the beginning, else all that are known."""
        if self.first is None:
            return self.last + self.generated + self.flagged - self.flagged_left
        return max(self.first, self.flagged)


def samples_of(path: str) -> "Iterator[Listed]":
    """Yield the samples of a manifest; errors as those of `open_manifest` and `read_as`."""
    with open_manifest(path) as file:
        yield from read_as(file, Listed)


def survey(manifests: "Sequence[str]", rejects: "Sequence[str]" = (), worst: int = WORST) -> Health:
    """Return the health of a set.

    Args:
        manifests: What the steps wrote, in their order, one or more; the last one is the set as it is now.
        rejects: Manifests of dropped samples with their findings.
        worst: How many examples of each check.

    Raises:
        InputError: A file cannot be read; a line is malformed (`ManifestError`).
    """
    flagged, rejected = _flagged(manifests), _flagged(rejects)
    flagged |= rejected
    counts, kept = Counter[bool](), set[str]()
    for sample in samples_of(manifests[-1]):
        counts[sample.is_generated] += 1
        # Only keys of samples with findings are remembered: a set of a million sound ones costs nothing.
        if (key := _key(sample)) in flagged:
            kept.add(key)
    return Health(
        # One manifest is a state, no way from one to another.
        first=sum(not one.is_generated for one in samples_of(manifests[0])) if len(manifests) > 1 else None,
        last=counts[False],
        generated=counts[True],
        flagged=len(flagged),
        flagged_left=len(kept),
        dropped=_dropped({key: sample for key, sample in flagged.items() if key not in kept}, rejected),
        checks=tuple(_checks(flagged, kept, worst)),
    )


def reason(findings: "Sequence[Finding]") -> Finding:
    """Return the finding that a sample with one or more was dropped for: its first error, else what came last."""
    return next((found for found in findings if found.severity == "error"), findings[-1])


def _flagged(manifests: "Iterable[str]") -> dict[str, Listed]:
    """Return the samples with findings; a later step knows all that the ones before it found."""
    return {_key(sample): sample for path in manifests for sample in samples_of(path) if sample.findings}


def _dropped(gone: "dict[str, Listed]", rejected: "Container[str]") -> dict[str, int]:
    """Return how many were dropped for which check; samples that were only not selected have no such reason."""
    # A sample that is gone without an error and without being rejected was only not selected: it has no reason.
    found = ((key, reason(sample.findings)) for key, sample in gone.items())
    counts = Counter(one.check for key, one in found if one.severity == "error" or key in rejected)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _key(sample: Listed) -> str:
    """Return the path that a sample had when it was scanned."""
    return (sample.origin or NOWHERE).scanned_as or sample.path


def _checks(flagged: "dict[str, Listed]", kept: set[str], worst: int) -> "Iterable[CheckHealth]":
    examples: dict[str, list[Example]] = {}
    for key, sample in flagged.items():
        # Of a check that found something twice on one sample the last one counts: one sample, one example.
        for finding in {found.check: found for found in sample.findings}.values():
            one = Example(sample.path, sample.label, KINDS.get(sample.kind or ""), finding, key in kept)
            examples.setdefault(finding.check, []).append(one)
    return sorted(
        (_check(name, found, worst) for name, found in examples.items()),
        key=lambda check: (check.severity != "error", -check.found, check.check),
    )


def _check(name: str, found: list[Example], worst: int) -> CheckHealth:
    grave = any(example.finding.severity == "error" for example in found)
    # Dropped ones first, then the farthest from the threshold, then by name, so that two runs show the same.
    found.sort(key=lambda example: (example.kept, -_distance(example.finding), example.path))
    left = sum(example.kept for example in found)
    return CheckHealth(name, "error" if grave else "warning", len(found), left, tuple(found[:worst]))


def _distance(finding: Finding) -> float:
    """Return how far a value is from its threshold; 0 where the verdict is not a number."""
    if finding.value is None or finding.threshold is None:
        return 0.0
    return abs(finding.value - finding.threshold)
