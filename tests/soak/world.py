"""A small dataset with all that the killed commands read, and what can be said of a folder afterwards."""

import hashlib
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from tests.baselines.embeddings.test_embed import mean_of_channels
from tests.soak import SOAK

AUGMENT = "kind: augment\naudio: [{gain: {gain_db: [-9, 9]}}, {speed: {factor: [0.9, 1.1]}}]\n"
PIPELINE = """\
kind: pipeline
description: Clean, split, arrange, and make more.
vars: {work: work}
steps:
  - scan: {paths: [words]}
  - clean: {rejects: "${work}/rejects.jsonl"}
  - dedup: {exact: true}
  - split: {ratio: "train=0.6,test=0.4"}
  - organize: {into: arranged, apply: true}
  - augment: {recipe: more.yaml, into: made}
  - balance
"""

MANY = 1200 if SOAK else 200
"""Tiny files: more than one batch of the journal."""

Look = dict[str, tuple[int, str]]
"""Kind and permissions, and a digest or where a link leads, by the path below the folder."""

_TEMPORARY = re.compile(r"(^|/)(\.burnish-[^/]*|\.[^/]*\.tmp|[^/]+\.tmp)(/|$)")
_TIME = re.compile(rb'"mtime_ns":\d+')
_UNLIKE = re.compile(r"(^|/)(journal\.jsonl|\.lock|state\.json|[^/]*\.log)$")
"""Files that name processes, times or random tokens: they are held against a rule of their own, not against bytes."""


def build(folder: Path, burnish: Callable[..., object]) -> None:
    """Make the dataset: pictures of which some are broken or there twice, recordings, and many tiny files."""
    chance = np.random.default_rng(0)
    for number in range(60):
        path = folder / "photos" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number % 50).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((160, 120), Image.Resampling.BICUBIC).save(path)
        if number % 6 == 5:
            path.write_bytes(path.read_bytes()[:-200])
        path = folder / "words" / ("yes", "no")[number % 2] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, chance.normal(0, 0.1, 4800), 16000)
        if number % 6 == 5:
            path.write_bytes(path.read_bytes()[:-200])
    for number in range(MANY):
        path = folder / "many" / f"label{number % 7}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89PNG" + chance.bytes(300) + str(number).encode())
    (folder / "more.yaml").write_text(AUGMENT)
    (folder / "line.yaml").write_text(PIPELINE)
    mean_of_channels(folder / "mean.onnx")
    burnish("scan", "many", "-o", "many.jsonl", "-q")
    burnish("scan", "photos", "-o", "photos.jsonl", "-q")
    burnish("scan", "words", "-o", "words.jsonl", "-q")
    burnish("clean", "words.jsonl", "-o", "words.jsonl", "-q")


def look(folder: Path) -> Look:
    """Return all that is below a folder; what goes away meanwhile is left out.

    The times in manifests are those of files that were made anew. What a folder remembers of the files made in it lies
    in as many records as there were calls: together they are one thing, under the name `.records/*`.
    """
    found: Look = {}
    remembered: dict[str, set[bytes]] = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(place, name)
            known = os.path.relpath(path, folder)
            try:
                status = os.lstat(path)
                if stat.S_ISLNK(status.st_mode):
                    found[known] = (status.st_mode, os.readlink(path))
                elif name in folders:
                    found[known] = (status.st_mode, "")
                else:
                    data = Path(path).read_bytes()
                    if name.endswith(".jsonl") and not name.startswith("journal"):
                        data = _TIME.sub(b"", data)
                    if place.endswith(".records") and not _TEMPORARY.search(known):
                        remembered.setdefault(f"{os.path.dirname(known)}/*", set()).update(data.splitlines())
                        continue
                    found[known] = (status.st_mode, hashlib.sha256(data).hexdigest())
            except FileNotFoundError:
                continue
    for known, lines in remembered.items():
        found[known] = (0, hashlib.sha256(b"\n".join(sorted(lines))).hexdigest())
    return found


def contents(seen: Look) -> set[str]:
    """Return the digests of all files."""
    return {content for mode, content in seen.values() if stat.S_ISREG(mode)}


def comparable(seen: Look) -> Look:
    """Return what two runs of one command must have in common: all names, and contents without times and tokens."""
    return {path: (mode, "" if _UNLIKE.search(path) else content) for path, (mode, content) in seen.items()}


def half_written(seen: Look, before: Look, after: Look) -> list[str]:
    """Return the files under final names that are neither what they were nor what they are to be."""
    return [
        path
        for path, entry in seen.items()
        if stat.S_ISREG(entry[0])
        and not _TEMPORARY.search(path)
        and not _UNLIKE.search(path)
        and entry[1] not in {known[path][1] for known in (before, after) if path in known}
    ]


def left_over(seen: Look) -> list[str]:
    """Return temporary files and staging folders."""
    return [path for path in seen if _TEMPORARY.search(path)]
