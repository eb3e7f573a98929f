"""Measure one file: one read and one decode serve the digest, the verdict and all facts."""

import os
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from curate.media.sniff import FORMATS, Format, format_of_name, sniff
from curate.media.storage import read_media
from curate.sample import AudioFacts, Finding, ImageFacts, Sample

if TYPE_CHECKING:
    from mmap import mmap

FACTS_VERSION = 1
"""Raised whenever a fact is defined anew, so that older measurements are not reused."""

SCAN_CHECKS = frozenset(
    {
        "empty",
        "unreadable",
        "truncated",
        "damaged",
        "wrong-extension",
        "oversized",
        "length-mismatch",
        "crashed-decoder",
        "timeout",
        "permission",
    }
)
TRANSIENT_CHECKS = frozenset({"crashed-decoder", "timeout", "permission"})
"""Findings that say more of the moment than of the file: the next scan looks again."""


class Verdict(Struct, frozen=True):
    """What decoding a file gave.

    Attributes:
        facts: What was measured; None where not even a header could be read.
        findings: What is wrong with the file.
    """

    facts: ImageFacts | AudioFacts | None
    findings: tuple[Finding, ...]


def measure(known: Sample, path: str, *, shallow: bool = False) -> Sample | None:
    """Return the sample with everything that its file says, or None where the file is no image and no audio.

    Args:
        known: The sample as far as it is known without opening the file.
        path: Where the file is, seen from the working directory.
        shallow: Read only the header: no digest, no integrity, no facts beyond it.
    """
    promised = format_of_name(path)
    try:
        # Looked at before it is read: if the file changes meanwhile, the next scan sees that it did.
        status = os.stat(path)
        data = read_media(path, lambda head: promised is not None or sniff(head) is not None)
    except OSError as error:
        return unopened(known, error) if promised else None
    if data is None:
        return None
    announced = sniff(data[:64])
    found = FORMATS[announced] if announced else promised
    assert found is not None
    sample = replace(known, kind=found.kind, bytes=status.st_size, mtime_ns=status.st_mtime_ns)
    verdict = _decode(data, found)
    facts = verdict.facts
    misnamed = _wrong_extension(known.path, (facts and facts.format) or found.name, promised)
    return replace(
        sample,
        digest=None if shallow else _digest(data),
        facts_version=FACTS_VERSION,
        image=facts if isinstance(facts, ImageFacts) else None,
        audio=facts if isinstance(facts, AudioFacts) else None,
        findings=(*misnamed, *verdict.findings),
    )


def unopened(known: Sample, error: OSError) -> Sample:
    """Return the sample of a file that could not be opened or read."""
    if isinstance(error, PermissionError):
        finding = Finding("permission", "error", detail="may not be read: Permission denied; chmod u+r")
    else:
        finding = Finding("unreadable", "error", detail=f"cannot be read: {error.strerror or error}")
    return unmeasured(known, finding)


def unmeasured(known: Sample, finding: Finding) -> Sample:
    """Return the sample of a file that nothing but its name is known of, with the reason."""
    promised = format_of_name(known.path)
    return replace(known, kind=promised.kind if promised else None, findings=(finding,))


def _digest(data: "bytes | mmap") -> str:
    import hashlib

    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _decode(data: "bytes | mmap", found: Format) -> Verdict:
    if found.kind == "image":
        from curate.facts.image import measure_image
        from curate.media.image import decode_image

        image = decode_image(data, found.name)
        return Verdict(
            measure_image(image.pixels, image.header) if image.pixels is not None else image.header, image.findings
        )
    from curate.facts.audio import measure_audio
    from curate.media.audio import decode_audio

    audio = decode_audio(data, found.name)
    return Verdict(
        measure_audio(audio.samples, audio.header) if audio.samples is not None else audio.header, audio.findings
    )


def _wrong_extension(path: str, actual: str, promised: Format | None) -> tuple[Finding, ...]:
    ending = os.path.splitext(path)[1][1:].lower()
    found = FORMATS.get(actual)
    if found is None or not ending or ending in found.endings or (promised and promised.name == actual):
        return ()
    detail = f"the content is {actual}, the name ends in .{ending}: rename it to .{found.endings[0]}"
    return (Finding("wrong-extension", "warning", detail=detail),)
