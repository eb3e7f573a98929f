"""Planted slices: how many does `burnish slices` find, and how often does it report errors that fell at random?

    python -m benchmarks.slices set.jsonl embeddings.npz --plant ball --accuracy 0.9 --plantings 10 --seed 9000

A tenth of the samples is wrong 30 points more often than the others, which are wrong at random; tags are taken away.
The tenth is what lies nearest to a random sample (`ball`) or farthest along a random direction (`direction`), or a part
of one class (`class`, up to 60 % of it, so a tenth only of large classes); `nothing` plants nothing. Found means that
of the first ten paths of a reported slice eight or more are planted.
"""

import argparse
import os
from contextlib import suppress

import numpy as np
from msgspec.structs import replace

from baselines.data.predictions import Prediction
from baselines.slices.find_slices import find_slices
from baselines.slices.slice_candidates import RunSamples
from baselines.slices.slice_terms import SliceSample
from curate.embeddings.neighbours import unit
from curate.embeddings.store import read_embeddings
from curate.engine.worker import hold_threads
from curate.records.reader import read_as

SHARE, DROP, ENOUGH = 0.1, 0.3, 0.8


def planted(kind: str, vectors: np.ndarray, labels: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    count, most = len(vectors), int(SHARE * len(vectors))
    hidden = np.zeros(count, np.bool_)
    if kind == "ball":
        hidden[np.argsort(-(vectors @ vectors[chance.integers(count)]))[:most]] = True
    elif kind == "direction":
        direction = vectors[chance.integers(count)] - vectors[chance.integers(count)]
        hidden[np.argsort(-(vectors @ direction))[:most]] = True
    elif kind == "class":
        names, sizes = np.unique(labels, return_counts=True)
        of_class = np.flatnonzero(labels == chance.choice(names[sizes >= most / 2]))
        near = np.argsort(-(vectors[of_class] @ vectors[chance.choice(of_class)]))
        hidden[of_class[near[: min(most, int(0.6 * len(of_class)))]]] = True
    return hidden


def predictions_of(
    samples: list[SliceSample], wrong: np.ndarray, classes: list[str], chance: np.random.Generator
) -> list[Prediction]:
    made = []
    for one, bad in zip(samples, wrong.tolist(), strict=True):
        label, other = one.label or "", str(chance.choice([name for name in classes if name != one.label]))
        right = float(chance.uniform(0, 0.45) if bad else chance.uniform(0.5, 1))
        said = other if bad else label
        both = {label: right, other: 1 - right}
        made.append(Prediction(one.path, label, said, both[said], (), one.digest, one.kind, both))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest")
    parser.add_argument("embeddings")
    parser.add_argument("--plant", choices=("ball", "direction", "class", "nothing"), default="ball")
    parser.add_argument("--accuracy", type=float, default=0.9)
    parser.add_argument("--plantings", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    wish = parser.parse_args()
    hold_threads()
    store = read_embeddings(wish.embeddings)
    with open(wish.manifest, "rb") as file:
        known = {one.digest: replace(one, tags=()) for one in read_as(file, SliceSample) if one.digest in store.digests}
    samples = list(known.values())
    vectors = unit(store.rows([one.digest for one in samples]))
    labels = np.array([one.label or "" for one in samples])
    reported = found = 0
    for seed in range(wish.seed, wish.seed + wish.plantings):
        chance = np.random.default_rng(seed)
        hidden = planted(wish.plant, vectors, labels, chance)
        wrong = chance.random(len(samples)) < 1 - wish.accuracy + DROP * hidden
        said = predictions_of(samples, wrong, sorted(set(labels.tolist())), chance)
        slices = find_slices(RunSamples(samples, said, vectors), seed).report.slices
        place = {one.path: at for at, one in enumerate(samples)}
        best = max((hidden[[place[path] for path in one.paths[:10]]].mean() for one in slices), default=0.0)
        reported, found = reported + bool(slices), found + (best >= ENOUGH)
    name = os.path.basename(wish.manifest)
    print(f"{name} {wish.plant} {wish.accuracy}: reported {reported}, found {found} of {wish.plantings}")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
