"""What `burnish issues` shows: the samples, the worst first, classes that are mixed up, and how good the list is."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, names, percent

if TYPE_CHECKING:
    from baselines.label_errors.label_issues import Issues, Judged
    from baselines.label_errors.planting import Planted

_TELLING = 0.75
"""Share of planted errors below which a model is too weak to count wrong labels."""


def report(found: "Issues") -> Report:
    """Return the report."""
    return Report([samples(found), classes(found), spellings(found)], sentences(found), titled=True)


def samples(found: "Issues") -> Table:
    """Return the table of samples."""
    columns = [
        Column("path", "sample"),
        Column("label", "label"),
        Column("suggested", "rather"),
        Column("score", "score", "number"),
        Column("kind", "kind"),
        Column("split", "split", priority=2),
        Column("neighbours", "others near", "share", 1),
        Column("why", "why", below=True),
    ]
    rows = [
        Row(
            (one.path, one.label, one.suggested, one.score, one.kind, one.split, one.neighbours, one.why),
            samples=[SampleLink(one.path)],
        )
        for one in found.samples
    ]
    return Table("issues", "Labels to look at, the lowest score first", columns, rows)


def classes(found: "Issues") -> Table:
    """Return the table of classes that are mixed up; its rows lead to examples."""
    columns = [
        Column("classes", "classes"),
        Column("samples", "mixed up", "count"),
        Column("share", "share", "share"),
        Column("such_as", "such as", priority=1),
    ]
    rows = [
        Row(
            (" / ".join(pair.labels), pair.samples, pair.share, pair.paths[0]),
            samples=[SampleLink(path) for path in pair.paths],
        )
        for one in found.judged
        for pair in one.mixed_up
    ]
    return Table("mixed_up", "Classes that are mixed up: often a question to the guideline", columns, rows, most=8)


def spellings(found: "Issues") -> Table:
    """Return the table of labels that are written almost alike."""
    columns = [Column("label", "label"), Column("alike", "written almost like it")]
    rows = []
    for one in found.look_alikes:
        # In quotes: an empty end of a label cannot be seen else.
        words = [f"{label!r} ({count:,})" for label, count in zip(one.labels, one.samples, strict=True)]
        rows.append(Row((words[0], ", ".join(words[1:]))))
    return Table("look_alikes", "Labels that are written almost alike", columns, rows)


def sentences(found: "Issues") -> list[str]:
    """Return what is to be known of all of it."""
    shown = names([f"{count:,} {kind}" for kind, count in found.counts.items()]) if found.counts else "nothing found"
    lines = [f"looked at {found.looked_at:,} labels: {shown}"]
    for one in found.judged:
        lines += _judged(one)
    if found.samples:
        lines.append("nothing is dropped: look at them (burnish review), and correct them (burnish relabel)")
    return [*lines, *found.notes]


def _judged(one: "Judged") -> list[str]:
    """Return how many labels are wrong and how good the list is, for one kind of files."""
    lines = [f"{one.media or 'files'}: {one.flagged:,} of {one.judged:,} labels flagged by {one.source}"]
    if one.planted:
        lines.append(f"{one.media or 'files'}: {_quality(one, one.planted)}")
    return lines


def _quality(one: "Judged", planted: "Planted") -> str:
    found = (
        f"finds at least {percent(planted.at_least)} % of planted errors ({planted.found:,} of {planted.planted:,} in "
        f"{planted.rounds} round{'s' if planted.rounds > 1 else ''})"
    )
    about = f"about {one.estimated:,.0f} labels wrong in all"
    if planted.share < _TELLING:
        about = (
            f"at most about {one.estimated:,.0f}: a model that is wrong this often cannot tell its mistakes from theirs"
        )
    return f"{found}; {about}"
