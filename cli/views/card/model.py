"""The card of a model: what its run measured, on whom, and the questions that only people can answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cli.io.table import Column, Row, Table, interval, p_value, percent
from cli.io.table_export import in_markdown, markdown_table
from cli.views.card.document import Part as CardPart
from curate.describe.dataset_facts import WHO

if TYPE_CHECKING:
    from baselines.metrics.metrics import Metrics
    from baselines.runs.run_record import Run
    from baselines.slices.fairness import Fairness, Part, Rate

_MOST_CLASSES, _WEAKEST = 200, 20
_DIGITS = 4

# Headings of Mitchell et al. 2019, "Model Cards for Model Reporting", where only people know the answer.
QUESTIONS = {
    "use": ("## What it is for", "For which task, by whom, beside which people? What should it not be used for?"),
    "limits": ("## Limits and risks", "Where does it fail, whom would that harm, and what is done about it?"),
    "contact": ("## Contact and license", "Who answers for it? Under which license is it?"),
}


def model_matter(name: str, run: "Run", kind: str | None, dataset: str) -> dict[str, object]:
    """Return the front matter for Hugging Face: the task, and the scores as `model-index`.

    Args:
        name: For people.
        run: The record.
        kind: Of the samples; None where it is not known.
        dataset: Name of the data.
    """
    task = f"{kind}-classification" if kind in {"image", "audio"} else None
    scores = {"accuracy": run.score.accuracy, "f1": run.score.macro_f1}
    metrics = [{"type": key, "value": round(value, _DIGITS)} for key, value in scores.items()]
    result: dict[str, object] = {"task": {"type": task or "other"}, "dataset": {"name": dataset, "type": "burnish"}}
    index = [{"name": name, "results": [{**result, "metrics": metrics}]}]
    matter: dict[str, object] = {"license": "unknown"}
    if task:
        matter["pipeline_tag"] = task
    return {**matter, "metrics": ["accuracy", "f1"], "model-index": index}


def parts_of_model(name: str, run: "Run", metrics: "Metrics", fair: "Fairness | None") -> list[CardPart]:
    """Return the parts of the card, in their order.

    Args:
        name: For people.
        run: The record.
        metrics: What it measured.
        fair: By protected tags; None: none were named.
    """
    people = {key: CardPart(heading, "", f"<!-- {question} -->") for key, (heading, question) in QUESTIONS.items()}
    parts = [
        CardPart(f"# {in_markdown(name)}", "model", "\n".join(f"- {line}" for line in _model(run))),
        people["use"],
        CardPart("## How well it does", "scores", _joined([*_scores(run, metrics)])),
    ]
    if fair is not None:
        parts.append(CardPart("## By protected tags", "fairness", _joined([*_fairness(fair)])))
    parts.append(CardPart("## Where it comes from", "lineage", "\n".join(f"- {line}" for line in _lineage(run))))
    return [*parts, people["limits"], people["contact"]]


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block for block in blocks if block)


def _table(title: str, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    return "\n".join(markdown_table(Table(title, title, columns, rows))) if rows else ""


def _model(run: "Run") -> Iterator[str]:
    if run.model is None:
        yield "Predictions of another system; burnish knows nothing of the model."
        return
    yield f"Model: {in_markdown(run.model.name)}, on {', '.join(map(in_markdown, run.model.features))}"
    if run.model.settings:
        yield f"Settings: {_pairs(run.model.settings)}"
    yield f"Classes: {len(run.model.labels):,}"
    yield f"Right on its own training samples: {percent(run.model.training_accuracy)} %"


def _scores(run: "Run", metrics: "Metrics") -> Iterator[str]:
    score = run.score
    yield in_markdown(run.evaluation)
    columns = [Column("what", "measure"), Column("value", "%"), Column("interval", "95 % interval")]
    rows = [
        Row(("accuracy", percent(score.accuracy), interval(score.interval))),
        Row(("balanced accuracy", percent(score.balanced_accuracy), None)),
        Row(("macro F1", percent(score.macro_f1), None)),
        Row(("always the most frequent tested class", percent(score.majority_accuracy), None)),
    ]
    yield _table("scores", columns, rows)
    groups = f" They come in {metrics.groups:,} groups, which the interval goes by." if metrics.groups else ""
    yield f"Of {score.samples:,} tested samples.{groups}"
    columns = [Column("label", "class"), *(Column(key, key) for key in ("precision", "recall", "F1"))]
    columns.append(Column("n", "samples", "count"))
    rows = [
        Row((label, percent(one.precision), percent(one.recall), percent(one.f1), one.samples))
        for label, one in list(metrics.per_class.items())[:_MOST_CLASSES]
    ]
    yield _table("classes", columns, rows)
    columns = [Column("tag", "tag, the weakest"), Column("value", "accuracy, %"), Column("interval", "95 % interval")]
    columns.append(Column("n", "samples", "count"))
    # Who somebody is, is not listed: a card is public.
    listed = ((tag, one) for tag, one in metrics.per_tag.items() if tag.partition("=")[0].lower() not in WHO)
    weak = sorted(listed, key=lambda item: (item[1].accuracy, item[0]))[:_WEAKEST]
    yield _table(
        "tags", columns, [Row((tag, percent(one.accuracy), interval(one.interval), one.samples)) for tag, one in weak]
    )


def _fairness(fair: "Fairness") -> Iterator[str]:
    for key in fair.keys:
        gap = fair.gaps[key]
        told = "too few samples for a gap"
        if gap is not None:
            told = f"largest gap of accuracy between values: {percent(gap)} points"
        unknown = f"; {fair.unknown[key]:,} tested samples have no value" if fair.unknown[key] else ""
        yield f"`{in_markdown(key)}`: {told}{unknown}."
    yield _table("parts", _columns(_PARTS), [_part_row(one) for one in fair.parts])
    yield _table("rates", _columns(_RATES), [_rate_row(one) for one in fair.rates])
    yield (
        "A verdict holds for all rows together (Holm, 5 %). No difference seen is not the same as none, and whether a "
        "difference is unfair, numbers do not say."
    )


_PARTS = (
    "value", "samples", "accuracy, %", "95 % interval", "less the others", "95 % interval", "adj. p", "verdict",
)  # fmt: skip
_RATES = (
    "value", "class", "samples", "recall, %", "95 % interval", "false positives, %", "95 % interval", "chosen, %",
)  # fmt: skip


def _columns(titles: Sequence[str]) -> list[Column]:
    return [Column(f"{at}", title, "count" if title == "samples" else "text") for at, title in enumerate(titles)]


def _part_row(one: "Part") -> Row:
    low, high = (100 * end for end in one.gap_interval)
    p = None if one.verdict == "cannot tell" else p_value(one.adjusted_p).words
    gap = (f"{100 * one.gap:+.1f}", f"{low:+.1f} to {high:+.1f}")
    return Row(
        (f"{one.key}={one.value}", one.samples, percent(one.accuracy), interval(one.interval), *gap, p, one.verdict)
    )


def _rate_row(one: "Rate") -> Row:
    recall = percent(one.recall), interval(one.recall_interval)
    false = percent(one.false_positive_rate), interval(one.false_positive_interval)
    return Row((f"{one.key}={one.value}", one.label, one.samples, *recall, *false, percent(one.chosen)))


def _lineage(run: "Run") -> Iterator[str]:
    yield f"Data: {run.manifest.samples:,} samples, `{run.manifest.digest}`"
    counts = run.counts
    yield f"Trained on {counts.train:,} samples, {counts.generated:,} of them generated; tested on {counts.test:,}"
    if run.training_digest:
        yield f"Real training samples: `{run.training_digest}`"
    for digest in run.manifest.recipes:
        yield f"Recipe of generated samples: `{digest}`"
    if run.parameters:
        yield f"Options: {_pairs(run.parameters)}"
    if run.model_digest:
        yield f"Model file: `{run.model_digest}`"
    if run.predictions:
        yield f"Predictions: {in_markdown(run.predictions)}"
    if run.git:
        yield f"Code: `{run.git.commit}`{' and changes' if run.git.dirty else ''}"
    yield f"Made {run.created} by burnish {run.versions.get('burnish', '(version unknown)')}"


def _pairs(values: Mapping[str, object]) -> str:
    told = ((key, value) for key, value in sorted(values.items()) if value not in (None, [], ""))
    return ", ".join(f"{in_markdown(key)} {in_markdown(str(value))}" for key, value in told)
