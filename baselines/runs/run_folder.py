"""A run: a folder with `run.json`, `metrics.json`, `predictions.jsonl`, and for `train` `model.skops`.

`run.json` is taken away first and written last, so that a folder with it is whole, whenever the writer was killed.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from baselines.data.predictions import NAME, write_predictions
from baselines.runs.run_record import Run
from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError, UsageError
from curate.ground.json import decode, encode_indented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.predictions import Prediction
    from baselines.metrics.metrics import Metrics

RUN, METRICS, PREDICTIONS, MODEL = "run.json", "metrics.json", NAME, "model.skops"
_OURS = frozenset({RUN, METRICS, PREDICTIONS, MODEL})


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
        os.makedirs(folder, exist_ok=True)
        for name in (RUN, METRICS, PREDICTIONS, MODEL):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(folder, name))
        write_predictions(os.path.join(folder, PREDICTIONS), predictions)
        if model is not None:
            _write(folder, MODEL, model)
        _write(folder, METRICS, encode_indented(metrics) + b"\n")
        _write(folder, RUN, encode_indented(run) + b"\n")
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


def _write(folder: str, name: str, data: bytes) -> None:
    with atomic_write(os.path.join(folder, name)) as file:
        file.write(data)
