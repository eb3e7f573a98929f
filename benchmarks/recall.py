"""Recall and precision of `burnish dedup` on known copies: 200 photos, 300 words, 239 phrases, changed in known ways.

    python benchmarks/recall.py images|audio|phrases [first|second|first/8|...] [--parts]

Needs BURNISH_DATA. For each change it prints the share of copies that `dedup` reports with their original: as copies
(in one group), as a part, or either; and over all, the share of reported pairs that are of one original. With `first`
or `second` it takes that half of the photos or words: thresholds were chosen on the first. With `--parts`, `dedup` gets
it, too.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import msgspec
import numpy as np
import soundfile
from PIL import Image

from benchmarks.inputs import HERE, real_data
from benchmarks.recall_changes import AUDIO, IMAGES, Sound, write_audio, write_image

Source = TypeVar("Source")

SHORTEST_S = 0.1
BURNISH = os.environ.get("BURNISH", str(Path(sys.executable).parent / "burnish"))


class Group(msgspec.Struct):
    """A group as `dedup --json` names it."""

    kept: list[str]
    dropped: list[str]


class Part(msgspec.Struct):
    """Two samples that have a part in common, as `dedup --json` names them."""

    first: str
    second: str


class Found(msgspec.Struct):
    """What `dedup --json` says."""

    groups: list[Group]
    parts: list[Part] = []


def chosen(sources: list[Source], half: str) -> list[Source]:
    """Return every other of what copies are made of, or all; of `first/8`, every eighth of those."""
    name, _, step = half.partition("/")
    return {"first": sources[::2], "second": sources[1::2]}.get(name, sources)[:: int(step or 1)]


def make_images(folder: Path, half: str) -> None:
    """Write 200 photos, evenly over all of them, and their copies."""
    paths = sorted(real_data().glob("clothing/*/*/*.jpg"))
    for path in chosen(paths[:: len(paths) // 200][:200], half):
        shutil.copyfile(path, folder / f"{path.stem}~original.jpg")
        with Image.open(path) as image:
            for name in IMAGES:
                write_image(folder / f"{path.stem}~{name}", image.convert("RGB"), name)


def make_audio(folder: Path, half: str) -> None:
    """Write the 300 words and their copies."""
    for path in chosen(sorted(real_data().glob("speech_commands/*/*.wav")), half):
        stem = f"{path.parent.name}-{path.stem}"
        shutil.copyfile(path, folder / f"{stem}~original.wav")
        write_copies(folder / stem, *soundfile.read(path, dtype="float32"))


def make_phrases(folder: Path, half: str) -> None:
    """Write phrases of four telephone prompts, 2 to 5 s, of which no two have a prompt in common, and their copies."""
    phrases: list[list[Path]] = []
    for language in sorted(path for path in real_data().glob("voice_prompts/*") if path.is_dir()):
        prompts = sorted(path for path in language.glob("*/*.wav") if path.parent.name != "silence")
        count = len(prompts) // 4
        phrases += [prompts[place : 4 * count : count] for place in range(count)]
    for phrase in chosen(phrases, half):
        sounds, rates = zip(*(soundfile.read(path, dtype="float32") for path in phrase), strict=True)
        stem = folder / "-".join([phrase[0].parent.parent.name, *(path.stem for path in phrase)])
        soundfile.write(f"{stem}~original.wav", np.concatenate(sounds), rates[0], subtype="PCM_16")
        write_copies(stem, np.concatenate(sounds), rates[0])


def write_copies(stem: Path, sound: Sound, rate: int) -> None:
    """Write the copies of a recording, of shape (frames,)."""
    for name in AUDIO:
        changed, changed_rate = AUDIO[name].change(sound, rate)
        # Of some words that are a click a third is 50 ms or nothing, and no recording.
        if len(changed) >= SHORTEST_S * changed_rate:
            write_audio(stem.with_name(f"{stem.name}~{name}"), sound, rate, name)


def found_in(folder: Path, *options: str) -> Found:
    """Return what scan and dedup find, with options of dedup."""
    scan = subprocess.run([BURNISH, "scan", str(folder), "-q"], check=True, capture_output=True)
    dedup = [BURNISH, "dedup", "--json", "-q", *options]
    found = subprocess.run(dedup, input=scan.stdout, check=True, capture_output=True)
    return msgspec.json.decode(found.stdout, type=Found)


def pairs_of(names: list[str]) -> Iterator[frozenset[str]]:
    """Yield all pairs of file names."""
    return (frozenset((Path(a).name, Path(b).name)) for a, b in combinations(names, 2))


def main() -> None:
    """Make the copies, find the groups, print the table."""
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    kind, half = [*(word for word in sys.argv[1:] if word not in options), "all"][:2]
    folder = HERE / f"recall-{kind}-{half.replace('/', '-')}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    {"images": make_images, "audio": make_audio, "phrases": make_phrases}[kind](folder, half)
    say_recall(sorted(path.name for path in folder.iterdir()), found_in(folder, *options), kind)


def say_recall(names: list[str], found: Found, kind: str) -> None:
    """Print for each change the share of copies that were found, and the precision.

    Args:
        names: Of all files: of the original, `~`, the change, and an ending.
        found: What `dedup` found among them.
        kind: `images`, `audio` or `phrases`.
    """
    copies = {pair for group in found.groups for pair in pairs_of([*group.kept, *group.dropped])}
    parts = {frozenset((Path(part.first).name, Path(part.second).name)) for part in found.parts} - copies
    # Parts are told of what stays, and of the copies of one photo any may.
    in_part = {name for pair in parts for name in pair if len({one.split("~")[0] for one in pair}) == 1}
    originals = {name.split("~")[0]: name for name in names if "~original" in name}
    rows: dict[str, list[tuple[bool, bool]]] = {}
    for name in names:
        stem, change = name.rpartition(".")[0].split("~")
        if change != "original":
            pair = frozenset((name, originals[stem]))
            rows.setdefault(change, []).append((pair in copies, pair not in copies and name in in_part))
    wanted = {change: one.relation for change, one in (IMAGES if kind == "images" else AUDIO).items()}
    sys.stdout.write("| change | wanted | as copy | as part | of |\n|---|---|---|---|---|\n")
    for change, hits in sorted(rows.items()):
        shares = " | ".join(f"{sum(hit[i] for hit in hits) / len(hits):.3f}" for i in (0, 1))
        sys.stdout.write(f"| {change} | {wanted[change]} | {shares} | {len(hits)} |\n")
    for what, pairs in (("copies", copies), ("parts", parts)):
        wrong = sorted(" ".join(sorted(pair)) for pair in pairs if len({name.split("~")[0] for name in pair}) > 1)
        right = len(pairs) - len(wrong)
        sys.stdout.write(f"{what}: precision {right / max(1, len(pairs)):.5f} of {len(pairs)} pairs\n")
        sys.stdout.writelines(f"  {names}\n" for names in wrong[:20])


if __name__ == "__main__":
    main()
