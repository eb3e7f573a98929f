"""Which of several copies stays: the best by what is really in it, or what the user prefers."""

from collections.abc import Sequence
from typing import NamedTuple

from curate.check.checks import SCAN_CHECKS
from curate.duplicates.item import Item
from curate.ground.errors import UsageError, did_you_mean

RULES = ("best", "first", "oldest", "newest", "largest")

_DAMAGE = {name for name, verdict in SCAN_CHECKS.items() if verdict.severity == "error"}
_LOSSLESS = {"PNG", "BMP", "TIFF", "WAV", "FLAC", "AIFF", "AU", "W64", "RF64", "CAF"}
_DEAD_GAP_DB = 40.0
"""A channel that far under the loudest one holds what leaks from it, or the recorder's noise."""

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
    """Return soundness, then what is really in it, then size, losslessness and bytes."""
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
        audio = item.audio
        band = min(audio.bandwidth_hz or math.inf, (audio.sample_rate or 0) / 2)
        # A dead channel is no channel, and makes of the others what is half as loud.
        dead = (audio.channel_gap_db or 0) >= _DEAD_GAP_DB
        live = 1 if dead else audio.channels or 0
        heard = round(math.log(max(1.0, band * live * (audio.duration_s or 0)), _STEP))
        return -errors, heard, not dead, size, lossless, item.bytes or 0
    return -errors, size, lossless, item.bytes or 0


def extent(item: Item) -> float:
    """Return how large a sample is: pixels, or samples of sound; 0 where that is not known."""
    if item.image:
        return (item.image.width or 0) * (item.image.height or 0)
    if item.audio:
        return (item.audio.sample_rate or 0) * (item.audio.channels or 0) * (item.audio.duration_s or 0)
    return 0.0
