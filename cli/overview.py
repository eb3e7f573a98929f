"""`burnish FOLDER`, or `burnish` alone where there is data: what is seen there, and the three commands that come next.

Only names are looked at, so that it is there at once; what is in the files is what `scan` says.
"""

import os
from collections import Counter
from itertools import islice

from cli.io.summary import top
from cli.io.words import counted
from curate.ground.command_line import call
from curate.ground.errors import ManifestError
from curate.media.sniff import format_of_name
from curate.records.reader import read_as
from curate.records.sample import View
from curate.scan.folders import find_levels
from curate.scan.name_pattern import guess_patterns
from curate.scan.walk import walk

_MOST_FILES = 50_000
_LINE_BYTES = 1 << 16
_SHOWN = 3
_Files = list[tuple[str, str]]


class _Path(View):
    """A line is one of a manifest if it has this."""

    path: str


def overview(folder: str) -> str | None:
    """Return in a few lines what is in a folder and what to do with it; None where it is nothing of burnish's.

    Args:
        folder: As it was typed; `.` is the working directory.
    """
    if os.path.isfile(os.path.join(folder, "run.json")):
        return _lines(f"{folder} is a run of a model", _of_run(folder))
    found = [(entry.path, entry.root) for entry in islice(walk([folder]), _MOST_FILES)]
    media = [one for one in found if format_of_name(one[0])]
    manifests = _manifests(folder)
    if not media and not manifests:
        return None
    seen = [_what_files(folder, media, len(found))] if media else [f"{folder}: no pictures and no recordings"]
    pattern = ""
    if media:
        labels, pattern = _what_labels(media)
        seen.append(f"  {labels}")
    if manifests:
        seen.append(f"  manifests of earlier scans: {', '.join(manifests[:_SHOWN])}")
    next_ones = _of_manifest(manifests[0]) if manifests else _of_folder(folder, pattern)
    return _lines("\n".join(seen), next_ones)


def _lines(seen: str, commands: list[str]) -> str:
    return "\n".join([seen, "next:", *(f"  {command}" for command in commands), "all commands: burnish --help", ""])


def _what_files(folder: str, media: _Files, found: int) -> str:
    kinds = Counter(name.kind for path, _ in media if (name := format_of_name(path)))
    words = {"image": "picture", "audio": "recording"}
    endings = Counter(f".{path.rpartition('.')[2].lower()}" for path, _ in media)
    counts = " and ".join(counted(count, words[kind]) for kind, count in kinds.most_common())
    others = f", {counted(found - len(media), 'other file')}" if found > len(media) else ""
    more = f"; more than {_MOST_FILES:,} files, of which these come first" if found >= _MOST_FILES else ""
    return f"{folder}: {counts} ({top(endings)}){others}{more}"


def _what_labels(media: _Files) -> tuple[str, str]:
    """Return what the labels would be, and the pattern that it takes; empty where none does."""
    levels = find_levels(media)
    if levels.flat:
        guesses = guess_patterns(levels.names)
        if not guesses:
            return "no labels: all files are in one folder, and their names tell no classes", ""
        return f"labels by names: {top(guesses[0].classes)}", guesses[0].pattern
    labels = Counter(levels.label(path.rpartition("/")[0], root.rstrip("/")) for path, root in media)
    without = labels.pop(None, 0)
    named = Counter({str(label): count for label, count in labels.items()})
    if not named:
        return "no labels: no folder is that of a class", ""
    rest = f", {without:,} without" if without else ""
    return f"{counted(len(named), 'class', 'classes')} by folders: {top(named)}{rest}", ""


def _manifests(folder: str) -> list[str]:
    """Return the manifests in a folder, the one that changed last first."""
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.name.endswith(".jsonl") and entry.is_file()]
    found = [(-entry.stat().st_mtime_ns, os.path.normpath(entry.path)) for entry in files if _is_manifest(entry.path)]
    return [path for _, path in sorted(found)]


def _is_manifest(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            # Of a file of anything only so much is read as a line of a manifest has.
            return any(True for _ in read_as(iter([file.readline(_LINE_BYTES)]), _Path))
    except (OSError, ManifestError):
        return False


def _of_folder(folder: str, pattern: str) -> list[str]:
    names = ("--pattern", pattern) if pattern else ()
    return [
        call("scan", folder, *names, "-o", "set.jsonl"),
        "burnish clean set.jsonl -o sound.jsonl --rejects broken.jsonl",
        "burnish dedup sound.jsonl -o unique.jsonl --rejects copies.jsonl",
    ]


def _of_manifest(manifest: str) -> list[str]:
    return [
        call("stats", manifest),
        call("balance", manifest),
        call("report", manifest, "-o", "report.html"),
    ]


def _of_run(run: str) -> list[str]:
    return [call("audit", run), call("weak", run), call("audit", run, "--html", "audit.html")]
