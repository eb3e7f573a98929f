"""Where a run comes from: the data, the code, the machine, and what it took."""

import hashlib
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from baselines.runs.run_record import Cost, GitRecord, ManifestRecord
from curate.engine import available_processors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baselines.data.labelled_samples import Example

_LIBRARIES = ("burnish", "numpy", "scipy", "scikit-learn", "skops", "opencv-python-headless", "soxr", "soundfile")
_GIT_S = 10.0
_NO_SPLIT = "none"


@dataclass(slots=True)
class Clock:
    """Time and memory since it was made.

    Attributes:
        created: When that was, UTC, ISO 8601.
    """

    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    _wall: float = field(default_factory=time.monotonic)

    def cost(self) -> Cost:
        """Return what this process and its workers took up to now; processor time since the process began."""
        import resource

        uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        unit = 1 if sys.platform == "darwin" else 1024
        cpu_s = sum(use.ru_utime + use.ru_stime for use in uses)
        peak = max(use.ru_maxrss for use in uses) * unit / 1e6
        return Cost(round(time.monotonic() - self._wall, 2), round(cpu_s, 2), round(peak, 1))


def describe_manifest(samples: "Iterable[Example]") -> ManifestRecord:
    """Return the identity of a manifest and its counts."""
    lines: set[bytes] = set()
    labels: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    recipes: set[str] = set()
    count = 0
    for one in samples:
        count += 1
        parts = (one.digest or one.path, one.label or "", one.split or "", *sorted(one.tags))
        lines.add("\0".join(parts).encode("utf-8", "surrogateescape"))
        splits[one.split or _NO_SPLIT] += 1
        if one.label:
            labels[one.label] += 1
        if one.generated and one.origin and isinstance(recipe := one.origin.recipe_digest, str):
            recipes.add(recipe)
    total = hashlib.sha256()
    for line in sorted(lines):
        total.update(line + b"\n")
    counts = dict(sorted(labels.items())), dict(sorted(splits.items()))
    return ManifestRecord(f"sha256:{total.hexdigest()}", count, *counts, (*sorted(recipes),))


def describe_repository(folder: str = ".") -> GitRecord | None:
    """Return what is checked out where the user is; None outside a repository, and where there is no git."""
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return GitRecord(commit, bool(changes))


def _git(folder: str, *arguments: str) -> str | None:
    try:
        # Without locks, so that it never stands in the way of a git of the user's.
        result = subprocess.run(  # noqa: S603 - a list of our own words
            ["git", "--no-optional-locks", "-C", folder, *arguments],  # noqa: S607 - git is where the user has it
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip() if result.returncode == 0 else None


def describe_versions() -> dict[str, str]:
    """Return the versions of everything that decides what comes out."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def describe_machine() -> dict[str, str | int]:
    """Return what the run was made on; not who owns it."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": available_processors(),
    }
