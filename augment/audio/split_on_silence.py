"""`split_on_silence`: one recording in, the parts between its silences out."""

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

from msgspec import Meta, Struct

from augment.operations.media import RejectedError
from augment.operations.parameter_sampling import check_number
from augment.operations.registry import Moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.media import Media, Noted

MOVES = {"duration_s": Moves(), "silence_ratio": Moves()}
"""See `Operation.moves`."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make one sample of each part between silences."""

    top_db: Annotated[float, Meta(description="dB under the loudest frame that is silence; librosa's default")] = 60.0
    frame_length: Annotated[int, Meta(description="samples in a frame; librosa's default")] = 2048
    hop_length: Annotated[int, Meta(description="samples between frames; librosa's default")] = 512
    above_floor_db: Annotated[
        float | None,
        Meta(
            description="dB by which sound has to stand out of the steady noise of its recording too; 6 leaves hiss, "
            "hum, tones and DC out; null: whatever is loud is kept"
        ),
    ] = None
    min_silence_s: Annotated[float, Meta(description="seconds; a shorter pause does not divide a word")] = 0.3
    min_duration_s: Annotated[float, Meta(description="seconds; a shorter part is a click, and left out")] = 0.1
    padding_s: Annotated[float, Meta(description="seconds of the pause kept on each side, so no sound is cut")] = 0.05

    def __post_init__(self) -> None:
        check_number("top_db", self.top_db, 1, 200)
        check_number("frame_length", self.frame_length, 2, 1 << 20)
        check_number("hop_length", self.hop_length, 1, 1 << 20)
        check_number("above_floor_db", self.above_floor_db, 1, 100)
        check_number("min_silence_s", self.min_silence_s, 0, 3600)
        check_number("min_duration_s", self.min_duration_s, 0, 3600)
        check_number("padding_s", self.padding_s, 0, 60)


class Draws(TypedDict):
    """What is drawn."""

    top_db: float
    frame_length: int
    hop_length: int
    min_silence_s: float
    min_duration_s: float
    padding_s: float
    above_floor_db: NotRequired[float]


def draw(settings: Settings, media: "Media", generator: "np.random.Generator") -> Draws:
    """Return the settings; nothing is left to chance."""
    drawn: Draws = {
        "top_db": settings.top_db,
        "frame_length": settings.frame_length,
        "hop_length": settings.hop_length,
        "min_silence_s": settings.min_silence_s,
        "min_duration_s": settings.min_duration_s,
        "padding_s": settings.padding_s,
    }
    if settings.above_floor_db is not None:
        drawn["above_floor_db"] = settings.above_floor_db
    return drawn


def apply_many(media: "Media", drawn: Draws) -> "list[Media]":
    """Return the parts in their order; where each was, `start_s` and `end_s`, is noted.

    Raises:
        RejectedError: The recording is digital silence, or has no part of `min_duration_s` (that stands out of its
            noise floor, where that is asked for).
    """
    from augment.audio.silence import audible, standing_out

    rate = media.sample_rate or 1
    samples = media.samples
    # To librosa every frame of digital silence is audible, since all are as loud as the loudest.
    if not samples.any():
        raise RejectedError("no sound found")
    frame, hop = drawn["frame_length"], drawn["hop_length"]
    if (over_db := drawn.get("above_floor_db")) is None:
        kept = audible(samples, drawn["top_db"], frame, hop)
    else:
        kept = standing_out(samples, rate, over_db, drawn["top_db"], frame, hop)
    parts = intervals(kept, hop, len(samples))
    # Pauses first, clicks then: a word in two parts with a short pause between them is one part that is long enough.
    parts = merged(parts, round(drawn["min_silence_s"] * rate))
    shortest = max(1, drawn["min_duration_s"] * rate)
    parts = [(start, end) for start, end in parts if end - start >= shortest]
    if not parts:
        raise RejectedError(f"no part lasts {drawn['min_duration_s']:g} s")
    cut: list[Media] = []
    for start, end in padded(parts, round(drawn["padding_s"] * rate), len(samples)):
        noted: Noted = {**media.noted, "start_s": round(start / rate, 6), "end_s": round(end / rate, 6)}
        cut.append(media._replace(array=media.array[start:end], noted=noted))
    return cut


def intervals(kept: "NDArray[np.bool_]", hop_length: int, frames: int) -> list[tuple[int, int]]:
    """Return the first sample of each part and the one behind its last, as `librosa.effects.split` finds them.

    Args:
        kept: Which frames are kept; see `augment.audio.silence`.
        hop_length: Samples from one frame to the next.
        frames: Samples of the recording.
    """
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]])))
    bounds = np.minimum(edges * hop_length, frames).reshape(-1, 2)
    return [(int(start), int(end)) for start, end in bounds]


def merged(parts: list[tuple[int, int]], shortest: int) -> list[tuple[int, int]]:
    """Return the parts, those with a pause of less than `shortest` samples between them as one."""
    found: list[tuple[int, int]] = []
    for start, end in parts:
        if found and start - found[-1][1] < shortest:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def padded(parts: list[tuple[int, int]], padding: int, frames: int) -> list[tuple[int, int]]:
    """Return the parts with so many samples of each pause, but never more than half of it, so that none overlap."""
    middles = [(before[1] + after[0]) // 2 for before, after in pairwise(parts)]
    lowest, highest = [0, *middles], [*middles, frames]
    return [
        (max(low, start - padding), min(high, end + padding))
        for (start, end), low, high in zip(parts, lowest, highest, strict=True)
    ]
