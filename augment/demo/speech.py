"""The recordings of the demo: spoken digits, quiet in training, and in the test as they are met outside."""

import os
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from augment.audio.noise.mix_noise import mix
from augment.demo.damage import PAGE, cut, overwrite
from augment.demo.noises import KINDS, make_noise
from curate.media.audio import load_audio
from curate.media.encode_audio import Encoding, encode_audio
from curate.media.storage import read_media

FOLDER, NOISE_FOLDER = "speech", "noise"
SAMPLE_RATE = 8000
"""Hz, of all of them."""
NEW = ("iris", "jack")
TESTED = ("kate", "liam", "mona", "noel", "olga", "paul")
"""Speakers that are heard in the test only; all others train."""
KEPT = (1.0, 0.7, 0.45, 0.95, 0.55, 0.8, 0.35, 0.9, 0.2, 0.6)
"""Which share of the training recordings of each digit there is: the classes are uneven."""
_NOISY = {2: "babble", 3: "street", 4: "machine"}
_SNR_DB = (3.0, 11.0)
_NOISES, _NOISE_S = 4, 6.0
_BROKEN, _OTHER_TAKE = 12, 9
_FLAC = Encoding("FLAC", "PCM_16")
_WAV = Encoding("WAV", "PCM_16")

Sound = NDArray[np.float32]


class Recording(NamedTuple):
    """One recording.

    Attributes:
        place: `train`, `test`, or `new`: not parted yet.
        label: The digit.
        speaker: Who says it.
        noise: What is heard behind: `babble`, `street`, `machine`, or nothing.
        take: Number of the take.
        samples: float32, shape (frames, 1).
    """

    place: str
    label: int
    speaker: str
    noise: str
    take: int
    samples: Sound

    def name(self, ending: str = "flac", place: str | None = None) -> str:
        """Return the path below the folder of the recordings."""
        return f"{place or self.place}/{self.label}_{self.speaker}_{self.take}.{ending}"


def make_recordings(seed: int) -> dict[str, bytes]:
    """Return all files of the dataset by their paths: recordings, what is wrong with some, and noises to train with.

    The noises in the test are others than those to train with: other voices, other machines, another street. They come
    from the same formulas, though, with other numbers.
    """
    generator = np.random.default_rng([seed, 2])
    words = list(_words())
    # One generator for all, so the order of these lines is part of the dataset: moving one changes every file after it.
    recordings = [*_quiet(words, generator), *_noisy(words, generator)]
    found = {one.name(): encode_audio(one.samples, SAMPLE_RATE, _FLAC) for one in recordings}
    *broken, twice = _pick([one for one in recordings if one.place == "train"], _BROKEN + 1, generator)
    rows = sorted(f"{one.name()},{one.noise}\n" for one in recordings if one.noise)
    found["metadata.csv"] = f"file_name,noise\n{''.join(rows)}".encode()
    found |= dict((*_leaks(recordings, generator), *_broken(broken)))
    found[twice._replace(label=(twice.label + 1) % 10, take=_OTHER_TAKE).name()] = found[twice.name()]
    noises: dict[str, bytes] = {}
    voices = [one.samples for one in words if one.place == "train"]  # who talks behind the test is not heard here
    for kind in KINDS:
        for number in range(_NOISES):
            noise = make_noise(kind, round(_NOISE_S * SAMPLE_RATE), SAMPLE_RATE, generator, voices)
            noises[f"{NOISE_FOLDER}/{kind}/{number}.flac"] = encode_audio(noise, SAMPLE_RATE, _FLAC)
    return {f"{FOLDER}/{name}": data for name, data in found.items()} | noises


def _words() -> Iterator[Recording]:
    """Yield the recordings that ship, in the order of their names."""
    folder = files("recipes") / "demo" / "speech"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        stem, ending = os.path.splitext(entry.name)
        if ending == ".flac":
            label, speaker, take = stem.split("_")
            data = read_media(str(entry))
            assert data is not None
            place = "test" if speaker in TESTED else "new" if speaker in NEW else "train"
            yield Recording(place, int(label), speaker, "", int(take), load_audio(data)[0])


def _quiet(words: Sequence[Recording], generator: np.random.Generator) -> Iterator[Recording]:
    """Yield what was recorded in a quiet room; of training, each digit only in part."""
    for label in range(10):
        train = [one for one in words if one.label == label and one.place == "train"]
        kept = generator.permutation(len(train))[: round(KEPT[label] * len(train))]
        yield from (train[index] for index in sorted(kept))
    yield from (one for one in words if one.place == "new" or (one.place == "test" and one.take not in _NOISY))


def _noisy(words: Sequence[Recording], generator: np.random.Generator) -> Iterator[Recording]:
    """Yield what was recorded outside: takes of the test, each with a noise of its own behind."""
    voices = [one.samples for one in words if one.place == "test"]
    for one in words:
        if one.place == "test" and one.take in _NOISY:
            kind = _NOISY[one.take]
            noise = make_noise(kind, len(one.samples), SAMPLE_RATE, generator, voices)
            mixed, _ = mix(one.samples, noise, float(generator.uniform(*_SNR_DB)))
            yield one._replace(noise=kind, samples=mixed)


def _pick(recordings: Sequence[Recording], count: int, generator: np.random.Generator) -> list[Recording]:
    return [recordings[index] for index in generator.choice(len(recordings), count, replace=False)]


def _leaks(recordings: Sequence[Recording], generator: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield copies of test recordings in training: the same, or less loud and as WAV."""
    quiet = [one for one in recordings if one.place == "test" and not one.noise]
    tested = _pick(quiet, 8, generator)
    for one in tested[:5]:
        yield one.name(place="train"), encode_audio(one.samples, SAMPLE_RATE, _FLAC)
    for one in tested[5:]:
        yield one.name("wav", place="train"), encode_audio(one.samples * np.float32(0.7), SAMPLE_RATE, _WAV)


def _broken(recordings: Sequence[Recording]) -> Iterator[tuple[str, bytes]]:
    """Yield files in the place of good ones: cut short, overwritten, empty, no sound, silent, with a wrong ending."""
    for number, one in enumerate(recordings):
        data = encode_audio(one.samples, SAMPLE_RATE, _FLAC)
        silence = encode_audio(np.zeros_like(one.samples), SAMPLE_RATE, _FLAC)
        wav = encode_audio(one.samples, SAMPLE_RATE, _WAV)
        yield one.name(), (cut(data), overwrite(data), b"", PAGE, silence, wav)[number % 6]
