"""Where in a recording someone speaks, as WebRTC's voice activity detector hears it."""

import numpy as np
from numpy.typing import NDArray

from augment.audio.resample import resample

_RATE = 16000
_SHORTEST_S = 0.06


def speech_bounds(
    samples: NDArray[np.float32], sample_rate: int, aggressiveness: int, frame_ms: int
) -> tuple[int, int] | None:
    """Return the first sample of speech and the one behind the last; None where there is no speech.

    The decision is made at 16 kHz on the mean of the channels, for frames one after the other. What is taken for
    speech for less than 60 ms is a click.

    Args:
        samples: float32, shape (frames, channels), full scale at 1.
        sample_rate: Hz.
        aggressiveness: 0 (takes much for speech) to 3 (little).
        frame_ms: 10, 20 or 30.
    """
    found = np.flatnonzero(_without_clicks(_voiced(samples, sample_rate, aggressiveness, frame_ms), frame_ms))
    if not len(found):
        return None
    step = sample_rate * frame_ms / 1000
    return round(found[0] * step), min(len(samples), round((found[-1] + 1) * step))


def _voiced(samples: NDArray[np.float32], sample_rate: int, aggressiveness: int, frame_ms: int) -> NDArray[np.bool_]:
    import webrtcvad

    from curate.facts.audio import downmix

    mono = resample(downmix(samples)[:, None], sample_rate, _RATE)[:, 0]
    size = _RATE * frame_ms // 1000
    whole = np.zeros(-(-len(mono) // size) * size, "<i2")
    whole[: len(mono)] = np.round(np.clip(mono, -1, 1) * 32767)
    detector = webrtcvad.Vad(aggressiveness)
    frames = whole.reshape(-1, size)
    return np.fromiter((detector.is_speech(frame.tobytes(), _RATE) for frame in frames), np.bool_, len(frames))


def _without_clicks(voiced: NDArray[np.bool_], frame_ms: int) -> NDArray[np.bool_]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]])))
    kept = np.zeros(len(voiced), np.bool_)
    for start, end in edges.reshape(-1, 2):
        kept[start:end] = (end - start) * frame_ms >= 1000 * _SHORTEST_S
    return kept
