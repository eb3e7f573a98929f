"""What `burnish train`, `evaluate` and `overfit` show: the score beside the majority guess, and the worst classes."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table, names, or_dash, percent
from cli.views.kit.drawing import bar_cell
from curate.ground.command_line import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baselines.runs.save_run import Outcome
    from baselines.training.overfit import Overfit

_WORST = 5


def report(outcome: "Outcome") -> Report:
    """Return the report of a run."""
    weak, audit = call("weak", outcome.folder), call("audit", outcome.folder)
    next_steps = [f"which tags are worth working on:  {weak}"] if outcome.metrics.per_tag else []
    next_steps.append(f"what is taken for what:           {audit}")
    columns = [Column("name", "run"), Column("value", outcome.folder)]
    facts = Table("facts", "The run", columns, [Row(fact) for fact in _named_facts(outcome)], in_csv=False)
    # A class that only the training part has would go from the table without a word.
    untested = [label for label, found in outcome.metrics.per_class.items() if not found.samples]
    if untested:
        verb = "class has" if len(untested) == 1 else "classes have"
        next_steps.insert(0, f"{len(untested):,} {verb} no test sample, so nothing is known of: {names(untested)}")
    return Report([_scores(outcome), facts, _classes(outcome)], next_steps)


def fit_report(found: "Overfit", manifest: str | None = None) -> Report:
    """Return the report of a handful of samples that a model was to fit."""
    columns = [Column("path", "sample"), Column("problem", "what is wrong")]
    rows = [Row((path, "the model is not right on it")) for path in found.wrong]
    rows += [Row((path, f"looks the same as {' = '.join(group)}")) for group in found.conflicts for path in group[:1]]
    right = found.samples - len(found.wrong)
    lines = [f"{right:,} of {found.samples:,} samples of {found.classes:,} classes are right ({found.model})"]
    shown = [f"  wrong: {path}" for path in found.wrong]
    shown += [f"  the same, with different labels: {' = '.join(group)}" for group in found.conflicts]
    lines += [f"  left out, {reason}: {count:,}" for reason, count in found.left_out.items()]
    if found.fits:
        typed = call("train", *(() if manifest in {None, "-"} else (manifest or "",)))
        lines.append(f"a model can fit this data; train it:  {typed} --run runs/first")
    return Report([Table("samples", "Samples that it does not fit", columns, rows, lines=shown)], lines)


def _scores(outcome: "Outcome") -> Table:
    run, score = outcome.run, outcome.run.score
    remarks = [
        ("accuracy", score.accuracy, _interval(outcome)),
        ("balanced accuracy", score.balanced_accuracy, "mean recall of the classes"),
        ("macro F1", score.macro_f1, "mean F1 of the classes"),
        ("majority guess", score.majority_accuracy, "accuracy of always guessing the most frequent tested class"),
    ]
    if score.training_majority_accuracy is not None:
        words = f"accuracy of always guessing {run.training_majority}, the most frequent training class"
        remarks.append(("training majority", score.training_majority_accuracy, words))
    columns = [
        Column("name", "score"),
        Column("score", "value", "share", form=" %"),
        Column("bar", "", "drawing", 9),
        Column("remark", "what it is", "text", 1),
    ]
    rows = [
        Row((name, share, bar_cell(share, f"{name}: {100 * share:.1f} %"), words)) for name, share, words in remarks
    ]
    return Table("score", "Scores", columns, rows)


def _interval(outcome: "Outcome") -> str:
    """Return the interval of the accuracy, and what it rests on."""
    found, named = outcome.metrics, outcome.run.groups
    low, high = found.interval
    words = f"95 % interval {100 * low:.1f} % to {100 * high:.1f} %, n = {found.samples:,}"
    if found.groups and found.effective_samples is not None:
        key = named.key if named else "group"
        words += f", worth {found.effective_samples:,.0f} ({found.groups:,} groups by {key})"
    if found.repeats:
        words += f", with the spread of {found.repeats} other draws of the training data"
    return words


def _named_facts(outcome: "Outcome") -> "Iterator[tuple[str, str]]":
    run = outcome.run
    yield "tested", f"{run.counts.test:,} samples, {run.evaluation}"
    if run.model:
        made = f", {run.counts.generated:,} of them generated" if run.counts.generated else ""
        yield "trained on", f"{run.counts.train:,} samples{made}"
        tried = ", ".join(f"{one.model} {one.macro_f1:.3f}" for one in run.model.trials)
        several = f" (macro F1 on the training part: {tried})" if len(run.model.trials) > 1 else ""
        held = f", held still as in {run.model.like}" if run.model.like else several
        yield "model", run.model.name + held
        yield "training accuracy", f"{100 * run.model.training_accuracy:.1f} %"
    yield "time", f"{run.cost.wall_s:.1f} s, {run.cost.peak_memory_mb:,.0f} MB"


def _classes(outcome: "Outcome") -> Table:
    columns = [
        Column("name", "worst classes" if len(outcome.metrics.per_class) > _WORST else "class"),
        Column("samples", "samples", "count"),
        Column("recall", "recall", "share", form=" %"),
        Column("precision", "precision", "share", form=" %"),
        Column("f1", "F1", "share", form=" %"),
        Column("bar", "F1", "drawing", 9),
    ]
    # A class without samples was only ever predicted: it has no recall to be the worst by.
    tested = [(label, found) for label, found in outcome.metrics.per_class.items() if found.samples]
    rows = [
        Row(
            (
                label,
                one.samples,
                *map(or_dash, (one.recall, one.precision, one.f1)),
                bar_cell(one.f1, f"F1 of {label}: {percent(one.f1)} %"),
            )
        )
        for label, one in sorted(tested, key=lambda pair: (pair[1].f1 or 0.0, pair[0]))
    ]
    return Table("class", "Classes, the worst first", columns, rows if len(rows) > 1 else [], _WORST)
