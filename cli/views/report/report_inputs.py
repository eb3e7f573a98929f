"""The subjects of a report: a work folder each, and the runs and manifests that were named one by one."""

import os
from typing import TYPE_CHECKING

from baselines.runs.run_folder import PREDICTIONS, predictions_of_run
from cli.views.report.report_input import Subject
from cli.views.report.work_folder import is_manifest, of_folder
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def find_subjects(paths: "Sequence[str]") -> list[Subject]:
    """Return what there is to report on: a subject for each work folder, and for each set of runs that belong together.

    Args:
        paths: Work folders, run folders, manifests.

    Raises:
        InputError: One is none of these, or there is nothing in it yet.
    """
    loose = [path for path in paths if not _is_work(path)]
    manifests = [path for path in loose if not os.path.isdir(path)]
    for path in manifests:
        _check_manifest(path)
    folders = [of_folder(path) for path in paths if _is_work(path)]
    return [*folders, *_of_loose(manifests, [path for path in loose if os.path.isdir(path)])]


def _is_work(path: str) -> bool:
    return os.path.isdir(path) and not os.path.isfile(os.path.join(path, PREDICTIONS))


def _check_manifest(path: str) -> None:
    """Check that a file can be read as a manifest.

    Raises:
        InputError: It cannot.
    """
    if not os.path.exists(path):
        raise InputError(f"there is no {path}; name a work folder, a run or a manifest")
    if os.path.basename(path) in {PREDICTIONS, "run.json", "metrics.json"}:
        raise InputError(f"{path} is a file of a run; name its folder: {os.path.dirname(path) or '.'}")
    if not is_manifest(path):
        raise InputError(f"{path} is no manifest; name a work folder, a run or a manifest")


def _of_loose(manifests: "Sequence[str]", runs: "Sequence[str]") -> "Iterator[Subject]":
    """Yield the subjects of manifests and runs that were named one by one."""
    groups = list(_groups(runs))
    together = len(groups) <= 1
    if manifests:
        title = os.path.basename(manifests[-1])
        yield Subject(title, tuple(manifests), runs=tuple(groups[0]) if groups and together else ())
    for group in groups if not (manifests and together) else []:
        yield Subject(_title(group), runs=tuple(group))


def _groups(runs: "Iterable[str]") -> "Iterator[list[str]]":
    """Yield the runs that were tested on some of the same samples, together."""
    groups: list[tuple[set[str], list[str]]] = []
    for run in runs:
        keys = {found.digest or found.path for found in predictions_of_run(run)}
        for known, group in groups:
            if known & keys:
                known.update(keys)
                group.append(run)
                break
        else:
            groups.append((keys, [run]))
    yield from (group for _, group in groups)


def _title(runs: "Sequence[str]") -> str:
    """Return a name for some runs: that of the folder that they are in, where there is one."""
    parents = {os.path.dirname(os.path.abspath(run)) for run in runs}
    names = " and ".join(os.path.basename(os.path.normpath(run)) for run in runs)
    return f"{os.path.basename(parents.pop())}: {names}" if len(parents) == 1 else names
