"""Validating: named anomalies of samples and of the set, and the samples that are rejected for them.

A share alarms only if chance does not explain it: the one-sided binomial test of as many or more, if the allowed share
is the true one, with the level shared out over all tests of the call (Bonferroni), so that of batches without any
change at most `alpha` alarm. The test takes samples for independent ones; a hundred clips of one speaker are not, and
with groups the shares of whole groups are tested (`curate.statistics.group_shares`).
"""

from collections import Counter
from dataclasses import dataclass, field
from heapq import nlargest
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from curate.facts.records import Finding
from curate.records.reader import parse
from curate.records.writer import changed, encode
from curate.schema.anomalies import ANOMALIES, GRAVITIES, Anomaly, Example, Gravity, Validation
from curate.schema.columns import columns
from curate.schema.rules import Broken, broken, short
from curate.schema.seen import Paths
from curate.statistics.binomial import more_p
from curate.statistics.group_shares import GroupShares, groups_that_tell

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from numpy.typing import NDArray

    from curate.schema.columns import Columns
    from curate.schema.groups import Groups
    from curate.schema.records import Schema

_EXAMPLES = 12
_NAMED = 5

Anomalous = tuple[str, str]
"""Name and place of an anomaly."""


@dataclass(slots=True)
class _Count:
    """What was counted of one rule."""

    checked: int = 0
    allowed: float = 0.0
    samples: int = 0
    expected: str = ""
    worst: list[tuple[float, int, Example]] = field(default_factory=list)
    values: Counter[Any] = field(default_factory=Counter)
    shares: GroupShares | None = None

    def add(self, found: Broken, block: "Columns", groups: "NDArray[np.int64] | None" = None) -> None:
        """Count what a block has; `groups` are the numbers of the groups of its samples."""
        self.checked += found.checked
        if groups is not None:
            self.shares = self.shares or GroupShares()
            positions_of = (np.asarray(some, np.intp) for some in (found.among, found.positions))
            self.shares.add(*(groups[some] for some in positions_of))
        self.allowed, self.expected = found.allowed, found.expected
        positions = [int(at) for at in found.positions]
        # Most rules find nothing in most blocks.
        if not positions:
            return
        if not found.distances and found.values[0] is not None:
            self._count_values(found.values)
        distances = found.distances or [0.0] * len(positions)
        # Of equals the first one read: the order of the lines is the tie-break, as a negative number.
        farthest = nlargest(
            _EXAMPLES, zip(distances, [-self.samples - at for at in range(len(positions))], strict=True)
        )
        for distance, order in farthest:
            at = -order - self.samples
            sample = block.samples[positions[at]]
            value = found.values[at]
            example = Example(sample.path, sample.kind, sample.label, None if value is None else short(value))
            self.worst.append((distance, order, example))
        self.worst = sorted(self.worst, key=lambda one: one[:2], reverse=True)[:_EXAMPLES]
        self.samples += len(positions)

    def _count_values(self, values: "Iterable[Any]") -> None:
        for value, count in Counter(values).items():
            if value in self.values or len(self.values) < 1000:
                self.values[value] += count


class Judgement(NamedTuple):
    """A line of a manifest that was validated.

    Attributes:
        line: The sample; of one that is rejected, with its findings.
        rejected_for: The name of the first anomaly that it is rejected for; empty: it goes on.
    """

    line: bytes
    rejected_for: str = ""


def validate(
    open_lines: "Callable[[], Iterator[bytes]]",
    schema: "Schema",
    without: "Container[str]" = (),
    groups: "Groups | None" = None,
) -> tuple[Validation, frozenset[int]]:
    """Return the anomalies of a manifest, and the hashes of paths that came more than once; 8 bytes a sample are kept.

    Args:
        open_lines: Gives the lines of the manifest from its beginning, as `curate.records.reader.lines` does; called a
            second time only if a path stands there twice.
        schema: What samples are to be like.
        without: Places that need not be there, as an environment says.
        groups: What is known to belong together; None: every sample stands for itself.

    Raises:
        LineError: A line is no sample, or its facts are of another version than the schema's.
        UsageError: No sample is in any group.
    """
    counts: dict[Anomalous, _Count] = {}
    labels: Counter[str | None] = Counter()
    paths, samples, generated = Paths(), 0, 0
    for block in columns(open_lines(), schema.facts_version):
        samples += len(block.samples)
        generated += len(block.lines) - len(block.samples)
        paths.add(sample.path for sample in block.samples)
        labels.update(block.names["label"][1].tolist())
        numbers = groups.numbers(block) if groups else None
        if groups and numbers is not None:
            groups.labelled.update(numbers[[at for at, one in enumerate(block.samples) if one.label is not None]])
        for found in broken(block, schema, without):
            counts.setdefault((found.name, found.of), _Count()).add(found, block, numbers)
    grouped = (groups.met, groups.alone) if groups else (None, 0)
    if groups and samples:
        groups.check()
    twice = frozenset(paths.repeated())
    if twice:
        counts["duplicate-path", "path"] = _duplicates(open_lines(), twice, schema, groups)
    # One speaker who says no "seven" says none in a hundred clips either: of groups, each is one chance.
    labelled = len(groups.labelled) if groups else labels.total() - labels[None]
    lost = {} if "label" in without else _chances_of_loss(schema, labelled)
    tests = len(lost) + sum(0 < one.allowed < 1 and one.checked > 0 for one in counts.values())
    # What allows nothing or everything is no test, and takes no part of the level.
    level = schema.alpha / max(1, tests)
    anomalies = [_anomaly(*name, one, level) for name, one in counts.items() if one.samples]
    if gone := {label: p for label, p in lost.items() if not labels[label]}:
        anomalies.append(_lost(gone, schema, labelled, level))
    if samples < schema.samples:
        detail = f"{samples:,} samples, where the schema asks for {schema.samples:,}"
        anomalies.append(
            Anomaly("too-few-samples", "samples", "error", samples, 1.0, samples, None, samples, None, None, detail)
        )
    anomalies.sort(key=lambda one: (GRAVITIES.index(one.severity), -one.share, one.name, one.of))
    return Validation(samples, generated, schema.alpha, tests, tuple(anomalies), *grouped), twice


def judge(
    lines: "Iterable[bytes]",
    schema: "Schema",
    without: "Container[str]",
    wanted: "Container[Anomalous]",
    twice: frozenset[int] = frozenset(),
) -> "Iterator[Judgement]":
    """Yield each line, with its findings where the sample has an anomaly that it is rejected for.

    Args:
        lines: Of the manifest that was validated.
        schema: What samples are to be like.
        without: Places that need not be there.
        wanted: Names and places of the anomalies that samples are rejected for.
        twice: Hashes of the paths that came more than once, as `validate` returns them.
    """
    paths: set[str] = set()
    for block in columns(lines, schema.facts_version):
        findings: dict[int, list[Finding]] = {}
        for found in broken(block, schema, without):
            if (found.name, found.of) in wanted:
                for at, position in enumerate(found.positions):
                    findings.setdefault(block.places[position], []).append(_finding(found, at))
        # Only paths that may come again are kept, and compared by themselves.
        again = ((at, one.path) for at, one in zip(block.places, block.samples, strict=True) if hash(one.path) in twice)
        for place, path in again:
            if ("duplicate-path", "path") in wanted and path in paths:
                findings.setdefault(place, []).append(
                    Finding("duplicate-path", "error", detail="it stood there before")
                )
            paths.add(path)
        for place, line in enumerate(block.lines):
            if place in findings:
                sample = parse(line)
                line = encode(changed(sample, findings=(*sample.findings, *findings[place])))  # noqa: PLW2901
                yield Judgement(line, findings[place][0].check)
            else:
                yield Judgement(line)


def _duplicates(
    lines: "Iterable[bytes]", twice: frozenset[int], schema: "Schema", groups: "Groups | None" = None
) -> _Count:
    """Return how many samples have a path that stood there before, by the paths themselves."""
    found = _Count(allowed=schema.duplicates, shares=GroupShares() if groups else None)
    times: Counter[str] = Counter()
    for block in columns(lines, schema.facts_version):
        found.checked += len(block.samples)
        again = []
        for at, sample in enumerate(block.samples):
            if hash(sample.path) in twice:
                again += [at] if times[sample.path] else []
                times[sample.path] += 1
        if groups and found.shares:
            numbers = groups.numbers(block)
            found.shares.add(numbers, numbers[again])
        for sample in block.samples:
            if len(found.worst) < _EXAMPLES and times[sample.path] > 1:
                example = Example(sample.path, sample.kind, sample.label, short(sample.path))
                if all(example.path != other.path for _, _, other in found.worst):
                    found.worst.append((0.0, -len(found.worst), example))
    found.values.update({path: count - 1 for path, count in times.items() if count > 1})
    found.samples = found.values.total()
    return found


def _chances_of_loss(schema: "Schema", labelled: int) -> dict[str, float]:
    """Return how likely as many samples have none of a label, if its share is the known one, for each label."""
    rule = schema.names.get("label")
    if rule is None or not labelled:
        return {}
    shares = ((str(label), share) for label, share in rule.values.items())
    return {label: (1 - share) ** labelled for label, share in shares if share is not None and share > 0}


def _lost(gone: dict[str, float], schema: "Schema", labelled: int, level: float) -> Anomaly:
    least = min(gone, key=lambda label: (gone[label], label))
    severity: Gravity = ANOMALIES["lost-label"].severity if gone[least] < level else "note"
    share = schema.names["label"].values[least]
    listed = _listed(Counter(dict.fromkeys(gone, 1)), counts=False)
    detail = f"{listed}; of {least} {labelled * (share or 0):.1f} were to be expected"
    return Anomaly("lost-label", "label", severity, 0, 0.0, least, None, labelled, None, gone[least], detail)


def _anomaly(name: str, of: str, found: _Count, level: float) -> Anomaly:
    severity: Gravity = "note"
    p, doubt = None, ""
    if found.allowed <= 0:
        severity = ANOMALIES[name].severity
    elif found.allowed < 1:
        alone = more_p(found.samples, found.checked, found.allowed)
        p = found.shares.p(found.allowed) if found.shares else alone
        severity = ANOMALIES[name].severity if p < level else "note"
        if found.shares and alone < level <= p:
            doubt = _doubt(found.shares, found.allowed, level)
    examples = tuple(example for _, _, example in found.worst)
    worst = found.values.most_common(1)[0][0] if found.values else examples[0].value
    # The path of a sample that has the worst value, not of any that has the anomaly.
    worst = None if worst is None else short(worst)
    path = next((one.path for one in examples if one.value == worst), examples[0].path)
    share = found.samples / found.checked if found.checked else 1.0
    return Anomaly(
        name, of, severity, found.samples, share, worst, path, found.checked, found.allowed, p,
        f"{doubt}{found.expected or _listed(found.values)}", examples, found.shares.hit if found.shares else None,
    )  # fmt: skip


def _doubt(shares: GroupShares, allowed: float, level: float) -> str:
    """Return why what single samples would prove cannot be told of groups."""
    if shares.groups < (least := groups_that_tell(level, allowed)):
        groups = f"{shares.groups:,} group{'' if shares.groups == 1 else 's'}"
        return f"cannot tell: no share in {groups} is beyond chance, in {least:,} it could be; "
    return f"cannot tell: only {shares.hit:,} of {shares.groups:,} groups have it, which chance explains; "


def _listed(values: Counter[Any], *, counts: bool = True) -> str:
    """Return the most frequent values in words."""
    shown = [
        f"{short(value)} {count:,}" if counts else str(short(value)) for value, count in values.most_common(_NAMED)
    ]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _finding(found: Broken, at: int) -> Finding:
    """Return the finding of one sample, by its place among those that break a rule."""
    value = found.values[at]
    number = float(value) if found.distances and isinstance(value, int | float) else None
    bound = found.bounds[at] if found.distances else None
    said = "" if value is None else f": {short(value)}"
    return Finding(found.name, "error", number, bound, f"{found.of}{said}")
