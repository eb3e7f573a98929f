"""All facts together: complete, finite, and without a warning, whatever the samples are."""

import math
import subprocess
import sys

import msgspec
import numpy as np
import pytest

from curate.check.checks import CHECKS
from curate.facts.audio import measure_audio, measure_together
from curate.facts.records import AudioFacts

RATE = 16000
MAY_BE_NONE = {"fingerprint", "channel_mask"}
NOISE = np.random.default_rng(0).normal(size=(RATE, 2)).astype(np.float32) / 10


def measure(samples: np.ndarray, subtype: str = "PCM_16", rate: int = RATE) -> AudioFacts:
    return measure_audio(samples, AudioFacts("WAV", subtype, rate, samples.shape[1], len(samples) / rate))


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros((RATE, 1)), id="silence"),
        pytest.param(np.zeros((1, 1)), id="one-sample"),
        pytest.param(np.ones((100, 3)), id="offset"),
        pytest.param(NOISE, id="noise"),
        pytest.param(NOISE * 1e-8, id="tiny"),
        pytest.param(NOISE * 1e-38, id="denormal"),
        pytest.param(NOISE * 1e38, id="huge"),
        pytest.param(np.array([[3e38], [-3e38]]), id="largest"),
        pytest.param(np.concatenate([NOISE * 1e5, NOISE * 1e-9]), id="wide"),
        pytest.param(np.tile(NOISE[:, :1], (1, 70)), id="70-channels"),
    ],
)
@pytest.mark.parametrize("rate", [1, 8000, RATE, 48000, 2_000_000_000])
def test_every_fact_is_finite(samples: np.ndarray, rate: int) -> None:
    facts = msgspec.structs.asdict(measure(samples.astype(np.float32), "FLOAT", rate))
    assert all(math.isfinite(value) for value in facts.values() if isinstance(value, float))
    assert {name for name, value in facts.items() if value is None} <= MAY_BE_NONE
    assert all(value is None or isinstance(value, (float, int, str)) for value in facts.values())


def test_digital_silence() -> None:
    facts = measure(np.zeros((RATE, 1), np.float32))
    assert facts == AudioFacts(
        "WAV",
        "PCM_16",
        RATE,
        1,
        1.0,
        -150.0,
        -150.0,
        -70.0,
        1.0,
        0.0,
        0.0,
        -20.0,
        0.0,
        fingerprint=None,
        channel_gap_db=0.0,
        mono_loss_db=0.0,
        inner_silence_s=0.0,
        dropouts=0,
        swing_dbfs=-150.0,
    )


@pytest.mark.parametrize(
    ("subtype", "step"),
    [("PCM_U8", 2**-7), ("PCM_S8", 2**-7), ("PCM_16", 2**-15), ("PCM_24", 2**-23), ("FLOAT", 2**-23)],
)
@pytest.mark.parametrize("level", [0.0, 0.01, -0.5, 1.0])
def test_a_dead_microphone_is_silent_and_not_clipped_whatever_its_offset(
    subtype: str, step: float, level: float
) -> None:
    """A converter without a signal: one value, and a step up and down of it."""
    noise = np.random.default_rng(0).integers(-1, 2, size=(RATE, 1)) * step
    sound = np.clip(np.round(level / step) * step + noise, -1, 1 - step).astype(np.float32)
    speech = NOISE[:, :1] * np.sin(np.linspace(0, 20, RATE))[:, None]
    for dead in (sound, np.full_like(sound, sound[0, 0])):
        facts = measure(dead, subtype)
        assert CHECKS["silent"].value(facts) < -60  # type: ignore[operator]
        assert facts.clipping_ratio == 0
        beside = measure(np.concatenate([speech, dead], axis=1).astype(np.float32), subtype)
        assert beside.channel_gap_db > 50  # type: ignore[operator]
        assert beside.swing_dbfs > -20  # type: ignore[operator]
        assert beside.clipping_ratio == 0


def test_channels_that_cancel_are_still_sound() -> None:
    facts = measure(np.stack([NOISE[:, 0], -NOISE[:, 0]], axis=1))
    assert facts.silence_ratio == 0
    assert facts.bandwidth_hz == 8000


def test_what_is_measured_is_one_signal() -> None:
    mono, stereo = measure(NOISE[:, :1]), measure(np.repeat(NOISE[:, :1], 2, axis=1))
    assert mono.fingerprint == stereo.fingerprint
    assert mono.snr_db == pytest.approx(stereo.snr_db, abs=1e-4)


def test_noise_that_differs_from_channel_to_channel_counts_in_full() -> None:
    """The mean of the channels has half of it, and read 3 dB too much."""
    random = np.random.default_rng(1)
    words = NOISE[:, :1] * np.repeat([3, 0, 1, 0, 2, 0, 0, 0], RATE // 8)[:, None]
    noise = random.normal(size=(RATE, 2)) * np.sqrt(np.mean(words**2)) / 10
    apart, same, one = words + noise, words + noise[:, [0, 0]], words + noise[:, :1]
    for sound in (apart, same, one, -apart * [1, -1]):
        assert measure(sound.astype(np.float32)).snr_db == pytest.approx(20, abs=0.7)


def kinds_of_sound(length: int, channels: int) -> list[np.ndarray]:
    """Noise, silence, a padded word, a clipped and a turned-down one, a tone, a dropout, an offset and a huge float."""
    noise = np.random.default_rng(length).normal(size=(9, length, channels)) / 10
    envelope = np.exp(-(((np.arange(length) / length - 0.4) / 0.1) ** 2))[:, None]
    tone = np.sin(2 * np.pi * 440 * np.arange(length) / RATE)[:, None] * np.ones(channels)
    dropout = tone / 2
    dropout[length // 3 : length // 3 + 400] = dropout[length // 3]
    padded = noise[0] * (np.arange(length) < length // 2)[:, None]
    clipped = np.clip(noise[1] * 5 * envelope, -0.3, 0.3)
    found = [
        noise[2],
        noise[3] * 0,
        padded,
        clipped,
        noise[4] * envelope,
        tone,
        dropout,
        noise[5] + 0.2,
        noise[6] * 1e9,
    ]
    return [one.astype(np.float32) for one in found]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("length", [1, 300, 800, RATE, 3 * RATE + 1])
@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_U8"])
def test_together_each_is_what_it_is_alone(length: int, channels: int, subtype: str) -> None:
    recordings = kinds_of_sound(length, channels)
    header = AudioFacts("WAV", subtype, RATE, channels, length / RATE)
    alone = [measure_audio(one, header) for one in recordings]
    assert measure_together(recordings, [header] * len(recordings)) == alone
    assert len({facts.rms_dbfs for facts in alone}) > 4


def test_light_to_import() -> None:
    code = "import sys, curate.facts.audio, curate.media.audio; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"scipy", "librosa", "soxr", "soundfile", "curate.media.audio_formats.mpeg"} & set(modules)
