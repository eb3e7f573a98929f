"""`burnish balance`: how evenly the samples are spread over classes."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.io import reports, streams
from cli.io.terminal import draw_bar, printable
from curate.describe.imbalance import Described, Imbalance, count_classes, failed_gates, grouping
from curate.ground.errors import GateError

if TYPE_CHECKING:
    from rich.console import RenderableType

_BAR_WIDTH = 30


def balance(
    manifest: options.Manifest = None,
    by: Annotated[str, typer.Option(metavar="label|split|tag:KEY", help="What the classes are.")] = "label",
    within: Annotated[
        str | None,
        typer.Option(metavar="SPLIT", help="Count only the samples of this split.", show_default=False),
    ] = None,
    max_ratio: Annotated[
        float | None,
        typer.Option(
            metavar="R",
            min=1.0,
            help="Fail (exit 1) if largest / smallest class is above R.",
            show_default=False,
        ),
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Fail (exit 1) if a class has fewer than N samples.", show_default=False),
    ] = None,
    json: options.Json = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show how evenly the samples are spread over classes, and which classes are short by how many.

    The effective number of classes is exp(entropy of the shares): as many equally large classes would be as uneven.
    An accuracy says little until it is above that of always guessing the largest class.

    [bold]Examples[/bold]

    burnish scan data/ | burnish balance

    burnish balance set.jsonl --by tag:speaker --within train

    burnish balance set.jsonl --max-ratio 10 --min-count 50 --quiet
    """
    grouping(by)
    reports.check_html(html, manifest)
    with streams.records(manifest, Described) as samples:
        result = count_classes(samples, by, within)
    reports.show(result, _table, as_json=json, html=html, page=_page)
    if failed := failed_gates(result, max_ratio, min_count):
        raise GateError("; ".join(failed))


def _page(result: Imbalance) -> bytes:
    from cli.views.balance.page import page

    return page(result, _sentences(result))


def _table(result: Imbalance) -> "RenderableType":
    from rich import box
    from rich.console import Group
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(result.by, overflow="fold")
    for name in ("count", "share"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, min_width=_BAR_WIDTH, style="cyan")
    table.add_column("missing", justify="right", no_wrap=True)
    largest = result.classes[0].count if result.classes else 0
    for found in result.classes:
        bar = draw_bar(found.count / largest if largest else 0, _BAR_WIDTH)
        missing = f"{found.missing:,}" if found.missing else ""
        table.add_row(printable(found.label), f"{found.count:,}", f"{100 * found.share:.1f} %", bar, missing)
    return Group(table, *_sentences(result)) if result.classes else Group(*_sentences(result))


def _sentences(result: Imbalance) -> list[str]:
    unit = "tagged samples" if result.by.startswith("tag:") else "samples"
    lines = [f"{result.samples:,} {unit} in {len(result.classes):,} classes by {result.by}"]
    if result.imbalance_ratio is not None and result.majority_accuracy is not None:
        lines += [
            f"imbalance ratio {result.imbalance_ratio:.2f} (largest / smallest class)",
            f"effective classes {result.effective_classes:.1f}",
            f"always guessing {printable(result.classes[0].label)} "
            f"is right {100 * result.majority_accuracy:.1f} % of the time",
        ]
    if result.without:
        lines.append(f"{result.without:,} samples have no {result.by.removeprefix('tag:')} and are not counted")
    return lines
