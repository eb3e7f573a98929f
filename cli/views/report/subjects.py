"""What a report is about: a work folder each, and the runs and manifests that were named one by one."""

import os
from typing import TYPE_CHECKING, NamedTuple

from baselines.runs.run_folder import PREDICTIONS, predictions_of_run
from cli.pipeline.state import NAME as STATE
from cli.pipeline.state import Done, State
from curate.describe.health import Listed, samples_of
from curate.ground.command_line import call
from curate.ground.errors import InputError
from curate.ground.json import Decoder, decode
from curate.records.reader import decode_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_JSON_LINES = (".jsonl", ".ndjson")
_NAMED = 3


class Subject(NamedTuple):
    """One dataset on its way.

    Attributes:
        title: What it is called.
        manifests: In the order of the steps.
        rejects: Manifests of dropped samples.
        runs: Folders, the oldest first; a control is none of them.
        control: The folder of the run that the last comparison held its runs against; empty if there is none.
        work: The work folder; empty if it is not one.
        state: What the work folder remembers of its steps; None where no pipeline made it.
    """

    title: str
    manifests: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    work: str = ""
    state: State | None = None
    control: str = ""

    def steps(self) -> dict[str, Done]:
        """Return the steps that the pipeline did, by id."""
        return self.state.steps if self.state else {}


def find_subjects(paths: "Sequence[str]", control: str | None = None) -> list[Subject]:
    """Return what there is to report on: a subject for each work folder, and for each set of runs that belong together.

    Args:
        paths: Work folders, run folders, manifests.
        control: A run folder to hold the first and the last of the runs against.

    Raises:
        InputError: One is none of these, or there is nothing in it yet.
    """
    loose = [path for path in paths if not _is_work(path)]
    manifests = [path for path in loose if not os.path.isdir(path)]
    for path in manifests:
        if not os.path.exists(path):
            raise InputError(f"there is no {path}; name a work folder, a run or a manifest")
        if os.path.basename(path) in {PREDICTIONS, "run.json", "metrics.json"}:
            raise InputError(f"{path} is a file of a run; name its folder: {os.path.dirname(path) or '.'}")
        if not _is_manifest(path):
            raise InputError(f"{path} is no manifest; name a work folder, a run or a manifest")
    folders = [_of_folder(path) for path in paths if _is_work(path)]
    found = [*folders, *_of_loose(manifests, [path for path in loose if os.path.isdir(path)])]
    if control is None:
        return found
    if len(found) > 1:
        raise InputError(f"--control {control}: of {len(found)} subjects nobody can tell which it belongs to")
    return [found[0]._replace(control=control)]


def _is_work(path: str) -> bool:
    return os.path.isdir(path) and not os.path.isfile(os.path.join(path, PREDICTIONS))


def _of_loose(manifests: "Sequence[str]", runs: "Sequence[str]") -> "Iterator[Subject]":
    """Yield the subjects of manifests and runs that were named one by one."""
    groups = list(_groups(runs))
    # One set of runs beside manifests is about the same data, as far as anybody can know; of several sets none is.
    together = len(groups) <= 1
    if manifests:
        title = os.path.basename(manifests[-1])
        yield Subject(title, tuple(manifests), runs=tuple(groups[0]) if groups and together else ())
    for group in groups if not (manifests and together) else []:
        yield Subject(_title(group), runs=tuple(group))


def _groups(runs: "Iterable[str]") -> "Iterator[list[str]]":
    """Yield the runs that were tested on some of the same samples, together."""
    groups: list[tuple[set[str], list[str]]] = []
    # By digest where there is one, so that a test set that was moved is still the same one.
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


def _of_folder(folder: str) -> Subject:
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
        raise InputError(f"no step in {folder} has written anything yet; run the pipeline: {call('run', state.recipe)}")
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
            return decode(file.read(), State)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); remove it, and run the pipeline again") from None


def _of_steps(folder: str, title: str, state: State) -> Subject:
    """Return what the steps of a pipeline wrote, wherever the folder was moved to."""
    manifests, rejects, runs, control = [], [], [], ""
    for done in state.steps.values():
        # Named by the comparison: a control of earlier times, which this state of the data has none of, is not shown.
        if done.command[0] == "compare":
            control = _place(folder, _value_of(done, "--control"))
        # What was made for a control is not what the data became.
        if done.control_of:
            continue
        output = _value_of(done, "--output")
        # Told by what the command line named: a step may write several files of one form.
        for path in done.files:
            place = _place(folder, path)
            if os.path.basename(path) == PREDICTIONS:
                runs.append(os.path.dirname(place))
            elif path == output and path.endswith(_JSON_LINES):
                manifests.append(place)
            elif path == _value_of(done, "--rejects"):
                rejects.append(place)
    there = control if control and os.path.isfile(os.path.join(control, PREDICTIONS)) else ""
    return Subject(title, _there(manifests), _there(rejects), _there(runs), folder, state, there)


def _there(paths: "Iterable[str]") -> tuple[str, ...]:
    return tuple(path for path in paths if os.path.exists(path))


def _value_of(done: Done, option: str) -> str:
    return next((word.partition("=")[2] for word in done.command if word.startswith(f"{option}=")), "")


def _place(folder: str, path: str) -> str:
    """Return where a file is now: where the step wrote it, or at the same place in a folder that was moved."""
    if os.path.exists(path):
        return path
    # State keeps paths as they were typed. In a folder that was moved or unpacked elsewhere their ends are still right.
    parts = path.split("/")
    moved = (os.path.join(folder, *parts[number:]) for number in range(1, len(parts)))
    return next((place for place in moved if os.path.exists(place)), path)


def _of_files(folder: str, title: str) -> Subject:
    """Return the manifests and runs of a folder that was filled by hand: as they were written, one after the other."""
    names = sorted(os.listdir(folder))
    files = [os.path.join(folder, name) for name in names if name.endswith(_JSON_LINES)]
    written = sorted(filter(_is_manifest, files), key=os.path.getmtime)
    # What clean and dedup set aside: every sample of it has a finding.
    rejects = [path for path in written if os.path.getsize(path) > 0 and all(one.findings for one in samples_of(path))]
    # Where every manifest consists of findings only, none can be told to be the rejects of another.
    manifests = [path for path in written if path not in rejects] or written
    runs = [os.path.join(folder, name) for name in names if os.path.isfile(os.path.join(folder, name, PREDICTIONS))]
    runs.sort(key=lambda run: os.path.getmtime(os.path.join(run, PREDICTIONS)))
    dropped = [path for path in rejects if path not in manifests]
    return Subject(title, tuple(manifests), tuple(dropped), tuple(runs), folder)


def _is_manifest(path: str) -> bool:
    """Return whether the first line of a file is a sample; an empty file is a manifest too."""
    try:
        with open(path, "rb") as file:
            line = next(filter(bytes.strip, file), b"")
            return not line or bool(decode_line(line, Decoder(Listed)))
    except (OSError, InputError):
        return False
