"""How good `burnish issues` is: planted label errors, several draws, or a set whose truth is known.

    python -m benchmarks.labels SET.jsonl --root DIR [--share 0.05] [--seeds 10]
    python -m benchmarks.labels SET.jsonl --root DIR --truth truth.csv [--feature package:photos]

Of every draw: precision and recall of what is flagged, how many of the first 30 are right, the average precision of the
whole ranking, and what the command itself says of them: finds at least, about wrong in all. With --save the
probabilities are kept for another program, such as cleanlab, to be held against.
"""

import argparse

import msgspec
import numpy as np
from numpy.typing import NDArray

from baselines.data.labelled_samples import LabelledSample
from baselines.features.reading import Reading
from baselines.label_errors.confident import estimated_errors, flagged
from baselines.label_errors.cross_fit import FOLDS, CrossFit, cross_fit
from baselines.label_errors.planting import plant
from baselines.training.options import TrainingOptions
from curate.ground.csv import read_table
from curate.records.reader import open_manifest, read_as


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest")
    parser.add_argument("--root", default="")
    parser.add_argument("--cache")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--feature", action="append", default=[])
    parser.add_argument("--folds", type=int, default=FOLDS)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--plantings", type=int, default=5)
    parser.add_argument("--truth")
    parser.add_argument("--save")
    options = parser.parse_args()
    with open_manifest(options.manifest) as file:
        samples = [one for one in read_as(file, LabelledSample) if one.label]
    reading = Reading(options.root, options.jobs, options.cache)
    training = TrainingOptions(options.model, options.folds, families=tuple(options.feature), reading=reading)
    if options.truth:
        truth = {row.cells["path"]: row.cells["label"] for row in read_table(options.truth, ("path", "label"))}
        wrong = np.array([truth[_below(one.path, truth)] != one.label for one in samples])
        measure("as given", cross_fit(samples, training), wrong, options.plantings, options.save)
        return
    for seed in range(options.first, options.first + options.seeds):
        planted, wrong = with_errors(samples, options.share, seed)
        measure(f"seed {seed}", cross_fit(planted, training), wrong, options.plantings, options.save)


def _below(path: str, known: dict[str, str]) -> str:
    """Return the name by which a table knows a path: the table may be relative to a folder further down."""
    while path not in known and "/" in path:
        path = path.partition("/")[2]
    return path


def with_errors(
    samples: list[LabelledSample], share: float, seed: int
) -> tuple[list[LabelledSample], NDArray[np.bool_]]:
    """Return samples of which a share has another label, any of the others alike, and which these are."""
    draw = np.random.default_rng(seed)
    labels = sorted({one.label or "" for one in samples})
    wrong = np.zeros(len(samples), np.bool_)
    wrong[draw.choice(len(samples), round(share * len(samples)), replace=False)] = True
    return [
        msgspec.structs.replace(one, label=str(draw.choice([name for name in labels if name != one.label])))
        if bad
        else one
        for one, bad in zip(samples, wrong.tolist(), strict=True)
    ], wrong


def measure(name: str, fit: CrossFit, wrong: NDArray[np.bool_], plantings: int, save: str | None) -> None:
    """Print a line of figures."""
    own = fit.probabilities[np.arange(len(wrong)), fit.given]
    order = np.argsort(own, kind="stable")
    hits = wrong[order]
    ranks = np.arange(1, len(hits) + 1)
    average = float((hits.cumsum() / ranks)[hits].mean()) if hits.any() else float("nan")
    found = flagged(fit.probabilities, fit.given)
    right, there = int(wrong[found].sum()), int(wrong.sum())
    recall = right / there if there else float("nan")
    # Precision where four fifths of the wrong labels have been met.
    met = int(np.searchsorted(hits.cumsum(), 0.8 * there)) + 1 if there else 0
    at_80 = hits[:met].mean() if met else float("nan")
    line = f"{name}: wrong {there}, flagged {len(found)}, right {right}, recall {recall:.3f}"
    line += f", first 30 {hits[:30].mean():.3f}, precision at recall .8 {at_80:.3f}, average precision {average:.4f}"
    if plantings and (planted := plant(fit, plantings, seed=1)):
        about = min(estimated_errors(fit.probabilities, fit.given), planted.at_most)
        line += (
            f"; finds at least {planted.at_least:.3f} ({planted.found} of {planted.planted}), about {about:.0f} in all"
        )
    print(f"{line} ({fit.model})", flush=True)
    if save:
        np.savez(save, P=fit.probabilities, given=fit.given, bad=wrong)


if __name__ == "__main__":
    main()
