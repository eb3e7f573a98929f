"""One source file in, the generated files out, measured: the work of one worker process."""

import math
import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, cast
from uuid import uuid4

import msgspec
import numpy as np

from augment.operations.media import Media, RejectedError, SetSample
from augment.operations.registry import Kind
from augment.plan.slice_facts import FACTS, Goal, Values, nearest_standing
from augment.recipe.types import Limit, Output, Step, operations_of
from augment.render.cache_key import name_of, seed_of
from augment.render.compose import Explained, Result, Setting, apply_steps
from augment.render.fact_search import Tried, dials_of, search
from curate.engine import Failure
from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from curate.journal.apply import DISK_IS_FULL
from curate.media import encode_audio, encode_image
from curate.media.audio import decode_audio
from curate.media.image import load_with_depth
from curate.media.storage import read_media
from curate.records.sample import Sample
from curate.scan.measure import Decoded, decode, facts_of, measure, measure_decoded

if TYPE_CHECKING:
    from mmap import mmap

    from numpy.typing import NDArray


ATTEMPTS = 4
"""The first draw and three more."""

_NEAR, _FAR = 0.25, 1.0
"""Distances from a goal, in quartile spreads of the real slice: near enough to stop, and too far to be of its like."""
_DIGITS = 4


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


class Wanted(NamedTuple):
    """One sample that is to be made of a source.

    Attributes:
        chain: What is done, by number.
        key: Of the sample.
        goals: What its facts may become, each those of a real sample; empty: whatever comes.
    """

    chain: int
    key: bytes
    goals: tuple[tuple[Goal, ...], ...] = ()


class Job(NamedTuple):
    """What is to be made of one source file.

    Attributes:
        path: Of the source, seen from the working directory.
        digest: That it had when it was scanned.
        kind: `audio` or `image`.
        wanted: The samples.
        source: The sample that its file belongs to; None where operations need not know.
    """

    path: str
    digest: str
    kind: Kind
    wanted: tuple[Wanted, ...]
    source: SetSample | None = None


class MatchedFact(msgspec.Struct, frozen=True):
    """A fact beside its goal.

    Attributes:
        goal: Ends of what was aimed at, around the value of a real sample, in the fact's unit.
        made: What it became.
    """

    goal: tuple[float, float]
    made: float | None


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one sample that was to be made.

    Attributes:
        key: Its key, in hexadecimal.
        files: The generated files, measured; one, or several where the source was split. Their paths are names in the
            staging folder, and relative to the destination once they are there.
        operations: Of each file, what was done and drawn.
        rejected: Why nothing was made; empty if something was.
        match: Of each fact that was to become like a real sample's, what was aimed at and what it became.
        attempt: How often it was drawn again.
        lasting: Whether another call would come to the same.
        fatal: Why it is pointless to go on: the disk is full.
    """

    key: str
    files: tuple[Sample, ...] = ()
    operations: tuple[tuple[Explained, ...], ...] = ()
    match: dict[str, MatchedFact] = {}
    rejected: str = ""
    attempt: int = 0
    lasting: bool = True
    fatal: str = ""


class Begun(NamedTuple):
    """What became of one sample, with files whose facts are still to be measured (`measured`).

    Attributes:
        made: What became of it.
        decoded: Of each of its files, what was decoded; None where it is measured already.
    """

    made: Made
    decoded: tuple[Decoded | None, ...] = ()


class Trial(NamedTuple):
    """What a sample's facts are as it was drawn, and what they can be brought to.

    Attributes:
        goals: What is wanted of them: the facts of the real sample that it is made like.
        plain: As it was drawn.
        best: The nearest that was found.
        solved: The facts that it has a dial for.
    """

    goals: tuple[Goal, ...]
    plain: Values
    best: Tried
    solved: frozenset[str] = frozenset()

    def matched(self) -> dict[str, MatchedFact]:
        """Return each fact beside its goal, for the origin."""
        return {
            goal.fact: MatchedFact(
                (round(goal.low, _DIGITS), round(goal.high, _DIGITS)), self.best.facts.get(goal.fact)
            )
            for goal in self.goals
        }

    def rank(self) -> tuple[float, float]:
        """Return what draws are chosen by, the smallest first: what was solved for, then all facts."""
        return max(self.best.solved, _NEAR), self.best.distance

    def missed(self, solved: Collection[str]) -> str | None:
        """Return the fact, of those that can be solved for, that stayed farthest from its goal; None: all came near.

        What no parameter moves is the source's more than the condition's: a grey coat has not the colours of a red one,
        in any light. Such facts choose among the draws, and are no reason to make nothing.
        """
        far = {goal.fact: goal.distance(self.best.facts.get(goal.fact)) for goal in self.goals if goal.fact in solved}
        worst = max(far, key=lambda fact: far[fact], default=None)
        return worst if worst is not None and far[worst] > _FAR else None


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
        return measured_made(self.begin(job))

    def begin(self, job: Job) -> tuple[Begun, ...]:
        """Return what became of each sample that is wanted of a source, before all of its facts are measured."""
        try:
            source = _load(job)
        # It may be back at the next call, so this is not remembered.
        except (InputError, OSError) as error:
            reason = f"the source is not usable: {(isinstance(error, OSError) and error.strerror) or error}"
            return tuple(Begun(Made(one.key.hex(), rejected=reason, lasting=False)) for one in job.wanted)
        return tuple(self._make(source, self._chains[one.chain], one) for one in job.wanted)

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
        for step in (step for chain in self._chains for step in operations_of(chain.steps)):
            with suppress(Exception):  # what the trial does not suit is no fault of the recipe
                apply_steps(trial[step.kind], (step,), (0,))

    def trials(self, job: Job) -> tuple[Trial, ...]:
        """Return what the facts of each sample are as it is drawn, and as near to its goals as they come; no files.

        Raises:
            InputError: The source cannot be used; an operation's file is gone.
            RejectedError: An operation can make nothing of it.
        """
        source = _load(job)
        for one in job.wanted:
            _check_depth(source, self._chains[one.chain])
        return tuple(self._search(source, self._chains[one.chain], one.key, 0, one.goals) for one in job.wanted)

    def drawn(self, job: Job) -> tuple[Values, ...]:
        """Return what the facts of each sample are as it is drawn; raises as `trials`."""
        source = _load(job)
        for one in job.wanted:
            _check_depth(source, self._chains[one.chain])
        return tuple(
            _render(source, self._chains[one.chain], seed_of(one.key, 0), {}, FACTS[source.kind])[0]
            for one in job.wanted
        )

    def _make(self, source: "_Loaded", chain: Chain, wanted: Wanted) -> Begun:
        """Return what became of a sample; what no draw can mend (a file that is gone) is not remembered."""
        key = wanted.key.hex()
        try:
            _check_depth(source, chain)
            return self._draw(source, chain, wanted)
        except RejectedError as rejected:
            return Begun(Made(key, rejected=str(rejected)))
        except InputError as error:  # a noise that vanished or changed since the recipe was read
            return Begun(Made(key, rejected=str(error), lasting=False))
        except OSError as error:
            fatal = error.strerror if error.errno in DISK_IS_FULL else ""
            return Begun(Made(key, rejected=error.strerror or str(error), lasting=False, fatal=fatal or ""))

    def _draw(self, source: "_Loaded", chain: Chain, wanted: Wanted) -> Begun:
        """Draw until the limits hold and the goals are met, `ATTEMPTS` times at most; else take the nearest.

        Raises:
            RejectedError: No draw was good enough.
        """
        reason = "nothing was drawn"
        nearest: tuple[int, Trial] | None = None
        # Every attempt has a seed of its own, so a sample that was rejected twice is still the same on every machine.
        for attempt in range(ATTEMPTS):
            try:
                if not wanted.goals:
                    return self._try(source, chain, wanted.key, attempt)
                trial = self._search(source, chain, wanted.key, attempt, wanted.goals)
                if trial.best.distance <= _NEAR:
                    return self._try(source, chain, wanted.key, attempt, trial)
                if nearest is None or trial.rank() < nearest[1].rank():
                    nearest = attempt, trial
            except RejectedError as rejected:
                reason = str(rejected)
        if nearest is None:
            raise RejectedError(reason)
        attempt, trial = nearest
        if missed := trial.missed(trial.solved):
            raise RejectedError(f"{missed} cannot be brought to that of the real slice")
        return self._try(source, chain, wanted.key, attempt, trial)

    def _search(
        self, source: "_Loaded", chain: Chain, key: bytes, attempt: int, candidates: tuple[tuple[Goal, ...], ...]
    ) -> "Trial":
        """Return the parameters that bring a sample's facts to those of its peer among the real ones, or nearest."""
        seed = seed_of(key, attempt)
        facts = sorted({goal.fact for goals in candidates for goal in goals})
        plain, made = _render(source, chain, seed, {}, facts)
        goals = nearest_standing(candidates, plain)
        wanted = {goal.fact for goal in goals}
        operations = {place: drawn for (place, _), drawn in zip(made.done, made.operations, strict=True)}
        # Only what this sample went through can be turned: another one may have drawn another branch. And an operation
        # may not have drawn a parameter: a band without an upper edge has none.
        drawn = {
            dial: float(value)
            for dial in dials_of(made.done)
            if dial.fact in wanted and isinstance(value := operations[dial.step].get(dial.parameter), float | int)
        }
        best = search(lambda setting: _render(source, chain, seed, setting, facts)[0], drawn, goals, plain)
        return Trial(goals, plain, best, frozenset(dial.fact for dial in dials_of(made.done)))

    def _try(self, source: "_Loaded", chain: Chain, key: bytes, attempt: int, trial: Trial | None = None) -> Begun:
        results = apply_steps(source.media, chain.steps, seed_of(key, attempt), trial.best.setting if trial else None)
        written: list[tuple[Sample, Decoded | None]] = []
        explained = []
        try:
            for part, result in enumerate(results):
                data, ending, more = source.encode(result.media, chain.output)
                name = f"{name_of(key, part, len(results))}.{ending}"
                written.append(self._write(name, data, source.kind, chain))
                explained.append((*result.operations, *more))
        except (RejectedError, OSError):
            # The parts of one source belong together: one that breaks a limit takes the others with it.
            for sample, _ in written:
                os.unlink(os.path.join(self._staging, sample.path))
            raise
        files = tuple(sample for sample, _ in written)
        made = Made(key.hex(), files, tuple(explained), trial.matched() if trial else {}, attempt=attempt)
        return Begun(made, tuple(decoded for _, decoded in written))

    def _write(self, name: str, data: bytes, kind: Kind, chain: Chain) -> tuple[Sample, Decoded | None]:
        """Write a file, read it as a scan would, and hold it against the limits; what is to measure goes along."""
        # Under a name of its own until it is whole: where a cluster thought that a machine was lost, two of them may be
        # at the same sample, and what one has given away the other must not write over.
        path = os.path.join(self._staging, f".{uuid4().hex}")
        with open(path, "wb") as file:
            file.write(data)
        # From the file, not from the array: the encoder clips and rounds, and limits are about what a scan will find.
        limits = [limit for limit in chain.accept if limit.kind == kind]
        # Without limits nothing asks for the facts yet: those of several files are measured together in less time.
        read = measure(Sample(name), path) if limits else decode(Sample(name), path)
        sample = read.sample if isinstance(read, Decoded) else read
        reasons = ["it cannot be decoded"]
        if sample is not None:
            damage = [f"it is {found.check}: {found.detail}" for found in sample.findings if found.severity == "error"]
            facts = sample.audio if kind == "audio" else sample.image
            reasons = [*damage, *(limit.broken_by(facts) for limit in limits)]
        reason = next(filter(None, reasons), "")
        if sample is None or reason:
            os.unlink(path)
            raise RejectedError(reason)
        os.replace(path, os.path.join(self._staging, name))
        return sample, read if isinstance(read, Decoded) else None


def measured(results: "list[tuple[Begun, ...] | Failure]") -> "list[tuple[Made, ...] | Failure]":
    """Return what became of samples, all measured: what `Renderer.begin` leaves, of all files together."""
    several = [one for result in results if not isinstance(result, Failure) for one in result]
    done = iter(measured_made(several))
    return [result if isinstance(result, Failure) else tuple(islice(done, len(result))) for result in results]


def measured_made(several: "Sequence[Begun]") -> tuple[Made, ...]:
    """Return what became of samples with the facts of all their files."""
    found = iter(measure_decoded([one for begun in several for one in begun.decoded if one is not None]))
    return tuple(
        msgspec.structs.replace(
            begun.made,
            files=tuple(
                file if one is None else next(found) for file, one in zip(begun.made.files, begun.decoded, strict=True)
            ),
        )
        if any(begun.decoded)
        else begun.made
        for begun in several
    )


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
            # Whole numbers would clip. Scaling changes the level, so the origin has it like any other operation, and
            # whatever level the recipe asked for is missed.
            softer = {"level_db": {"by": round(-20 * math.log10(peak), 4), "why": "whole numbers would clip"}}
            samples, more = samples / peak, ({"name": "fit", "scale": 1 / peak, "missed": softer},)
        try:
            data = encode_audio.encode_audio(samples, media.sample_rate or 0, sound)
        except ValueError as error:
            raise RejectedError(str(error)) from None
        return data, encode_audio.WRITABLE[sound.format], more


def _render(
    source: _Loaded, chain: Chain, seed: tuple[int, ...], setting: Setting, names: Sequence[str]
) -> tuple[Values, Result]:
    """Return the facts of what is drawn from a seed, with some parameters set, and how it was made."""
    # Encoded and decoded again: the goals are about what a scan finds in the file.
    result = apply_steps(source.media, chain.steps, seed, setting)[0]
    data, _, _ = source.encode(result.media, chain.output)
    facts = facts_of(data)
    return {name: getattr(facts, name, None) for name in names}, result


def _check_depth(source: _Loaded, chain: Chain) -> None:
    """Refuse a picture that left the upper bits of its file empty, unless the recipe says how many it used.

    Raises:
        RejectedError: It names the operation that says so.
    """
    if source.media.rescaled_from and all(step.name != "rescale_depth" for step in chain.steps):
        used, stored = source.media.rescaled_from
        cure = f"begin the recipe's image operations with `rescale_depth: {{bits: {used}}}`"
        raise RejectedError(f"its pixels use {used} of {stored} bits: {cure}")


def _load(job: Job) -> _Loaded:
    data = read_media(job.path)
    assert data is not None
    # The key of the sample says what it is made of: another content under the old digest would never be made again.
    if f"sha256:{sha256(data).hexdigest()}" != job.digest:
        raise InputError("the source changed since it was scanned")
    if job.kind == "image":
        pixels, depth = load_with_depth(data)
        return _Loaded("image", Media(pixels, source=job.source, rescaled_from=depth), data)
    decoded = decode_audio(data, None)
    if decoded.samples is None or decoded.header.sample_rate is None:
        raise InputError("the source cannot be decoded")
    return _Loaded("audio", Media(decoded.samples, decoded.header.sample_rate, source=job.source), decoded.header)
