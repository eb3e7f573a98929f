"""What `burnish train` and `burnish evaluate` show: the score beside the majority guess, and the worst classes."""

from typing import TYPE_CHECKING

from cli.io.terminal import draw_bar, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from baselines.metrics.metrics import Metrics
    from baselines.runs.save_run import Outcome

_BAR_WIDTH = 20
_WORST = 5


def table(outcome: "Outcome") -> "RenderableType":
    """Return the report of a run."""
    from rich.console import Group

    parts: list[RenderableType] = [_figures(outcome)]
    if len(outcome.metrics.per_class) > 1:
        parts.append(_worst(outcome.metrics))
    return Group(*parts, *_next(outcome))


def _figures(outcome: "Outcome") -> "Table":
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    drawn.add_column("", no_wrap=True)
    drawn.add_column("", justify="right", no_wrap=True)
    drawn.add_column("", no_wrap=True, style="cyan")
    drawn.add_column("", overflow="fold")
    for name, share, remark in _shares(outcome):
        drawn.add_row(name, _percent(share), draw_bar(share, _BAR_WIDTH), remark)
    for name, text in _facts(outcome):
        drawn.add_row(name, "", "", printable(text))
    return drawn


def _shares(outcome: "Outcome") -> "Iterator[tuple[str, float, str]]":
    score = outcome.run.score
    low, high = score.interval
    yield "accuracy", score.accuracy, f"95 % interval {_percent(low)} to {_percent(high)}, n = {score.samples:,}"
    yield "balanced accuracy", score.balanced_accuracy, "mean recall of the classes"
    yield "macro F1", score.macro_f1, "mean F1 of the classes"
    yield "majority guess", score.majority_accuracy, "accuracy of always guessing the most frequent tested class"


def _facts(outcome: "Outcome") -> "Iterator[tuple[str, str]]":
    run = outcome.run
    yield "tested", f"{run.counts.test:,} samples, {run.evaluation}"
    if run.model:
        made = f", {run.counts.generated:,} of them generated" if run.counts.generated else ""
        yield "trained on", f"{run.counts.train:,} samples{made}"
        tried = ", ".join(f"{one.model} {one.macro_f1:.3f}" for one in run.model.trials)
        yield (
            "model",
            run.model.name + (f" (macro F1 on the training part: {tried})" if len(run.model.trials) > 1 else ""),
        )
        yield "training accuracy", _percent(run.model.training_accuracy)
    yield "time", f"{run.cost.wall_s:.1f} s, {run.cost.peak_memory_mb:,.0f} MB"


def _worst(metrics: "Metrics") -> "Table":
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    drawn.add_column("worst classes" if len(metrics.per_class) > _WORST else "class", overflow="fold")
    for name in ("samples", "recall", "precision", "F1"):
        drawn.add_column(name, justify="right", no_wrap=True)
    drawn.add_column("", no_wrap=True, style="cyan", min_width=_BAR_WIDTH)
    tested = [(label, found) for label, found in metrics.per_class.items() if found.samples]
    for label, found in sorted(tested, key=lambda pair: (pair[1].f1 or 0.0, pair[0]))[:_WORST]:
        shares = ("–" if share is None else _percent(share) for share in (found.recall, found.precision, found.f1))
        drawn.add_row(printable(label), f"{found.samples:,}", *shares, draw_bar(found.f1 or 0.0, _BAR_WIDTH))
    return drawn


def _next(outcome: "Outcome") -> "Iterator[str]":
    import shlex

    folder = printable(shlex.quote(outcome.folder))
    if outcome.metrics.per_tag:
        yield f"which tags are worth working on:  burnish weak {folder}"
    yield f"what is taken for what:           burnish audit {folder}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
