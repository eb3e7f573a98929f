"""Measure one file: one read and one decode serve the digest, the verdict and all facts."""

import os
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from curate.facts.records import AudioFacts, Finding, ImageFacts
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.sniff import FORMATS, HEAD_BYTES, Format, format_of_name, sniff
from curate.media.storage import open_media, read_media
from curate.media.storage.address import is_elsewhere
from curate.records.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from mmap import mmap

    import numpy as np
    from numpy.typing import NDArray


FACTS_VERSION = 9
"""Raised whenever a fact is defined anew, so that older measurements are not reused."""

_VIDEO_ENDINGS = {"mov", "mp4", "m4v", "mkv", "webm", "wmv"}
"""Renaming one of these to .m4a or .weba would hide what it is."""

_CHMOD = "may not be read; allow it with chmod u+r"

_MOST_BYTES, _TOGETHER_BYTES = 1 << 19, 1 << 21
"""Of the content of a file that waits for others, and of what is measured together: a share of a cache."""


class Decoded(NamedTuple):
    """A small file whose facts are still to be measured.

    Attributes:
        sample: With the header in the place of the facts.
        content: Samples, float32 of shape (frames, channels), or pixels, uint8 of shape (height, width, 3).
    """

    sample: Sample
    content: "NDArray[np.generic]"


def measure(known: Sample, path: str, *, shallow: bool = False, place: tuple[int, int] | None = None) -> Sample | None:
    """Return the sample with everything that its file says, or None where the file is no image and no audio.

    Args:
        known: The sample as far as it is known without opening the file.
        path: Where the file is, seen from the working directory.
        shallow: Read only the header: no digest, no integrity, no facts beyond it.
        place: In a tar, where its bytes begin and how many there are, where that is known.
    """
    found = decode(known, path, shallow=shallow, place=place)
    return measure_decoded([found])[0] if isinstance(found, Decoded) else found


def decode(
    known: Sample,
    path: str,
    *,
    shallow: bool = False,
    place: tuple[int, int] | None = None,
    wanted: frozenset[str] | None = None,
) -> "Sample | Decoded | None":
    """Return what `measure` does, or of a recording that is short enough to wait what `measure_decoded` takes.

    Args:
        known: As for `measure`, and so the others.
        path: Of the file.
        shallow: Read only the header.
        place: In a tar.
        wanted: Names of the facts to measure; None: all. A sample of some of them has no version of its facts, so that
            nothing takes it for one that was measured whole.
    """
    promised = format_of_name(path)
    try:
        # Looked at before it is read: if the file changes meanwhile, the next scan sees that it did.
        if not is_elsewhere(path):
            status = os.stat(path)
            known = replace(known, bytes=status.st_size, mtime_ns=status.st_mtime_ns)
        if not shallow:
            return _measure(known, path, promised, place, wanted)
        with open_media(path) as file:
            found = _format_of(file.read(HEAD_BYTES), promised)
            file.seek(0)
            return _with_facts(known, path, found, *_read_header(file, found)) if found else None
    except OSError as error:
        # A text file that cannot be read is nobody's loss; a picture is.
        if promised is None:
            return None
        check, detail = "unreadable", f"cannot be read: {error.strerror or error}"
        # Checks of their own, because they are of the moment: the next scan tries again.
        if isinstance(error, TimeoutError):
            check = "timeout"
        if isinstance(error, PermissionError):
            check = "permission"
            detail = f"may not be read: {error.strerror}" if is_elsewhere(path) else _CHMOD
        return unmeasured(known, path, Finding(check, "error", detail=detail))


def measure_decoded(files: "Sequence[Decoded]", wanted: frozenset[str] | None = None) -> list[Sample]:
    """Return the samples of files with their facts: pictures are measured together, and recordings of one form."""
    groups: dict[object, list[int]] = {}
    for place, one in enumerate(files):
        groups.setdefault(_form(one), []).append(place)
    samples = [one.sample for one in files]
    for places in groups.values():
        count = max(1, _TOGETHER_BYTES // max(files[place].content.nbytes for place in places))
        for at in range(0, len(places), count):
            some = places[at : at + count]
            for place, sample in zip(some, _together([files[place] for place in some], wanted), strict=True):
                samples[place] = sample
    return samples


def _form(one: Decoded) -> object:
    if one.sample.audio is None:
        return "image"
    from curate.facts.audio import form_of

    return form_of(one.content.shape, one.sample.audio)


def _together(files: "Sequence[Decoded]", wanted: frozenset[str] | None) -> list[Sample]:
    """Return the samples of files of one form with their facts."""
    images = [one.sample.image for one in files if one.sample.image]
    recordings = [one.sample.audio for one in files if one.sample.audio]
    contents: list[Any] = [one.content for one in files]
    if images:
        from curate.facts.image import measure_images

        measured = measure_images(contents, images, wanted)
        return [replace(one.sample, image=facts) for one, facts in zip(files, measured, strict=True)]
    from curate.facts.audio import measure_together

    heard = measure_together(contents, recordings, wanted)
    return [replace(one.sample, audio=facts) for one, facts in zip(files, heard, strict=True)]


def facts_of(data: bytes) -> ImageFacts | AudioFacts | None:
    """Return the facts of an encoded file that is not on the disk; None where it is no image and no audio."""
    found = _format_of(data[:HEAD_BYTES], None)
    if found is None:
        return None
    header, findings, content = _decode(data, found)
    sample = _with_facts(Sample(""), "", found, header, findings)
    return sample.facts if content is None else _together([Decoded(sample, content)], None)[0].facts


def unmeasured(known: Sample, path: str, finding: Finding) -> Sample:
    """Return the sample of a file that was not decoded, with the reason; its name has to do for its kind."""
    promised = format_of_name(path)
    return replace(known, kind=promised.kind if promised else None, findings=(finding,))


def _measure(
    known: Sample,
    path: str,
    promised: Format | None,
    place: tuple[int, int] | None,
    wanted: frozenset[str] | None,
) -> "Sample | Decoded | None":
    import hashlib

    # The head is shown first: what is neither picture nor sound is not read to its end.
    data = read_media(path, lambda head: _format_of(head, promised) is not None, known.bytes, place)
    found = _format_of(data[:HEAD_BYTES], promised) if data is not None else None
    if data is None or found is None:
        return None
    if is_elsewhere(path) and known.bytes != len(data):
        # It changed since it was listed, so its ETag is another's too; a cell of a table is measured here first.
        known = replace(known, bytes=len(data), etag=known.etag if known.bytes is None else None)
    version = FACTS_VERSION if wanted is None else None
    measured = replace(known, digest=f"sha256:{hashlib.sha256(data).hexdigest()}", facts_version=version)
    header, findings, content = _decode(data, found)
    sample = _with_facts(measured, path, found, header, findings)
    if content is None:
        return sample
    decoded = Decoded(sample, content)
    return decoded if content.nbytes <= _MOST_BYTES else _together([decoded], wanted)[0]


def _format_of(head: bytes, promised: Format | None) -> Format | None:
    """Return the format that the content announces, else the one that the name promises."""
    announced = sniff(head)
    if announced == "TIFF" and promised is not None and promised.name == "RAW":
        return promised  # camera raws are TIFF files; their first page is a thumbnail
    return FORMATS[announced] if announced else promised


def _decode(
    data: "bytes | mmap", found: Format
) -> "tuple[ImageFacts | AudioFacts, tuple[Finding, ...], NDArray[np.generic] | None]":
    """Return what the header says, what is wrong with the file, and samples or pixels; None where there are none."""
    if found.name == "RAW":
        return ImageFacts(format="RAW"), (Finding("unreadable", "error", detail=found.advice),), None
    if found.kind == "image":
        from curate.media.image import decode_image

        image = decode_image(data, found.name)
        return image.header, image.findings, image.pixels
    from curate.media.audio import decode_audio

    audio = decode_audio(data, found.name)
    return audio.header, audio.findings, audio.samples


def _read_header(file: IO[bytes], found: Format) -> tuple[ImageFacts | AudioFacts | None, tuple[Finding, ...]]:
    """Return what the header claims, and an `unreadable` finding where there is none.

    The duration of a recording is the one that is claimed here: nothing is decoded.

    Args:
        file: Open at its start, seekable.
        found: What the file's first bytes or its name announce.
    """
    if found.advice:
        return None, (Finding("unreadable", "error", detail=found.advice),)
    try:
        if found.kind == "image":
            from PIL import Image

            with Image.open(file) as image:
                return ImageFacts(format=image.format, mode=image.mode, width=image.width, height=image.height), ()
        import soundfile

        with soundfile.SoundFile(file) as sound:
            rate, channels, duration_s = sound.samplerate, sound.channels, round(sound.frames / sound.samplerate, 4)
            return AudioFacts(sound.format, sound.subtype, rate, channels, duration_s), ()
    except Exception as error:
        # Pillow and libsndfile raise many kinds on a bad header.
        raise_out_of_memory(error)
        return None, (Finding("unreadable", "error", detail=f"no header of {found.name}: {error}"),)


def _with_facts(
    known: Sample,
    path: str,
    found: Format,
    facts: ImageFacts | AudioFacts | None,
    findings: tuple[Finding, ...],
) -> Sample:
    # What the decoder found goes before the first bytes: several formats share those (RIFF, ISO base media).
    actual = (facts.format if facts else None) or found.name
    return replace(
        known,
        kind=found.kind,
        image=facts if isinstance(facts, ImageFacts) else None,
        audio=facts if isinstance(facts, AudioFacts) else None,
        findings=(*_wrong_extension(path, actual), *findings),
    )


def right_ending(path: str, actual: str | None) -> str | None:
    """Return how the name of a file should end, without the dot; None where it ends rightly, or nothing can be said.

    Args:
        path: The file, of which only the name is looked at.
        actual: The format of its content.
    """
    ending = os.path.splitext(path)[1][1:].lower()
    found = FORMATS.get(actual or "")
    if found is None or not ending or ending in found.endings or ending in _VIDEO_ENDINGS:
        return None
    return found.endings[0]


def _wrong_extension(path: str, actual: str) -> tuple[Finding, ...]:
    wanted = right_ending(path, actual)
    if wanted is None:
        return ()
    ending = os.path.splitext(path)[1][1:].lower()
    detail = f"the content is {actual}, the name ends in .{ending}: rename it to .{wanted}"
    return (Finding("wrong-extension", "warning", detail=detail),)
