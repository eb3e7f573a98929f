"""The sets that the loop is tried on: real recordings and photos, parted, with conditions on validation and test.

A file is `SPLIT/CONDITION/LABEL_SPEAKER_NUMBER.suffix`; of photos the speaker is nobody.
"""

import csv
import hashlib
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from PIL import Image

from benchmarks.effect import conditions
from benchmarks.inputs import real_data
from curate.facts.records import Kind

CLEAN = "clean"
_SHARES = {"train": 0.5, "val": 0.2, "test": 0.3}


class Set(NamedTuple):
    """One set.

    Attributes:
        name: Of it.
        files: Yields path, label and speaker of what it is made of.
        kind: `audio` or `image`.
        conditions: That it is met under, beside clean.
        most: Samples of each class that are taken at most.
    """

    name: str
    files: Callable[[], Iterator[tuple[Path, str, str]]]
    kind: Kind
    conditions: tuple[str, ...]
    most: int = 10_000

    @property
    def slices(self) -> tuple[str, ...]:
        """The conditions, with the clean one."""
        return (CLEAN, *self.conditions)


GROUP = "{}_{speaker}_{}"
"""What makes a speaker, as `--group` takes it."""


def _digits() -> Iterator[tuple[Path, str, str]]:
    for path in sorted((real_data() / "fsdd").rglob("*.wav")):
        label, speaker, _ = path.stem.split("_")
        yield path, label, speaker


def _words() -> Iterator[tuple[Path, str, str]]:
    for path in sorted((real_data() / "speech_commands").rglob("*.wav")):
        yield path, path.parent.name, path.stem.partition("_")[0]


def _prompts() -> Iterator[tuple[Path, str, str]]:
    """Yield prompts by language, which is one speaker and one studio each: without silence, the same in all of them."""
    for path in sorted((real_data() / "voice_prompts").glob("*/*/*.wav")):
        language = path.parent.parent.name
        if path.parent.name != "silence":
            yield path, language, language


def _clothing() -> Iterator[tuple[Path, str, str]]:
    for path in sorted((real_data() / "clothing").rglob("*.jpg")):
        yield path, path.parent.name, "nobody"


def _rated() -> Iterator[tuple[Path, str, str]]:
    root = real_data() / "rated_photos"
    with (root / "truth.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield root / row["path"], row["label"], "nobody"


SETS = {
    one.name: one
    for one in (
        Set("digits", _digits, "audio", ("street", "far", "phone")),
        Set("words", _words, "audio", ("street", "far", "phone")),
        Set("prompts", _prompts, "audio", ("street", "far", "phone"), 120),
        Set("clothing", _clothing, "image", ("dim", "haze", "shake", "covered"), 60),
        Set("small", _rated, "image", ("dim", "haze", "covered"), 100),
    )
}


def backgrounds(side: int) -> list[Path]:
    """Return half of the background recordings: 0, those that the conditions are made with; 1, those for recipes."""
    paths = sorted(
        one for one in (real_data() / "noise" / "background").iterdir() if one.suffix.lower() in {".wav", ".ogg"}
    )
    return [one for number, one in enumerate(paths) if number % 2 == side]


def responses() -> list[Path]:
    """Return the measured rooms; recipes make theirs up."""
    names = ("rir1.wav", "rir2.wav", "rir3.wav", "rir4.wav", "impulse_response_0.wav")
    return [real_data() / "noise" / "rir" / name for name in names]


def build(which: Set, seed: int, folder: Path, ceiling: Path) -> None:
    """Write a set: `metadata.csv` with label, split and condition, and the files.

    Recordings are parted by a digest of their content and the seed, class by class, so that none is on two sides.
    Training is clean; of validation and test every sample is there clean and under each condition.

    Args:
        which: Of the sets.
        seed: Of the parting; a recording meets a condition in the same way with every seed.
        folder: To write it to; what is there goes.
        ceiling: For the training samples under the conditions, by the same code: what no augmentation can have, and
            all that could be had from it.
    """
    for place in (folder, ceiling):
        shutil.rmtree(place, ignore_errors=True)
    by_label: defaultdict[str, dict[str, tuple[Path, str]]] = defaultdict(dict)
    for path, label, speaker in which.files():
        by_label[label][hashlib.sha256(path.read_bytes()).hexdigest()] = path, speaker
    rows: dict[Path, list[tuple[str, str, str, str]]] = {folder: [], ceiling: []}
    for label, unique in sorted(by_label.items()):
        numbers = {digest: number for number, digest in enumerate(sorted(unique)[: which.most])}
        chosen = sorted(numbers, key=lambda digest: hashlib.sha256(f"{seed} {digest}".encode()).digest())
        edges = np.rint(np.cumsum([0.0, *_SHARES.values()]) * len(chosen)).astype(int)
        for split, first, last in zip(_SHARES, edges[:-1], edges[1:], strict=True):
            for digest in chosen[first:last]:
                path, speaker = unique[digest]
                for condition in which.slices:
                    place = ceiling if split == "train" and condition != CLEAN else folder
                    suffix = ".wav" if which.kind == "audio" else ".jpg"
                    name = f"{label}_{speaker}_{numbers[digest]:03d}{suffix}"
                    target = place / split / condition / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    chance = np.random.default_rng(list(hashlib.sha256(f"{condition}/{name}".encode()).digest()[:16]))
                    (_write_sound if which.kind == "audio" else _write_photo)(path, target, condition, chance)
                    rows[place].append((f"{split}/{condition}/{name}", label, split, condition))
    for place, written in rows.items():
        with (place / "metadata.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file_name", "label", "split", "condition"])
            writer.writerows(written)


def _write_sound(source: Path, target: Path, condition: str, chance: np.random.Generator) -> None:
    samples, rate = soundfile.read(source, always_2d=True)
    mono = samples.mean(axis=1)
    if condition == "street":
        mono = conditions.street(mono, rate, chance, backgrounds(0))
    elif condition == "far":
        mono = conditions.far(mono, rate, chance, responses())
    elif condition == "phone":
        mono = conditions.phone(mono, rate, chance)
    soundfile.write(target, np.clip(mono, -1, 1), rate, subtype="PCM_16")


def _write_photo(source: Path, target: Path, condition: str, chance: np.random.Generator) -> None:
    with Image.open(source) as image:
        photo = image.convert("RGB")
    photo.thumbnail((400, 400))
    pixels = np.asarray(photo, float) / 255
    if condition != CLEAN:
        pixels = conditions.PHOTOS[condition](pixels, chance)
    Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)).save(target, quality=95)
