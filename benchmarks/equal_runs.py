"""How often does the gate fail where nothing changed?

`python -m benchmarks.equal_runs [NAME=MANIFEST...] [--pairs N] [--repeats N]` draws, over
and over, two disjoint halves of one pool as the training parts of two runs and one test part from the rest, trains a
logistic model on each with the functions that `train` uses, and asks the gate of `compare --fail-if worse`. Neither
half is the better one, so each failure is a false alarm. It prints, beside it, what the rows' own intervals say, and
the same without repeats.

Features are computed once, and the model is held (`--like`): what is measured is the verdict.
"""

import argparse
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from baselines.comparison.compare import compare, failed
from baselines.data.labelled_samples import label_of
from baselines.data.predictions import Prediction
from baselines.metrics.significance import wilson
from baselines.models import model_selection
from baselines.models.models import Candidate
from baselines.models.training_matrix import Task, TrainingMatrix, with_shortcuts
from baselines.training.fit_plan import make_training_matrix
from baselines.training.options import TrainingOptions
from baselines.training.training_data import TrainingData, read_data
from benchmarks.real_sets import real_sets

if TYPE_CHECKING:
    from numpy.typing import NDArray


def draw(
    matrix: TrainingMatrix, rng: np.random.Generator, sizes: tuple[int, int]
) -> tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int64]"]:
    """Return two training parts of `sizes[0]` samples each and a test part of `sizes[1]`; units are never torn."""
    order = rng.permutation(int(matrix.unit.max()) + 1)
    counts = np.bincount(matrix.unit)
    parts: list[list[int]] = [[], [], []]
    filled = [0, 0, 0]
    wanted = [sizes[0], sizes[0], sizes[1]]
    for unit in order.tolist():
        # To the part that is the emptiest for what it should have.
        to = min(range(3), key=lambda part: filled[part] / wanted[part])
        if filled[to] >= wanted[to]:
            break
        parts[to].append(unit)
        filled[to] += int(counts[unit])
    one, two, test = (np.flatnonzero(np.isin(matrix.unit, part)) for part in parts)
    return one, two, test


def run_of(
    data: TrainingData, matrix: TrainingMatrix, train: "NDArray[np.int64]", test: "NDArray[np.int64]", repeats: int
) -> list[Prediction]:
    """Return the predictions of a run, as `train` would write them."""
    fit = model_selection._FinalFit(Task(train, test), Candidate("logistic"), 1.0, repeats)
    fitted = model_selection._fit_final(matrix, fit)
    labels = data.labels
    again = fitted.repeats.T.tolist() if fitted.repeats is not None else [()] * len(test)
    said = fitted.probabilities.argmax(axis=1).tolist()
    return [
        Prediction(
            data.examples[index].path,
            label_of(data.examples[index]),
            labels[said[place]],
            tags=data.examples[index].tags,
            repeats=tuple(labels[number] for number in again[place]),
        )
        for place, index in enumerate(test.tolist())
    ]


def trial(
    data: TrainingData, matrix: TrainingMatrix, rng: np.random.Generator, sizes: tuple[int, int], repeats: int
) -> Counter[str]:
    """Return what failed in one pair."""
    one, two, test = draw(matrix, rng, sizes)
    a, b = (run_of(data, matrix, part, test, repeats) for part in (one, two))
    found: Counter[str] = Counter()
    without = [[Prediction(p.path, p.label, p.prediction, tags=p.tags) for p in run] for run in (a, b)]
    for name, runs in (("with repeats", (a, b)), ("without", without)):
        result = compare(*runs)
        rows = (result.overall, *result.per_tag.values(), *result.per_class.values())
        found[f"gate {name}"] += bool(failed(result, "worse"))
        found[f"overall {name}"] += result.overall.gate_verdict == "worse"
        found[f"any row {name}"] += any(row.verdict == "worse" for row in rows)
        found["rows"] = len(rows)
    return found


def percent(count: int, of: int) -> str:
    """Return a share with its interval."""
    low, high = wilson(count, of)
    return f"{100 * count / of:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", metavar="NAME=MANIFEST[@GROUP]")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.4, help="of the samples, for the test part")
    parser.add_argument("--most", type=int, default=1000, help="samples of a set")
    arguments = parser.parse_args()
    print("| set | pairs | train, each | test | rows | gate fails | over all only | without repeats | own intervals |")
    print("|---|---|---|---|---|---|---|---|---|")
    total: Counter[str] = Counter()
    sets = real_sets(arguments.sets)
    for name, samples, _ in sets:
        # Groups stay unknown: samples are drawn one by one here, and `benchmarks/clusters.py` draws speakers.
        pool = [msgspec.structs.replace(sample, split=None) for sample in samples[: arguments.most]]
        data = read_data(pool, TrainingOptions(model="logistic"))
        matrix = make_training_matrix(data, "logistic", jobs=1)
        test = int(arguments.share * len(data.examples))
        sizes = ((len(data.examples) - test) // 2, test)
        # One turn for all: of fewer samples than numbers, no distance changes.
        quick = replace(with_shortcuts(replace(matrix, model="auto")), model="logistic")
        found: Counter[str] = Counter()
        rng = np.random.default_rng(0)
        for _ in range(arguments.pairs):
            once = trial(data, quick, rng, sizes, arguments.repeats)
            rows = once.pop("rows")
            found += once
        total += found
        print(_row(name, arguments.pairs, sizes, rows, found), flush=True)
    print(_row("all", arguments.pairs * len(sets), ("", ""), "", total))


def _row(name: str, pairs: int, sizes: tuple[object, object], rows: object, found: Counter[str]) -> str:
    keys = ("gate with repeats", "overall with repeats", "gate without", "any row without")
    return (
        f"| {name} | {pairs} | {sizes[0]} | {sizes[1]} | {rows} | "
        + " | ".join(percent(found[key], pairs) for key in keys)
        + " |"
    )


if __name__ == "__main__":
    main()
