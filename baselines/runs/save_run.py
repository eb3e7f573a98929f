"""Save a run: what came of it, and what is needed to repeat it: the data, the code, the machine, and the cost."""

import hashlib
import os
import platform
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.data.predictions import Prediction
from baselines.metrics.metrics import Metrics
from baselines.runs.run_folder import write_run
from baselines.runs.run_record import (
    Cost,
    Counts,
    GitRecord,
    Groups,
    ManifestRecord,
    ModelRecord,
    Parameter,
    Run,
    Score,
)
from curate.engine import available_processors
from curate.ground.run_stats import used

if TYPE_CHECKING:
    from baselines.data.labelled_samples import LabelledSample

_LIBRARIES = ("burnish", "numpy", "scipy", "scikit-learn", "skops", "opencv-python-headless", "soxr", "soundfile")
_GIT_S = 10.0
_NO_SPLIT = "none"
_DIGITS = 6


class Result(Struct, frozen=True):
    """What `train` or `evaluate` found out.

    Attributes:
        predictions: Of the tested samples.
        metrics: Of these.
        counts: Who took which part.
        evaluation: In words.
        model: None for predictions that came from elsewhere.
        saved: The model as a .skops file.
        source: Name and digest of the file of predictions.
        training_digest: Of the real training samples.
        training_majority: Their most frequent class.
        groups: What `--group` named.
    """

    predictions: Sequence[Prediction]
    metrics: Metrics
    counts: Counts
    evaluation: str
    model: ModelRecord | None = None
    saved: bytes | None = None
    source: str | None = None
    training_digest: str | None = None
    training_majority: str | None = None
    groups: Groups | None = None


class Outcome(Struct, frozen=True):
    """A run as `train --json` shows it.

    Attributes:
        folder: Where it is.
        run: What `run.json` holds.
        metrics: What `metrics.json` holds.
    """

    folder: str
    run: Run
    metrics: Metrics


def save_run(
    folder: str,
    arguments: Sequence[str],
    parameters: dict[str, Parameter],
    samples: "Sequence[LabelledSample]",
    result: Result,
    clock: "Clock",
) -> Outcome:
    """Write the folder of a run.

    Args:
        folder: Is made; a run that is there is replaced.
        arguments: The command line after `burnish`; its first word that is a command names it.
        parameters: The options that matter.
        samples: The whole manifest.
        result: What was found out.
        clock: Made when the command began.

    Raises:
        InputError: The folder cannot be written.
    """
    run = Run(
        command="train" if result.model else "evaluate",
        created=clock.created,
        arguments=tuple(arguments),
        directory=os.getcwd(),
        manifest=describe_manifest(samples),
        counts=result.counts,
        evaluation=result.evaluation,
        parameters=parameters,
        score=_score(result.metrics),
        model=result.model,
        predictions=result.source,
        git=describe_repository(),
        versions=describe_versions(),
        machine=describe_machine(),
        cost=clock.cost(),
        training_digest=result.training_digest,
        training_majority=result.training_majority,
        groups=result.groups,
        repeats=result.metrics.repeats,
        model_digest=f"sha256:{hashlib.sha256(result.saved).hexdigest()}" if result.saved else None,
    )
    write_run(folder, run, result.metrics, result.predictions, result.saved)
    return Outcome(folder, run, result.metrics)


def _score(metrics: Metrics) -> Score:
    low, high = metrics.interval
    guess = metrics.training_majority_accuracy
    return Score(
        samples=metrics.samples,
        accuracy=round(metrics.accuracy, _DIGITS),
        interval=(round(low, _DIGITS), round(high, _DIGITS)),
        balanced_accuracy=round(metrics.balanced_accuracy, _DIGITS),
        macro_f1=round(metrics.macro_f1, _DIGITS),
        majority_accuracy=round(metrics.majority_accuracy, _DIGITS),
        training_majority_accuracy=None if guess is None else round(guess, _DIGITS),
    )


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
        cpu_s, peak = used()
        return Cost(round(time.monotonic() - self._wall, 2), round(cpu_s, 2), round(peak, 1))


def describe_manifest(samples: "Iterable[LabelledSample]") -> ManifestRecord:
    """Return the identity of a manifest and its counts."""
    lines: set[bytes] = set()
    labels: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    recipes: set[str] = set()
    count = 0
    for one in samples:
        count += 1
        parts = (one.digest or one.path, one.label or "", one.split or "", *sorted(one.tags))
        # A set, sorted at the end: the same data in another order, or in a manifest that names a sample twice, is the
        # same. The path counts only where there is no digest, so that a moved folder is the same as well.
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


def digest_of_training(digests: "Iterable[tuple[str, str]]") -> str:
    """Return the identity of a training part: `sha256:` of the sorted set of names (digest or path) and labels."""
    total = hashlib.sha256()
    for name, label in sorted(set(digests)):
        total.update(f"{name}\0{label}\n".encode("utf-8", "surrogateescape"))
    return f"sha256:{total.hexdigest()}"


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
