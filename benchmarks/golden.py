"""What the commands give on real data, as digests: written before an optimization, compared after it.

    python benchmarks/golden.py write golden.json
    python benchmarks/golden.py check golden.json      ends with 1 and names the steps that give something else

The file is for one machine: digests of features and of resampled audio depend on its processor and its libraries.
BURNISH_DATA names the folder of real data.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.inputs import garments, noises, real_data, sentences
from benchmarks.peers import burnish

RECIPES = Path(__file__).resolve().parent / "recipes"
FOLDERS = (
    "circuit_boards", "clothing", "fsdd", "hostile", "near_duplicates", "noise", "speech_commands", "voice_prompts",
    "wav_formats",
)  # fmt: skip
LABELED = {"fsdd": "{label}_{speaker}_{take}", "speech_commands": "{label}/{speaker}_nohash_{take}"}


def run(*words: str | Path, given: bytes = b"") -> bytes:
    """Return what a command prints; findings may end it with 1, as they should."""
    done = subprocess.run(burnish(*words), input=given, capture_output=True, cwd=real_data(), check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"burnish {' '.join(map(str, words))} failed:\n{done.stderr.decode()}")
    return done.stdout


def measured(work: Path) -> dict[str, bytes]:
    """Return what each step printed or wrote."""
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
    found.update(_generated(work))
    found.update(_trained(found["split fsdd"], work))
    return found


def _generated(work: Path) -> dict[str, bytes]:
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


def _trained(manifest: bytes, work: Path) -> dict[str, bytes]:
    run("train", "-", "--run", work / "run", "--no-cache", "-q", given=manifest)
    return {"train fsdd": (work / "run" / "predictions.jsonl").read_bytes()}


def main() -> None:
    """Write the digests, or compare them."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "check"):
        sys.exit(__doc__)
    path = Path(sys.argv[2])
    work = Path(tempfile.mkdtemp(prefix="golden-"))
    try:
        digests = {name: hashlib.sha256(text).hexdigest() for name, text in measured(work).items()}
    finally:
        shutil.rmtree(work)
    if sys.argv[1] == "write":
        path.write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
        return
    before = json.loads(path.read_bytes())
    changed = [name for name in sorted(before.keys() | digests.keys()) if before.get(name) != digests.get(name)]
    sys.exit("changed:\n" + "\n".join(changed) if changed else 0)


if __name__ == "__main__":
    main()
