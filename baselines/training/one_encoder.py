"""Files of two origins through one encoder, so that what tells them apart is in the picture or the sound.

What was made has been encoded once more than what was recorded. A classifier that is given the files as they are finds
that trace of the codec, and says nothing of whether they look or sound alike.
"""

import hashlib
import io
import os
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from baselines.data.labelled_samples import LabelledSample
from baselines.features.reading import with_bytes
from curate.engine import run
from curate.media.storage.address import join

if TYPE_CHECKING:
    from collections.abc import Sequence
    from mmap import mmap

    from baselines.features.reading import Reading
    from curate.facts.records import Kind

LONGEST_SIDE = 256
"""Of a picture, px: the features look at 192."""

JPEG_QUALITY, SAMPLE_RATE = 75, 16_000
_PRELOAD = ("curate.media.audio", "curate.media.image", "soundfile", "soxr")


class _Copy(NamedTuple):
    number: int
    path: str
    digest: str


def reencode(
    samples: "Sequence[LabelledSample]", kind: "Kind", reading: "Reading", folder: str
) -> list[tuple[int, LabelledSample]]:
    """Return samples whose files are copies through one encoder, each with its place; of an unreadable file none.

    Pictures become JPEG of quality 75 with at most 256 pixels on a side, recordings WAV of one channel, 16 bits and
    16 kHz.

    Args:
        samples: All of one kind.
        kind: Theirs.
        reading: How files are read.
        folder: For the copies.
    """
    items = [(number, join(reading.root, one.path)) for number, one in enumerate(samples)]
    results = run(
        partial(_copy, kind=kind, folder=folder),
        items,
        jobs=reading.jobs,
        chunk_size=8,
        timeout_s=reading.timeout_s,
        preload=_PRELOAD,
    )
    copies: list[tuple[int, LabelledSample]] = []
    with closing(results):
        for result in results:
            if isinstance(result, _Copy):
                number, path, digest = result
                copies.append((number, LabelledSample(path, samples[number].label, kind=kind, digest=digest)))
    return copies


def _copy(item: tuple[int, str], *, kind: "Kind", folder: str) -> _Copy | str:
    """Write the copy of one file; runs in a worker."""
    number, source = item
    encoded = with_bytes(source, _picture if kind == "image" else _sound)
    if isinstance(encoded, str):
        return encoded
    path = os.path.join(folder, f"{number}{'.jpg' if kind == 'image' else '.wav'}")
    with open(path, "wb") as file:
        file.write(encoded)
    return _Copy(number, path, f"sha256:{hashlib.sha256(encoded).hexdigest()}")


def _picture(data: "bytes | mmap") -> bytes:
    from PIL import Image

    from curate.media.image import load_pixels

    picture, encoded = Image.fromarray(load_pixels(data)).convert("RGB"), io.BytesIO()
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.save(encoded, "JPEG", quality=JPEG_QUALITY)
    return encoded.getvalue()


def _sound(data: "bytes | mmap") -> bytes:
    import numpy as np
    import soundfile
    import soxr

    from curate.facts.audio import downmix
    from curate.media.audio import load_audio

    samples, rate = load_audio(data)
    mono, encoded = soxr.resample(downmix(samples), rate, SAMPLE_RATE), io.BytesIO()
    soundfile.write(encoded, np.clip(mono, -1, 1), SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return encoded.getvalue()
