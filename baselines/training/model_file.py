"""`model.skops`: read back only if it is the file that was written, and holds what such a model is made of.

skops itself trusts every type of scikit-learn, NumPy and SciPy; here the list is exact, by model, is held against the
file before anything of it is built, and is all that skops is told to trust.
"""

import hashlib
import os
from typing import TYPE_CHECKING, cast
from zipfile import BadZipFile, ZipFile

from baselines.runs.run_folder import MODEL, read_run
from curate.ground.errors import InputError, UsageError
from curate.ground.json import loads

if TYPE_CHECKING:
    from baselines.models.models import Estimator
    from baselines.runs.run_record import ModelRecord, Run

_PLAIN = frozenset({"builtins.dict", "builtins.list", "builtins.str", "builtins.tuple", "numpy.ndarray"})
_TREES = ("sklearn.ensemble._forest.ExtraTreesClassifier", "sklearn.tree._classes.ExtraTreeClassifier")
TYPES: dict[str, frozenset[str]] = {
    "knn": _PLAIN | {"sklearn.neighbors._classification.KNeighborsClassifier"},
    "logistic": _PLAIN | {"sklearn.linear_model._logistic.LogisticRegression"},
    "majority": _PLAIN | {"sklearn.dummy.DummyClassifier"},
    "svm": _PLAIN | {"sklearn.svm._classes.SVC"},
    "trees": _PLAIN | {*_TREES, "sklearn.tree._tree.Tree", "numpy.int64"},
}
"""By model, every type that its file may hold."""
_MOST_BYTES = 4 << 30
_MOST_SCHEMA_BYTES = 64 << 20


def load_model(folder: str) -> "tuple[Estimator, ModelRecord]":
    """Return the estimator of a run and what its input and output mean.

    Its classes are numbers, places in `labels` of the record; its input are the families `features`, one after the
    other, as `baselines.features` describes a file.

    Args:
        folder: Of a run that `train` made.

    Raises:
        InputError: There is no model; the file is not the one that was written, or holds a type that is not on the
            list.
        UsageError: Another version of scikit-learn made it.
    """
    run = read_run(folder)
    record, path = run.model, os.path.join(folder, MODEL)
    if record is None or not os.path.isfile(path):
        raise InputError(f"the run {folder} has no model: its predictions came from elsewhere")
    name = record.name.split(",", maxsplit=1)[0]
    _check_versions(folder, run)
    _check_digest(folder, path, run.model_digest)
    # Before scikit-learn comes in by the way of skops, whole; and no earlier, as `--help` needs neither.
    from baselines.models.preload import import_skops

    skops = import_skops()
    # Of a file that is no model, skops raises whatever its parts raise.
    errors = (skops.exceptions.UntrustedTypesFoundException, BadZipFile, KeyError, ValueError, TypeError, OSError)
    try:
        _check_types(path, TYPES.get(name, frozenset()))
        model = skops.load(path, trusted=sorted(TYPES[name]))
        if f"{type(model).__module__}.{type(model).__name__}" not in TYPES[name] - _PLAIN:
            raise ValueError(f"it is a {type(model).__name__}, no {name}")
    except errors as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise InputError(f"{path} is no model of burnish's: {reason}; train again into {folder}") from None
    return cast("Estimator", model), record


def _check_versions(folder: str, run: "Run") -> None:
    """Refuse a model of another scikit-learn: it may load, and say something else."""
    from importlib.metadata import version

    made, now = run.versions.get("scikit-learn"), version("scikit-learn")
    if made is not None and made != now:
        raise UsageError(
            f"the model of {folder} was made by scikit-learn {made}, and this is {now}; train that run again"
        )


def _check_digest(folder: str, path: str, written: str | None) -> None:
    if written is None:
        return
    try:
        with open(path, "rb") as file:
            digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    if digest != written:
        raise InputError(f"{path} is not the file that was written with this run; train again into {folder}")


def _check_types(path: str, allowed: frozenset[str]) -> None:
    """Refuse a file that would unpack to more than memory has room for, or that names a type off the list.

    Raises:
        BadZipFile: It is no such file.
        ValueError: It is refused.
    """
    with ZipFile(path) as archive:
        if sum(one.file_size for one in archive.infolist()) > _MOST_BYTES:
            raise ValueError("it unpacks to more than 4 GiB")
        if archive.getinfo("schema.json").file_size > _MOST_SCHEMA_BYTES:
            raise ValueError("its schema is larger than any model's")
        waiting: list[object] = [loads(archive.read("schema.json"))]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
            named = f"{one.get('__module__')}.{one.get('__class__')}"
            if ("__loader__" in one or "__class__" in one) and named not in allowed:
                raise ValueError(f"it holds {named}, which is no part of such a model")
        elif isinstance(one, list):
            waiting += one
