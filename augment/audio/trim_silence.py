"""`trim_silence`: without the silence before and after."""

from typing import TYPE_CHECKING, Annotated, Literal, NotRequired, TypedDict

import msgspec
from msgspec import Meta, Struct

from augment.audio.voice import SHORTEST_S, Detector, bounds, present_detector, silero_bounds, webrtc_bounds
from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import check_number
from augment.operations.registry import Moves, Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

MOVES = {"duration_s": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""
VERSION = 2
"""See `augment.operations.registry`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut the silence before and after: what is quiet, or (`vad`) what is no speech."""

    method: Annotated[
        Literal["energy", "vad"], Meta(description="energy: librosa's effects.trim; vad: a voice detector")
    ] = "energy"
    top_db: Annotated[float, Meta(description="dB under the loudest frame that is silence; librosa's default")] = 60.0
    frame_length: Annotated[int, Meta(description="samples in a frame, for energy; librosa's default")] = 2048
    hop_length: Annotated[int, Meta(description="samples between frames, for energy; librosa's default")] = 512
    above_floor_db: Annotated[
        float | None,
        Meta(
            description="for energy: dB by which sound has to stand out of the steady noise of its recording too; 6 "
            "leaves hiss, hum, tones and DC out; null: whatever is loud is kept"
        ),
    ] = None
    detector: Annotated[
        Detector,
        Meta(description="for vad: Silero's neural one (burnish[vad]), WebRTC's; auto: Silero's where it is installed"),
    ] = "auto"
    threshold: Annotated[float, Meta(description="for silero: probability of speech from which on; its own")] = 0.5
    aggressiveness: Annotated[
        int, Meta(description="for webrtc: 0 takes much for speech, 3 little; 2 leaves breath and clicks out")
    ] = 2
    frame_ms: Annotated[Literal[10, 20, 30], Meta(description="ms in a frame, for webrtc; 30 errs least")] = 30
    padding_s: Annotated[float, Meta(description="seconds kept before and after; none, as librosa does")] = 0.0

    def __post_init__(self) -> None:
        check_number("top_db", self.top_db, 1, 200)
        check_number("frame_length", self.frame_length, 2, 1 << 20)
        check_number("hop_length", self.hop_length, 1, 1 << 20)
        check_number("above_floor_db", self.above_floor_db, 1, 100)
        check_number("threshold", self.threshold, 0.2, 0.99)
        check_number("aggressiveness", self.aggressiveness, 0, 3)
        check_number("padding_s", self.padding_s, 0, 60)


class Draws(TypedDict):
    """What the method uses, and nothing of the other method."""

    method: str
    padding_s: float
    top_db: NotRequired[float]
    frame_length: NotRequired[int]
    hop_length: NotRequired[int]
    above_floor_db: NotRequired[float]
    detector: NotRequired[str]
    threshold: NotRequired[float]
    aggressiveness: NotRequired[int]
    frame_ms: NotRequired[int]


def prepare(settings: Settings) -> Prepared[Settings]:
    """Look for the voice detector.

    Raises:
        InputError: Silero's was asked for, and is not installed.
    """
    if settings.method == "energy":
        return Prepared(settings, msgspec.to_builtins(settings))
    detector, version, note = present_detector(settings.detector)
    settings = msgspec.structs.replace(settings, detector=detector)
    # Another version hears other things.
    identity = {**msgspec.to_builtins(settings), "version": version}
    return Prepared(settings, identity, (f"trim_silence: {note}",) if note else ())


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Return the settings that the method uses; nothing is left to chance."""
    drawn: Draws = {"method": settings.method, "padding_s": settings.padding_s}
    if settings.method == "vad":
        detector, _, _ = present_detector(settings.detector)
        if detector == "silero":
            return {**drawn, "detector": detector, "threshold": settings.threshold}
        webrtc: Draws = {**drawn, "detector": detector}
        return {**webrtc, "aggressiveness": settings.aggressiveness, "frame_ms": settings.frame_ms}
    if settings.above_floor_db is not None:
        drawn["above_floor_db"] = settings.above_floor_db
    lengths: Draws = {**drawn, "frame_length": settings.frame_length, "hop_length": settings.hop_length}
    return {**lengths, "top_db": settings.top_db}


def apply(media: "Media", drawn: Draws) -> "Media":
    """Return the part from the first to the last sound; `start_s` and `end_s` are noted.

    Raises:
        RejectedError: The voice detector hears no speech, or nothing stands out of the noise floor.
    """
    samples, rate = media.samples, media.sample_rate or 1
    if drawn["method"] == "vad":
        if drawn["detector"] == "silero":
            found = silero_bounds(samples, rate, drawn["threshold"])
        else:
            found = webrtc_bounds(samples, rate, drawn["aggressiveness"], drawn["frame_ms"])
        if found is None:
            raise RejectedError("no speech found")
    elif (over_db := drawn.get("above_floor_db")) is not None:
        found = floor_bounds(samples, rate, over_db, drawn["top_db"], drawn["frame_length"], drawn["hop_length"])
        if found is None:
            raise RejectedError(f"nothing stands out of its noise floor by {over_db:g} dB")
    else:
        found = trim_bounds(samples, drawn["top_db"], drawn["frame_length"], drawn["hop_length"])
    start, end = found
    padding = round(drawn["padding_s"] * rate)
    start, end = max(0, start - padding), min(len(samples), end + padding)
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


def floor_bounds(
    samples: "NDArray[np.float32]",
    sample_rate: int,
    above_floor_db: float,
    top_db: float = 60,
    frame_length: int = 2048,
    hop_length: int = 512,
) -> tuple[int, int] | None:
    """Return the first sample that stands out of the noise floor and the one behind the last; None where none does.

    What does for less than 60 ms is a click. Args as of `trim_bounds`, which holds besides.
    """
    from augment.audio.silence import standing_out

    flags = standing_out(samples, sample_rate, above_floor_db, top_db, frame_length, hop_length)
    return bounds(flags, hop_length, SHORTEST_S * sample_rate, len(samples))
