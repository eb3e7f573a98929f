"""Whether `select --label-next` teaches more than samples drawn at random: fsdd and photos, 5 to 20 labels a class.

    python -m benchmarks.label_next SET.jsonl EMBEDDINGS.npz [--seeds 5]

Each seed draws its own half of the samples as the pool (fsdd: all but two speakers, in turn), in which nothing has a
label at first; the rest tests. Both ways then label 5, 10 and 20 times the number of classes, each step knowing the
labels of the one before; a logistic regression on the embedding learns from them. The area is the mean accuracy of the
steps.
"""

import argparse
from collections import Counter
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from baselines.slices.label_next import choose, class_probabilities
from curate.embeddings.neighbours import unit
from curate.embeddings.store import read_embeddings
from curate.records.reader import open_manifest, read

STEPS = (5, 10, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest")
    parser.add_argument("embeddings")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    with open_manifest(options.manifest) as file:
        samples = [one for one in read(file) if one.label and one.digest]
    vectors = unit(read_embeddings(options.embeddings).rows([one.digest for one in samples]))
    names = sorted({one.label or "" for one in samples})
    label = np.array([names.index(one.label or "") for one in samples])
    speaker = [next((tag for tag in one.tags if tag.startswith("speaker=")), "") for one in samples]
    areas = Counter[str]()
    for seed in range(options.seeds):
        tested = _tested(speaker, seed)
        pool, test = np.flatnonzero(~tested), np.flatnonzero(tested)
        for way in ("random", "label-next"):
            row = curve(vectors[pool], label[pool], vectors[test], label[test], len(names), way, seed)
            areas[way] += float(np.mean(row))
            print(f"seed {seed} {way:10} {' '.join(f'{value:.3f}' for value in row)}  area {np.mean(row):.4f}")
    for way, area in areas.items():
        print(f"{way:10} mean area {area / options.seeds:.4f}")


def _tested(speaker: list[str], seed: int) -> NDArray[np.bool_]:
    """Return which samples test: two speakers where there are any, else a random half."""
    if any(speaker):
        pairs = list(combinations(sorted(set(speaker)), 2))
        return np.isin(speaker, pairs[(3 * seed) % len(pairs)])
    return np.random.default_rng(seed).random(len(speaker)) < 0.5


def curve(
    vectors: NDArray[np.float32],
    label: NDArray[np.int64],
    test: NDArray[np.float32],
    truth: NDArray[np.int64],
    classes: int,
    way: str,
    seed: int,
) -> list[float]:
    """Return the accuracy after each step."""
    rng = np.random.default_rng(1000 + seed)
    known = np.full(len(vectors), -1)
    found = []
    for step in STEPS:
        count = step * classes - int((known >= 0).sum())
        if way == "random":
            rows = rng.choice(np.flatnonzero(known < 0), count, replace=False)
        else:
            chosen = choose(vectors, known, np.arange(len(vectors)), count, seed=seed)
            rows = np.array([one.row for one in chosen.choices])
        known[rows] = label[rows]
        guess = class_probabilities(vectors[known >= 0], known[known >= 0], test, classes, seed).argmax(axis=1)
        found.append(float((guess == truth).mean()))
    return found


if __name__ == "__main__":
    main()
