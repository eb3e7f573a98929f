"""What each fact of a recording costs: processor time a file, beside reading, decoding and the manifest line.

    python -m benchmarks.costs clips-3000          a folder of recordings
    python -m benchmarks.costs many-100000 --most 1000

Each step runs over all files, in alternation with the others; the figure is the median of the rounds. One process, so
what travels between processes is not in it.
"""

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.facts.audio import downmix
from curate.facts.channels import channel_gap_db, channel_weights, mono_loss_db
from curate.facts.clipping import clipping_ratio
from curate.facts.fingerprint import fingerprint
from curate.facts.gaps import gaps
from curate.facts.levels import dc_offset, peak_dbfs, rms_dbfs
from curate.facts.loudness import loudness_lufs
from curate.facts.powers import bandwidth_hz, silence_ratio, snr_db
from curate.facts.records import AudioFacts
from curate.facts.spectrum import Spectrum, spectrum
from curate.media.audio import decode_audio
from curate.records.sample import Sample
from curate.records.writer import encode
from curate.scan.measure import measure


class Recording(NamedTuple):
    """A file as each step needs it."""

    path: str
    data: bytes
    header: AudioFacts
    samples: NDArray[np.float32]
    sound: Spectrum
    weights: NDArray[np.float64]
    measured: Sample


_STEPS: dict[str, Callable[[Recording], object]] = {
    "read the file": lambda one: Path(one.path).read_bytes(),
    "SHA-256": lambda one: hashlib.sha256(one.data).hexdigest(),
    "decode, with the search for damage": lambda one: decode_audio(one.data, one.header.format),
    "spectrum, of which the next four are made": lambda one: spectrum(
        downmix(one.samples), one.header.sample_rate or 1
    ),
    "silence_ratio": lambda one: silence_ratio(one.sound.powers),
    "snr_db": lambda one: snr_db(one.sound),
    "bandwidth_hz": lambda one: bandwidth_hz(one.sound),
    "fingerprint": lambda one: fingerprint(one.sound.bands),
    "loudness_lufs": lambda one: loudness_lufs(one.samples, one.header.sample_rate or 1, one.weights),
    "clipping_ratio": lambda one: clipping_ratio(one.samples, one.header.subtype),
    "inner_silence_s, dropouts": lambda one: gaps(one.samples, one.header.sample_rate or 1),
    "peak_dbfs, rms_dbfs, dc_offset": lambda one: (
        peak_dbfs(one.samples),
        rms_dbfs(one.samples),
        dc_offset(one.samples),
    ),
    "channel_gap_db, mono_loss_db": lambda one: (
        channel_gap_db(one.samples, one.weights),
        mono_loss_db(one.samples),
    ),
    "the manifest line": lambda one: encode(one.measured),
    "all of it, as a worker does it": lambda one: encode(measure(Sample(one.path), one.path) or one.measured),
}


def read(path: Path) -> Recording | None:
    """Return a recording; None where nothing can be measured."""
    data = path.read_bytes()
    audio = decode_audio(data, None)
    measured = measure(Sample(str(path)), str(path))
    if audio.samples is None or measured is None:
        return None
    sound = spectrum(downmix(audio.samples), audio.header.sample_rate or 1)
    weights = channel_weights(audio.samples.shape[1], audio.header.channel_mask or 0, audio.header.format)
    return Recording(str(path), data, audio.header, audio.samples, sound, weights, measured)


def costs(recordings: Sequence[Recording], rounds: int) -> dict[str, float]:
    """Return the seconds of processor time that each step takes for one file."""
    taken: dict[str, list[float]] = {name: [] for name in _STEPS}
    for number in range(rounds + 1):
        for name, step in _STEPS.items():
            began = time.process_time()
            for one in recordings:
                step(one)
            # The first round is for warmth.
            if number:
                taken[name].append((time.process_time() - began) / len(recordings))
    return {name: statistics.median(found) for name, found in taken.items()}


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    paths = islice(sorted(arguments.folder.rglob("*.wav")), arguments.most)
    found = costs([one for path in paths if (one := read(path))], arguments.rounds)
    sys.stdout.write("| step | µs a file |\n|---|---|\n")
    for name, seconds in found.items():
        sys.stdout.write(f"| {name} | {seconds * 1e6:.0f} |\n")


if __name__ == "__main__":
    main()
