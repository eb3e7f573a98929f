"""The page of `burnish clean`: what each check flags, to look at and to listen to before anything is dropped."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cli.io.table import Column, Row, Table
from cli.views.kit import page as pages
from cli.views.kit.drawing import paragraphs
from curate.check.checks import CHECKS, VERDICTS

if TYPE_CHECKING:
    from curate.check.survey import Survey
    from curate.facts.records import Finding
    from curate.records.sample import Sample

_NEAREST, _FARTHEST = 12, 12
_SIGNS = {"below": "under", "above": "over", "other": "not"}


class Flagged(NamedTuple):
    """A sample as the page shows it, and how far beyond the threshold it is."""

    distance: float
    path: str
    kind: str | None
    label: str | None
    value: float | None


@dataclass(slots=True)
class Gallery:
    """Of each check, the flagged samples that are nearest to its threshold, and the farthest.

    The nearest show whether the threshold is right, the farthest what the check finds at all.
    """

    nearest: dict[str, list[Flagged]] = field(default_factory=dict)
    farthest: dict[str, list[Flagged]] = field(default_factory=dict)
    thresholds: dict[str, float | None] = field(default_factory=dict)

    def add(self, sample: "Sample", finding: "Finding") -> None:
        """Keep a sample if it belongs to the nearest or the farthest so far."""
        check, value, threshold = finding.check, finding.value, finding.threshold
        distance = 0.0 if value is None or threshold is None else abs(value - threshold)
        one = Flagged(distance, sample.path, sample.kind, sample.label, value)
        near, far = self.nearest.setdefault(check, []), self.farthest.setdefault(check, [])
        near.append(one)
        far.append(one)
        self.thresholds.setdefault(check, threshold)
        # Sorted once for many: a check may flag half of a million.
        if len(near) > 8 * _NEAREST:
            self._cut(check)

    def _cut(self, check: str) -> None:
        self.nearest[check] = sorted(self.nearest[check])[:_NEAREST]
        self.farthest[check] = sorted(self.farthest[check])[-_FARTHEST:]

    def of(self, check: str) -> list[Flagged]:
        """Return what is shown of a check, the nearest to its threshold first."""
        self._cut(check)
        return sorted({*self.nearest[check], *self.farthest[check]})


def page(gallery: Gallery, found: "Survey", counts: dict[str, int], of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        gallery: What is shown.
        found: What was learnt of the set.
        counts: How many samples each check flags.
        of: The manifest.
        links: Leads to the files of samples.
    """
    shown = {check: gallery.of(check) for check in sorted(counts, key=lambda name: (-counts[name], name))}
    media = pages.media_of(((one.path, one.kind) for part in shown.values() for one in part), links)
    sections = []
    for check, part in shown.items():
        cards = [
            {
                "title": one.label or "without a label",
                "why": "" if one.value is None else f"{one.value:.4g}",
                **media[one.path],
            }
            for one in part
        ]
        # What is compared stands above: without it the figures of the cards say nothing.
        body = paragraphs(_note(check, gallery.thresholds[check], found)) + pages.macro("reason_cards", cards)
        sections.append(pages.Section(f"{check}: {counts[check]:,}", body))
    learnt = _learnt(found)
    sections.append(pages.Section(learnt.title, pages.table(learnt)))
    lead = [
        f"What clean flags. Of each check, the {_NEAREST} nearest to its threshold and the {_FARTHEST} farthest, "
        "in this order.",
        "To drop those of a check: --drop CHECK; to move its threshold: --set CHECK=THRESHOLD.",
    ]
    if not shown:
        lead = ["Nothing is flagged."]
    tiles = [(f"{found.samples:,}", "samples"), (f"{sum(counts.values()):,}", "findings")]
    return pages.report_page("Findings", of, sections, lead=lead, tiles=tiles)


def _learnt(found: "Survey") -> Table:
    """Return the thresholds that were learnt from the set, beside those that it was not asked for."""
    columns = [
        Column("check", "check"),
        Column("compared", "compared"),
        Column("threshold", "threshold", form="{:.4g}", kind="number"),
        Column("usual", "otherwise", form="{:.4g}", kind="number"),
        Column("median", "median of the set", form="{:.4g}", kind="number"),
        Column("samples", "samples", kind="count"),
        Column("flagged", "flagged", kind="count"),
    ]
    rows = []
    for name, learnt in sorted(found.learnt.items()):
        if learnt.median is not None and learnt.threshold is not None:
            check = CHECKS[name]
            compared = f"{check.fact} {_SIGNS[check.side]}"
            numbers = (learnt.threshold, check.threshold, learnt.median, learnt.samples, found.flagged.get(name, 0))
            rows.append(Row((name, compared, *numbers)))
    return Table("learnt", "Thresholds from this set", columns, rows)


def _note(check: str, threshold: float | None, found: "Survey") -> list[str]:
    """Return what a check compares, and why; of those that compare nothing, what they say; of strangers nothing."""
    if check not in CHECKS:
        return [f"{VERDICTS[check].meaning}."] if check in VERDICTS else []
    rule = CHECKS[check]
    limit = "" if threshold is None else f" {_SIGNS[rule.side]} {threshold:.4g}"
    learnt = found.learnt.get(check)
    median = f" (median of the set {learnt.median:.4g})" if learnt and learnt.median is not None else ""
    return [f"{rule.fact}{limit}{median}: {rule.reason}."]
