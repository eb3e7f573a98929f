"""What do recordings from other rooms bring to a room that is not among them? Measured ones against made-up ones.

`python -m benchmarks.effect.rooms [--seeds 0,1,2,3]`: spoken digits, an SVM on burnish's own features, clean training
recordings and as many from a room; tested is one measured room at a time, of which only the last row knows anything.
The table has the accuracy in each room, and as the last figure how well real and made are told apart (AUC, five folds).
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from augment.operations.media import Media
from augment.recipe.reader import load
from augment.render.compose import apply_steps
from baselines.features.audio import describe_audio
from benchmarks.effect import conditions
from benchmarks.effect.sets import SETS, responses

Samples = NDArray[np.float64]
Vectors = NDArray[np.float32]
Effect = Callable[[Samples, int, np.random.Generator], Samples]
"""What becomes of a recording, its sample rate in Hz and chance: another one, float64, shape (frames,)."""

_TRAIN, _TEST = 30, 18
"""Recordings of each digit; that they are so many of each class is what the split of `benchmarks.effect` gives too."""


def in_rooms(rooms: list[Path]) -> Effect:
    """Return the condition `far`, in one of some measured rooms."""
    return lambda samples, rate, chance: conditions.far(samples, rate, chance, rooms)


def by_recipe(*names: str) -> Effect:
    """Return what the target `distance=far` of `speech-noise` makes, with some of its operations only."""
    target = load("speech-noise", wanted={"distance=far"}).targets[0]
    steps = [step for step in target.steps["audio"] if step.name in names]

    def made(samples: Samples, rate: int, chance: np.random.Generator) -> Samples:
        media = Media(samples[:, None].astype(np.float32), rate)
        found = apply_steps(media, steps, (int(chance.integers(2**32)),))
        return np.asarray(found[0].media.array[:, 0], float)

    return made


class Digits:
    """The recordings, parted by a seed, and what each becomes."""

    def __init__(self, seed: int) -> None:
        by_label: dict[str, list[Path]] = {}
        for path, label, _ in SETS["digits"].files():
            by_label.setdefault(label, []).append(path)
        order = {label: np.random.default_rng(seed).permutation(len(paths)) for label, paths in by_label.items()}
        self.train = [(by_label[label][at], label) for label in by_label for at in order[label][:_TRAIN]]
        self.test = [(by_label[label][at], label) for label in by_label for at in order[label][-_TEST:]]
        self._seed = seed

    def heard(self, files: list[tuple[Path, str]], effect: Effect | None, draw: int = 0) -> Vectors:
        """Return the features of some recordings after an effect, shape (recordings, numbers)."""
        rows = []
        for number, (path, _) in enumerate(files):
            samples, rate = soundfile.read(path)
            chance = np.random.default_rng((self._seed, number, draw))
            sound = samples if effect is None else effect(samples, rate, chance)
            rows.append(np.concatenate(list(describe_audio(sound[:, None].astype(np.float32), rate).values())))
        return np.array(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="0,1,2,3")
    rooms = responses()
    made = {
        "nothing": None,
        "a noise floor": by_recipe("noise_floor"),
        "a made room": by_recipe("room", "noise_floor"),
        "a made room and microphone": by_recipe("room", "microphone", "noise_floor"),
    }
    right: dict[str, list[list[float]]] = {}
    told: dict[str, list[float]] = {}
    for seed in map(int, parser.parse_args().seeds.split(",")):
        digits = Digits(seed)
        clean, real = digits.heard(digits.train, None), digits.heard(digits.train, in_rooms(rooms), 1)
        tests = [digits.heard(digits.test, in_rooms([room]), 2) for room in rooms]
        for name, effect in made.items():
            more = digits.heard(digits.train, effect, 3) if effect else clean[:0]
            right.setdefault(name, []).append(_accuracies(digits, clean, [more] * len(rooms), tests))
            told.setdefault(name, []).append(_told_apart(more if effect else clean, real))
        others = [digits.heard(digits.train, in_rooms([one for one in rooms if one != room]), 3) for room in rooms]
        right.setdefault("the four other measured rooms", []).append(_accuracies(digits, clean, others, tests))
        right.setdefault("all five", []).append(_accuracies(digits, clean, [real] * len(rooms), tests))
    print(f"| training has, beside clean | {' | '.join(room.stem for room in rooms)} | mean | AUC |")
    print("|---|" + "---|" * (len(rooms) + 2))
    for name, rows in right.items():
        means = np.mean(rows, axis=0)
        spread = np.std(np.mean(rows, axis=1), ddof=1) / len(rows) ** 0.5 if len(rows) > 1 else float("nan")
        area = f"{np.mean(told[name]):.2f}" if name in told else ""
        cells = " | ".join(f"{one:.3f}" for one in means)
        print(f"| {name} | {cells} | {means.mean():.3f} ± {spread:.3f} | {area} |")


def _accuracies(digits: Digits, clean: Vectors, more: list[Vectors], tests: list[Vectors]) -> list[float]:
    labels, wanted = [label for _, label in digits.train], np.array([label for _, label in digits.test])
    found = []
    for added, test in zip(more, tests, strict=True):
        model = SVC(C=10).fit(np.concatenate([clean, added]), labels + labels[: len(added)])
        found.append(float((model.predict(test) == wanted).mean()))
    return found


def _told_apart(made: Vectors, real: Vectors) -> float:
    both, which = np.concatenate([made, real]), np.repeat([0, 1], [len(made), len(real)])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return float(roc_auc_score(which, cross_val_predict(SVC(C=10), both, which, cv=folds, method="decision_function")))


if __name__ == "__main__":
    main()
