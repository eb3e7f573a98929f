"""All runs under a folder, a line each: what was tried, on which data, with which code, and what came of it."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.runs.run_folder import RUN, read_run
from baselines.runs.run_record import Parameter, Score
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baselines.runs.run_record import Run

_SHORT = 12
_COPIES = frozenset({"mlruns", "mlartifacts"})
"""Where MLflow keeps the files that it was given: copies of runs, which would be listed and handed to it again."""


class RunLine(Struct, frozen=True):
    """One run.

    Attributes:
        run: Its folder.
        command: `train` or `evaluate`.
        created: When it began, UTC, ISO 8601.
        data: Digest of the manifest, the first 12 digits.
        samples: In the manifest.
        code: Commit of the user's repository, the first 12 digits, with `+` where files differ from it; None outside
            a repository.
        version: Of burnish.
        model: Which was fitted; None for predictions that came from elsewhere.
        parameters: The options that matter.
        evaluation: In words.
        score: What came of it.
    """

    run: str
    command: str
    created: str
    data: str
    samples: int
    code: str | None
    version: str | None
    model: str | None
    parameters: dict[str, Parameter]
    evaluation: str
    score: Score


class Runs(Struct, frozen=True):
    """The runs under a folder.

    Attributes:
        folder: Where they are.
        runs: The oldest first.
        broken: Folders whose run cannot be read, with the reason.
    """

    folder: str
    runs: tuple[RunLine, ...]
    broken: dict[str, str]


def list_runs(folder: str) -> Runs:
    """Return the runs under a folder, at any depth; hidden folders and links to folders are not entered.

    Raises:
        InputError: There is no such folder.
    """
    if not os.path.isdir(folder):
        problem = (
            "is a file; name a folder" if os.path.exists(folder) else "is not there; make a run with burnish train"
        )
        raise InputError(f"{folder} {problem}")
    lines, broken = [], {}
    for found in find_runs(folder):
        try:
            lines.append(_line(found, read_run(found)))
        except InputError as error:
            broken[found] = str(error)
    return Runs(folder, tuple(sorted(lines, key=lambda line: (line.created, line.run))), broken)


def find_runs(folder: str) -> "Iterator[str]":
    """Yield the folders that hold a run, sorted."""
    # A list of what is still to be looked at: before Python 3.12, os.walk recurses, and ends some 900 levels down.
    ahead = [folder]
    while ahead:
        path = ahead.pop()
        # What cannot be listed holds no run for us, as with os.walk.
        with suppress(OSError), os.scandir(path) as listing:
            found = sorted(listing, key=lambda item: item.name, reverse=True)
            if any(item.name == RUN and not item.is_dir() for item in found):
                yield path
            ahead += [
                os.path.join(path, item.name)
                for item in found
                if not item.name.startswith(".") and item.name not in _COPIES and item.is_dir(follow_symlinks=False)
            ]


def _line(folder: str, run: "Run") -> RunLine:
    code = None
    if run.git:
        code = run.git.commit[:_SHORT] + ("+" if run.git.dirty else "")
    return RunLine(
        run=folder,
        command=run.command,
        created=run.created,
        data=run.manifest.digest.removeprefix("sha256:")[:_SHORT],
        samples=run.manifest.samples,
        code=code,
        version=run.versions.get("burnish"),
        model=run.model.name if run.model else None,
        parameters=run.parameters,
        evaluation=run.evaluation,
        score=run.score,
    )
