"""The claim, measured: weak tags get samples, and their accuracy beside the same budget spent elsewhere.

    python benchmarks/effect/run.py [--sets digits,words] [--features base,embedding] [--seeds 0,1,2] [--into DIR]
    python benchmarks/effect/run.py --show --into DIR

Every seed parts the recordings or photos of a set anew and draws everything else anew. A model is trained on the clean
training part, its weak tags are found on the validation part, and every arm spends the same number of samples, with the
same model and features, both of which were chosen in validation. What is compared is the accuracy on the test part, of
which nothing was looked at. Needs BURNISH_DATA and ffmpeg; embeddings need the extras of the README.

The recipes are those that ship. What a user has to know is which of their targets is meant by the name of a tag.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np

from baselines.embeddings.packages import package_for, weights_of
from benchmarks.effect.figures import CEILING, Outcome, Part, read, show, write
from benchmarks.effect.sets import GROUP, SETS, Set, backgrounds, build
from benchmarks.inputs import HERE

_COPIES = Path(__file__).parent / "copies.yaml"
_RECIPES: Mapping[str, tuple[str, ...]] = {
    "audio": ("speech-noise",),
    "image": ("photos-low-light", "photos-scene", "photos-wear"),
}
_MAP = {
    "street": "noisy",
    "far": "distance=far",
    "phone": "band=narrow",
    "dim": "light=low",
    "haze": "weather=haze",
    "shake": "blur=shake",
    "covered": "wear=occlusion",
}
"""Which target of a recipe that ships is meant by a condition."""


class Arm(NamedTuple):
    """One way to spend a budget: a name, recipes for each kind, options of `burnish augment`, and the weight."""

    name: str
    recipes: Mapping[str, tuple[str, ...]]
    options: tuple[str, ...] = ()
    weight: str = "1"


_BLIND: Mapping[str, tuple[str, ...]] = {"audio": ("randaugment",), "image": ("randaugment",)}
ARMS = (
    Arm("copies", dict.fromkeys(_RECIPES, (str(_COPIES),))),
    Arm("randaugment", _BLIND),
    Arm("untargeted", _RECIPES),
    Arm("targeted", _RECIPES, ("--weak",)),
    Arm("matched", _RECIPES, ("--weak", "--match", "auto")),
    Arm("weighted", _RECIPES, ("--weak", "--match", "auto"), "auto"),
    Arm("weighted unmatched", _RECIPES, ("--weak",), "auto"),
    # What the choice of a weight brings by itself: the control of the two above.
    Arm("untargeted weighted", _RECIPES, (), "auto"),
    Arm(CEILING, {}),
)


class Place(NamedTuple):
    """Where the files of one set and seed are: those of the set, and those of the ceiling, with their manifests."""

    which: Set
    seed: int
    folder: Path

    @property
    def manifest(self) -> Path:
        """The set."""
        return self.folder / "set.jsonl"

    @property
    def ceiling(self) -> Path:
        """Training samples under the conditions."""
        return self.folder / "really-so.jsonl"


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


def measure(place: Place, features: str, budget: float, arms: Sequence[Arm]) -> list[Outcome]:
    """Return what came of every arm, with one parting of a set."""
    validation, first = (place.folder / f"{features}-{name}" for name in ("validation", "before"))
    # Weak tags come from validation: a budget that was shared out by test samples would be tested on itself.
    _train(place, place.manifest, validation, features, "--test-split", "val")
    _train(place, place.manifest, first, features)
    before = right(first)
    weak = Part([Outcome.of(place.which.name, features, place.seed, "before", before, before)]).weak
    count = round(budget * json.loads((first / "run.json").read_text())["manifest"]["splits"]["train"])
    outcomes = []
    for arm in arms:
        output = place.folder / f"{features}-{arm.name.replace(' ', '-')}.jsonl"
        if arm.name == CEILING:
            _add_real(place, weak, count, output)
        else:
            _augment(place, arm, validation, count, output)
        run = output.with_suffix("")
        _train(place, output, run, features, "--like", first, "--generated-weight", arm.weight)
        outcomes.append(Outcome.of(place.which.name, features, place.seed, arm.name, before, right(run)))
        shutil.rmtree(output.with_suffix(".files"), ignore_errors=True)
    return outcomes


def _train(place: Place, manifest: Path, run: Path, features: str, *options: str | Path) -> None:
    # What is held still by --like is the embedding as well, where validation chose it.
    chosen = ("--feature", "auto") if features == "embedding" and "--like" not in options else ()
    burnish("train", manifest, "--run", run, "--seed", str(place.seed), *chosen, *options, "-q")


def _augment(place: Place, arm: Arm, validation: Path, count: int, output: Path) -> None:
    """Spend a budget as an arm does, and write the manifest with what was made."""
    into = output.with_suffix(".files")
    shutil.rmtree(into, ignore_errors=True)
    recipes = arm.recipes[place.which.kind]
    options = [one for part in arm.options for one in ((part, validation) if part == "--weak" else (part,))]
    if recipes == _RECIPES[place.which.kind]:
        options += [one for name in place.which.conditions for one in ("--map", f"condition={name}={_MAP[name]}")]
        if place.which.kind == "audio":
            options += ["--set", f"noise={_noise(place)}", "--set", f"group={GROUP}"]
    spent = ("--budget", str(count), "--seed", str(place.seed), "--into", into, "-o", output)
    burnish("augment", *recipes, place.manifest, *spent, *options, "-q")


def _noise(place: Place) -> Path:
    """Return a folder of noises as `speech-noise` wants it: other recordings than those of the conditions."""
    folder = place.folder / "noise"
    for number, path in enumerate(backgrounds(1)):
        part = folder / ("street", "machine")[number % 2]
        part.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, part)
    return folder


def _add_real(place: Place, weak: Sequence[str], count: int, output: Path) -> None:
    """Write a manifest with so many training samples really under the weak conditions, drawn at random."""
    lines = [
        line
        for line in place.ceiling.read_text().splitlines()
        if any(f"condition={name}" in json.loads(line)["tags"] for name in weak)
    ]
    chosen = np.random.default_rng(place.seed).permutation(len(lines))[:count]
    real = [lines[at] for at in chosen]
    output.write_text("".join(f"{line}\n" for line in (*place.manifest.read_text().splitlines(), *real)))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--features", default="base,embedding")
    parser.add_argument("--arms", help="only these, by name")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--budget", type=float, default=1.0, help="share of the training part")
    parser.add_argument("--into", type=Path, default=HERE / "effect", help="one JSON file for each set, features, seed")
    parser.add_argument("--show", action="store_true", help="only show what is there")
    wish = parser.parse_args()
    wish.into.mkdir(parents=True, exist_ok=True)
    for kind in {SETS[name].kind for name in wish.sets.split(",")} if "embedding" in wish.features else ():
        _, package = package_for(kind)
        if weights_of(package) is None:
            sys.exit(f"--features embedding needs burnish[{package.extra}]; without it: --features base")
    arms = [arm for arm in ARMS if wish.arms is None or arm.name in wish.arms.split(",")]
    for seed in () if wish.show else map(int, wish.seeds.split(",")):
        for name in wish.sets.split(","):
            place = Place(SETS[name], seed, HERE / f"effect-{os.getpid()}" / f"{name}-{seed}")
            build(place.which, seed, place.folder / "set", place.folder / "really-so")
            for manifest in (place.manifest, place.ceiling):
                burnish("scan", manifest.with_suffix(""), "-o", manifest, "-q")
            for features in wish.features.split(","):
                found = measure(place, features, wish.budget, arms)
                write(wish.into / f"{name}-{features}-{seed}.json", found)
                show(found)
            shutil.rmtree(place.folder)
    show(read(wish.into))


if __name__ == "__main__":
    main()
