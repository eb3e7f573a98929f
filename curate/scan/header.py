"""Headers only: what a file claims of itself, for a quick look without decoding."""

from typing import IO, TYPE_CHECKING

from curate.facts.records import AudioFacts, Finding, ImageFacts

if TYPE_CHECKING:
    from curate.media.sniff import Format


def read_header(file: "IO[bytes]", found: "Format") -> tuple[ImageFacts | AudioFacts | None, tuple[Finding, ...]]:
    """Return what the header claims, and an `unreadable` finding where there is none.

    The duration of a recording is the one that is claimed here: nothing is decoded.

    Args:
        file: Open at its start, seekable.
        found: What the file's first bytes or its name announce.
    """
    if found.advice:
        return None, (Finding("unreadable", "error", detail=found.advice),)
    try:
        return (_image_header(file) if found.kind == "image" else _audio_header(file)), ()
    except Exception as error:
        # Pillow and libsndfile raise many kinds on a bad header.
        return None, (Finding("unreadable", "error", detail=f"no header of {found.name}: {error}"),)


def _image_header(file: "IO[bytes]") -> ImageFacts:
    from PIL import Image

    with Image.open(file) as image:
        return ImageFacts(format=image.format, mode=image.mode, width=image.width, height=image.height)


def _audio_header(file: "IO[bytes]") -> AudioFacts:
    import soundfile

    with soundfile.SoundFile(file) as sound:
        return AudioFacts(
            format=sound.format,
            subtype=sound.subtype,
            sample_rate=sound.samplerate,
            channels=sound.channels,
            duration_s=round(sound.frames / sound.samplerate, 4),
        )
