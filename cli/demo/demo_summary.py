"""The ending of the demo: what was cleaned, how uneven the classes were, what was weak, and what became of it."""

import os
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cli.io.terminal import console, printable
from cli.io.terminal_table import Drawn
from curate.facts.records import Finding
from curate.records.reader import read_as
from curate.records.sample import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

Record = TypeVar("Record", bound=msgspec.Struct)

_TARGETS = ("writing=", "noise=")
_TOLD = ("silent", "label-conflict", "duplicate")


class Rejected(View):
    """What is read of a dropped sample."""

    path: str
    findings: tuple[Finding, ...] = ()

    def reason(self) -> str:
        """Return the check that it was dropped for: an error, else the one that its command was told to drop."""
        errors = [found.check for found in self.findings if found.severity == "error"]
        told = [found.check for found in self.findings if found.check in _TOLD]
        return [*errors, *told, "other"][0]


def show_ending(folder: str, parts: "Sequence[str]", report: str) -> None:
    """Write the ending to standard output.

    Args:
        folder: Of the demo.
        parts: `images`, `speech`.
        report: Path of the page.
    """
    out = console()
    for part in parts:
        out.print(f"\n=== {part} ===\n", style="bold")
        for line in _part(os.path.join(folder, "work", part)):
            out.print(line)
    out.print("\n=== report ===\n", style="bold")
    out.print(printable(report), soft_wrap=True)


def _part(work: str) -> "Iterator[RenderableType]":
    from baselines.slices.slice_ranking import rank_run
    from cli.views.weak.table import report

    yield _cleaned(work)
    yield from _balanced(work)
    yield "what was weak before:"
    yield ""
    yield Drawn(report(rank_run(os.path.join(work, "before"))))
    yield ""
    yield from _compared(work)


def _cleaned(work: str) -> str:
    broken, copies = (
        Counter(sample.reason() for sample in _read(os.path.join(work, name), Rejected))
        for name in ("broken.jsonl", "copies.jsonl")
    )
    kept = sum(1 for _ in _read(os.path.join(work, "set.jsonl"), Rejected))
    return (
        f"cleaned: {broken.total()} broken files went ({_listed(broken)}) and {copies.total()} copies "
        f"({_listed(copies)}); {kept:,} samples are left"
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _balanced(work: str) -> "Iterator[str]":
    from curate.describe.imbalance import Described, count_classes

    for when, name in (("before", "set.jsonl"), ("after", "set2.jsonl")):
        found = count_classes(_read(os.path.join(work, name), Described), "label", "train")
        yield (
            f"imbalance {when}: {found.imbalance_ratio or 0:.2f} (largest / smallest class), "
            f"{found.samples:,} training samples"
        )


def _compared(work: str) -> "Iterator[str]":
    from baselines.comparison.compare import compare_runs, failed, in_words

    result = compare_runs(os.path.join(work, "before"), os.path.join(work, "after"))
    # The tags that new samples were made for; what became worse is said of every tag and class.
    tags = {tag: found for tag, found in result.per_tag.items() if tag.startswith(_TARGETS)}
    said = [in_words(name, found) for name, found in {"": result.overall, **tags}.items()]
    worse = failed(result, "worse", ())
    yield from (f"after: {words}" for words in (*said, *(words for words in worse if words not in said)))
    if not worse:
        yield "no tag and no class is shown to be worse"


def _read(path: str, view: "type[Record]") -> "Iterator[Record]":
    with open(path, "rb") as file:
        yield from read_as(file, view)
