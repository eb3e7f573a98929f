"""Rows as they come of a manifest, made without one."""

from collections.abc import Sequence

import numpy as np

from curate.drift.rows import Reservoir, Rows, Watched, fill
from curate.facts.records import Finding

Facts = Sequence[float | None]


def photos(brightness: Facts, **columns: Sequence[object]) -> Rows:
    """Return photos of which the brightness is known, and further fields, one value for each."""
    samples = []
    for place, value in enumerate(brightness):
        fields = {name: values[place] for name, values in columns.items()}
        samples.append(photo(f"{place}.jpg", value, **fields))
    return fill(Reservoir(), samples)


def photo(path: str, brightness: float | None, **fields: object) -> Watched:
    """Return a photo."""
    from curate.describe.column_blocks import _Image

    marks = fields.pop("findings", ())
    findings = tuple(Finding(mark, "warning") for mark in marks)  # type: ignore[attr-defined]
    facts = _Image(brightness=brightness)
    return Watched(path, kind="image", image=facts, facts_version=5, findings=findings, **fields)  # type: ignore[arg-type]


def normal(size: int, shift: float = 0.0, seed: int = 0) -> list[float]:
    """Return numbers, rounded as facts are."""
    return [round(float(one), 4) for one in np.random.default_rng(seed).normal(shift, 1, size)]
