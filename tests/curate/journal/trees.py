"""Trees of small files, and what can be said about them."""

import errno
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from curate.journal import Journal, Operation, Outcome, Taken, fs, take_back

Entry = tuple[int, int, bytes]


def grow(root: Path, files: int = 12) -> list[str]:
    """Make a tree with odd names, permissions, times, and two files of one content; return the files."""
    paths = []
    for number in range(files):
        folder = root / ("a", "b", "b/c")[number % 3]
        folder.mkdir(parents=True, exist_ok=True)
        path = os.path.join(os.fsencode(folder), (b"%d.wav", b"\xff %d.png", b"'\n\xc3\xa9%d")[number % 3] % number)
        Path(os.fsdecode(path)).write_bytes(b"twin" if number in {3, 7} else b"%d" % number * (50 * number))
        os.chmod(path, (0o644, 0o600, 0o444)[number % 3])
        os.utime(path, ns=(10**18 + number, 10**18 + 7 * number))
        paths.append(os.fsdecode(path))
    return paths


def look(root: Path) -> dict[str, Entry]:
    """Return every name under a folder with mode, time and content; folders without their time."""
    found: dict[str, Entry] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                found[path] = (status.st_mode, 0, os.fsencode(os.readlink(path)))
            elif stat.S_ISDIR(status.st_mode):
                found[path] = (status.st_mode, 0, b"")
            else:
                found[path] = (status.st_mode, status.st_mtime_ns, hashlib.sha256(Path(path).read_bytes()).digest())
    return found


def contents(*roots: Path) -> Counter[bytes]:
    """Return how often each content is there, the journal's own file left out."""
    seen = Counter[bytes]()
    for root in roots:
        for path, (mode, _, digest) in look(root).items():
            if stat.S_ISREG(mode) and os.path.basename(path) != "journal.jsonl":
                seen[digest] += 1
    return seen


def moves(paths: Iterable[str], kind: str = "move") -> list[Operation]:
    """Return operations that bring files into folders by the parity of their number."""
    operations = []
    for number, path in enumerate(paths):
        status = os.lstat(path) if os.path.lexists(path) else None
        target = f"{'odd' if number % 2 else 'even/deep'}/{os.path.basename(path)}"
        size, time = (status.st_size, status.st_mtime_ns) if status else (None, None)
        operations.append(Operation(kind, path, target, size, time))  # type: ignore[arg-type]
    return operations


def apply(destination: Path, operations: Iterable[Operation]) -> list[Outcome]:
    with Journal.open(str(destination)) as journal:
        return list(journal.apply(operations))


def undo(destination: Path, *, dry_run: bool = False) -> list[Taken]:
    with Journal.find(str(destination), read_only=dry_run) as journal:
        return list(take_back(journal, dry_run=dry_run))


def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let only temporary files be renamed, as if every source were on another file system."""
    real = fs._rename_natively

    def rename(source: tuple[int, str], target: tuple[int, str]) -> int:
        return real(source, target) if source[1].endswith(".tmp") else errno.EXDEV

    monkeypatch.setattr(fs, "_rename_natively", rename)


def statuses(results: Iterable[Outcome] | Iterable[Taken]) -> list[str]:
    return [result.status for result in results]
