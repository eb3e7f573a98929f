"""Folders of recordings that operations mix in: noises and impulse responses."""

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from augment.audio.noise.corpora import Sound, chosen_of_corpus
from augment.audio.noise.sounding import Parts, frame_powers, frame_size, heard_spans, sounding_parts
from augment.operations.folder_contents import find_in_folder, read_of_kind
from curate.ground.errors import InputError
from curate.media.sniff import format_of_name
from curate.media.storage import open_media

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import numpy as np
    from numpy.typing import NDArray

SHORT_VALUES = 1 << 20
"""Recordings of at most so many values (frames x channels; a minute of mono at 16 kHz) are decoded whole."""

# From here on a header's count of frames is a placeholder for `not known`.
_UNKNOWN_FRAMES = (1 << 31) - 1
# Three minutes of a noise that comes and goes 20 times a second.
_MOST_SPANS = 4096
# MPEG frames borrow bits from those before them: the first one after a jump comes out wrong.
_MP3_LEAD_FRAMES = 2 * 1152


class Recording(Struct, frozen=True):
    """A recording that can be mixed in.

    Attributes:
        path: Where it is.
        digest: `sha256:` and the SHA-256 of its bytes in hexadecimal.
        frames: How long it is.
        sample_rate: Hz.
        sounding: The parts in which something is heard, start and end in seconds; at least one.
        spans: The same without any pauses; empty where there are too many to hand on.
    """

    path: str
    digest: str
    frames: int
    sample_rate: int
    sounding: Parts
    spans: Parts = ()


class Found(Struct, frozen=True):
    """What a folder holds.

    Attributes:
        recordings: In the order of their digests, so that neither names nor folders change what is drawn;
            of several with the same bytes the first.
        notes: Which files cannot be read, and why.
    """

    recordings: tuple[Recording, ...]
    notes: tuple[str, ...]

    def digests(self) -> list[str]:
        """Return what results depend on."""
        return [found.digest for found in self.recordings]


def find_recordings(folder: str, purpose: str, wanted: "Collection[Sound] | None" = None) -> Found:
    """Return the recordings in a folder and those below it; hidden files and what is no audio are not looked at.

    All are decoded, to see whether they can be and where something is heard in them; silent ones are left out.

    Args:
        folder: The folder, or a single file.
        purpose: What is looked for, for the error: `mix_noise: folder`.
        wanted: Of a corpus whose layout is known (`augment.audio.noise.corpora`), what is taken; None: all of it.

    Raises:
        InputError: The folder is missing, or has no recording that can be read.
    """
    # Before anything is decoded: OpenSLR's simulated rooms are 60,000 files.
    choose = partial(chosen_of_corpus, folder, wanted=wanted, purpose=purpose) if wanted is not None else None
    return Found(*find_in_folder(folder, purpose, "audio", _inspect, choose))


def _inspect(path: str) -> Recording | None:
    from curate.media.audio import decode_audio

    if (read := read_of_kind(path, "audio")) is None:
        return None
    data, digest = read
    if claimed := claims(path):
        frames, rate = claimed
        powers = frame_powers(_blocks(path, frames, rate), rate)
    else:
        named = format_of_name(path)
        samples, header, findings = decode_audio(data, named.name if named else None)
        if samples is None or header.sample_rate is None:
            raise InputError("; ".join(found.detail for found in findings) or "it has no samples")
        frames, rate = len(samples), header.sample_rate
        powers = frame_powers([samples], rate)
    spans = heard_spans(powers, rate, frames)
    if not spans:
        raise InputError("it is silent: nothing in it is over -90 dBFS, an offset aside")
    return Recording(path, digest, frames, rate, sounding_parts(spans), spans if len(spans) <= _MOST_SPANS else ())


def _blocks(path: str, frames: int, rate: int) -> "Iterator[NDArray[np.float32]]":
    """Yield a long recording in pieces of ten seconds, so that an hour of it costs no memory."""
    import soundfile

    size = 200 * frame_size(rate)
    try:
        with open_media(path) as file, soundfile.SoundFile(file) as sound:
            for start in range(0, frames, size):
                block = sound.read(min(size, frames - start), "float32", always_2d=True)
                if len(block) < min(size, frames - start):
                    raise InputError(f"it ends {frames - start - len(block)} frames before its header says")
                yield block
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise InputError(f"it cannot be read: {error}") from None


def claims(path: str) -> tuple[int, int] | None:
    """Return frames and sample rate of a long recording that can be read in parts; None for any other."""
    import soundfile

    try:
        with open_media(path) as file, soundfile.SoundFile(file) as sound:
            frames, rate, channels = sound.frames, sound.samplerate, sound.channels
    except (soundfile.SoundFileError, RuntimeError, TypeError, ValueError):
        return None  # our own decoders read more formats, and say better what is wrong with a file
    return (frames, rate) if frames * channels > SHORT_VALUES and frames < _UNKNOWN_FRAMES else None


def read_part(path: str, start: int, frames: int) -> "NDArray[np.float32]":
    """Return a part of a recording, without reading the rest: float32, shape (frames, channels).

    Raises:
        InputError: It cannot be read, or is over before.
    """
    import soundfile

    try:
        with open_media(path) as file, soundfile.SoundFile(file) as sound:
            # Decoded from a little earlier, and that thrown away.
            before = min(start, _MP3_LEAD_FRAMES if sound.format == "MP3" else 0)
            sound.seek(start - before)
            part: NDArray[np.float32] = sound.read(before + frames, "float32", always_2d=True)[before:]
    except (soundfile.SoundFileError, RuntimeError, OSError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    if len(part) < frames:
        raise InputError(f"{path} ends {frames - len(part)} frames before its header says")
    return part
