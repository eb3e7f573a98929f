"""Do the intervals of burnish cover what they say where samples come in groups, and are its verdicts rarely wrong?

`python benchmarks/clusters.py [TRIALS]` draws speakers whose accuracy differs (beta, standard deviation .05) and 40
clips of each, and counts how often the 95 % interval of the accuracy holds the true one; and pairs of equally good
systems whose difference varies by speaker, of which it counts how often the interval of `compare` holds zero and its
gate fails.
The functions are those that `train` and `compare` use.
"""

import sys

import numpy as np

from baselines.comparison.compare import compare, failed
from baselines.data.predictions import Prediction
from baselines.metrics.clusters import share_interval
from baselines.metrics.significance import wilson

SPEAKER_SD, CLIPS = 0.05, 40


def coverage(groups: int, accuracy: float, trials: int, seed: int = 0) -> tuple[float, float]:
    """Return how often Wilson's interval and that by group hold the true accuracy."""
    draw = np.random.default_rng(seed)
    plain = tied = 0
    names = [str(group) for group in range(groups) for _ in range(CLIPS)]
    for _ in range(trials):
        # Not a normal distribution that is cut off at 1: that one has another mean than the one to be covered.
        total = accuracy * (1 - accuracy) / SPEAKER_SD**2 - 1
        each = draw.beta(accuracy * total, (1 - accuracy) * total, groups)
        right = (draw.random((groups, CLIPS)) < each[:, None]).ravel()
        low, high = wilson(int(right.sum()), len(right))
        plain += low <= accuracy <= high
        low, high = share_interval(right.tolist(), names).ends
        tied += low <= accuracy <= high
    return plain / trials, tied / trials


def verdicts(groups: int, trials: int, seed: int = 0) -> tuple[float, float, float]:
    """Return how often the interval of compare holds zero without and with groups, and how often its gate fails."""
    draw = np.random.default_rng(seed)
    plain = tied = fails = 0
    for _ in range(trials):
        base = draw.random((groups, CLIPS))
        shift = draw.normal(0, SPEAKER_SD, groups)[:, None]
        a, b = (
            base < 0.8,
            np.where(draw.random((groups, CLIPS)) < 0.7, base, draw.random((groups, CLIPS))) < 0.8 + shift,
        )
        for known in (False, True):
            one, two = (_predictions(right, known=known) for right in (a, b))
            found = compare(one, two)
            low, high = found.overall.interval
            if known:
                tied += low <= 0 <= high
                fails += bool(failed(found, "worse"))
            else:
                plain += low <= 0 <= high
    return plain / trials, tied / trials, fails / trials


def _predictions(right: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", *, known: bool) -> list[Prediction]:
    return [
        Prediction(f"{group}/{clip}", "x", "x" if one else "y", group=str(group) if known else None)
        for group, row in enumerate(right.tolist())
        for clip, one in enumerate(row)
    ]


def main() -> None:
    """Print both tables."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| groups | accuracy | Wilson's interval covers | by group |\n|---|---|---|---|")
    for groups in (6, 30):
        for accuracy in (0.6, 0.7, 0.8, 0.9, 0.95):
            plain, tied = coverage(groups, accuracy, trials)
            print(f"| {groups} | {accuracy} | {100 * plain:.1f} % | {100 * tied:.1f} % |", flush=True)
    print("\n| groups | interval of compare holds 0, without groups | with | gate fails |\n|---|---|---|---|")
    for groups in (6, 30):
        plain, tied, fails = verdicts(groups, trials)
        print(f"| {groups} | {100 * plain:.1f} % | {100 * tied:.1f} % | {100 * fails:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
