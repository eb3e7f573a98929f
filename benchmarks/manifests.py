"""Manifests for the benchmarks: of files that are there, and as long as one likes."""

import json
import random
import subprocess
from pathlib import Path

from benchmarks.inputs import HERE, classes, fresh, real_data
from benchmarks.peers import burnish


def scanned(folder: Path, *options: str) -> Path:
    """Return the manifest of a folder, as `burnish scan` writes it."""
    path = HERE / f"{folder.name}.jsonl"
    subprocess.run(burnish("scan", folder, "-q", *options, "-o", path), check=True)
    return path


def parted(manifest: Path, *options: str) -> Path:
    """Return the manifest with a split for each sample."""
    path = manifest.with_suffix(".split.jsonl")
    subprocess.run(burnish("split", manifest, "-q", *options, "-o", path), check=True)
    return path


def generated(count: int) -> Path:
    """Return a manifest of `count` samples: the lines of a real scan again and again.

    Each has a name and hashes of its own. The files do not exist; hardly any two pictures look like copies.
    """
    path = HERE / f"manifest-{count}.jsonl"
    if path.exists():
        return path
    samples = [json.loads(line) for line in scanned(classes()).read_bytes().splitlines()]
    draw = random.Random(0)
    with open(path.with_suffix(".part"), "w", encoding="utf-8") as file:
        for number in range(count):
            sample = samples[number % len(samples)]
            sample["path"] = f"photos/{sample['label']}/{number:08}.jpg"
            sample["digest"] = f"sha256:{draw.getrandbits(256):064x}"
            for name in ("phash", "phash_inner", "phash_disc"):
                sample["image"][name] = f"{draw.getrandbits(64):016x}"
            file.write(json.dumps(sample, separators=(",", ":")) + "\n")
    return path.with_suffix(".part").rename(path)


def with_files(count: int) -> tuple[Path, Path]:
    """Return the manifest of `generated`, and a folder in which its files are: links to the photos of the real scan.

    `dedup` refuses a manifest whose files are gone; their content is not looked at where no two are copies.
    """
    manifest, root = generated(count), HERE / f"files-{count}"
    if not root.exists():
        partial = fresh(root)
        photos = [Path(json.loads(line)["path"]) for line in scanned(classes()).read_bytes().splitlines()]
        with open(manifest, "rb") as lines:
            for number, line in enumerate(lines):
                place = partial / json.loads(line)["path"]
                place.parent.mkdir(parents=True, exist_ok=True)
                # A file may have 65,000 names: each photo gets a thousandth of them.
                place.hardlink_to(photos[number % len(photos)])
        partial.rename(root)
    return manifest, root


def rated(count: int) -> Path:
    """Return the manifest of the first photos of 32 px that people labelled, a sixth of the labels wrong."""
    path = HERE / f"rated-{count}.jsonl"
    if not path.exists():
        folder = real_data() / "rated_photos"
        whole = HERE / "rated.jsonl"
        command = burnish("scan", folder / "images", "-q", "--metadata", folder / "labels.csv", "-o", whole)
        subprocess.run(command, check=True)
        path.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:count]))
    return path


def schema(manifest: Path) -> Path:
    """Return the schema that is learned from a manifest."""
    path = manifest.with_suffix(".yaml")
    if not path.exists():
        subprocess.run(burnish("schema", manifest, "-q", "-o", path), check=True)
    return path


def halves(manifest: Path) -> tuple[Path, Path]:
    """Return a manifest's lines in two files, in turn: a reference, and new data that are like it."""
    parts = manifest.with_suffix(".even.jsonl"), manifest.with_suffix(".odd.jsonl")
    for number, part in enumerate(parts):
        if not part.exists():
            part.write_bytes(b"".join(manifest.read_bytes().splitlines(keepends=True)[number::2]))
    return parts
