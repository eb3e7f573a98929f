"""More processes than processors may not make it slower."""

import statistics
from collections.abc import Iterator

from benchmarks import inputs, manifests
from benchmarks.measure import Job, job, measure
from benchmarks.peers import burnish
from benchmarks.row import Sized, time_shown
from benchmarks.rows.generate import augment

_JOBS = (1, 2, 4, 8)
_RUNS = 3


def table(sized: Sized) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "Seconds by the number of worker processes (--jobs), medians of three, in alternation:\n"
    yield f"| command | {' | '.join(map(str, _JOBS))} | slowest of more than 2 / 2 |"
    yield "|---" * (len(_JOBS) + 2) + "|"
    for name, by_jobs in _commands(sized).items():
        rounds = [[measure(one).seconds for one in by_jobs] for _ in range(_RUNS)]
        seconds = [statistics.median(run[place] for run in rounds) for place in range(len(_JOBS))]
        yield f"| {name} | {' | '.join(map(time_shown, seconds))} | {max(seconds[2:]) / seconds[1]:.2f} |"
    yield ""


def _commands(sized: Sized) -> dict[str, list[Job]]:
    photos, clips = inputs.photos(sized(1000)), inputs.clips(sized(3000))
    garments = manifests.scanned(inputs.garments(sized(1000)), "--label", "none")
    sentences = manifests.scanned(inputs.sentences(sized(600), 3), "--label", "none")
    noise = ("--set", f"noise={inputs.noises()}")
    return {
        "scan images": [job(burnish("scan", photos, "-q", "-j", jobs)) for jobs in _JOBS],
        "scan audio": [job(burnish("scan", clips, "-q", "-j", jobs)) for jobs in _JOBS],
        "augment images": [augment("photos.yaml", garments, jobs) for jobs in _JOBS],
        "augment audio": [augment("speech.yaml", sentences, jobs, *noise) for jobs in _JOBS],
    }
