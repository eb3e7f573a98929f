"""Is the confidence of each model worth anything: does it tell right from wrong, and does it keep its word.

`python -m benchmarks.confidence [NAME=MANIFEST[@GROUP]...] [--model svm]` trains each model in five folds and prints a
row: accuracy, mean confidence, AUROC of the confidence for right against wrong (.5: nothing, 1: all), the expected
calibration error over ten bins of equal width (Guo et al. 2017) beside what chance alone makes of so many samples whose
confidence is exactly right, and processor seconds with the features in the cache.

A set with a test part of its own is tested on that. If the error is large there, ask the folds of the same set without
its `split`: where the test part is harder than the training part, any confidence learned from the latter is too high.
"""

import argparse
import resource
from typing import TYPE_CHECKING

import numpy as np

from baselines.metrics.calibration_error import calibration_error
from baselines.training.options import TrainingOptions
from baselines.training.train import train
from benchmarks.real_sets import real_sets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from baselines.data.predictions import Prediction

MODELS = ("svm", "logistic", "knn", "trees", "auto")


def auroc(score: "NDArray[np.float64]", right: "NDArray[np.bool_]") -> float:
    """Return the chance that a right answer has a higher score than a wrong one; ties count a half (Mann-Whitney)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, score)) if right.any() and not right.all() else float("nan")


def chance_error(score: "NDArray[np.float64]") -> float:
    """Return the mean calibration error of answers that are right as often as their confidence says; 300 draws."""
    draw = np.random.default_rng(0)
    return float(np.mean([calibration_error(score, draw.random(len(score)) < score) for _ in range(300)]))


def row(name: str, model: str, predictions: "Sequence[Prediction]", cpu_s: float) -> str:
    """Return a line of the table."""
    score = np.array([one.confidence for one in predictions], float)
    right = np.array([one.label == one.prediction for one in predictions])
    spread = "/".join(f"{value:.2f}" for value in np.quantile(score, [0.1, 0.5, 0.9]))
    error, chance = calibration_error(score, right), chance_error(score)
    figures = f"{right.mean():.3f} | {score.mean():.3f} | {auroc(score, right):.3f} | {error:.3f} | {chance:.3f}"
    return f"| {name} | {model} | {len(right):,} | {figures} | {spread} | {cpu_s:.1f} |"


def cpu_s() -> float:
    """Return the processor seconds of this process and its workers so far."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", metavar="NAME=MANIFEST[@GROUP]")
    parser.add_argument("--model", action="append", choices=MODELS)
    arguments = parser.parse_args()
    heads = "set | model | n | accuracy | confidence | AUROC right/wrong | calibration error | by chance | 10/50/90 %"
    heads += " | CPU s"
    print(f"| {heads} |\n|{'---|' * (heads.count('|') + 1)}")
    for name, samples, group in real_sets(arguments.sets):
        # Once without counting: the features of every file are in the cache afterwards.
        train(samples, TrainingOptions(model="majority", group=group))
        for model in arguments.model or MODELS:
            began = cpu_s()
            found = train(samples, TrainingOptions(model=model, group=group))
            print(row(name, model, found.result.predictions, cpu_s() - began), flush=True)


if __name__ == "__main__":
    main()
