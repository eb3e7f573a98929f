"""The model of a run, as `train` saved it: read by skops, which builds known types and never unpickles."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from baselines.runs.run_folder import MODEL, read_run
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from baselines.runs.run_record import ModelRecord

TRUSTED = {"trees": ("sklearn.tree._tree.Tree",)}
"""By model, the types that skops does not build unless it is told to; no others are built."""


def load_model(folder: str) -> "tuple[Any, ModelRecord]":
    """Return the estimator of a run and what its input and output mean.

    Its classes are numbers, places in `labels` of the record; its input are the families `features`, one after the
    other, as `baselines.features` describes a file.

    Args:
        folder: Of a run that `train` made.

    Raises:
        InputError: There is no model, or it holds a type that is not trusted.
    """
    record = read_run(folder).model
    path = os.path.join(folder, MODEL)
    if record is None or not os.path.isfile(path):
        raise InputError(f"the run {folder} has no model: its predictions came from elsewhere")
    skops, zipped = import_module("skops.io"), import_module("zipfile")
    errors = (skops.exceptions.UntrustedTypesFoundException, zipped.BadZipFile, KeyError, ValueError, TypeError)
    try:
        return skops.load(path, trusted=list(TRUSTED.get(record.name.split(",", maxsplit=1)[0], ()))), record
    except errors as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise InputError(f"{path} is no model of burnish's: {reason}; train again into {folder}") from None
