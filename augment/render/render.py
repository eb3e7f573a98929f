"""One source file in, the generated files out, measured: the work of one worker process."""

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec
import numpy as np

from augment.operations.media import Media, RejectedError
from augment.operations.registry import Kind
from augment.recipe.types import Limit, Output, Step
from augment.render.cache_key import name_of, seed_of
from augment.render.compose import Explained, apply_steps
from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from curate.journal.apply import DISK_IS_FULL
from curate.media import encode_audio, encode_image
from curate.media.audio import decode_audio
from curate.media.image import load_with_depth
from curate.media.storage import read_media
from curate.records.sample import Sample
from curate.scan.measure import measure

if TYPE_CHECKING:
    from mmap import mmap

    from numpy.typing import NDArray

ATTEMPTS = 4
"""The first draw and three more."""


class Chain(NamedTuple):
    """What one target does with one kind of media; the same for many samples, so a worker is given it once.

    Attributes:
        steps: The operations.
        accept: Limits on the facts of what comes out.
        output: How files are written.
    """

    steps: tuple[Step, ...]
    accept: tuple[Limit, ...]
    output: Output


class Job(NamedTuple):
    """What is to be made of one source file.

    Attributes:
        path: Of the source, seen from the working directory.
        digest: That it had when it was scanned.
        kind: `audio` or `image`.
        wanted: The chain (by number) and the key of each sample.
    """

    path: str
    digest: str
    kind: Kind
    wanted: tuple[tuple[int, bytes], ...]


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one sample that was to be made.

    Attributes:
        key: Its key, in hexadecimal.
        files: The generated files, measured; one, or several where the source was split. Their paths are names in the
            staging folder, and relative to the destination once they are there.
        operations: Of each file, what was done and drawn.
        rejected: Why nothing was made; empty if something was.
        attempt: How often it was drawn again.
        lasting: Whether another call would come to the same.
        fatal: Why it is pointless to go on: the disk is full.
    """

    key: str
    files: tuple[Sample, ...] = ()
    operations: tuple[tuple[Explained, ...], ...] = ()
    rejected: str = ""
    attempt: int = 0
    lasting: bool = True
    fatal: str = ""


class Renderer:
    """Renders jobs; made once, sent to each worker once.

    Args:
        chains: What the targets do.
        staging: The folder to write files in.
    """

    def __init__(self, chains: "tuple[Chain, ...]", staging: str) -> None:
        self._chains, self._staging = chains, staging

    def __call__(self, job: Job) -> tuple[Made, ...]:
        """Return what became of each sample that is wanted of a source."""
        try:
            source = _load(job)
        # It may be back at the next call, so this is not remembered.
        except (InputError, OSError) as error:
            reason = f"the source is not usable: {(isinstance(error, OSError) and error.strerror) or error}"
            return tuple(Made(key.hex(), rejected=reason, lasting=False) for _, key in job.wanted)
        return tuple(self._make(source, self._chains[chain], key) for chain, key in job.wanted)

    def warm_up(self) -> None:
        """Apply every operation once, so that what libraries import and compile is not taken from the first sample.

        librosa's first pitch shift and numba's first compilation take seconds, which a tight time-out would charge to
        one source.
        """
        generator = np.random.default_rng(0)
        trial = {
            "audio": Media(generator.uniform(-0.1, 0.1, (8000, 1)).astype(np.float32), 16_000),
            "image": Media(generator.integers(0, 256, (96, 96, 3), dtype=np.uint8)),
        }
        for step in (step for chain in self._chains for step in chain.steps):
            with suppress(Exception):  # what the trial does not suit is no fault of the recipe
                apply_steps(trial[step.kind], (step,), (0,))

    def _make(self, source: "_Loaded", chain: Chain, key: bytes) -> Made:
        """Draw until the limits hold, `ATTEMPTS` times at most."""
        if source.media.rescaled_from and all(step.name != "rescale_depth" for step in chain.steps):
            used, stored = source.media.rescaled_from
            cure = f"begin the recipe's image operations with `rescale_depth: {{bits: {used}}}`"
            return Made(key.hex(), rejected=f"its pixels use {used} of {stored} bits: {cure}")
        reason = ""
        # Every attempt has a seed of its own, so a sample that was rejected twice is still the same on every machine.
        # What no draw can mend (a file that is gone, a full disk) ends it at once, and is not remembered.
        for attempt in range(ATTEMPTS):
            try:
                return self._try(source, chain, key, attempt)
            except RejectedError as rejected:
                reason = str(rejected)
            except InputError as error:  # a noise that vanished or changed since the recipe was read
                return Made(key.hex(), rejected=str(error), lasting=False)
            except OSError as error:
                fatal = error.strerror if error.errno in DISK_IS_FULL else ""
                return Made(key.hex(), rejected=error.strerror or str(error), lasting=False, fatal=fatal or "")
        return Made(key.hex(), rejected=reason)

    def _try(self, source: "_Loaded", chain: Chain, key: bytes, attempt: int) -> Made:
        results = apply_steps(source.media, chain.steps, seed_of(key, attempt))
        written: list[Sample] = []
        explained = []
        try:
            for part, result in enumerate(results):
                data, ending, more = source.encode(result.media, chain.output)
                name = f"{name_of(key, part, len(results))}.{ending}"
                written.append(self._write(name, data, source.kind, chain))
                explained.append((*result.operations, *more))
        except (RejectedError, OSError):
            # The parts of one source belong together: one that breaks a limit takes the others with it.
            for sample in written:
                os.unlink(os.path.join(self._staging, sample.path))
            raise
        return Made(key.hex(), tuple(written), tuple(explained), attempt=attempt)

    def _write(self, name: str, data: bytes, kind: Kind, chain: Chain) -> Sample:
        """Write a file, measure it as a scan would, and hold it against the limits."""
        path = os.path.join(self._staging, name)
        with open(path, "wb") as file:
            file.write(data)
        # From the file, not from the array: the encoder clips and rounds, and limits are about what a scan will find.
        sample = measure(Sample(name), path)
        reasons = ["it cannot be decoded"]
        if sample is not None:
            damage = [f"it is {found.check}: {found.detail}" for found in sample.findings if found.severity == "error"]
            facts = sample.audio if kind == "audio" else sample.image
            reasons = [*damage, *(limit.broken_by(facts) for limit in chain.accept if limit.kind == kind)]
        reason = next(filter(None, reasons), "")
        if sample is None or reason:
            os.unlink(path)
            raise RejectedError(reason)
        return sample


class _Loaded(NamedTuple):
    """A source, decoded, and what is needed to write its like.

    Attributes:
        kind: `audio` or `image`.
        media: What it holds.
        origin: Its bytes, or for a recording its header.
    """

    kind: Kind
    media: Media
    origin: "bytes | mmap | AudioFacts"

    def encode(self, media: Media, output: Output) -> tuple[bytes, str, tuple[Explained, ...]]:
        """Return the bytes of a file, the ending of its name, and what had to be done to fit them in."""
        if not isinstance(self.origin, AudioFacts):
            strip = bool(media.noted.get("strip_metadata"))
            picture = encode_image.encoding_like(
                self.origin, format_name=output.image.format, quality=output.image.quality, strip=strip
            )
            pixels = cast("NDArray[np.uint8]", media.array)
            return encode_image.encode_image(pixels, picture), encode_image.WRITABLE[picture.format], ()
        sound = encode_audio.encoding_like(self.origin, format_name=output.audio.format, subtype=output.audio.subtype)
        samples = media.samples
        more: tuple[Explained, ...] = ()
        peak = max(float(samples.max()), -float(samples.min()))
        if peak > 1 and not sound.holds():
            # Whole numbers would clip. Scaling changes the level, so the origin has it like any other operation.
            samples, more = samples / peak, ({"name": "fit", "scale": 1 / peak},)
        try:
            data = encode_audio.encode_audio(samples, media.sample_rate or 0, sound)
        except ValueError as error:
            raise RejectedError(str(error)) from None
        return data, encode_audio.WRITABLE[sound.format], more


def _load(job: Job) -> _Loaded:
    data = read_media(job.path)
    assert data is not None
    # The key of the sample says what it is made of: another content under the old digest would never be made again.
    if f"sha256:{sha256(data).hexdigest()}" != job.digest:
        raise InputError("the source changed since it was scanned")
    if job.kind == "image":
        pixels, depth = load_with_depth(data)
        return _Loaded("image", Media(pixels, rescaled_from=depth), data)
    decoded = decode_audio(data, None)
    if decoded.samples is None or decoded.header.sample_rate is None:
        raise InputError("the source cannot be decoded")
    return _Loaded("audio", Media(decoded.samples, decoded.header.sample_rate), decoded.header)
