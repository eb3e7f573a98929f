"""`trim_silence`: without the silence before and after."""

from typing import TYPE_CHECKING, Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import check_number
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

_VAD_RATE = 16000
_SHORTEST_SPEECH_S = 0.06

MOVES = {"duration_s": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut the silence before and after: what is quiet, or (`vad`) what is no speech."""

    method: Annotated[
        Literal["energy", "vad"], Meta(description="energy: librosa's effects.trim; vad: WebRTC's voice detector")
    ] = "energy"
    top_db: Annotated[float, Meta(description="dB under the loudest frame that is silence; librosa's default")] = 60.0
    frame_length: Annotated[int, Meta(description="samples in a frame, for energy; librosa's default")] = 2048
    hop_length: Annotated[int, Meta(description="samples between frames, for energy; librosa's default")] = 512
    aggressiveness: Annotated[
        int, Meta(description="for vad: 0 takes much for speech, 3 little; 2 leaves breath and clicks out")
    ] = 2
    frame_ms: Annotated[Literal[10, 20, 30], Meta(description="ms in a frame, for vad; 30 errs least")] = 30
    padding_s: Annotated[float, Meta(description="seconds kept before and after; none, as librosa does")] = 0.0

    def __post_init__(self) -> None:
        check_number("top_db", self.top_db, 1, 200)
        check_number("frame_length", self.frame_length, 2, 1 << 20)
        check_number("hop_length", self.hop_length, 1, 1 << 20)
        check_number("aggressiveness", self.aggressiveness, 0, 3)
        check_number("padding_s", self.padding_s, 0, 60)


class Draws(TypedDict):
    """What the method uses, and nothing of the other method."""

    method: str
    padding_s: float
    top_db: NotRequired[float]
    frame_length: NotRequired[int]
    hop_length: NotRequired[int]
    aggressiveness: NotRequired[int]
    frame_ms: NotRequired[int]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Return the settings that the method uses; nothing is left to chance."""
    drawn: Draws = {"method": settings.method, "padding_s": settings.padding_s}
    if settings.method == "vad":
        return {**drawn, "aggressiveness": settings.aggressiveness, "frame_ms": settings.frame_ms}
    lengths: Draws = {**drawn, "frame_length": settings.frame_length, "hop_length": settings.hop_length}
    return {**lengths, "top_db": settings.top_db}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the part from the first to the last sound; `start_s` and `end_s` are noted.

    Raises:
        RejectedError: The voice detector hears no speech.
    """
    samples, rate = media.samples, media.sample_rate or 1
    if drawn["method"] == "energy":
        start, end = trim_bounds(samples, drawn["top_db"], drawn["frame_length"], drawn["hop_length"])
    elif found := speech_bounds(samples, rate, drawn["aggressiveness"], drawn["frame_ms"]):
        start, end = found
    else:
        raise RejectedError("no speech found")
    padding = round(drawn["padding_s"] * rate)
    start, end = max(0, start - padding), min(len(media.array), end + padding)
    noted: Noted = {**media.noted, "start_s": round(start / rate, 6), "end_s": round(end / rate, 6)}
    return media._replace(array=media.array[start:end], noted=noted)


def trim_bounds(
    samples: "NDArray[np.float32]", top_db: float = 60, frame_length: int = 2048, hop_length: int = 512
) -> tuple[int, int]:
    """Return the first sample to keep and the one behind the last, as `librosa.effects.trim` finds them.

    Args:
        samples: float32, shape (frames, channels), at least one frame.
        top_db: dB under the loudest frame; see `augment.audio.silence.audible`.
        frame_length: Samples in a frame.
        hop_length: Samples from one frame to the next.
    """
    from augment.audio.silence import audible

    kept = audible(samples, top_db, frame_length, hop_length).nonzero()[0]
    return int(kept[0]) * hop_length, min(len(samples), (int(kept[-1]) + 1) * hop_length)


def speech_bounds(
    samples: "NDArray[np.float32]", sample_rate: int, aggressiveness: int, frame_ms: int
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
    import numpy as np

    voiced = _voiced(samples, sample_rate, aggressiveness, frame_ms)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]))).reshape(-1, 2)
    # Without this a click at the very start keeps all the silence behind it.
    spoken = edges[(edges[:, 1] - edges[:, 0]) * frame_ms >= 1000 * _SHORTEST_SPEECH_S]
    if not len(spoken):
        return None
    step = sample_rate * frame_ms / 1000
    return round(spoken[0, 0] * step), min(len(samples), round(spoken[-1, 1] * step))


def _voiced(
    samples: "NDArray[np.float32]", sample_rate: int, aggressiveness: int, frame_ms: int
) -> "NDArray[np.bool_]":
    import numpy as np
    import webrtcvad

    from augment.audio.channel.resample import resample
    from curate.facts.audio import downmix

    mono = resample(downmix(samples)[:, None], sample_rate, _VAD_RATE)[:, 0]
    size = _VAD_RATE * frame_ms // 1000
    whole = np.zeros(-(-len(mono) // size) * size, "<i2")
    whole[: len(mono)] = np.round(np.clip(mono, -1, 1) * 32767)
    # A detector carries what it heard from frame to frame: one for each recording, or results would hang on the order.
    detector = webrtcvad.Vad(aggressiveness)
    frames = whole.reshape(-1, size)
    return np.fromiter((detector.is_speech(frame.tobytes(), _VAD_RATE) for frame in frames), np.bool_, len(frames))
