"""The card of a dataset: what its manifest and its files say, and the questions that only people can answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cli.io.table import Column, Row, Table
from cli.io.table_export import in_markdown, markdown_table
from cli.views.card.document import Part
from curate.describe.dataset_facts import TRAITS, WHO, DatasetFacts, Range

if TYPE_CHECKING:
    from baselines.runs.run_record import ManifestRecord
    from curate.release.records import Release
    from curate.scrub.scrub import Report

_MOST_CLASSES, _MOST_VALUES, _MOST_PLACES = 200, 20, 8
_NO_SPLIT, _NO_LABEL = "(no split)", "(no label)"
# Headings of Gebru et al. 2021, "Datasheets for Datasets", where only people know the answer.
QUESTIONS = {
    "why": ("## Why it was made", "For which task and by whom was it made? Who paid for it?"),
    "collection": ("## How it was collected", "From where, when, by which devices, by whom, chosen how?"),
    "labelling": (
        "## How it was labelled",
        "By whom, by which guideline? How well do they agree (burnish agreement)?",
    ),
    "consent": ("## Consent and rights", "Did the people in it agree? Can they take it back? Who has the rights?"),
    "uses": (
        "## What it is for, and what it is not for",
        "For which tasks? What should not be done with it?",
    ),
    "gaps": ("## Known gaps and biases", "Who or what is missing? What would a model learn wrongly from it?"),
    "upkeep": ("## Distribution and upkeep", "Where is it, under which license? Who mends errors? How is it cited?"),
}


def parts_of_dataset(
    name: str,
    facts: DatasetFacts,
    record: "ManifestRecord",
    said: "Report | None",
    protected: Sequence[str],
    releases: "Sequence[Release]",
) -> list[Part]:
    """Return the parts of the card, in their order.

    Args:
        name: For people.
        facts: Of the manifest.
        record: Its digest.
        said: What the files say beside their content; None: they were not looked at.
        protected: Keys of tags that the user named as protected.
        releases: Those that are known.
    """
    people = {key: Part(heading, "", f"<!-- {question} -->") for key, (heading, question) in QUESTIONS.items()}
    return [
        Part(f"# {in_markdown(name)}", "summary", summary(facts)),
        people["why"],
        Part("## What is in it", "contents", _joined([*_classes(facts), *_sizes(facts)])),
        Part("## Tags", "tags", _joined([*_tags(facts, protected)])),
        people["collection"],
        people["labelling"],
        Part("## What was done to it", "lineage", _joined([*_lineage(facts, record, releases)])),
        Part("## What checks found", "findings", _joined([*_findings(facts)])),
        Part("## Privacy", "privacy", _joined([*_privacy(facts, said)])),
        people["consent"],
        people["uses"],
        people["gaps"],
        people["upkeep"],
    ]


def summary(facts: DatasetFacts) -> str:
    """Return the dataset in a sentence."""
    kinds = {"image": "images", "audio": "recordings", "other": "other files"}
    counted = [f"{count:,} {kinds.get(kind, kind)}" for kind, count in sorted(facts.kinds.items())]
    classes = f" in {len(facts.classes):,} classes" if facts.classes else ", without labels"
    splits = [split for split in facts.splits if split is not None]
    parted = f", parted into {', '.join(map(in_markdown, splits))}" if splits else ""
    hours = f", {facts.seconds / 3600:,.2f} hours" if facts.seconds else ""
    size = f", {facts.total_bytes / 1e6:,.3g} MB" if facts.total_bytes else ""
    return f"{' and '.join(counted) or 'No samples'}{classes}{parted}{hours}{size}."


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _table(title: str, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    return "\n".join(markdown_table(Table(title, title, columns, rows))) if rows else ""


def _classes(facts: DatasetFacts) -> Iterator[str]:
    splits = facts.splits
    columns = [Column("label", "class"), *(Column(split or "", split or _NO_SPLIT, "count") for split in splits)]
    columns.append(Column("all", "all", "count"))
    labels: list[str | None] = [*facts.classes]
    labels += [None] if any(label is None for _, label in facts.labels) else []
    rows = [
        Row((_NO_LABEL if label is None else label, *counts, sum(counts)))
        for label in labels
        for counts in [[facts.labels[split, label] for split in splits]]
    ]
    yield _table("classes", columns, rows[:_MOST_CLASSES])
    if len(rows) > _MOST_CLASSES:
        yield f"And {len(rows) - _MOST_CLASSES:,} more classes."


def _sizes(facts: DatasetFacts) -> Iterator[str]:
    ranges: list[tuple[str, Range, str]] = [
        ("width, pixels", facts.width, "{:,.0f}"),
        ("height, pixels", facts.height, "{:,.0f}"),
        ("duration, seconds", facts.duration_s, "{:,.3f}"),
    ]
    columns = [Column("fact", "fact"), Column("least", "least"), Column("median", "median"), Column("most", "most")]
    rows = [Row((name, *(form.format(one) for one in found.ends))) for name, found, form in ranges if found.ends]
    yield _table("sizes", columns, rows)
    for what, counts in (
        ("Formats", facts.formats),
        ("Sample rates, Hz", facts.sample_rates),
        ("Channels", facts.channels),
    ):
        listed = ", ".join(f"{in_markdown(str(value))} ({count:,})" for value, count in sorted(counts.items()))
        yield f"{what}: {listed}." if counts else ""


def _tags(facts: DatasetFacts, protected: Sequence[str]) -> Iterator[str]:
    for key in sorted(facts.keyed, key=lambda key: (key not in protected, key)):
        values = facts.keyed[key]
        named = ", named as protected" if key in protected else ""
        # Who somebody is, is not listed: a card is public.
        if key.lower() in WHO:
            yield f"`{in_markdown(key)}`{named}: {len(values):,} values, not listed here."
            continue
        shown = sorted(values.items(), key=lambda item: (-item[1], item[0]))[: None if named else _MOST_VALUES]
        more = f", and {len(values) - len(shown):,} more" if len(values) > len(shown) else ""
        listed = ", ".join(f"{in_markdown(value)} ({count:,})" for value, count in shown)
        missing = facts.samples - values.total()
        rest = f"; {missing:,} samples without" if missing > 0 else ""
        yield f"`{in_markdown(key)}`{named}: {listed}{more}{rest}."
    if facts.plain:
        yield ", ".join(f"`{in_markdown(tag)}` ({count:,})" for tag, count in sorted(facts.plain.items())) + "."
    if not facts.keyed and not facts.plain:
        yield "None."


def _lineage(facts: DatasetFacts, record: "ManifestRecord", releases: "Sequence[Release]") -> Iterator[str]:
    yield f"Manifest: {record.samples:,} samples, `{record.digest}`."
    columns = [
        Column("recipe", "recipe"),
        Column("digest", "digest"),
        Column("what", "made"),
        Column("n", "samples", "count"),
    ]
    rows = [
        Row((name, digest, what, count))
        for what, counts in (("additions", facts.made), ("in place of originals", facts.replaced))
        for (name, digest), count in sorted(counts.items())
    ]
    yield _table("recipes", columns, rows)
    if made := facts.made.total():
        yield f"{made:,} of {facts.samples:,} samples were generated."
    else:
        yield "No sample was generated, as far as the manifest knows."
    if facts.relabelled:
        yield f"Labels changed by people, with a record in each sample: {facts.relabelled:,}."
    columns = [
        Column("name", "release"),
        Column("digest", "digest"),
        Column("n", "samples", "count"),
        Column("previous", "before it"),
    ]
    yield _table("releases", columns, [Row((one.name, one.digest, one.samples, one.previous)) for one in releases])


def _findings(facts: DatasetFacts) -> Iterator[str]:
    columns = [Column("check", "check"), Column("severity", "severity"), Column("n", "samples", "count")]
    order = sorted(facts.findings.items(), key=lambda item: (item[0][1], -item[1], item[0][0]))
    rows = [Row((check, severity, count)) for (check, severity), count in order]
    yield _table("findings", columns, rows) or "Nothing is noted in the manifest."


def _privacy(facts: DatasetFacts, said: "Report | None") -> Iterator[str]:
    people = sorted(key for key in facts.keyed if key.lower() in WHO)
    traits = sorted(key for key in facts.keyed if key.lower() in TRAITS)
    if people:
        counted = ", ".join(f"`{in_markdown(key)}` ({len(facts.keyed[key]):,} values)" for key in people)
        yield f"Tags by whose names people are told apart: {counted}."
    if traits:
        yield f"Tags by whose names people are described: {', '.join(f'`{in_markdown(key)}`' for key in traits)}."
    if said is None:
        yield "What the files say beside their content was not looked at."
        return
    told = said.samples - said.clean - sum(count for count, _ in said.refused.values())
    columns = [Column("what", "kind"), Column("files", "files", "count"), Column("where", "where")]
    rows = [Row((what, seen.files, _places(seen.where))) for what, seen in said.found.items()]
    yield f"{told:,} of {said.samples:,} files say something beside their pixels or samples."
    yield _table("said", columns, rows)
    if said.refused:
        refused = sum(count for count, _ in said.refused.values())
        yield f"{refused:,} files could not be read for that."
    yield "Names, faces, voices and places in the content itself are not looked for."


def _places(where: Mapping[str, int]) -> str:
    names = [*where][:_MOST_PLACES]
    more = f", {len(where) - _MOST_PLACES:,} more" if len(where) > _MOST_PLACES else ""
    return ", ".join(names) + more
