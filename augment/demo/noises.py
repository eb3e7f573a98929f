"""Background noises made of numbers and of voices: what is said behind a speaker, a machine, a street."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KINDS = ("babble", "street", "machine")
_VOICES = 8
_PAUSE_S = 0.25
_RMS = 0.08

Sound = NDArray[np.float32]


def make_noise(
    kind: str, frames: int, sample_rate: int, generator: np.random.Generator, words: Sequence[Sound] = ()
) -> Sound:
    """Return a noise with a root mean square of 0.08.

    Args:
        kind: `babble`: eight people who talk at once; `street`: a rumble in which cars pass; `machine`: a hum with
            its overtones, and air.
        frames: How long.
        sample_rate: Hz.
        generator: Where it comes from; each noise has a character of its own.
        words: Recordings that babble is made of, each of shape (frames, 1).

    Returns:
        float32, shape (frames, 1), not beyond full scale.
    """
    if kind == "babble":
        noise = sum((_talk(words, frames, sample_rate, generator) for _ in range(_VOICES)), np.zeros(frames))
    else:
        noise = {"street": _street, "machine": _machine}[kind](frames, sample_rate, generator)
    # All kinds equally loud, so that the ratio of a mix alone decides how hard a word is to hear.
    noise = noise - noise.mean()
    noise *= _RMS / np.sqrt(np.mean(np.square(noise)))
    return np.asarray(np.clip(noise, -0.99, 0.99)[:, None], np.float32)


def _talk(words: Sequence[Sound], frames: int, sample_rate: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return words of one after the other, with short pauses."""
    parts: list[NDArray[np.float64]] = []
    length = 0
    while length < frames + sample_rate:
        word = words[int(generator.integers(len(words)))][:, 0]
        pause = np.zeros(int(generator.uniform(0, _PAUSE_S) * sample_rate))
        parts += [np.asarray(word, np.float64), pause]
        length += len(word) + len(pause)
    # Begun somewhere within a second: else all voices would begin together.
    talk = np.concatenate(parts)
    return talk[int(generator.integers(sample_rate)) :][:frames] * float(generator.uniform(0.5, 1))


def _street(frames: int, sample_rate: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return a rumble, and cars: noise that swells and fades within seconds."""
    rumble = _coloured(frames, sample_rate, generator, middle_hz=generator.uniform(80, 160), width=2.0)
    cars = _coloured(frames, sample_rate, generator, middle_hz=generator.uniform(500, 1000), width=1.2)
    time_s = np.arange(frames) / sample_rate
    swell = 0.25 + sum(
        np.exp(-(((time_s - generator.uniform(0, time_s[-1])) / generator.uniform(0.4, 1.2)) ** 2))
        for _ in range(max(2, round(time_s[-1] / 2)))
    )
    return np.asarray(rumble + 1.2 * cars * swell)


def _machine(frames: int, sample_rate: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return a hum with overtones that beats slowly, and the air that a fan moves."""
    time_s = np.arange(frames) / sample_rate
    # Overtones up to 0.45 of the rate only: above half of it they would come back as tones that belong to no machine.
    lowest_hz = generator.uniform(60, 180)
    hum = np.zeros(frames)
    for number in range(1, int(0.45 * sample_rate / lowest_hz)):
        strength = generator.uniform(0.3, 1) / number**0.7
        hum += strength * np.sin(2 * np.pi * (number * lowest_hz * time_s + generator.uniform()))
    beat = 1 + 0.3 * np.sin(2 * np.pi * generator.uniform(2, 9) * time_s)
    air = _coloured(frames, sample_rate, generator, middle_hz=generator.uniform(800, 1800), width=1.5)
    return np.asarray(hum / hum.std() * beat + generator.uniform(0.4, 0.9) * air)


def _coloured(
    frames: int, sample_rate: int, generator: np.random.Generator, *, middle_hz: float, width: float
) -> NDArray[np.float64]:
    """Return noise around a frequency, with a standard deviation of 1: a bell curve over octaves, `width` wide."""
    spectrum = np.fft.rfft(generator.standard_normal(frames))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(frames, 1 / sample_rate), 1) / middle_hz)
    noise = np.fft.irfft(spectrum * np.exp(-0.5 * (octaves / width) ** 2), frames)
    return np.asarray(noise / noise.std())
