"""Parts of recordings, cut out: where a dataset has segments, and a sample is a whole file.

Each part is written as its source is: a WAV of 16 bits stays one, sample by sample; of what is packed with losses a
FLAC is made. A journal knows what was written, so that `burnish undo` takes it back, and a call that was killed is
completed by repeating it.
"""

import hashlib
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from curate.exchange.annotated import Annotated
from curate.ground.errors import InputError
from curate.journal import Journal, Operation, Outcome, open_journal
from curate.media.storage import read_media
from curate.media.storage.address import join
from curate.organize.plan import DONE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from curate.media.encode_audio import Encoding

_LOSSLESS = {"WAV", "FLAC", "AIFF", "AU", "CAF"}
_LONGEST_NAME = 200


def cut_parts(items: Iterable[Annotated], into: str, base: str, failures: list[Outcome]) -> Iterator[Annotated]:
    """Write each part as a file, and yield it as a sample of its own, with its source in its origin; others pass.

    Args:
        items: Of a dataset; those of one recording follow each other, or it is decoded more than once.
        into: The folder for the files, on a disk; it is made.
        base: What the paths are relative to; empty: the working directory.
        failures: Is given what could not be cut.

    Raises:
        InputError: A part begins behind the end of its recording.
        BurnishError: The folder cannot be written to.
    """
    waiting: deque[Annotated] = deque()
    with open_journal(into) as journal:
        if not isinstance(journal, Journal):
            raise InputError(f"--cut {into}: parts are written to a disk; name a folder of this machine")
        for outcome in journal.apply(_operations(items, base, journal.staging(), waiting, failures)):
            one = waiting.popleft()
            while one.part is None:
                yield one
                one = waiting.popleft()
            if outcome.status not in DONE:
                failures.append(outcome)
                continue
            made = f"{into.rstrip('/')}/{outcome.operation.target}"
            origin = {"source": one.path, "start_s": one.part.start_s}
            origin |= {} if one.part.end_s is None else {"end_s": one.part.end_s}
            fields = {**one.fields, "origin": origin}
            yield one._replace(path=os.path.relpath(made, base) if base else made, fields=fields, part=None)
    yield from waiting


def _operations(
    items: Iterable[Annotated], base: str, staging: str, waiting: deque[Annotated], failures: list[Outcome]
) -> Iterator[Operation]:
    taken: set[str] = set()
    decoded: tuple[str, NDArray[np.float32], int, Encoding, str] | None = None
    for one in items:
        if one.part is None:
            waiting.append(one)
            continue
        if decoded is None or decoded[0] != one.path:
            try:
                decoded = (one.path, *_decoded(join(base, one.path)))
            except (OSError, InputError) as error:
                decoded = None
                what = Operation("create", join(base, one.path), one.part.name)
                failures.append(Outcome(what, "failed", getattr(error, "strerror", None) or str(error)))
                continue
        _, samples, rate, encoding, ending = decoded
        first = round(one.part.start_s * rate)
        last = len(samples) if one.part.end_s is None else min(round(one.part.end_s * rate), len(samples))
        if first >= last:
            raise InputError(f"{one.part.name} begins at {one.part.start_s:g} s, behind the end of {one.path}")
        target = _file_name(one.part.name, ending, taken)
        waiting.append(one)
        yield _written(samples[first:last], rate, encoding, os.path.join(staging, target), target)


def _decoded(path: str) -> "tuple[NDArray[np.float32], int, Encoding, str]":
    from curate.media.audio import decode_audio
    from curate.media.encode_audio import WRITABLE, encoding_like

    samples, facts, findings = decode_audio(read_media(path) or b"", None)
    if samples is None or facts.sample_rate is None:
        raise InputError("; ".join(found.detail for found in findings) or "the file has no samples")
    encoding = encoding_like(facts, format_name=None if facts.format in _LOSSLESS else "FLAC")
    return samples, facts.sample_rate, encoding, WRITABLE[encoding.format]


def _written(samples: "NDArray[np.float32]", rate: int, encoding: "Encoding", staged: str, target: str) -> Operation:
    from curate.media.encode_audio import encode_audio

    try:
        data = encode_audio(samples, rate, encoding)
    except ValueError as error:
        raise InputError(f"{target}: {error}") from None
    with open(staged, "wb") as file:
        file.write(data)
    return Operation("create", staged, target, digest=f"sha256:{hashlib.sha256(data).hexdigest()}")


def _file_name(name: str, ending: str, taken: set[str]) -> str:
    """Return a name of a file for a part, which is safe on every system and not taken."""
    stem = re.sub(r"[^\w.+=@-]+", "_", name)[:_LONGEST_NAME].strip(".") or "part"
    wanted, number = stem, 1
    while stem.casefold() in taken:
        number += 1
        stem = f"{wanted}-{number}"
    taken.add(stem.casefold())
    return f"{stem}.{ending}"
