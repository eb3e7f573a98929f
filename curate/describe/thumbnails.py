"""Small pictures and short sounds of media files, for reports that people look at and listen to."""

import io
from typing import TYPE_CHECKING, NamedTuple

from curate.media.sniff import format_of_name
from curate.media.storage import open_media, read_media

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

MAX_SIDE = 320
"""Shown at half of it, and whole when it is opened."""
MAX_SECONDS = 10.0
MAX_SOUND_BYTES = 500_000
WAVEFORM_POINTS = 120
_TIMEOUT_S = 60.0
_JPEG_QUALITY = 82
_MAX_VALUES = 1 << 24


class Preview(NamedTuple):
    """What can be shown of a file.

    Attributes:
        media_type: `image/jpeg`, `audio/wav`, or empty where there is nothing to show.
        data: The bytes of that type.
        size: Width and height of the picture, upright.
        waveform: Largest absolute sample in each of some equal parts of the sound, 0 to 1.
        note: What was left out of the sound.
        problem: Why there is nothing to show, or what is wrong with the file.
    """

    media_type: str = ""
    data: bytes = b""
    size: tuple[int, int] = (0, 0)
    waveform: tuple[float, ...] = ()
    note: str = ""
    problem: str = ""


def make_previews(files: "Iterable[tuple[str, str | None]]") -> dict[str, Preview]:
    """Return a preview of each file, made in worker processes: a file that kills a decoder costs only its preview.

    Args:
        files: Path and kind of each.
    """
    from curate.engine import Failure, run

    wanted = dict(files)
    made = run(make_preview, wanted.items(), jobs=min(2, len(wanted) or 1), chunk_size=1, timeout_s=_TIMEOUT_S)
    return {
        path: Preview(problem=found.detail) if isinstance(found, Failure) else found
        for path, found in zip(wanted, made, strict=True)
    }


def make_preview(file: tuple[str, str | None]) -> Preview:
    """Return the preview of a file (path, kind); what is wrong with it is said, not raised."""
    path, kind = file
    try:
        return _sound(path) if kind == "audio" else _picture(path)
    except OSError as error:
        return Preview(problem=error.strerror or str(error))


def _picture(path: str) -> Preview:
    from PIL import Image

    from curate.media.image import decode_image

    found = format_of_name(path)
    decoded = decode_image(read_media(path) or b"", found.name if found else None)
    problem = "; ".join(finding.detail for finding in decoded.findings)
    if decoded.pixels is None:
        return Preview(problem=problem)
    small, buffer = Image.fromarray(decoded.pixels), io.BytesIO()
    small.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    # Whatever the format was: a browser shows JPEG, and not TIFF, HEIF or 16 bits.
    small.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return Preview("image/jpeg", buffer.getvalue(), small.size, problem=problem)


def _sound(path: str) -> Preview:
    """Return the beginning of a recording: of a long one, the rest is never decoded."""
    import soundfile

    try:
        with open_media(path) as file, soundfile.SoundFile(file) as sound:
            length, rate = sound.frames, sound.samplerate
            # By values, not by frames: a file may claim a thousand channels.
            wanted = min(int(MAX_SECONDS * rate), _MAX_VALUES // sound.channels)
            samples = sound.read(wanted, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        return Preview(problem=f"it cannot be decoded: {error.error_string}")
    if not len(samples):
        return Preview(problem="it has no samples")
    kept = shortened(samples)
    buffer = io.BytesIO()
    soundfile.write(buffer, kept, rate, format="WAV", subtype="PCM_16")
    note = f"first {len(kept) / rate:.1f} s" if len(kept) < length else ""
    note = ", ".join(filter(None, (note, "mixed to mono" if kept.shape[1] < samples.shape[1] else "")))
    return Preview("audio/wav", buffer.getvalue(), waveform=waveform(kept), note=note)


def shortened(samples: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return sound that is small enough for a page: of shape (frames, channels), mixed to mono before it is cut."""
    import numpy as np

    # Clipped, because 16 bits wrap around and a sound over 1.0 would crackle; not-a-number is silence.
    bounded: NDArray[np.float32] = np.clip(np.nan_to_num(samples), -1, 1)
    if bounded.size * 2 > MAX_SOUND_BYTES:
        bounded = bounded.mean(axis=1, keepdims=True, dtype=np.float32)
    return bounded[: MAX_SOUND_BYTES // 2]


def waveform(samples: "NDArray[np.float32]", points: int = WAVEFORM_POINTS) -> tuple[float, ...]:
    """Return the largest absolute sample in each of at most `points` equal parts of sound of shape (frames, any)."""
    import numpy as np

    loudest = np.abs(samples).max(axis=1)
    starts = np.unique(np.linspace(0, len(loudest), min(points, len(loudest)), endpoint=False).astype(int))
    return tuple(round(float(peak), 3) for peak in np.maximum.reduceat(loudest, starts))
