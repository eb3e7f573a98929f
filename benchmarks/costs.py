"""What each fact of a file costs: processor time a file, beside reading, decoding and the manifest line.

    python -m benchmarks.costs clips-3000          a folder of recordings (.wav), or of pictures (.jpg)
    python -m benchmarks.costs many-100000 --most 1000

Each step runs over all files, in alternation with the others; the figure is the median of the rounds. One process, so
what travels between processes is not in it. What recordings of one form share is measured of 16 of them at a time, as a
scan does.
"""

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.facts.acutance import acutance, reduced
from curate.facts.audio import measure_together
from curate.facts.brightness import mean_and_contrast, perceived_brightness, percentiles
from curate.facts.image import chroma, entropy, measure_image
from curate.facts.luma_grid import luma_grid
from curate.facts.noise import noise_sd
from curate.facts.phash import phash_disc, phash_trimmed, phashes
from curate.facts.records import AudioFacts, ImageFacts, measured_facts
from curate.facts.sharpness import sharpness, thumbnail
from curate.facts.spectrum import spectra
from curate.media.audio import decode_audio
from curate.media.image import decode_image
from curate.records.sample import Sample
from curate.records.writer import encode
from curate.scan.measure import Decoded, decode, measure, measure_decoded

_CHUNK = 16
"""As many files travel together in a scan."""


class Recording(NamedTuple):
    """A recording as each step needs it."""

    path: str
    data: bytes
    header: AudioFacts
    samples: NDArray[np.float32]
    measured: Sample


class Picture(NamedTuple):
    """A picture as each step needs it."""

    path: str
    data: bytes
    header: ImageFacts
    pixels: NDArray[np.uint8]
    planes: NDArray[np.uint8]
    brightness: NDArray[np.float32]
    image: Image.Image
    grey: Image.Image
    small: Image.Image
    measured: Sample


Step = Callable[[Sequence[Recording]], object] | Callable[[Sequence[Picture]], object]


def _scanned(files: Sequence[Recording] | Sequence[Picture]) -> list[bytes]:
    found = [decode(Sample(one.path), one.path) for one in files]
    waiting = iter(measure_decoded([one for one in found if isinstance(one, Decoded)]))
    samples = [next(waiting) if isinstance(one, Decoded) else one for one in found]
    return [encode(one) for one in samples if one]


def _together(files: Sequence[Recording], wanted: frozenset[str] | None = None) -> list[AudioFacts]:
    found: list[AudioFacts] = []
    for shape in {one.samples.shape for one in files}:
        alike = [one for one in files if one.samples.shape == shape]
        found += measure_together([one.samples for one in alike], [one.header for one in alike], wanted)
    return found


def _spectra(files: Sequence[Recording]) -> None:
    for shape in {one.samples.shape for one in files}:
        spectra(
            np.stack([one.samples[:, 0] for one in files if one.samples.shape == shape]),
            files[0].header.sample_rate or 1,
        )


def _each(step: Callable[[Picture], object], files: Sequence[Picture]) -> None:
    for one in files:
        step(one)


_SHARED: dict[str, Step] = {
    "read the file": lambda files: [Path(one.path).read_bytes() for one in files],
    "SHA-256": lambda files: [hashlib.sha256(one.data).hexdigest() for one in files],
}
_LAST: dict[str, Step] = {
    "the manifest line": lambda files: [encode(one.measured) for one in files],
    "all of it, as a worker does it": _scanned,
}
_OF_RECORDINGS: dict[str, Step] = {
    **_SHARED,
    "decode, with the search for damage": lambda files: [decode_audio(one.data, "WAV") for one in files],
    "spectrum": _spectra,
    **{
        f"--facts {name}": partial(_together, wanted=frozenset([name]))
        for name in measured_facts()
        if name in AudioFacts.__struct_fields__
    },
    "all facts": _together,
    **_LAST,
}
_OF_PICTURES: dict[str, Step] = {
    **_SHARED,
    "decode at 1/2 to 1/8, strictly": lambda files: [decode_image(one.data, "JPEG") for one in files],
    **{
        name: partial(_each, step)
        for name, step in {
            "colours apart": lambda one: np.ascontiguousarray(one.pixels.transpose(2, 0, 1)),
            "brightness of each pixel": lambda one: perceived_brightness(one.planes),
            "brightness, contrast": lambda one: mean_and_contrast(one.brightness),
            "brightness_p1 to p99": lambda one: percentiles(one.brightness, (1, 5, 50, 95, 99)),
            "chroma": lambda one: chroma(one.planes),
            "entropy": lambda one: entropy(one.image),
            "noise_sd": lambda one: noise_sd(one.pixels),
            "greys, of which the rest is made": lambda one: reduced(one.image.convert("L")),
            "acutance": lambda one: acutance(one.grey),
            "phash_trimmed": lambda one: phash_trimmed(one.grey),
            "thumbnail, of which the next four are made": lambda one: thumbnail(one.grey),
            "sharpness": lambda one: sharpness(one.small),
            "phash, phash_inner": lambda one: phashes(one.small),
            "phash_disc": lambda one: phash_disc(one.small),
            "luma_grid": lambda one: luma_grid(one.small),
            "all facts": lambda one: measure_image(one.pixels, one.header),
        }.items()
    },
    **_LAST,
}


def read(path: Path) -> Recording | Picture | None:
    """Return a file as its steps need it; None where nothing can be measured."""
    data = path.read_bytes()
    measured = measure(Sample(str(path)), str(path))
    if measured and measured.audio:
        audio = decode_audio(data, None)
        return (
            audio.samples
            if audio.samples is None
            else Recording(str(path), data, audio.header, audio.samples, measured)
        )
    found = decode_image(data, None) if measured else None
    if measured is None or found is None or found.pixels is None:
        return None
    planes = np.ascontiguousarray(found.pixels.transpose(2, 0, 1))
    image = Image.fromarray(found.pixels)
    grey = reduced(image.convert("L"))
    bright = perceived_brightness(planes)
    return Picture(str(path), data, found.header, found.pixels, planes, bright, image, grey, thumbnail(grey), measured)


def costs(files: Sequence[Recording] | Sequence[Picture], steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """Return the seconds of processor time that each step takes for one file."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    chunks = [files[at : at + _CHUNK] for at in range(0, len(files), _CHUNK)]
    for number in range(rounds + 1):
        for name, step in steps.items():
            began = time.process_time()
            for chunk in chunks:
                step(chunk)  # type: ignore[arg-type] # the steps are of the kind of the files
            # The first round is for warmth.
            if number:
                taken[name].append((time.process_time() - began) / len(files))
    return {name: statistics.median(found) for name, found in taken.items()}


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    named = (path for path in sorted(arguments.folder.rglob("*")) if path.suffix in {".wav", ".jpg"})
    files = [one for path in islice(named, arguments.most) if (one := read(path))]
    recordings = [one for one in files if isinstance(one, Recording)]
    pictures = [one for one in files if isinstance(one, Picture)]
    if bool(recordings) == bool(pictures):
        parser.error("a folder of pictures or of recordings, please")
    found = costs(recordings or pictures, _OF_RECORDINGS if recordings else _OF_PICTURES, arguments.rounds)
    sys.stdout.write("| step | µs a file |\n|---|---|\n")
    for name, seconds in found.items():
        sys.stdout.write(f"| {name} | {seconds * 1e6:.0f} |\n")


if __name__ == "__main__":
    main()
