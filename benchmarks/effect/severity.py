"""How severe is what `augment --match` makes? The parameters of far samples beside those that really far ones have.

`python -m benchmarks.effect.severity [--set digits] [--seeds 0,1] [--draws 2]`: the condition `far` and the target
`distance=far` of `speech-noise` only, 300 samples. What facts are matched to are validation samples whose rooms have
an SNR of 8 to 20 dB and a gain of -14 to -6 dB, both uniform. An SVM with burnish's own features is trained on the
clean part and what was made, and tested in each of the five measured rooms.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from numpy.typing import NDArray
from sklearn.svm import SVC

from baselines.features.audio import describe_audio
from benchmarks.effect import conditions
from benchmarks.effect.run import burnish
from benchmarks.effect.sets import CLEAN, SETS, build, responses

_PARAMETERS = {"noise_floor": "snr_db", "gain": "gain_db"}
_ARMS = {"as the recipe draws": (), "matched": ("--match", "auto")}
_BUDGET = 300

Vector = NDArray[np.float32]


def described(samples: NDArray[np.float64], rate: int) -> Vector:
    """Return the features of a mono recording."""
    return np.concatenate(list(describe_audio(samples[:, None].astype(np.float32), rate).values()))


class Parting:
    """A set whose validation part is clean and far, and whose test part is heard in every room.

    Args:
        name: Of the set.
        seed: Of its parting.
        folder: Where it is written.
    """

    def __init__(self, name: str, seed: int, folder: Path) -> None:
        build(SETS[name]._replace(conditions=("far",)), seed, folder / "set", folder / "really-so")
        self.folder, self.manifest = folder, folder / "set.jsonl"
        burnish("scan", folder / "set", "-o", self.manifest, "-q")
        self._train = self._read(self.manifest, f"train/{CLEAN}/")
        self._tests: dict[str, tuple[list[Vector], list[str]]] = {}
        clean = sorted((folder / "set" / "test" / CLEAN).iterdir())
        for number, room in enumerate(responses()):
            heard = []
            for place, path in enumerate(clean):
                samples, rate = soundfile.read(path)
                chance = np.random.default_rng((seed, number, place))
                heard.append(described(conditions.far(samples, rate, chance, [room]), rate))
            self._tests[room.stem] = heard, [path.name.partition("_")[0] for path in clean]

    def made(self, options: tuple[str, ...], seed: int) -> list[dict[str, list[dict[str, float]]]]:
        """Make samples, and return their origins; the manifest is `made.jsonl`."""
        output = self.folder / "made.jsonl"
        asked = ("--map", "condition=far=distance=far", "--target", "condition=far", "--budget", str(_BUDGET))
        written = ("--seed", str(seed), "--into", self.folder / f"made-{seed}-{len(options)}", "-o", output, "-q")
        burnish("augment", "speech-noise", self.manifest, *asked, *options, *written)
        return [origin for line in output.read_text().splitlines() if (origin := json.loads(line).get("origin"))]

    def accuracies(self) -> list[float]:
        """Return the accuracy in each room after training with what was made last."""
        known, labels = zip(*self._train, *self._read(self.folder / "made.jsonl", "made-"), strict=True)
        model = SVC(C=10).fit(known, labels)
        return [float((model.predict(heard) == wanted).mean()) for heard, wanted in self._tests.values()]

    def _read(self, manifest: Path, part: str) -> list[tuple[Vector, str]]:
        found = []
        for one in map(json.loads, manifest.read_text().splitlines()):
            if part in one["path"]:
                samples, rate = soundfile.read(manifest.parent / one["path"])
                found.append((described(samples, rate), one["label"]))
        return found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", default="digits")
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--draws", type=int, default=2)
    wish = parser.parse_args()
    right: defaultdict[str, list[float]] = defaultdict(list)
    drawn: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for seed in map(int, wish.seeds.split(",")):
        with TemporaryDirectory(prefix="burnish-bench-") as folder:
            parting = Parting(wish.set, seed, Path(folder))
            for draw in range(wish.draws):
                for name, options in _ARMS.items():
                    for origin in parting.made(options, 100 + draw):
                        for step in origin["operations"]:
                            if parameter := _PARAMETERS.get(str(step["name"])):
                                drawn[name, parameter].append(step[parameter])
                    right[name].append(float(np.mean(parting.accuracies())))
    for (name, parameter), values in drawn.items():
        print(f"{name}: {parameter}, 5 to 95 %: {np.round(np.percentile(values, (5, 25, 50, 75, 95)), 1).tolist()}")
    for name, several in right.items():
        print(f"{name}: accuracy {np.mean(several):.3f}, by draw {[round(one, 3) for one in several]}")


if __name__ == "__main__":
    main()
