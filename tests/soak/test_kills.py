"""Commands are killed at moments drawn over all of their run: nothing is lost, and the next call makes it whole.

`make soak` kills each command twelve times by the clock and six times at a change to the disk, a quick run one of each
kind of command at the change in its middle. Half of the kills hit the process alone and half its workers as well: who
types `kill -9`, or the kernel when memory is short, hits one.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import ROOT
from tests.machine import in_group, wait_until
from tests.soak import SOAK
from tests.soak.world import Look, build, comparable, contents, half_written, left_over, look

BY_CLOCK, BY_CHANGE = (12, 6) if SOAK else (0, 1)
STARTING = 2
DIE = Path(__file__).with_name("die_at_change.py")
_TRIES = 3

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="process groups as Linux has them")


@dataclass(frozen=True)
class Case:
    """A command that is killed.

    Attributes:
        words: Its command line.
        before: Commands that are run before, undisturbed.
        journal: The folder that `burnish undo` takes it back from; empty: it changes no files.
        quick: Whether a quick run kills it too.
    """

    words: str
    before: tuple[str, ...] = ()
    journal: str = ""
    quick: bool = False


def organized(mode: str) -> str:
    return f"organize many.jsonl --into out --mode {mode} --apply -o out.jsonl -q"


CLEAN = "clean many.jsonl --quarantine out --apply -o good.jsonl --rejects bad.jsonl -q"
AUGMENT = "augment more.yaml words.jsonl --copies 3 --split all --into out -o more.jsonl -q"
EMBED = "embed photos.jsonl --model mean.onnx -o vectors.npz --cache cache -q"
CASES = {
    "scan": Case("scan photos words many -o new.jsonl -q"),
    "scan, over an older manifest": Case("scan photos words many -o many.jsonl -q"),
    "clean": Case(CLEAN, journal="out"),
    "clean, over its own input": Case(CLEAN.replace("good.jsonl", "many.jsonl"), journal="out", quick=True),
    **{
        f"organize, {mode}": Case(organized(mode), journal="out", quick=mode == "move")
        for mode in ("copy", "move", "hardlink", "symlink")
    },
    "augment": Case(AUGMENT, journal="out", quick=True),
    "embed": Case(EMBED),
    "split": Case("split words.jsonl -o words.jsonl -q"),
    "dedup": Case("dedup photos.jsonl -o photos.jsonl --rejects copies.jsonl -q", quick=True),
    "run": Case("run line.yaml -q"),
    **{
        f"undo of {name}": Case("undo out -q", before=(words,), quick=name == "move")
        for name, words in {
            "clean": CLEAN,
            "augment": AUGMENT,
            **{mode: organized(mode) for mode in ("copy", "move", "hardlink", "symlink")},
        }.items()
    },
}


@dataclass
class Course:
    """What a command does to the dataset when nobody kills it.

    Attributes:
        before: The folder before it.
        after: The folder after it.
        first_s: When it began to change the disk, seconds after its start.
        longest_s: How long it took.
        changes: How often it changed the disk.
    """

    before: Look
    after: Look
    first_s: float
    longest_s: float
    changes: int


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    build(folder, lambda *words: done(folder, " ".join(words)))
    return folder


def done(folder: Path, words: str, *, codes: tuple[int, ...] = (0,)) -> str:
    """Run a command to its end, and return what it said."""
    code, _, errors = in_process.call(words.split(), b"", folder)
    assert code in codes, f"burnish {words}: {code}\n{errors.decode()}"
    return errors.decode()


def fresh(template: Path, case: Case, folder: Path) -> Path:
    """Return the dataset as it is before the command, in a folder of that name."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder, symlinks=True)
    for words in case.before:
        done(folder, words)
    return folder


def start(folder: Path, case: Case, change: int) -> "subprocess.Popen[bytes]":
    program = [DIE, str(change), folder.with_suffix(".changes")] if change >= 0 else [ROOT / "burnish.py"]
    return subprocess.Popen(
        [sys.executable, *program, *case.words.split()],
        cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def course(template: Path, case: Case, folder: Path) -> Course:
    """Run the command undisturbed, once to see what it does and once to see when."""
    before = look(fresh(template, case, folder))
    assert start(folder, case, 0).wait() == 0
    changes, after = int(folder.with_suffix(".changes").read_text()), look(folder)
    assert comparable(after) != comparable(before), "the command does something"
    assert not left_over(after)
    if not BY_CLOCK:
        return Course(before, after, 0, 0, changes)
    untouched = surface(fresh(template, case, folder))
    began, process, first_s = time.monotonic(), start(folder, case, -1), 0.0
    while process.poll() is None:
        if not first_s and surface(folder) != untouched:
            first_s = time.monotonic() - began
        time.sleep(0.001)
    longest_s = time.monotonic() - began
    assert process.returncode == 0
    return Course(before, after, first_s or longest_s / 2, longest_s, changes)


def surface(folder: Path) -> list[tuple[str, int]]:
    """Return what changes first: names and sizes at the top and where the journal is."""
    places = [folder, *(place for place in (folder / "out", folder / "work") if place.is_dir())]
    found = []
    for place in places:
        # Of a temporary file that was here a moment ago, there is nothing to be said.
        with suppress(FileNotFoundError), os.scandir(place) as listing:
            found += [(entry.path, entry.stat(follow_symlinks=False).st_size) for entry in listing]
    return sorted(found)


def moment(known: Course, number: int, chance: random.Random) -> float:
    """Draw the moment of a kill, seconds after the start: two while the command starts up, the others at its work.

    One draw from each of so many parts of that time: what is drawn freely comes in heaps.
    """
    begin, end, part, parts = 0.0, known.first_s, number, STARTING
    if number >= STARTING:
        begin, end, part, parts = known.first_s, known.longest_s, number - STARTING, BY_CLOCK - STARTING
    return begin + (end - begin) * (part + chance.random()) / parts


def killed_at(folder: Path, case: Case, moment_s: float, *, group: bool) -> bool:
    """Kill the command after a while; return whether it was still running."""
    process = start(folder, case, -1)
    time.sleep(moment_s)
    with suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    return ended(process)


def ended(process: "subprocess.Popen[bytes]") -> bool:
    """Return whether a command was killed, once its workers are gone too: until then they hold what it had open."""
    code = process.wait()
    wait_until(lambda: not in_group(process.pid))
    return code == -signal.SIGKILL


def phase_of(seen: Look, known: Course) -> str:
    """Return how far the command had come when it was killed."""
    if comparable(seen) == comparable(known.before):
        return "before its first change"
    return "after its last" if comparable(seen) == comparable(known.after) else "in between"


def check_killed(seen: Look, known: Course) -> None:
    """Check what holds at once, before anybody has repeated anything."""
    assert contents(known.before) - replaced(known) <= contents(seen), "no byte of a source is lost"
    assert not half_written(seen, known.before, known.after)


def replaced(known: Course) -> set[str]:
    """Return the digests of what the command itself replaces or takes away: manifests, and what undo removes."""
    return contents(known.before) - contents(known.after)


def check_repeated(folder: Path, template: Path, case: Case, known: Course, *, back: bool) -> None:
    """Repeat the command, after having taken it back or not, and check that it ends where it would have ended."""
    if back and (folder / case.journal / "journal.jsonl").exists():
        done(folder, f"undo {case.journal} -q")
        sources = {path: entry for path, entry in look(template).items() if "." not in path.split("/")[0]}
        assert look(folder).items() >= sources.items(), "undo brings all back"
    if not is_there(folder, case):
        with suppress(FileNotFoundError):
            (folder / "out").rmdir()  # it was killed between removing its journal and the folder
        assert comparable(look(folder)) == comparable(known.after)
        return
    done(folder, case.words)
    now, wanted = comparable(look(folder)), comparable(known.after)
    assert not left_over(now)
    assert now == wanted, sorted(set(now.items()) ^ set(wanted.items()))[:6]


def is_there(folder: Path, case: Case) -> bool:
    """Return whether an undo has something to take back."""
    return "undo" not in case.words or (folder / "out" / "journal.jsonl").exists()


def is_over(seen: Look, case: Case, known: Course) -> bool:
    """Return whether the command replaced its own input, so that a repetition is another command."""
    words = case.words.split()
    output = words[words.index("-o") + 1] if "-o" in words else ""
    return words[1] == output and seen[output] == known.after[output]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if SOAK or case.quick])
def test_killed_and_repeated(name: str, template: Path, tmp_path: Path) -> None:
    case, folder, chance = CASES[name], tmp_path / "world", random.Random(name)
    known = course(template, case, folder)
    phases, missed, number, again = Counter[str](), 0, 0, False
    while number < BY_CLOCK + BY_CHANGE:
        if not again:
            fresh(template, case, folder)
        if number < BY_CLOCK:
            hit = killed_at(folder, case, moment(known, number, chance), group=number % 2 == 0)
        else:
            change = max(1, known.changes * (number - BY_CLOCK + 1) // (BY_CHANGE + 1))
            hit = ended(start(folder, case, change))
        seen = look(folder)
        check_killed(seen, known)
        phases[phase_of(seen, known) if hit else "not hit"] += 1
        if hit or missed > _TRIES * BY_CLOCK:
            number += 1
        else:
            # The machine is faster now than when the command was measured.
            known.first_s *= 0.9
            known.longest_s *= 0.9
            missed += 1
        # Every third time the repetition is killed as well.
        again = number % 3 == 2 and hit and not again and not is_over(seen, case, known) and is_there(folder, case)
        if again or is_over(seen, case, known):
            continue
        check_repeated(folder, template, case, known, back=bool(case.journal) and chance.random() < 0.4)
    spent = f"{known.first_s:.2f} of {known.longest_s:.2f} s before its first change, {known.changes} changes"
    print(f"{name}: {spent}; " + ", ".join(f"{phases[phase]} {phase}" for phase in sorted(phases)))
    assert phases.total() - phases["not hit"] >= BY_CLOCK
