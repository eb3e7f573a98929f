"""The top of the page: what was found, what changed, and the verdict, in a few sentences and figures."""

from typing import TYPE_CHECKING, NamedTuple

from baselines.comparison.compare import failed, in_words
from cli.io.table import percent
from cli.views.compare.control import OUTSIDE, beyond_in_words
from cli.views.compare.table import run_names
from cli.views.report import balance, health, samples
from cli.views.weak.table import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from augment.preview.generation_report import Target
    from baselines.comparison.compare import Comparison
    from cli.views.report.balance import Balance
    from cli.views.report.runs import Measured
    from curate.describe.health import Health


class Found(NamedTuple):
    """All that was measured of a subject; None and empty where it has no such thing."""

    health: "Health | None" = None
    balance: "Balance | None" = None
    targets: "tuple[Target, ...]" = ()
    runs: "Measured | None" = None


class Sentence(NamedTuple):
    """A part of the summary.

    Attributes:
        name: What it is about.
        lines: In words.
        kind: Of the section that tells more.
        style: `better`, `worse`, or empty.
    """

    name: str
    lines: tuple[str, ...]
    kind: str
    style: str = ""


def sentences(found: Found) -> "Iterator[Sentence]":
    """Yield the summary."""
    # The verdict first: who reads one line reads that one.
    if found.runs and found.runs.comparison:
        yield from _verdict(found.runs.comparison, found.targets)
    if found.health:
        yield Sentence("Data", (_data(found.health),), "health")
    if found.balance and found.balance.whole.classes:
        yield Sentence("Balance", tuple(balance.notes(found.balance)[:2]), "balance")
    if found.runs:
        yield from _weak(found.runs)
    if found.targets:
        yield Sentence("Generated", (samples.note(list(found.targets)),), "samples")
    if found.runs and not found.runs.comparison:
        _, last = found.runs.runs[-1]
        right, guess = percent(last.accuracy), percent(last.majority_accuracy)
        text = f"{right} % of {last.samples:,} samples are right; always guessing the largest class gives {guess} %."
        yield Sentence("Run", (text,), "runs")


def tiles(found: Found) -> "Iterator[tuple[str, str]]":
    """Yield figures and what they are."""
    if found.health:
        yield f"{found.health.last:,}", "samples"
        # One manifest has no beginning: its generated samples were once taken for 819 that had gone.
        if found.health.first is not None:
            change = found.health.last - found.health.first
            change_in_words = "more than at first" if change > 0 else "fewer than at first"
            yield (f"{abs(change):,}", change_in_words) if change else ("none", "more or fewer than at first")
    if found.targets:
        yield f"{sum(target.samples for target in found.targets):,}", "generated"
    if found.runs:
        control = [found.runs.control] if found.runs.control else []
        # By name, so that a single run is not shown as two.
        for name, run in dict([found.runs.runs[0], *control, found.runs.runs[-1]]).items():
            yield f"{percent(run.accuracy)} %", f"accuracy of {name}"
    if found.runs and found.runs.comparison:
        yield found.runs.comparison.overall.verdict, "over all"


def _verdict(result: "Comparison", targets: "tuple[Target, ...]") -> "Iterator[Sentence]":
    name = run_names(result)[1]
    overall = result.overall
    lines = [_capital(f"{in_words('', overall)}.")]
    if overall.verdict != "cannot tell":
        # "Cannot tell" is no property of a run, and stands as a sentence of its own.
        lines = [f"The run {name} is {in_words('', overall)}."]
    aimed = {target.name: result.per_tag[target.name] for target in targets if target.name in result.per_tag}
    lines += [_capital(f"{in_words(tag, one)}.") for tag, one in aimed.items()]
    worse = failed(result, "worse")
    lines += [f"Worse: {'; '.join(worse)}." if worse else "No tag and no class is shown to be worse."]
    if result.control:
        lines.append(f"{_capital(beyond_in_words('over all', result.control.overall))}.")
        beside = result.control.per_tag
        lines += [f"{_capital(beyond_in_words(f'on {tag}', beside[tag]))}." for tag in aimed if tag in beside]
        lines.append(f"{_capital(OUTSIDE)}.")
    style = "" if overall.verdict == "cannot tell" else overall.verdict
    yield Sentence("Verdict", tuple(lines), "comparison", style)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _data(found: "Health") -> str:
    if found.first is None or found.first == found.last:
        return health.note(found)
    return f"{found.first:,} samples at first, {found.last:,} now. {health.note(found)}"


def _weak(found: "Measured") -> "Iterator[Sentence]":
    weak = [tag for tag in found.weak.tags if tag.gain > 0][:1]
    for tag in weak:
        accuracy, gain = percent(tag.accuracy), f"{100 * tag.gain:.2f}"
        on = f" of {tag.samples:,} samples" if tag.samples else ""
        target = TARGETS[found.weak.against]
        text = f"{tag.tag}: {accuracy} %{on} are right; at {target} the whole would gain {gain} points."
        yield Sentence("Weakest tag", (text,), "weak")
