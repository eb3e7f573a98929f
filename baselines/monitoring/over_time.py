"""A log window by window: what drifted, how right the model is, and what there is to look at."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from baselines.monitoring.accuracy import accuracy_parts, expected_accuracy, trusted
from baselines.monitoring.label_shift import label_shift
from curate.drift.compare import Drift, compare
from curate.drift.comparisons import column_of, is_known
from curate.drift.history import Expected, Shown, Spread, WindowReport, share_of_alpha
from curate.drift.verdicts import Judge
from curate.facts.fact_schema import NUMBERS, part_of
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.drift.comparisons import Subject
    from curate.drift.rows import Rows
    from curate.drift.windows import Every, Window

_SHOWN = 24
_TOP = 12


@dataclass(frozen=True, slots=True)
class Watch:
    """What all windows of a log share.

    Attributes:
        reference: What each is held against.
        on: What is compared.
        every: How the log is parted.
        alpha: Of all windows together.
        margin: Effects below do not matter.
        group: Key of the groups; empty: none.
        seed: Where chance begins.
    """

    reference: "Rows"
    on: "Sequence[Subject]"
    every: "Every"
    alpha: float = 0.01
    margin: float = 0.1
    group: str = ""
    seed: int = 0


def watch(asked: Watch, windows: "Sequence[Window]", before: int = 0, *, endless: bool = False) -> list[WindowReport]:
    """Return what became of each window.

    Args:
        asked: What is asked for.
        windows: In their order.
        before: Windows that a history has already.
        endless: Whether more may come, so that alpha has to last for ever.

    Raises:
        InputError: There is nothing to compare, or the facts are of other versions.
    """
    digest, doubt, found = digest_of(asked.reference), trusted(asked.reference), []
    for number, window in enumerate(windows, start=before + 1):
        alpha = share_of_alpha(asked.alpha, number, None if endless else len(windows))
        judge = Judge(alpha, asked.margin, asked.seed, group=asked.group, explain=False)
        drift = compare(asked.reference, window.rows, asked.on, judge)
        found.append(_report(asked, window, drift, number, digest, doubt))
    return found


def _report(asked: Watch, window: "Window", drift: Drift, number: int, digest: str, doubt: str) -> WindowReport:
    rows = window.rows
    prediction = is_known(column_of(rows, "prediction"))
    shift, notes = _labels(asked.reference, rows, list(drift.notes))
    first, last = (_iso(time) for time in window.times) if window.times else (None, None)
    return WindowReport(
        number=number,
        window=asked.every.name(window.number, window.last),
        every=asked.every.unit,
        place=window.last,
        samples=rows.seen,
        compared=rows.kept,
        verdict=drift.verdict,
        alpha=drift.alpha,
        margin=drift.margin,
        tests=drift.tests,
        reference=digest,
        first=first,
        last=last,
        inputs={name: spread for name in (*NUMBERS, "confidence") if (spread := _spread(rows, name))},
        names={name: shares for name in ("label", "prediction") if (shares := _shares(asked.reference, rows, name))},
        empty=float(1 - prediction.mean()) if prediction.any() else None,
        findings=_findings(rows),
        accuracy=accuracy_parts(asked.reference, rows),
        expected=_expected(rows, doubt, notes),
        label_shift=shift,
        shown=_shown(rows, drift),
        notes=tuple(notes),
    )


def digest_of(rows: "Rows") -> str:
    """Return a digest of what a reference is: of the paths and digests of its samples, in any order."""
    names = sorted(
        f"{path}\0{digest}" for path, digest in zip(rows.columns["path"], rows.columns["digest"], strict=True)
    )
    text = "\n".join(names).encode("utf-8", "surrogatepass")
    return f"sha256:{hashlib.sha256(text).hexdigest()}" if names else ""


def _labels(reference: "Rows", rows: "Rows", notes: list[str]) -> tuple[dict[str, float], list[str]]:
    if not is_known(column_of(rows, "prediction")).any():
        return {}, notes
    try:
        return label_shift(reference, rows), notes
    except InputError as error:
        return {}, [*notes, f"shares of labels cannot be told: {error}"]


def _expected(rows: "Rows", doubt: str, notes: list[str]) -> Expected | None:
    confidence = column_of(rows, "confidence")
    known = confidence[is_known(confidence)].astype(np.float64)
    if not len(known):
        return None
    if doubt:
        notes.append(f"no expected accuracy: {doubt}")
        return None
    return expected_accuracy(known)


def _spread(rows: "Rows", name: str) -> Spread | None:
    values = column_of(rows, name).astype(np.float64)
    part = part_of(name)
    applies = column_of(rows, "kind") == part if part else np.ones(rows.kept, np.bool_)
    known = values[np.isfinite(values) & applies]
    if not applies.any() or (name not in rows.columns) or (name == "confidence" and not len(known)):
        return None
    q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75]).tolist() if len(known) else (None, None, None)
    return Spread(q1, median, q3, float(1 - len(known) / applies.sum()))


def _shares(reference: "Rows", rows: "Rows", name: str) -> dict[str, float]:
    """Return the shares of the names that are most frequent in the reference, and of all others together."""
    now = Counter(str(one) for one in column_of(rows, name) if one is not None)
    if not now:
        return {}
    then = Counter(str(one) for one in column_of(reference, name) if one is not None)
    # Those of the reference, so that all windows of a page have the same lines; what it does not have is news.
    top = [one for one, _ in (then or now).most_common(_TOP)]
    total = now.total()
    found = {one: now[one] / total for one in sorted(top)}
    others = 1 - sum(found.values())
    return found | ({"(others)": others} if others > 1e-9 else {})


def _findings(rows: "Rows") -> dict[str, float]:
    counts = Counter(check for row in column_of(rows, "findings") for check in set(row or ()))
    return {check: number / rows.kept for check, number in sorted(counts.most_common(_TOP))}


def _shown(rows: "Rows", drift: Drift) -> tuple[Shown, ...]:
    """Return samples to look at: where a fact drifted, those farthest out to that side; else the first."""
    order = np.arange(rows.kept)
    moved = next((one for one in drift.tests if one.verdict == "drifted" and one.auc is not None), None)
    if moved is not None:
        values = column_of(rows, moved.name).astype(np.float64)
        sign = 1 if (moved.auc or 0.0) >= 0.5 else -1
        order = np.argsort(np.where(np.isfinite(values), -sign * values, np.inf), kind="stable")
    return tuple(_sample(rows, at) for at in order[:_SHOWN].tolist())


def _sample(rows: "Rows", at: int) -> Shown:
    label, prediction, kind = (column_of(rows, name)[at] for name in ("label", "prediction", "kind"))
    confidence = float(column_of(rows, "confidence")[at])
    sure = f" ({100 * confidence:.0f} %)" if np.isfinite(confidence) else ""
    said = f"said {prediction}{sure}" if prediction is not None else ""
    words = ", ".join(text for text in (str(label) if label is not None else "", said) if text)
    return Shown(str(rows.columns["path"][at]), None if kind is None else str(kind), words)


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
