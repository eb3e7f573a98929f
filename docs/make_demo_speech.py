"""Speak the digits that `burnish demo` uses with espeak-ng, and keep them as small FLAC files in recipes/demo/speech.

Run it only to make the recordings anew: python docs/make_demo_speech.py
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr

FOLDER = Path(__file__).resolve().parent.parent / "recipes" / "demo" / "speech"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SAMPLE_RATE = 8000
BITS = 10
"""Of the 16 that are stored, the rest are zero: that halves the files, and leaves a noise of -62 dBFS."""
PEAK = 0.6
MARGIN_S = 0.03


class Speaker(NamedTuple):
    """A made-up person: an accent and a voice of espeak-ng, with a pitch (0 to 99) and words per minute."""

    voice: str
    pitch: int
    speed: int
    takes: int


SPEAKERS = {
    # They come with the training recordings.
    "ada": Speaker("en-us+f2", 55, 160, 4),
    "ben": Speaker("en-us+m3", 40, 165, 4),
    "cleo": Speaker("en-gb+f4", 60, 150, 4),
    "dan": Speaker("en-gb+m1", 45, 170, 4),
    "eva": Speaker("en-029+f3", 50, 155, 4),
    "finn": Speaker("en-gb-scotland+m2", 42, 160, 4),
    "gail": Speaker("en-gb-x-rp+f1", 52, 165, 4),
    "hugo": Speaker("en-us-nyc+m7", 38, 150, 4),
    # They were recorded last.
    "iris": Speaker("en-us+Annie", 55, 160, 2),
    "jack": Speaker("en-gb+m6", 48, 155, 2),
    # They are heard in the test only.
    "kate": Speaker("en-us+f5", 50, 165, 5),
    "liam": Speaker("en-us+m4", 44, 155, 5),
    "mona": Speaker("en-gb-x-rp+f3", 56, 160, 5),
    "noel": Speaker("en-029+m5", 40, 165, 5),
    "olga": Speaker("en-gb-scotland+f2", 58, 150, 5),
    "paul": Speaker("en-gb-x-gbclan+m1", 46, 170, 5),
}
PITCHES = (0, 9, -8, 5, -5)
SPEEDS = (0, -18, 16, -9, 24)
"""What the takes of one person differ by."""


def speak(speaker: Speaker, take: int, word: str) -> np.ndarray:
    """Return one spoken word at 8 kHz, float64, shape (frames,)."""
    pitch, speed = speaker.pitch + PITCHES[take], speaker.speed + SPEEDS[take]
    command = ["espeak-ng", "-v", speaker.voice, "-p", str(pitch), "-s", str(speed), "--stdout", word]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(data))
    return soxr.resample(samples, rate, SAMPLE_RATE)


def trim(samples: np.ndarray) -> np.ndarray:
    """Cut the silence off, but for a margin."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    margin = round(MARGIN_S * SAMPLE_RATE)
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def keep(samples: np.ndarray, path: Path) -> None:
    """Write a file, with the peak at PEAK and BITS bits a sample."""
    steps = 1 << (BITS - 1)
    rounded = np.round(samples / np.abs(samples).max() * PEAK * steps) / steps
    soundfile.write(path, rounded, SAMPLE_RATE, format="FLAC", subtype="PCM_16", compression_level=1.0)


def main() -> None:
    """Make all files."""
    if not shutil.which("espeak-ng"):
        sys.exit("espeak-ng is not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, speaker in SPEAKERS.items():
        for digit, word in enumerate(WORDS):
            for take in range(speaker.takes):
                keep(trim(speak(speaker, take, word)), FOLDER / f"{digit}_{name}_{take}.flac")
    files = list(FOLDER.glob("*.flac"))
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.2f} MB, in {FOLDER}")


if __name__ == "__main__":
    main()
