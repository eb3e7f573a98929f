"""`predictions.jsonl`: what a model said of each sample that it was tested on."""

import os
from typing import TYPE_CHECKING

import msgspec

from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError
from curate.ground.json import encode
from curate.records.reader import read_as

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "predictions.jsonl"
"""The file of a run folder that holds its predictions."""
_NAMED = 3


class Prediction(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sample of the test set, and what the model said of it.

    Attributes:
        path: Of the sample, as in the manifest.
        label: The true class.
        prediction: The class that the model chose.
        confidence: Probability of that class, 0 to 1; None where the model gives none.
        tags: Of the sample.
        digest: Of its file, `sha256:…`; what two runs are matched by where both have it, else by path.
        kind: `image` or `audio`.
        probabilities: Of each class, 0 to 1; empty where the model gives none.
    """

    path: str
    label: str
    prediction: str
    confidence: float | None = None
    tags: tuple[str, ...] = ()
    digest: str | None = None
    kind: str | None = None
    probabilities: dict[str, float] = {}


def write_predictions(path: str, predictions: "Iterable[Prediction]") -> None:
    """Write predictions as JSON Lines, whole or not at all."""
    with atomic_write(path) as file:
        for prediction in predictions:
            file.write(encode(prediction) + b"\n")


def read_predictions(path: str) -> list[Prediction]:
    """Return the predictions of a run.

    Raises:
        InputError: The file is not there; a line of it is malformed (`ManifestError`).
    """
    try:
        with open(path, "rb") as file:
            return list(read_as(file, Prediction))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def predictions_of_run(folder: str) -> list[Prediction]:
    """Return the predictions of a run, of which there is one or more.

    Args:
        folder: Of the run.

    Raises:
        InputError: There is no run in it, or the run has no predictions; a line is malformed (`ManifestError`).
    """
    path = os.path.join(folder, NAME)
    if not os.path.isfile(path):
        raise InputError(f"no run in {folder}: {_why_not(folder)}")
    if found := read_predictions(path):
        return found
    raise InputError(f"the run in {folder} has no predictions: {path} is empty; make it again with burnish train")


def _why_not(folder: str) -> str:
    """Return why a folder is no run, and what to name or do instead."""
    cure = f"make one with burnish train SET --run {folder}"
    if not os.path.isdir(folder):
        return "it is a file; name the folder that it is in" if os.path.exists(folder) else f"no such folder; {cure}"
    inside = sorted(entry.path for entry in os.scandir(folder) if os.path.isfile(os.path.join(entry.path, NAME)))
    if inside:
        return f"did you mean {', '.join(inside[:_NAMED])}{', …' * (len(inside) > _NAMED)}?"
    return f"it has no {NAME}; {cure}"
