"""Predictions of samples that do not exist, for tests."""

from typing import TYPE_CHECKING

from baselines.data.predictions import Prediction

if TYPE_CHECKING:
    from collections.abc import Iterable


def predicted(label: str, prediction: str, *tags: str, path: str = "a", digest: str | None = None) -> Prediction:
    """Return one prediction."""
    return Prediction(path, label, prediction, tags=tags, digest=digest)


def answers(*groups: tuple[int, bool, tuple[str, ...]], start: int = 0) -> list[Prediction]:
    """Return predictions of the class `x` with paths that count up: for each group how many, whether right, tags."""
    flat: Iterable[tuple[bool, tuple[str, ...]]] = (
        (right, tags) for number, right, tags in groups for _ in range(number)
    )
    return [
        predicted("x", "x" if right else "y", *tags, path=f"{start + place}.wav")
        for place, (right, tags) in enumerate(flat)
    ]
