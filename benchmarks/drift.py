"""Does `burnish drift` alarm as rarely as it says, and does it see what it should?

`python -m benchmarks.drift WHAT [TRIALS]`: `halves` (random halves of spoken digits), `speakers` (three against three,
all 20 ways), `noise` (10 dB on half of the clips), `unchanged` (10,000 against 10,000), `clothing` (brightness lowered
by 15 % at n = 200), `joint` (level and power of all facts together), `history` (52 windows without change), `lines`
(1,000,000 lines against 100,000). Real data is that of BURNISH_DATA; the functions are those that the command uses.
"""

import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from baselines.monitoring.joint import joint_test
from baselines.monitoring.over_time import Watch, watch
from curate.drift.compare import compare
from curate.drift.rows import Reservoir, Rows, fill, view
from curate.drift.verdicts import Judge
from curate.drift.windows import Every, Window
from curate.records.reader import read_as
from curate.split.grouping import make_grouping

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("BURNISH_DATA", "."))
SPEECH = "{label}_{speaker}_{take}"


def scanned(folder: Path, into: Path, *words: str) -> Path:
    """Return the manifest of a folder."""
    subprocess.run([sys.executable, ROOT / "burnish.py", "scan", folder, "-q", "-o", into, *words], check=True)
    return into


def rows_of(manifest: Path, group: str = "") -> Rows:
    with open(manifest, "rb") as file:
        return fill(Reservoir(grouping=make_grouping(group) if group else None), read_as(file, view(None)))


def halves(work: Path, trials: int) -> None:
    rows = rows_of(scanned(DATA / "fsdd", work / "fsdd.jsonl", "--pattern", SPEECH))
    verdicts = Counter[str]()
    for seed in range(trials):
        order = np.random.default_rng(seed).permutation(rows.kept)
        half = rows.kept // 2
        judge = Judge(seed=seed, explain=False)
        verdicts[compare(rows.at(order[:half]), rows.at(order[half:]), judge=judge).verdict] += 1
    print(f"random halves of {rows.kept}: {dict(verdicts)} of {trials} calls at alpha .01")


def speakers(work: Path, _trials: int) -> None:
    rows = rows_of(scanned(DATA / "fsdd", work / "fsdd.jsonl", "--pattern", SPEECH), "speaker")
    names, verdicts = sorted(set(rows.columns["group"])), Counter[str]()
    for some in itertools.combinations(names, len(names) // 2):
        new = np.isin(rows.columns["group"], some)
        found = compare(rows.at(~new), rows.at(new), judge=Judge(group="speaker"))
        verdicts[found.verdict] += 1
    free = compare(rows.at(~new), rows.at(new), judge=Judge(explain=False))
    print(
        f"{len(names)} speakers in all {sum(verdicts.values())} ways: {dict(verdicts)}; the last: {found.tests[0].why}"
    )
    print(f"the last without --group: {free.verdict}, {sum(one.verdict == 'drifted' for one in free.tests)} tests")


def noise(work: Path, _trials: int) -> None:
    import soundfile

    rng, made = np.random.default_rng(0), work / "noisy"
    files = sorted((DATA / "fsdd").rglob("*.wav"))
    order = rng.permutation(len(files))
    for place in order[: len(files) // 2].tolist():
        samples, rate = soundfile.read(files[place])
        if place % 2:
            level = np.sqrt((samples**2).mean()) / 10 ** (10 / 20)
            samples = np.clip(samples + rng.normal(0, level, len(samples)), -1, 1)
        (made / files[place].parent.name).mkdir(parents=True, exist_ok=True)
        soundfile.write(made / files[place].parent.name / files[place].name, samples, rate)
    clean = rows_of(scanned(DATA / "fsdd", work / "fsdd.jsonl", "--pattern", SPEECH))
    kept = {files[place].name for place in order[len(files) // 2 :].tolist()}
    reference = clean.at(np.array([path.rpartition("/")[2] in kept for path in clean.columns["path"]]))
    found = compare(reference, rows_of(scanned(made, work / "noisy.jsonl", "--pattern", SPEECH)))
    for one in found.tests:
        if one.verdict == "drifted":
            print(
                f"noise at 10 dB on half: {one.name} D {one.effect:.3f}, p {one.adjusted_p:.2g}, medians {one.middle}"
            )


def unchanged(work: Path, trials: int) -> None:
    verdicts = Counter[str]()
    rows = rows_of(scanned(DATA / "clothing", work / "clothing.jsonl"))
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        sides = [rows.at(rng.integers(0, rows.kept, 10_000)) for _ in range(2)]
        judge = Judge(seed=seed, explain=False)
        found = compare(sides[0], sides[1], judge=judge)
        verdicts[found.verdict] += 1
    print(f"10,000 against 10,000 drawn from {rows.kept} photos: {dict(verdicts)} of {trials}; "
          f"the least sure: {max((one.bound, one.name) for one in found.tests)}")  # fmt: skip


def clothing(work: Path, trials: int) -> None:
    from PIL import Image

    files = sorted(path for path in (DATA / "clothing").rglob("*.jpg"))
    chosen = np.random.default_rng(0).permutation(len(files))[:200].tolist()
    for place in chosen:
        target = work / "darker" / files[place].parent.name / files[place].name
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.open(files[place]).convert("RGB").point([round(0.85 * value) for value in range(256)] * 3).save(
            target, quality=95
        )
    rows = rows_of(scanned(DATA / "clothing", work / "clothing.jsonl"))
    names = {files[place].name for place in chosen}
    reference = rows.at(np.array([path.rpartition("/")[2] not in names for path in rows.columns["path"]]))
    found = compare(reference, rows_of(scanned(work / "darker", work / "darker.jsonl")), ("facts",))
    for one in found.tests:
        if one.verdict == "drifted":
            print(f"15 % darker, n = 200: {one.name} D {one.effect:.3f}, p {one.adjusted_p:.2g}, medians {one.middle}")
    verdicts = Counter[str]()
    for seed in range(trials):
        order = np.random.default_rng(seed).permutation(rows.kept)
        judge = Judge(explain=False)
        verdicts[compare(rows.at(order[200:]), rows.at(order[:200]), ("facts",), judge).verdict] += 1
    print(f"200 of the photos as they are against the others: {dict(verdicts)} of {trials}")


def made_rows(rng: np.random.Generator, number: int, shift: float = 0.0, facts: int = 10) -> Rows:
    """Return samples with facts that hang together a little; the first of them shifted, in standard deviations."""
    names = ["image.brightness", "image.contrast", "image.acutance", "image.entropy", "image.chroma", "image.noise_sd",
             "image.sharpness", "image.brightness_p5", "image.brightness_p50", "image.brightness_p95"]  # fmt: skip
    common = rng.normal(size=(number, 1))
    values = 0.5 * common + np.sqrt(0.75) * rng.normal(size=(number, facts))
    values[:, 0] += shift
    columns = dict(zip(names, np.round(values.T, 4), strict=False))
    kind = np.full(number, "image", object)
    label = rng.integers(0, 10, number).astype(str).astype(object)
    path = np.array([f"{place}.jpg" for place in range(number)], object)
    none = np.full(number, None, object)
    empty = np.empty(number, object)
    empty[:] = [()] * number
    return Rows(
        number, columns | {"kind": kind, "label": label, "path": path, "digest": none, "tags": empty, "findings": empty}
    )  # type: ignore[arg-type]


def joint(_work: Path, trials: int) -> None:
    # START, SIZES and SHIFTS take one piece of the table, so that no piece holds the machine for long.
    start, shifts = int(os.environ.get("START", "0")), os.environ.get("SHIFTS", "0 .2 .5")
    print("calls with p < .05 (alone), drifted at alpha .01 and margin .1; one of ten facts shifted by sd")
    for number in map(int, os.environ.get("SIZES", "50 100 200 500 1000 2000").split()):
        for shift in map(float, shifts.split()):
            small = told = 0
            for seed in range(start, start + trials):
                rng = np.random.default_rng([seed, number])
                a, b = made_rows(rng, number), made_rows(rng, number, shift)
                judge = Judge(seed=seed)
                found = joint_test(a, b, judge)
                small += found.test.p < 0.05
                told += judge.decide([found.test])[0].verdict == "drifted"
            print(f"n {number:5}, shift {shift:g}: {small}, {told} of {trials} from {start}", flush=True)


def history(_work: Path, trials: int) -> None:
    start = int(os.environ.get("START", "0"))
    pages, windows = 0, Counter[str]()
    for seed in range(start, start + trials):
        rng = np.random.default_rng([seed, 52])
        reference = made_rows(rng, 400)
        made = []
        for place in range(52):
            rows = made_rows(rng, int(rng.integers(60, 140)))
            made.append(Window(738_000 + 7 * place, 738_000 + 7 * place, Reservoir(rows=rows)))
        found = watch(Watch(reference, ("facts", "label"), Every("week"), seed=seed), made, endless=bool(seed % 2))
        windows.update(one.verdict for one in found)
        pages += any(one.alarms for one in found)
        if (seed + 1 - start) % 10 == 0 or seed == start + trials - 1:
            print(
                f"histories {start} to {seed}, 52 windows without change: {pages} with an alarm; {dict(windows)}",
                flush=True,
            )


NUMBERS = ("brightness_p1", "brightness_p5", "brightness_p50", "brightness_p95", "brightness_p99", "contrast",
           "sharpness", "entropy", "chroma", "noise_sd", "acutance")  # fmt: skip


def write_lines(path: Path, number: int) -> None:
    """Write a manifest of photos as long as a scan writes them."""
    rng = np.random.default_rng(number)
    header = {"format": "JPEG", "mode": "RGB", "width": 640, "height": 480, "frames": 1, "orientation": 1, "bits": 8}
    hashes = {"phash": "0123456789abcdef", "phash_inner": "0123456789abcdef", "phash_disc": "0123456789abcdef"}
    with open(path, "w", encoding="ascii") as file:
        for start in range(0, number, 1000):
            facts = np.round(rng.random((1000, len(NUMBERS) + 1)), 4).tolist()
            for place, values in enumerate(facts, start):
                image = header | dict(zip(("brightness", *NUMBERS), values, strict=True)) | hashes
                line = {
                    "path": f"data/{place}.jpg",
                    "label": str(place % 10),
                    "kind": "image",
                    "bytes": 90_000 + place % 977,
                }
                line |= {"digest": f"sha256:{place:064x}", "facts_version": 5, "image": image}
                file.write(json.dumps(line) + "\n")


def lines(work: Path, _trials: int) -> None:
    for name, number in (("reference", 100_000), ("tenth", 100_000), ("log", 1_000_000)):
        write_lines(work / f"{name}.jsonl", number)
    for name in ("tenth", "log"):
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        program = [
            sys.executable,
            ROOT / "burnish.py",
            "drift",
            "reference.jsonl",
            f"{name}.jsonl",
            "--on",
            "facts",
            "--json",
        ]
        measured = ["/usr/bin/time", "-f", "%M", *program]
        result = subprocess.run(measured, cwd=work, capture_output=True, text=True, check=True)
        seconds, busy = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        found, memory = json.loads(result.stdout), int(result.stderr.split()[-1]) / 1024
        number = sum(found["samples"])
        print(f"{name}: {number:,} lines in {seconds:.1f} s, {busy:.1f} s of them busy: {number / busy:,.0f} a second")
        print(f"  {memory:.0f} MB")
        print(f"  {found['verdict']}, compared {found['compared']}", flush=True)


WHAT: dict[str, tuple[Callable[[Path, int], None], int]] = {
    "halves": (halves, 200), "speakers": (speakers, 1), "noise": (noise, 1), "unchanged": (unchanged, 20),
    "clothing": (clothing, 100), "joint": (joint, 200), "history": (history, 200), "lines": (lines, 1),
}  # fmt: skip

if __name__ == "__main__":
    run, usual = WHAT[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), int(sys.argv[2]) if len(sys.argv) > 2 else usual)
