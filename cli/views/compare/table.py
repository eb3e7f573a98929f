"""What `burnish compare` shows: every difference with its interval on one axis, and the verdict in words."""

import os
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from baselines.comparison.compare import in_words
from baselines.comparison.evidence import LEVEL, MIN_SAMPLES
from baselines.runs.run_folder import predictions_of_run, record_of_run
from cli.io.table import (
    Column,
    Drawing,
    Report,
    Row,
    SampleLink,
    Style,
    Table,
    Worded,
    in_points,
    names,
    p_value,
    percent,
)
from cli.views.compare.control import control_sentences, control_table, control_tiles
from cli.views.compare.forest import forest
from cli.views.kit import drawing
from cli.views.kit.words import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from baselines.comparison.compare import Comparison
    from baselines.comparison.evidence import Difference
    from baselines.runs.run_record import Run
    from cli.views.kit.page import Links

_STYLES: "Mapping[str, Style]" = {"better": "better", "worse": "worse"}
_MANY = 8
_ONE_SIDE = 0.025
_SHORT = 8
_LINKS = 24
_ALL = "all samples"
_HOW = (
    "Differences and their 95 % intervals come from a paired bootstrap: the same samples are drawn for both runs; with "
    "groups or repeats, from Student's t. Better: the interval is above zero. Worse: it is below. Else nobody can "
    "tell. The gate (--fail-if) reads the adjusted p: Holm over all tags and classes."
)


def report(result: "Comparison") -> Report:
    """Return the report."""
    a, b = run_names(result)
    named = [] if max(len(a), len(b)) <= _SHORT else [f"a: {a}, b: {b}"]
    return Report(tables(result), [*named, *sentences(result)])


def tables(result: "Comparison", turned: "Sequence[Turned]" = ()) -> list[Table]:
    """Return all samples, the tags and the classes, with their differences.

    Args:
        result: The comparison.
        turned: What its rows lead to.
    """
    a, b = run_names(result)
    # The names of runs are anybody's; heads that long would push out the interval, which the verdict rests on.
    if max(len(a), len(b)) > _SHORT:
        a, b = "a", "b"
    # All tables have one axis: the largest distance of any interval from zero.
    every = (result.overall, *result.per_tag.values(), *result.per_class.values())
    reach = max((abs(end) for one in every for end in one.interval), default=0.0) or 0.01
    columns = _columns(a, b, reach)
    links = _links(turned)
    groups = [
        ("all", "Over all", "in percent", {_ALL: result.overall}),
        ("tag", "By tag", "tag, %", result.per_tag),
        ("class", "By class", "class, %", result.per_class),
    ]
    compared = [
        Table(
            key,
            title,
            [Column("name", head), *columns],
            [_row(name, one, reach, links[key, name]) for name, one in found.items()],
        )
        for key, title, head, found in groups
    ]
    return [compared[0], *control_table(result, (a, b)), *compared[1:]]


def _columns(a: str, b: str, reach: float) -> list[Column]:
    """Return the columns of every table after the name; the drawing goes from -reach to reach."""
    return [
        Column("samples", "n", "count"),
        Column("a", a, "share"),
        Column("b", b, "share"),
        Column("difference", "difference", "number", points=True),
        Column("forest", "difference", "drawing", 9, axis=(in_points(-reach), "0", in_points(reach))),
        Column("interval", "95 % interval", "interval", 1, points=True),
        Column("mcnemar_p", "McNemar p", "number", 3),
        Column("adjusted_p", "adj. p", "number", 2),
        Column("verdict", "verdict"),
        Column("gate_verdict", "gate", "text", 4),
        Column("groups", "groups", "count", 5),
    ]


class Turned(NamedTuple):
    """A sample that one of two runs gets right.

    Attributes:
        path: Of the sample.
        label: The true class.
        tags: Of the sample.
        words: What became of it.
    """

    path: str
    label: str
    tags: tuple[str, ...]
    words: str


def turned_samples(result: "Comparison") -> list[Turned]:
    """Return the samples that only one of the runs gets right: those that were lost, then those that were gained."""
    first, second = map(predictions_of_run, result.runs)
    # By path only: what the comparison matched by its digest has another path in each run, and is not listed here.
    before = {one.path: one for one in first}
    both = [(before[one.path], one) for one in second if one.path in before]
    lost = [
        Turned(b.path, b.label, b.tags, f"lost: {b.label} taken for {b.prediction}")
        for a, b in both
        if a.prediction == b.label != b.prediction
    ]
    gained = [
        Turned(b.path, b.label, b.tags, f"gained: {b.label}, was taken for {a.prediction}")
        for a, b in both
        if a.prediction != b.label == b.prediction
    ]
    return lost + gained


def page(result: "Comparison", links: "Links") -> bytes:
    """Return the page; `links` leads to the files of samples."""
    from cli.views.kit import page as pages

    a, b = run_names(result)
    overall = result.overall
    said = [sentence(remark, (a, b)) for remark in sentences(result)]
    return pages.report_page(
        "Comparison",
        f"{b} against {a}",
        [
            # The verdict first; the tables below are its grounds.
            pages.Section("In words", drawing.paragraphs(said)),
            pages.Section("What was compared", pages.table(compared_table(result))),
            *(
                pages.Section(table.title, pages.table(table, links))
                for table in tables(result, turned_samples(result))
            ),
        ],
        tiles=[
            (f"{percent(overall.a)} %", f"accuracy of {a}"),
            *control_tiles(result),
            (f"{percent(overall.b)} %", f"accuracy of {b}"),
            (in_points(overall.difference), "difference, points"),
            (overall.verdict, "over all"),
            (f"{result.samples:,}", "samples of both"),
        ],
        notes=[_HOW],
    )


def compared_table(result: "Comparison") -> Table:
    """Return what was compared: data, model, parameters, features and draw of both runs, and what was held still.

    Empty where neither run has a record: predictions of another program say nothing of it.
    """
    records = [record_of_run(folder) for folder in result.runs]
    known = [dict(_made_of(record)) if record else {} for record in records]
    held = result.held_still
    same = {
        "model": held.model,
        "parameters": held.parameters,
        "features": held.features,
        "training draw": held.draw,
    }
    rows = []
    for name in dict.fromkeys(name for facts in known for name in facts):
        first, second = (facts.get(name, "not known") for facts in known)
        still = same[name] if name in same else first == second if all(known) else None
        rows.append(Row((name, first, second, "not known" if still is None else "yes" if still else "no")))
    # Two runs may have long names; here they have room.
    columns = [Column("name", "what"), *(Column(key, name) for key, name in zip("ab", run_names(result), strict=True))]
    return Table("compared", "What was compared", [*columns, Column("held_still", "held still")], rows)


def _made_of(run: "Run") -> "Iterator[tuple[str, str]]":
    """Yield the names of what a run was made of, with what that is."""
    counts, model = run.counts, run.model
    yield "data", f"{run.manifest.samples:,} samples, digest {run.manifest.digest.removeprefix('sha256:')[:12]}"
    yield "tested", f"{run.evaluation}, {counts.test:,} samples"
    if model:
        yield "model", model.name
        if model.settings:
            yield "parameters", ", ".join(f"{name} {value}" for name, value in sorted(model.settings.items()))
        yield "features", ", ".join(model.features)
        generated = f", and {counts.generated:,} generated" if counts.generated else ""
        yield "training draw", f"{counts.train - counts.generated:,} real samples{generated}"
    elif run.predictions:
        yield "model", "another program's predictions"
    yield "seed", str(run.parameters.get("seed", "not known"))
    yield "code", f"commit {run.git.commit[:12]}{' with changes' if run.git.dirty else ''}" if run.git else "not known"


def run_names(result: "Comparison") -> tuple[str, str]:
    """Return short names of the two runs: their folders' own, if these tell them apart."""
    a, b = (os.path.basename(os.path.normpath(folder)) for folder in result.runs)
    return (a, b) if a != b else result.runs


def sentences(result: "Comparison") -> list[str]:
    """Return the verdicts in words, and what there is to know about them."""
    named = [
        ("", result.overall),
        *result.per_tag.items(),
        *((f"class {label}", found) for label, found in result.per_class.items()),
    ]
    untold = [name for name, found in named[1:] if found.verdict == "cannot tell"]
    lines = []
    for name, found in named:
        if name not in untold:
            words = in_words(name, found)
            lines.append(words if found.verdict == "cannot tell" else f"{run_names(result)[1]} is {words}")
    lines += [f"cannot tell on {names(untold)}"] if untold else []
    lines += control_sentences(result)
    lines += matching_notes(result)
    lines += doubts(result)
    if any(found.verdict != found.gate_verdict for _, found in named):
        lines.append("?: by its own interval only; adjusted for all rows (adj. p) it may be chance, and no gate fails")
    if len(named) >= _MANY:
        # Of intervals that hold in 95 of 100 cases, 2.5 miss on each side where nothing changed at all.
        lines.append(
            f"{len(named):,} comparisons at 95 %: by chance alone about {len(named) * _ONE_SIDE:.1f} would look worse "
            "and as many better, so do not build on a single one"
        )
    return lines


def doubts(result: "Comparison") -> list[str]:
    """Return what the verdicts rest on, and what is not in them."""
    a, b = run_names(result)
    lines = [f"not held still: {words}" for words in result.not_held]
    repeats = result.repeats
    if min(repeats.a, repeats.b) < 2:
        alone = f"; {b if repeats.b < 2 else a} has none" if max(repeats.a, repeats.b) > 1 else ""
        lines.append(f"the draw of the training data is not in the verdicts: train --repeats 10 in both runs{alone}")
    else:
        same = ", the same draws in both" if result.same_draws and repeats.a == repeats.b else ""
        lines.append(f"repeats: {repeats.a} and {repeats.b}{same}; their spread is in every interval and adjusted p")
    if result.groups:
        count = result.groups.count
        lines.append(f"groups: {count:,} by {result.groups.key}; intervals and p values take these, not samples")
        rows = sum(one.samples >= MIN_SAMPLES for one in (*result.per_tag.values(), *result.per_class.values()))
        # Only so far as signs can say: 2 · (1/2)^G.
        if (least := 2.0 ** (1 - count)) * max(1, rows) > LEVEL:
            lines.append(
                f"{count:,} groups reach p = {least:.2g} at best, times {rows:,} rows: too few for a gate to tell "
                f"{'what holds across them' if least > LEVEL else 'a single tag or class across them'}"
            )
    lines += [f"looks like a group, and samples were taken for independent: {words}" for words in result.suspects]
    return lines


def matching_notes(result: "Comparison") -> list[str]:
    """Return how the samples of the two runs were matched, and what differs between them."""
    a, b = run_names(result)
    found = result.matching
    lines = [f"n = {result.samples:,} samples of both runs"]
    lines[0] += f", {found.by_digest:,} of them by their digest because the path differs" if found.by_digest else ""
    for name, number in ((a, found.only_a), (b, found.only_b)):
        lines += [f"{number:,} samples are in {name} only and were left out"] if number else []
    if found.changed_files:
        lines.append(f"{found.changed_files:,} files changed between the runs and were left out")
    if found.relabelled:
        lines.append(f"{found.relabelled:,} samples have another label in {b}; both runs were judged by that one")
    return lines


def _links(turned: "Sequence[Turned]") -> "Mapping[tuple[str, str], list[SampleLink]]":
    """Return the samples behind each row, by table and name of the row, as many as one looks at."""
    links = defaultdict[tuple[str, str], list[SampleLink]](list)
    for sample in turned:
        rows_of = [("all", _ALL), ("class", sample.label), *(("tag", tag) for tag in sample.tags)]
        for row in (row for row in rows_of if len(links[row]) < _LINKS):
            links[row].append(SampleLink(sample.path, sample.words))
    return links


def _row(name: str, found: "Difference", reach: float, samples: "Sequence[SampleLink]") -> Row:
    title = f"{name}: {in_points(found.difference)} points, 95 % interval {in_points(found.interval)}"
    # A mark in the place of a column: at 80 characters there is no room for a second verdict.
    doubt = "" if found.verdict == found.gate_verdict else "?"
    cells = (
        name,
        found.samples,
        found.a,
        found.b,
        found.difference,
        Drawing(None, lambda: forest(found, reach, title)),
        found.interval,
        p_value(found.mcnemar_p),
        p_value(found.adjusted_p),
        Worded(found.verdict, found.verdict + doubt),
        found.gate_verdict,
        found.groups,
    )
    return Row(cells, _STYLES.get(found.verdict, ""), abs(found.difference), samples)
