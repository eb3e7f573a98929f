"""What the commands give on real data, byte for byte, before a change and after it.

    python benchmarks/golden.py against REV            this checkout and another commit, on this machine
    python benchmarks/golden.py write golden.json      digests, to be compared later
    python benchmarks/golden.py check golden.json

A difference ends it with 1 and is named. Digests hold on one machine: features and resampled audio depend on its
processor and its libraries. BURNISH_DATA names the folder of real data. tests/benchmarks/test_golden.py is the small
version with tolerances, for every machine.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.inputs import garments, noises, real_data, sentences

RECIPES = Path(__file__).resolve().parent / "recipes"
FOLDERS = (
    "circuit_boards", "clothing", "fsdd", "hostile", "near_duplicates", "noise", "speech_commands", "voice_prompts",
    "wav_formats",
)  # fmt: skip
LABELED = {"fsdd": "{label}_{speaker}_{take}", "speech_commands": "{label}/{speaker}_nohash_{take}"}


Program = Callable[..., bytes]


def program(checkout: Path) -> Program:
    """Return what runs a command of a checkout and gives what it printed."""

    def run(*words: str | Path, given: bytes = b"") -> bytes:
        command = [sys.executable, checkout / "burnish.py", *words]
        done = subprocess.run(command, input=given, capture_output=True, cwd=real_data(), check=False)
        # Findings end a command with 1, as they should.
        if done.returncode not in (0, 1):
            sys.exit(f"{checkout}: burnish {' '.join(map(str, words))} failed:\n{done.stderr.decode()}")
        return done.stdout

    return run


def measured(checkout: Path) -> dict[str, bytes]:
    """Return what each step printed or wrote."""
    run = program(checkout)
    with tempfile.TemporaryDirectory(prefix="golden-") as work:
        found = _described(run)
        found.update(_generated(run, Path(work)))
        found.update(_trained(run, found["split fsdd"], Path(work)))
    return found


def _described(run: Program) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for folder in FOLDERS:
        pattern = ("--pattern", LABELED[folder]) if folder in LABELED else ()
        manifest = found[f"scan {folder}"] = run("scan", folder, "-q", *pattern)
        for name, words in {
            "clean": ("clean", "-q"),
            "dedup": ("dedup", "-q"),
            "dedup --exact": ("dedup", "--exact", "-q"),
            "dedup --json": ("dedup", "--json", "-q"),
            "split": ("split", "-q"),
            "tag": ("tag", "--auto", "-q"),
            "balance": ("balance", "--json", "-q"),
            "stats": ("stats", "--json", "-q"),
        }.items():
            found[f"{name} {folder}"] = run(*words, given=manifest)
    return found


def _generated(run: Program, work: Path) -> dict[str, bytes]:
    found = {}
    for name, folder, options in (
        ("photos", garments(200), ()),
        ("speech", sentences(100, 3), ("--set", f"noise={noises()}")),
    ):
        manifest = run("scan", folder, "-q", "--label", "none")
        into = work / name
        common = ("augment", RECIPES / f"{name}.yaml", "-", "--into", into, "--split", "all", "-q", *options)
        run(*common, "-o", work / f"{name}.jsonl", given=manifest)
        found[f"augment {name}"] = b"".join(
            f"{path.relative_to(into)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
            for path in sorted(into.rglob("*"))
            if path.is_file() and ".records" not in path.parts and path.name != "journal.jsonl"
        )
    return found


def _trained(run: Program, manifest: bytes, work: Path) -> dict[str, bytes]:
    run("train", "-", "--run", work / "run", "--no-cache", "-q", given=manifest)
    return {"train fsdd": (work / "run" / "predictions.jsonl").read_bytes()}


def against(revision: str) -> list[str]:
    """Return what differs between this checkout and a commit, each with the first line that does."""
    with tempfile.TemporaryDirectory(prefix="golden-base-") as folder:
        base = Path(folder) / "base"
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", base, revision], check=True)
        try:
            before = measured(base)
        finally:
            subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", base], check=True)
    now = measured(ROOT)
    return [f"{name}\n{_first_difference(before[name], now[name])}" for name in now if before[name] != now[name]]


def _first_difference(was: bytes, now: bytes) -> str:
    pairs = zip_longest(was.split(b"\n"), now.split(b"\n"), fillvalue=b"(nothing)")
    number, (left, right) = next((number, pair) for number, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    return f"  line {number}\n  - {left.decode(errors='replace')[:300]}\n  + {right.decode(errors='replace')[:300]}"


def main() -> None:
    """Compare two checkouts, or write digests, or compare them."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("against", "write", "check"):
        sys.exit(__doc__)
    mode, name = sys.argv[1:]
    if mode == "against":
        changed = against(name)
    else:
        digests = {step: hashlib.sha256(text).hexdigest() for step, text in measured(ROOT).items()}
        if mode == "write":
            Path(name).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
            return
        before = json.loads(Path(name).read_bytes())
        changed = [step for step in sorted(before.keys() | digests.keys()) if before.get(step) != digests.get(step)]
    sys.exit("changed:\n" + "\n".join(changed) if changed else 0)


if __name__ == "__main__":
    main()
