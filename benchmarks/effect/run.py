"""The claim, measured: weak tags get samples, and their accuracy beside the same budget spent elsewhere.

    python benchmarks/effect/run.py [--sets digits,words] [--seeds 3] [--budget 0.5] [--model svm] [--out FILE]

For each set the conditions are made anew, a model is trained on the clean training part, its weak tags are found on the
validation part, and every arm spends the same number of samples, with the same model. What is compared is the accuracy
on the test part, of which nothing was looked at. Needs BURNISH_DATA and ffmpeg.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np

from baselines.metrics.clusters import of_groups, quantile
from benchmarks.effect.sets import CLEAN, SETS, Set, backgrounds, build
from benchmarks.inputs import HERE

RECIPES = Path(__file__).parent / "recipes"
START_BELOW = 0.10
"""A condition counts as weak where its accuracy starts so far below the clean one's."""


CEILING = "really so"
"""The arm that trains on the conditions themselves, as if they had been recorded."""


class Arm(NamedTuple):
    """One way to spend a budget: a name, the recipe for each kind, options of `burnish augment`, and the weight."""

    name: str
    audio: str
    image: str
    options: tuple[str, ...]
    weight: str = "1"


ARMS = (
    Arm("copies", "copies.yaml", "copies.yaml", ()),
    Arm("untargeted", "speech.yaml", "photos.yaml", ()),
    Arm("targeted", "speech.yaml", "photos.yaml", ("--weak",)),
    Arm("matched", "speech.yaml", "photos.yaml", ("--weak", "--match", "auto")),
    Arm("weighted", "speech.yaml", "photos.yaml", ("--weak", "--match", "auto"), "auto"),
    Arm(CEILING, "", "", ()),
)


def burnish(*arguments: str | Path) -> str:
    """Run a command and return what it writes to stdout; stop with its stderr where it fails."""
    command = [sys.executable, "burnish.py", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def right(run: Path) -> dict[str, bool]:
    """Return whether each sample of a run is right, by path."""
    lines = (run / "predictions.jsonl").read_text().splitlines()
    return {one["path"]: one["label"] == one["prediction"] for one in map(json.loads, lines)}


class Slice(NamedTuple):
    """The change on the samples of one condition, or of several together.

    Attributes:
        samples: How many.
        before: Accuracy before.
        change: Difference of the accuracies, with the ends of its 95 % interval over recordings.
    """

    samples: int
    before: float
    change: tuple[float, float, float]


def change(before: dict[str, bool], after: dict[str, bool], wanted: Sequence[str]) -> Slice:
    """Return the change on all samples whose condition is wanted; a recording under several conditions is one unit."""
    units: dict[str, tuple[float, int]] = {}
    right_before = 0
    for path, was in before.items():
        condition, name = Path(path).parts[-2:]
        if condition in wanted:
            total, number = units.get(name, (0.0, 0))
            units[name] = (total + after[path] - was, number + 1)
            right_before += was
    samples = sum(number for _, number in units.values())
    mean = sum(total for total, _ in units.values()) / samples
    # Recordings, not samples, were drawn.
    variance = of_groups(units)
    half = quantile(variance.freedom) * math.sqrt(variance.value)
    return Slice(samples, right_before / samples, (mean, mean - half, mean + half))


def measure(which: Set, seeds: int, budget: float, model: Sequence[str], work: Path) -> list[dict[str, object]]:
    """Return the change of every arm, seed and condition of one set."""
    folder, manifest = work / which.name, work / f"{which.name}.jsonl"
    real, real_manifest = work / f"{which.name}-real", work / f"{which.name}-real.jsonl"
    build(which, folder, real)
    burnish("scan", folder, "-o", manifest, "-q")
    burnish("scan", real, "-o", real_manifest, "-q")
    validation, first = work / f"{which.name}-validation", work / f"{which.name}-before"
    # Weak tags come from validation: a budget that was shared out by test samples would be tested on itself.
    burnish("train", manifest, "--run", validation, "--test-split", "val", *model, "-q")
    burnish("train", manifest, "--run", first, *model, "-q")
    before = right(first)
    clean = change(before, before, [CLEAN]).before
    weak = [one for one in which.conditions if change(before, before, [one]).before <= clean - START_BELOW]
    count = round(budget * json.loads((first / "run.json").read_text())["manifest"]["splits"]["train"])
    rows: list[dict[str, object]] = []
    for seed in range(seeds):
        for arm in ARMS:
            into = work / f"{which.name}-{arm.name}-{seed}"
            if arm.name == CEILING:
                _add_real(manifest, real_manifest, weak, count, seed, Path(f"{into}.jsonl"))
            else:
                _augment(arm, which.kind, manifest, validation, count, seed, into)
            still = ("--like", first, "--generated-weight", arm.weight)
            burnish("train", f"{into}.jsonl", "--run", f"{into}-run", *still, "-q")
            after = right(Path(f"{into}-run"))
            parts = {one: [one] for one in (CLEAN, *which.conditions)} | ({"weak part": weak} if weak else {})
            rows += [
                {"set": which.name, "seed": seed, "arm": arm.name, "slice": name}
                | change(before, after, wanted)._asdict()
                for name, wanted in parts.items()
            ]
            shutil.rmtree(into, ignore_errors=True)
    return rows


def _augment(arm: Arm, kind: str, manifest: Path, validation: Path, count: int, seed: int, into: Path) -> None:
    """Spend a budget as an arm does, and write `INTO.jsonl`."""
    shutil.rmtree(into, ignore_errors=True)
    name = arm.audio if kind == "audio" else arm.image
    options = [one for part in arm.options for one in ((part, validation) if part == "--weak" else (part,))]
    if name == "speech.yaml":
        noise = into.parent / "noise"
        noise.mkdir(exist_ok=True)
        for path in backgrounds(1):
            shutil.copy(path, noise)
        options += ["--set", f"noise={noise}"]
    spent = ("--budget", str(count), "--seed", str(seed), "--into", into, "-o", f"{into}.jsonl")
    burnish("augment", RECIPES / name, manifest, *spent, *options, "-q")


def _add_real(manifest: Path, real: Path, weak: Sequence[str], count: int, seed: int, output: Path) -> None:
    """Write a manifest with so many training samples really under the weak conditions, drawn at random."""
    lines = [one for one in real.read_text().splitlines() if json.loads(one)["tags"][0].partition("=")[2] in weak]
    chosen = np.random.default_rng(seed).permutation(len(lines))[:count]
    output.write_text(
        "".join(f"{line}\n" for line in (*manifest.read_text().splitlines(), *(lines[at] for at in chosen)))
    )


def show(rows: Sequence[dict[str, object]]) -> None:
    """Print the changes, the mean of the seeds and their range."""
    table: defaultdict[tuple[object, object], dict[object, list[tuple[float, float, float]]]] = defaultdict(dict)
    before = {}
    for row in rows:
        table[row["set"], row["slice"]].setdefault(row["arm"], []).append(row["change"])  # type: ignore[arg-type]
        before[row["set"], row["slice"]] = (row["before"], row["samples"])
    arms = [arm.name for arm in ARMS]
    print(f"{'set':9} {'slice':10} {'n':>4} {'before':>6} " + " ".join(f"{arm:>22}" for arm in arms))
    for (name, part), cells in table.items():
        start, samples = before[name, part]
        texts = []
        for arm in arms:
            found = np.mean(cells[arm], axis=0)
            texts.append(f"{found[0]:+.3f} [{found[1]:+.3f},{found[2]:+.3f}]")
        print(f"{name:9} {part:10} {samples:4} {start:6.3f} " + " ".join(f"{text:>22}" for text in texts))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", type=float, default=0.5)
    parser.add_argument("--model", default="svm")
    parser.add_argument("--out", type=Path)
    wish = parser.parse_args()
    work = HERE / "effect"
    work.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in wish.sets.split(","):
        rows += measure(SETS[name], wish.seeds, wish.budget, ("--model", wish.model), work)
        show(rows)
    if wish.out:
        wish.out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
