"""The manifests and runs of a work folder, whether a pipeline or a person filled it."""

import os
from typing import TYPE_CHECKING

import msgspec

from baselines.runs.run_folder import PREDICTIONS
from cli.pipeline.state import NAME as STATE
from cli.pipeline.state import Done, State
from cli.views.report.report_input import Subject
from curate.describe.health import Listed, samples_of
from curate.ground.errors import InputError
from curate.records.manifest import decode_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_JSON_LINES = (".jsonl", ".ndjson")
_NAMED = 3


def of_folder(folder: str) -> Subject:
    """Return the subject of a work folder.

    Raises:
        InputError: It is none, or it is empty.
    """
    state = _read_state(os.path.join(folder, STATE))
    title = os.path.basename(os.path.abspath(folder))
    found = _of_steps(folder, f"{state.recipe} in {title}", state) if state else _of_files(folder, title)
    if found.manifests or found.runs:
        return found
    if state:
        raise InputError(f"no step in {folder} has written anything yet; run the pipeline: burnish run {state.recipe}")
    raise InputError(f"{folder} is no work folder and no run: {_why_not(folder)}")


def _why_not(folder: str) -> str:
    """Return why a folder is nothing to report on, and what to name or do instead."""
    inside = sorted(entry.path for entry in os.scandir(folder) if os.path.isfile(os.path.join(entry.path, STATE)))
    if inside:
        return f"did you mean {' or '.join(inside[:_NAMED])}?"
    return f"it has no {STATE}, no manifest and no {PREDICTIONS}; make one with burnish run RECIPE --work DIR"


def _read_state(path: str) -> State | None:
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=State)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is damaged ({error}); remove it, and run the pipeline again") from None


def _of_steps(folder: str, title: str, state: State) -> Subject:
    """Return what the steps of a pipeline wrote, wherever the folder was moved to."""
    manifests, rejects, runs = [], [], []
    for done in state.steps.values():
        output = _value_of(done, "--output")
        for path in done.files:
            place = _place(folder, path)
            if os.path.basename(path) == PREDICTIONS:
                runs.append(os.path.dirname(place))
            elif path == output and path.endswith(_JSON_LINES):
                manifests.append(place)
            elif path == _value_of(done, "--rejects"):
                rejects.append(place)
    return Subject(title, _there(manifests), _there(rejects), _there(runs), folder, state)


def _there(paths: "Iterable[str]") -> tuple[str, ...]:
    return tuple(path for path in paths if os.path.exists(path))


def _value_of(done: Done, option: str) -> str:
    return next((word.partition("=")[2] for word in done.command if word.startswith(f"{option}=")), "")


def _place(folder: str, path: str) -> str:
    """Return where a file is now: where the step wrote it, or at the same place in a folder that was moved."""
    if os.path.exists(path):
        return path
    parts = path.split("/")
    moved = (os.path.join(folder, *parts[number:]) for number in range(1, len(parts)))
    return next((place for place in moved if os.path.exists(place)), path)


def _of_files(folder: str, title: str) -> Subject:
    """Return the manifests and runs of a folder that was filled by hand: as they were written, one after the other."""
    names = sorted(os.listdir(folder))
    files = [os.path.join(folder, name) for name in names if name.endswith(_JSON_LINES)]
    written = sorted(filter(is_manifest, files), key=os.path.getmtime)
    rejects = [path for path in written if _holds_only_dropped(path)]
    manifests = [path for path in written if path not in rejects] or written
    runs = [os.path.join(folder, name) for name in names if os.path.isfile(os.path.join(folder, name, PREDICTIONS))]
    runs.sort(key=lambda run: os.path.getmtime(os.path.join(run, PREDICTIONS)))
    dropped = [path for path in rejects if path not in manifests]
    return Subject(title, tuple(manifests), tuple(dropped), tuple(runs), folder)


def is_manifest(path: str) -> bool:
    """Return whether the first line of a file is a sample; an empty file is a manifest too."""
    decoder = msgspec.json.Decoder(Listed)
    try:
        with open(path, "rb") as file:
            line = next(filter(bytes.strip, file), b"")
            return not line or bool(decode_line(line, decoder))
    except (OSError, ValueError):
        return False


def _holds_only_dropped(path: str) -> bool:
    """Return whether every sample of a manifest has a finding, as in what clean and dedup set aside."""
    return os.path.getsize(path) > 0 and all(sample.findings for sample in samples_of(path))
