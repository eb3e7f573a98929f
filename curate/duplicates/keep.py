"""Which of several copies stays: the best by what is really in it, or what the user prefers."""

from collections.abc import Sequence
from typing import NamedTuple

from curate.check.checks import CHECKS, SCAN_CHECKS
from curate.duplicates.item import AudioKey, Item
from curate.ground.errors import UsageError, did_you_mean

RULES = ("best", "first", "oldest", "newest", "largest")

_DAMAGE = {name for name, verdict in SCAN_CHECKS.items() if verdict.severity == "error"}
_LOSSLESS = {"PNG", "BMP", "TIFF", "WAV", "FLAC", "AIFF", "AU", "W64", "RF64", "CAF"}
_DEAD_GAP_DB = 40.0
"""A channel that far under the loudest one holds what leaks from it, or the recorder's noise."""

_SAME_DB, _CANCELLED_DB = 0.1, 12.0
"""What the mean of equal channels loses at most, and from where on it is heard that one of them is turned round."""

_CLEAN_DB = 40.0
"""Signal to noise that is as good as any."""

_FRAME_S = 0.04
"""Of the silence ratio."""

_STEP = 1.12
"""By which factor the detail of two copies must differ to decide: what is measured of re-encoded ones is a few percent
off."""

_RECODED_COSTS = 1.0
"""What WebP takes of the fidelity of a picture: its blocks are not those of JPEG, and what it flattened is not seen.
No camera writes it."""


class Worth(NamedTuple):
    """What was measured of a file to tell it from its copies; larger is better.

    Attributes:
        detail: Pixels that are needed to hold what a picture shows; of one that was blown up, fewer than it has.
        fidelity: 1 less the share of its finest structure that a coder took away, and less what spoils it: added noise,
            levels that were cut off, gaps between them.
        colour: Whether it has colours.
        unframed: Whether nothing was put around it: a border makes a picture larger, and shows no more.
        needed: Whether all of its pixels are: a picture that was blown up has no more detail, and is less sharp.
    """

    detail: float
    fidelity: float
    colour: bool
    unframed: bool = True
    needed: bool = True


def check_keep(text: str) -> tuple[str, ...]:
    """Return the rules of `--keep`, the most important first: known words, or folders, with commas between.

    Raises:
        UsageError: A word is neither; a folder has a / in it, so that a typing error is not taken for one.
    """
    rules = tuple(rule.strip() for rule in text.split(","))
    for rule in rules:
        if rule not in RULES and "/" not in rule:
            raise UsageError(f"--keep {rule!r} is unknown{did_you_mean(rule, [*RULES, 'FOLDER/'])}")
    return rules


def rank(index: int, item: Item, rules: Sequence[str], worth: Worth | None, *, there: bool) -> tuple[float, ...]:
    """Return by which of two copies stays, larger first.

    Args:
        index: Its place in the manifest.
        item: The sample.
        rules: As `check_keep` returns them.
        worth: What was measured of a picture; None where that was not needed, or could not be done.
        there: Whether the file is there: one that is gone never stands for one that is not.
    """
    wanted: list[float] = [there]
    for rule in rules:
        if rule == "first":
            wanted.append(-index)
        elif rule in ("oldest", "newest"):
            # Of a file whose time nobody knows, neither can be said.
            known = item.mtime_ns is not None
            wanted += [known, (item.mtime_ns or 0) * (1 if rule == "newest" else -1)]
        elif rule == "largest":
            wanted += [extent(item), item.bytes or 0]
        elif rule != "best":
            folder = rule.rstrip("/") + "/"
            wanted.append(item.path.startswith(folder) or item.path.startswith(folder.removeprefix("./")))
    return (*wanted, *_quality(item, worth))


def _quality(item: Item, worth: Worth | None) -> tuple[float, ...]:
    """Return soundness, then what is really in it; of pictures then size, losslessness and bytes."""
    import math

    # Also those that the user keeps (clean --keep truncated), which are warnings then: the copy is no better for it.
    errors = sum(one.severity == "error" or one.check in _DAMAGE for one in item.findings)
    lossless = bool((facts := item.image or item.audio) and facts.format in _LOSSLESS)
    size = extent(item)
    if item.image and worth:
        # In steps: what differs by less than the measure's own error leaves the decision to the next one.
        detail = round(math.log(max(1.0, worth.detail), _STEP))
        recoded = _RECODED_COSTS if item.image.format == "WEBP" else 0.0
        fidelity = round(worth.fidelity - recoded, 1)
        return -errors, worth.colour, detail, worth.unframed, worth.needed, fidelity, size, lossless, item.bytes or 0
    if item.audio:
        return -errors, _worth_of_sound(item.audio, extent=size, lossless=lossless), item.bytes or 0
    return -errors, size, lossless, item.bytes or 0


def _worth_of_sound(audio: AudioKey, *, extent: float, lossless: bool) -> float:
    """Return how much of a sound a copy of it holds, in dB.

    One sum, so that what is plain decides before what is faint, and in which a faint difference of two measurements
    weighs less than what is known: a coder takes 1 dB. The factors are from 15 recordings (words, digits, prompts),
    each copied in 25 ways: of 750 such copies of 30 the original stays beside 713.
    """
    import math

    from curate.facts.levels import COARSE

    # A dead channel is no channel; nor is the same once more, or turned round.
    is_dead = (audio.channel_gap_db or 0) >= _DEAD_GAP_DB
    is_same = audio.mono_loss_db is not None and not _SAME_DB <= audio.mono_loss_db < _CANCELLED_DB
    channels = audio.channels or 1
    live = 1 if is_same else max(1, channels - is_dead)
    band = min(audio.bandwidth_hz or math.inf, (audio.sample_rate or 0) / 2)
    silence, clipping = audio.silence_ratio or 0, audio.clipping_ratio or 0
    # Not the duration, which silence lengthens; frames at the ends of what sounds count as a whole.
    sounding = (audio.duration_s or 0) * (1 - silence) - (_FRAME_S if silence else 0)
    worth = 10 * math.log10(max(1.0, band) * live)
    # Noise sounds, too, and fills pauses, so this weighs little: an excerpt is told from a whole that is coded alike.
    worth += 2 * math.log10(max(0.01, sounding))
    worth += 0.15 * min(_CLEAN_DB, audio.snr_db or 0)
    if clipping > (CHECKS["clipped"].threshold or 0):
        worth -= 3 + 20 * clipping
    worth -= 0.3 * min(_CANCELLED_DB, audio.mono_loss_db or 0)
    worth -= 0 if lossless and audio.subtype not in COARSE else 1
    # What is left: of two that hold the same the one that needs fewer samples for it, then the louder one.
    return worth - 0.05 * math.log2(max(1.0, extent)) + 0.01 * max(-60.0, audio.rms_dbfs or 0)


def extent(item: Item) -> float:
    """Return how large a sample is: pixels, or samples of sound; 0 where that is not known."""
    if item.image:
        return (item.image.width or 0) * (item.image.height or 0)
    if item.audio:
        return (item.audio.sample_rate or 0) * (item.audio.channels or 0) * (item.audio.duration_s or 0)
    return 0.0
