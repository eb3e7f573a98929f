"""Whether two runs differ in what was to be compared only: their model, its parameters, its features, its data."""

from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.features.choice import EMBEDDING, PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baselines.runs.run_record import ModelRecord, Run


class HeldStill(Struct, frozen=True):
    """What is the same in both runs; None where a run does not say.

    Attributes:
        model: The kind of model, and whether each class weighs the same.
        parameters: Its hyperparameters.
        features: What it sees, and in which version.
        draw: The real samples that it was trained on; samples that a recipe made of them may come on top.
    """

    model: bool | None = None
    parameters: bool | None = None
    features: bool | None = None
    draw: bool | None = None


def held_still(first: "Run | None", second: "Run | None") -> HeldStill:
    """Return what is the same in two runs."""
    a, b = (run.model if run else None for run in (first, second))
    draws = [run.training_digest if run else None for run in (first, second)]
    draw = draws[0] == draws[1] if draws[0] and draws[1] else None
    if a is None or b is None:
        return HeldStill(draw=draw)
    return HeldStill(
        model=a.name == b.name,
        # Those of two kinds of models have other names, and nothing to hold.
        parameters=a.settings == b.settings if a.settings and b.settings else None,
        features=_features(a) == _features(b),
        draw=draw,
    )


def not_held(found: HeldStill, first: "Run | None", second: "Run | None") -> "Iterator[str]":
    """Yield, in words, what differs beside what was to be compared."""
    if first is None or second is None:
        return
    a, b = first.model, second.model
    if a and b:
        if found.model is False:
            yield f"model: {a.name} against {b.name}; hold it still with train --like"
        elif found.parameters is False:
            names = sorted(name for name in a.settings | b.settings if a.settings.get(name) != b.settings.get(name))
            shown = ", ".join(f"{name} {a.settings.get(name)} against {b.settings.get(name)}" for name in names)
            yield f"parameters: {shown}"
        if found.features is False:
            yield f"features: {', '.join(a.features)} against {', '.join(b.features)}; hold still with train --like"
    if found.draw is False:
        yield (
            f"training draw: {first.counts.train - first.counts.generated:,} real samples against "
            f"{second.counts.train - second.counts.generated:,}, not the same ones"
        )


def _features(model: "ModelRecord") -> tuple[object, ...]:
    """Return what a model sees: embeddings by what made them, not by the file that they are in."""
    named = tuple(name for name in model.features if not name.startswith((EMBEDDING, PACKAGE)))
    files = tuple(name for name in model.features if name.startswith((EMBEDDING, PACKAGE)))
    return named, model.embeddings or files, model.features_version if named else None
