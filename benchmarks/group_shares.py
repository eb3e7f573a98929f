"""How often `validate --group` alarms without cause, and what it sees: `python -m benchmarks.group_shares [TRIALS]`.

Groups of clips whose share outside of a range is the allowed 1 % on average, three or ten times that, from "all of a
group or none" to "nearly alike"; then the six speakers of the spoken digits of BURNISH_DATA, where clips of three are
held against a schema of the other three, in all 20 ways.
"""

import itertools
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.drift import DATA, SPEECH, scanned
from benchmarks.schema import learn
from curate.schema.groups import Groups
from curate.schema.validate import validate
from curate.split.grouping import make_grouping
from curate.statistics.binomial import more_p
from curate.statistics.group_shares import GroupShares

ALLOWED, LEVEL, CLIPS = 0.01, 0.01, 100
LIKENESS = {"all of a group or none": 0.02, "some groups": 2.0, "nearly alike": 50.0}


def made(trials: int) -> None:
    """Print the share of alarms by one test at level .01: of single samples, and of groups."""
    rng = np.random.default_rng(0)
    for groups in (5, 20, 100):
        for words, likeness in LIKENESS.items():
            line = []
            for times in (1, 3, 10):
                alarms = np.zeros(2)
                for _ in range(trials):
                    shares = rng.beta(times * ALLOWED * likeness, (1 - times * ALLOWED) * likeness, groups)
                    hits = rng.binomial(CLIPS, shares)
                    counted = GroupShares()
                    counted.add(np.repeat(np.arange(groups), CLIPS), np.repeat(np.arange(groups), hits))
                    alone = more_p(int(hits.sum()), groups * CLIPS, ALLOWED)
                    alarms += [alone < LEVEL, counted.p(ALLOWED) < LEVEL]
                line.append(" / ".join(f"{share:.3f}" for share in alarms / trials))
            print(f"{groups:4} groups of {CLIPS}, {words}: {', '.join(line)}", flush=True)


def speakers() -> None:
    """Print the names of what alarms where the speakers are others, without and with groups."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = scanned(DATA / "fsdd", Path(folder) / "fsdd.jsonl", "--pattern", SPEECH)
        lines = manifest.read_bytes().splitlines()
    of = [next(tag for tag in json.loads(line)["tags"] if tag.startswith("speaker=")) for line in lines]
    for group in (None, "speaker"):
        alarmed, found = 0, 0
        for some in itertools.combinations(sorted(set(of)), 3):
            schema = learn([line for line, name in zip(lines, of, strict=True) if name in some])
            new = [line for line, name in zip(lines, of, strict=True) if name not in some]
            groups = Groups(make_grouping(group)) if group else None
            # A new speaker is a new value of a closed tag: that is a fact about each sample, and no test.
            anomalies = validate(partial(iter, new), schema, ("tag:speaker",), groups)[0].anomalies
            by_share = [one for one in anomalies if one.severity == "error" and one.p is not None]
            alarmed, found = alarmed + bool(by_share), found + len(by_share)
        print(f"schema of 3 speakers, 3 others, --group {group}: {alarmed} of 20 ways alarm, by {found} shares")


if __name__ == "__main__":
    made(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    speakers()
