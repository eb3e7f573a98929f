"""What `burnish coverage` shows: shares outside by label and tag, the samples, and a page with them."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, interval, names, percent
from cli.views.kit import page as pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.slices.coverage import Coverage, Part

_SHOWN = 60
"""Holes that a page shows; the table and JSON have all."""
_LINKS = 24
_PARTS = [
    Column("samples", "n", "count"),
    Column("outside", "outside", "count"),
    Column("share", "share", "share"),
    Column("interval", "95 % interval", "interval", 1),
    Column("trained", "in training", "count"),
]


def report(found: "Coverage") -> Report:
    """Return the report."""
    columns = [
        Column("path", "sample"),
        Column("distance", "distance", "number"),
        Column("nearest", "nearest in training", priority=1),
        Column("label", "label"),
        Column("tags", "tags", priority=2),
    ]
    rows = [Row((one.path, one.distance, one.nearest, one.label, ", ".join(one.tags))) for one in found.holes]
    tables = [
        _parts("labels", "label", "By label, in percent", found.labels, found),
        _parts("tags", "tag", "By tag, in percent", found.tags, found),
        Table("holes", "Samples outside, the farthest first", columns, rows),
    ]
    return Report(tables, sentences(found), titled=True)


def sentences(found: "Coverage") -> list[str]:
    """Return what is to be known of all of it."""
    lines = [
        f"{found.outside:,} of {found.test:,} test samples ({percent(found.share)} %, 95 % interval "
        f"{interval(found.interval)}) are farther than {found.threshold:.3f} from all {found.train:,} training samples"
    ]
    like = f"of samples like the training set 1 % would be (up to {percent(found.expected)} % by chance of its size)"
    lines.append(
        f"{like}: training has holes here; add data of these kinds" if found.has_holes else f"{like}: no sign of holes"
    )
    # The distance alone misses these: in an embedding of photos ships are near to aeroplanes.
    for what, parts in (("labels", found.labels), ("tags", found.tags)):
        if strange := [part.name for part in parts if not part.trained]:
            lines.append(f"{what} of the test set that no training sample has: {names(strange)}")
    if found.copies:
        lines.append(
            f"{found.copies:,} test samples lie on a training sample: copies; see burnish dedup, burnish split"
        )
    return lines


def page(found: "Coverage", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        found: What was measured.
        of: The two manifests.
        links: Leads to the files of samples.
    """
    labels, tags, holes = report(found).tables
    cards = _cards(found, links)
    return pages.report_page(
        "Coverage",
        of,
        [
            pages.Section(labels.title, pages.table(labels, links)),
            pages.Section(tags.title, pages.table(tags, links)),
            pages.Section(
                f"The farthest from training: {len(cards):,} of {found.outside:,}",
                pages.macro("reason_cards", cards) if cards else "",
            ),
            pages.Section(holes.title, pages.table(holes, links)),
        ],
        lead=sentences(found)[:2],
        tiles=[
            (f"{percent(found.share)} %", "outside"),
            (f"{percent(found.interval[0])}–{percent(found.interval[1])} %", "95 % interval"),
            (f"{found.train:,}", "training samples"),
            (f"{found.test:,}", "test samples"),
        ],
        notes=sentences(found)[2:],
    )


def _parts(key: str, what: str, title: str, parts: "Sequence[Part]", found: "Coverage") -> Table:
    """Return the table of labels or tags; its rows lead to the samples outside."""
    rows = []
    for one in parts:
        mine = [hole for hole in found.holes if one.name in (hole.tags if key == "tags" else (hole.label,))]
        samples = [SampleLink(hole.path, f"{hole.distance:.3f}") for hole in mine[:_LINKS]]
        cells = (one.name, one.samples, one.outside, one.share, one.interval, one.trained)
        rows.append(Row(cells, samples=samples))
    return Table(key, title, [Column(what, what), *_PARTS], rows)


def _cards(found: "Coverage", links: pages.Links) -> list[dict[str, object]]:
    """Return the samples that are the farthest from training, with what is nearest to each."""
    shown = found.holes[:_SHOWN]
    media = pages.media_of(((one.path, one.kind) for one in shown), links)
    return [
        {
            "title": one.label or "without a label",
            "why": f"{one.distance:.3f} from the nearest, {one.nearest.rpartition('/')[2]}",
            **media[one.path],
        }
        for one in shown
    ]
