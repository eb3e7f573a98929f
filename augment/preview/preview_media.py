"""What a page can show of a source and of what was made of it: small pictures, short sounds, drawings at one scale."""

import io
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from augment.audio.channel.resample import resample
from augment.preview.spectrogram import draw_spectrogram, spectrogram
from curate.describe.thumbnails import shortened, waveform
from curate.facts.audio import downmix
from curate.media.audio import load_audio
from curate.media.image import load_pixels
from curate.media.storage import read_media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from augment.operations.registry import Kind

MAX_SIDE = 640
DETAIL_SIDE = 320
POINTS = 300
_MAX_SECONDS = 15
_LOSSLESS_SIDE = 200
_JPEG_QUALITY = 92
_DETAIL_QUALITY = 97
_PLAYABLE_HZ = (8000, 96000)
_LEAST_PEAK, _LEAST_DB = 0.01, -40.0
"""Sounds under this are drawn small and dark: the rounding noise of a silent file is not to look like speech."""


class Look(msgspec.Struct, frozen=True):
    """What is shown of one file.

    Attributes:
        media_type: `image/jpeg`, `image/png` or `audio/wav`.
        data: The bytes of that type.
        size: Width and height of a picture, upright, before it was reduced.
        detail: JPEG; where a picture was reduced, the middle of it, `DETAIL_SIDE` square at most, pixel for pixel.
        span_s: Length of the shown sound.
        axis: This sound's share of the time axis, which is as long as the longest beside it.
        waveform: Largest absolute sample in equal parts of the sound; 1 is the largest of all beside it,
            but 0.01 of full scale at least.
        spectrogram: PNG; pitch and colours mean the same in all beside it.
        top_hz: Upper end of the spectrogram.
        note: What was changed for the page.
    """

    media_type: str = ""
    data: bytes = b""
    size: tuple[int, int] = (0, 0)
    detail: bytes = b""
    span_s: float = 0.0
    axis: float = 1.0
    waveform: tuple[float, ...] = ()
    spectrogram: bytes = b""
    top_hz: float = 0.0
    note: str = ""


def look_at(kind: "Kind", paths: "Sequence[str]", max_side: int = MAX_SIDE) -> list[Look]:
    """Return what is shown of files that are compared.

    Args:
        kind: Of all of them.
        paths: Seen from the working directory.
        max_side: Larger pictures are reduced to it, px.

    Raises:
        InputError: One cannot be decoded.
        OSError: One cannot be read.
    """
    several = [read_media(path) or b"" for path in paths]
    if kind == "image":
        return [_picture(load_pixels(data), max_side) for data in several]
    return _sounds([_cut(*load_audio(data)) for data in several])


def _picture(pixels: NDArray[np.uint8], max_side: int) -> Look:
    """Encode a picture for the page; without loss where it is small, so that nothing of ours is taken for theirs."""
    from PIL import Image

    image = Image.fromarray(pixels)
    # Reduced, a picture hides what JPEG blocks and noise do to it; the middle, pixel for pixel, shows that.
    size, small = image.size, image.copy()
    small.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if max(size) <= _LOSSLESS_SIDE:
        return Look("image/png", _encoded(small, "PNG", optimize=True), size)
    data = _encoded(small, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    if small.size == size:
        return Look("image/jpeg", data, size)
    left, top = max(0, size[0] - DETAIL_SIDE) // 2, max(0, size[1] - DETAIL_SIDE) // 2
    middle = image.crop((left, top, min(size[0], left + DETAIL_SIDE), min(size[1], top + DETAIL_SIDE)))
    detail = _encoded(middle, "JPEG", quality=_DETAIL_QUALITY, subsampling=0)
    return Look("image/jpeg", data, size, detail, note=f"reduced to {small.width} x {small.height} for this page")


def _encoded(image: "Image", format_name: str, **options: bool | int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


class _Sound(NamedTuple):
    """The shown part of a recording.

    Attributes:
        samples: float32, shape (frames, channels), -1 to 1.
        sample_rate: Hz.
        note: What was left out.
    """

    samples: NDArray[np.float32]
    sample_rate: int
    note: str

    @property
    def span_s(self) -> float:
        return len(self.samples) / self.sample_rate


def _cut(samples: NDArray[np.float32], sample_rate: int) -> _Sound:
    kept = shortened(samples[: _MAX_SECONDS * sample_rate])
    notes = [f"first {len(kept) / sample_rate:.1f} s"] if len(kept) < len(samples) else []
    notes += ["mixed to mono for this page"] if kept.shape[1] < samples.shape[1] else []
    return _Sound(kept, sample_rate, ", ".join(notes))


def _sounds(sounds: "Sequence[_Sound]") -> list[Look]:
    """Draw sounds at one scale: the same length is the same time, the same height and colour the same level."""
    # One scale for all: each by itself would show a gain, or the treble that a codec took, as no change at all.
    longest_s = max(sound.span_s for sound in sounds)
    peak = max(_LEAST_PEAK, *(float(np.abs(sound.samples).max()) for sound in sounds))
    top_hz = max(sound.sample_rate for sound in sounds) / 2
    drawn = [spectrogram(downmix(sound.samples), sound.sample_rate, top_hz) for sound in sounds]
    loudest_db = max(_LEAST_DB, *(float(decibels.max()) for decibels in drawn))
    return [
        Look(
            "audio/wav",
            _playable(sound),
            span_s=sound.span_s,
            axis=sound.span_s / longest_s,
            waveform=waveform(sound.samples / np.float32(peak), max(2, round(POINTS * sound.span_s / longest_s))),
            spectrogram=draw_spectrogram(decibels, loudest_db),
            top_hz=top_hz,
            note=sound.note,
        )
        for sound, decibels in zip(sounds, drawn, strict=True)
    ]


def _playable(sound: _Sound) -> bytes:
    """Return WAV of 16 bits at a rate that browsers play."""
    import soundfile

    # Browsers do not play other rates. Resampling can overshoot full scale.
    samples, rate = sound.samples, min(max(sound.sample_rate, _PLAYABLE_HZ[0]), _PLAYABLE_HZ[1])
    if rate != sound.sample_rate:
        samples = resample(samples, sound.sample_rate, rate).clip(-1, 1)
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()
