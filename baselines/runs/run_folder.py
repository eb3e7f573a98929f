"""A run: a folder with `run.json`, `metrics.json`, `predictions.jsonl`, and for `train` `model.skops`.

`run.json` is taken away first and written last, so that a folder with it is whole, whenever the writer was killed.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from baselines.data.predictions import Prediction
from baselines.runs.run_record import Run
from curate.ground.atomic import atomic_write
from curate.ground.command_line import call
from curate.ground.errors import InputError, UsageError
from curate.ground.json import decode, encode, encode_indented
from curate.records.reader import read_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baselines.metrics.metrics import Metrics

RUN, METRICS, PREDICTIONS, MODEL = "run.json", "metrics.json", "predictions.jsonl", "model.skops"
_OURS = frozenset({RUN, METRICS, PREDICTIONS, MODEL})
_NAMED = 3


def check_run_folder(folder: str) -> None:
    """Check, before any work, that a run may be written into a folder: it is new, empty, or holds a run.

    Raises:
        UsageError: It holds something else, or is a file.
    """
    if not folder:
        raise UsageError("--run is empty: name a folder, like runs/first")
    if not os.path.lexists(folder):
        return
    if not os.path.isdir(folder):
        raise UsageError(f"--run {folder}: that is a file; name a folder for the run")
    names = {name for name in os.listdir(folder) if not (name.startswith(".") and name.endswith(".tmp"))}
    # What a killed run left behind has no run.json, but nothing of anyone else's either.
    if names and RUN not in names and not names <= _OURS:
        raise UsageError(f"--run {folder}: the folder is not empty and holds no run; name a new folder")


def write_run(
    folder: str, run: Run, metrics: "Metrics", predictions: "Sequence[Prediction]", model: bytes | None = None
) -> None:
    """Write a run; one that is there already is replaced.

    Raises:
        InputError: The folder cannot be made or written.
    """
    try:
        # run.json goes first: with it, what a killed writer leaves would pass for the old run.
        os.makedirs(folder, exist_ok=True)
        for name in (RUN, METRICS, PREDICTIONS, MODEL):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, name))
        write_predictions(os.path.join(folder, PREDICTIONS), predictions)
        files = {MODEL: model} if model is not None else {}
        # run.json is last: whoever finds it may rely on all the others.
        files |= {name: encode_indented(one) + b"\n" for name, one in ((METRICS, metrics), (RUN, run))}
        for name, data in files.items():
            with atomic_write(os.path.join(folder, name)) as file:
                file.write(data)
    except OSError as error:
        raise InputError(f"cannot write the run {folder}: {error.strerror}") from None


def read_run(folder: str) -> Run:
    """Return the record of a run.

    Raises:
        InputError: There is none, or it cannot be read.
    """
    path = os.path.join(folder, RUN)
    try:
        with open(path, "rb") as file:
            return decode(file.read(), Run)
    except FileNotFoundError:
        raise InputError(f"no run in {folder}: there is no {RUN}; make one with burnish train") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is not the record of a run: {error}; train again into {folder}") from None


def record_of_run(folder: str) -> Run | None:
    """Return the record of a run; None where there are predictions only, which other programs may have written.

    Raises:
        InputError: There is one, and it cannot be read.
    """
    return read_run(folder) if os.path.lexists(os.path.join(folder, RUN)) else None


def write_predictions(path: str, predictions: "Iterable[Prediction]") -> None:
    """Write predictions as JSON Lines, whole or not at all."""
    with atomic_write(path) as file:
        file.writelines(encode(prediction) + b"\n" for prediction in predictions)


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
    path = os.path.join(folder, PREDICTIONS)
    if not os.path.isfile(path):
        raise InputError(f"no run in {folder}: {_why_not(folder)}")
    if found := read_predictions(path):
        return found
    raise InputError(f"the run in {folder} has no predictions: {path} is empty; make it again with burnish train")


def _why_not(folder: str) -> str:
    """Return why a folder is no run, and what to name or do instead."""
    cure = f"make one with {call('train', 'SET', '--run', folder)}"
    if not os.path.isdir(folder):
        return "it is a file; name the folder that it is in" if os.path.exists(folder) else f"no such folder; {cure}"
    # Most often the folder of all runs was named instead of one of them.
    inside = sorted(entry.path for entry in os.scandir(folder) if os.path.isfile(os.path.join(entry.path, PREDICTIONS)))
    if inside:
        return f"did you mean {', '.join(inside[:_NAMED])}{', …' * (len(inside) > _NAMED)}?"
    return f"it has no {PREDICTIONS}; {cure}"
