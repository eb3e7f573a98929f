"""The checks: what makes a sample unfit, or worth a look. One table serves clean, its --list and the documentation.

Where cleanvision has the check, the value is its score (0 to 1) and a value below the threshold is flagged, so that
its users' thresholds carry over; that of its `blurry` goes to `cleanvision-blurry`.
"""

import math
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

from curate.check.learn import Learnt, Spread, learn_most_frequent, learn_sizes, learn_with_limit
from curate.facts.records import AudioFacts, ImageFacts, Kind, Severity

Value = Callable[[Any], float | None]
Side = Literal["below", "above", "other"]


class Verdict(NamedTuple):
    """A check that scan makes while it decodes.

    Attributes:
        severity: Of its findings.
        meaning: What it says of a file.
        transient: Whether it says more of the moment than of the file, so that the next scan looks again.
    """

    severity: Severity
    meaning: str
    transient: bool = False


SCAN_CHECKS: dict[str, Verdict] = {
    "crashed-decoder": Verdict("error", "the process that decoded it died, or the decoder failed", transient=True),
    "damaged": Verdict("error", "it decodes, but not cleanly: bad codes, a wrong checksum, lost synchronisation"),
    "empty": Verdict("error", "it has no bytes, or a header and nothing behind it"),
    "length-mismatch": Verdict(
        "error", "the header promises more or fewer audio frames or rows of pixels than the data hold"
    ),
    "metadata-damage": Verdict("warning", "the picture is whole, but a part of the file beside it is not"),
    "out-of-memory": Verdict("error", "decoding needs more memory than a worker may have", transient=True),
    "oversized": Verdict("error", "it has more pixels or audio samples than can be decoded safely"),
    "permission": Verdict("error", "it may not be read", transient=True),
    "repeated-key": Verdict(
        "warning", "its key (its name up to the first dot) stands in two shards, or twice: it is trained on twice"
    ),
    "timeout": Verdict("error", "decoding took longer than --timeout", transient=True),
    "truncated": Verdict("error", "it ends before its data does"),
    "unchecked": Verdict("warning", "it decodes, but with a decoder that cannot tell whether all of it is sound"),
    "unreadable": Verdict("error", "it is no image and no audio that can be decoded here; the detail says what to do"),
    "unused-bits": Verdict(
        "warning", "its pixels leave the upper bits empty (12 bits in 16): most programs show it black"
    ),
    "wrong-extension": Verdict("warning", "its name ends like another format than its content has"),
}
"""Every check that scan makes, by name."""

EMBEDDING_CHECKS: dict[str, Verdict] = {
    "outlier": Verdict(
        "warning", "far from all other samples in the embedding: another subject, a rare case, or a fault"
    ),
}
"""Every check that clean makes with `--embeddings`, by name."""

LABEL_CHECKS: dict[str, Verdict] = {
    "ambiguous-label": Verdict("warning", "models that did not learn it doubt its label, and are sure of no other"),
    "label-conflict": Verdict("warning", "the same thing, or a copy of it, has another label too"),
    "look-alike-label": Verdict("warning", "its label is written almost like a more frequent one"),
    "wrong-label": Verdict("warning", "models that did not learn it are sure of another label"),
}
"""Every check that issues makes, by name; `outlier` is another, and dedup finds conflicts too."""

REVIEW_CHECKS: dict[str, Verdict] = {
    "rejected": Verdict("error", "people who looked at it said that it should go"),
}
"""What clean and dedup make of answers of review, by name."""

VERDICTS: dict[str, Verdict] = {**SCAN_CHECKS, **EMBEDDING_CHECKS, **LABEL_CHECKS, **REVIEW_CHECKS}
"""Every check that is no rule over facts, by name."""


class Check(NamedTuple):
    """A rule over facts.

    Attributes:
        kind: What it looks at.
        fact: How its value is made from facts, in words of the manifest.
        value: The same as a function of the facts; None where a fact is missing or nothing can be said.
        side: On which side of the threshold a value is flagged; `other`: any but the threshold.
        threshold: None: learnt from the set.
        reason: Why it matters, in one sentence.
        needs: Fields of the facts that it cannot do without.
        learn: For a relative check: learns from how often each value occurs in the set.
        severity: Of its findings, unless the user says otherwise.
        spread: How far from the usual is odd, where the threshold may be learnt from the set (`clean --auto`).
        on_request: Whether it is made only where the user names it.
        spares_classes: Whether it spares a class of which it would flag most: that is how the class is.
    """

    kind: Kind
    fact: str
    value: Value
    side: Side
    threshold: float | None
    reason: str
    needs: tuple[str, ...]
    learn: Callable[[Counter[float]], Learnt] | None = None
    severity: Severity = "warning"
    spread: Spread | None = None
    on_request: bool = False
    spares_classes: bool = False


_HALF = Spread(1.0, doublings=True)
"""Half to twice the median is never odd."""
_EXPOSURE = Spread(1.0, doublings=True)
_DECIBELS = Spread(6.0)
"""The same of an amplitude in dB."""


# Under 2 kHz there is no speech and no music left; no converter is faster than 768 kHz.
_PLAUSIBLE_RATES = range(2000, 768001)
SMALLEST_SHARP = 64
"""Longer side up to which nothing is said of sharpness, px."""
_ORDINARY_MODES = {"RGB", "RGBA", "L", "LA"}


def _shorter_over_longer(facts: ImageFacts) -> float | None:
    width, height = facts.width, facts.height
    if not width or not height:
        return None
    return width / height if width < height else height / width


def _side_of_square(facts: ImageFacts) -> float | None:
    width, height = facts.width, facts.height
    return None if width is None or height is None else math.sqrt(width * height)


def _information(facts: ImageFacts) -> float | None:
    entropy = facts.entropy
    if entropy is None:
        return None
    # No `min`: these run for every sample of a manifest, and the call would cost as much as all the rest.
    return 0.1 * entropy if entropy < 10 else 1.0


def _unusual_mode(facts: ImageFacts) -> float | None:
    if facts.mode is None:
        return None
    return float(facts.mode not in _ORDINARY_MODES or (facts.bits or 8) > 8)


def _acutance(facts: ImageFacts) -> float | None:
    # Without any edge nothing can be said (`low-information` finds it). Pictures of 64 pixels are as soft as reducing
    # left them: 4 % of CIFAR-10 would be flagged.
    if (facts.width or 256) <= SMALLEST_SHARP and (facts.height or 256) <= SMALLEST_SHARP:
        return None
    return facts.acutance or None


def _implausible_rate(facts: AudioFacts) -> float | None:
    return None if facts.sample_rate is None else float(facts.sample_rate not in _PLAUSIBLE_RATES)


def _bandwidth_share(facts: AudioFacts) -> float | None:
    # The bandwidth of silence is 0, which says nothing of the recorder; `silent` finds it.
    return 2 * facts.bandwidth_hz / facts.sample_rate if facts.bandwidth_hz and facts.sample_rate else None


def _heard_dbfs(facts: AudioFacts) -> float | None:
    peak, swing = facts.peak_dbfs, facts.swing_dbfs
    if peak is None:
        return None
    if swing is None:
        # Manifests that were written before there was a swing: what is at the peak is at least so far from its offset.
        least = 10 ** (peak / 20) - abs(facts.dc_offset or 0)
        swing = 20 * math.log10(max(1e-7, least))
    return min(peak, swing)


CHECKS: dict[str, Check] = {
    "animated": Check("image", "image.frames", lambda facts: facts.frames, "above", 1,
        "an animation or a stack of pages: most training code takes the first and drops the rest", ("frames",)),
    "anti-phase": Check("audio", "audio.mono_loss_db", lambda facts: facts.mono_loss_db, "above", 12.0,
        "the channels cancel each other out in mono: one of them was wired the wrong way round", ("mono_loss_db",)),
    "blurry": Check("image", "image.acutance", _acutance, "below", 0.42,
        "its edges, taken together, are soft, or soft in one direction: out of focus, shaken, or sharp in a part alone",
        ("acutance",),
        spread=Spread(0.1)),
    "bright": Check("image", "1 - image.brightness_p5",
        lambda facts: None if facts.brightness_p5 is None else 1 - facts.brightness_p5, "below", 0.05,
        "even the darkest parts are almost white, or far lighter than in the rest of the set: overexposed",
        ("brightness_p5",), partial(learn_with_limit, side="below", spread=_EXPOSURE, limit=0.05), spread=_EXPOSURE),
    "cleanvision-blurry": Check("image", "image.sharpness", lambda facts: facts.sharpness, "below", 0.29,
        "cleanvision's score, which says as much of contrast as of sharpness; for thresholds that were chosen with it",
        ("sharpness",), on_request=True),
    "clipped": Check("audio", "audio.clipping_ratio", lambda facts: facts.clipping_ratio, "above", 0.001,
        "peaks are cut flat: it was recorded too loud, and the distortion cannot be taken out", ("clipping_ratio",)),
    "dark": Check("image", "image.brightness_p99", lambda facts: facts.brightness_p99, "below", 0.32,
        "even the brightest parts are dark, or far darker than in the rest of the set: underexposed, or a lens cap",
        ("brightness_p99",), partial(learn_with_limit, side="below", spread=_EXPOSURE, limit=0.32), spread=_EXPOSURE),
    "dc-offset": Check("audio", "abs(audio.dc_offset)",
        lambda facts: None if facts.dc_offset is None else abs(facts.dc_offset), "above", 0.02,
        "the signal does not swing around zero: a recorder's fault that costs headroom and clicks", ("dc_offset",)),
    "dead-channel": Check("audio", "audio.channel_gap_db", lambda facts: facts.channel_gap_db, "above", 50.0,
        "a channel is silent, or stands still, while another sounds: a cable, or mono kept as stereo",
        ("channel_gap_db",)),
    "digital-silence": Check("audio", "audio.inner_silence_s", lambda facts: facts.inner_silence_s, "above", 0.5,
        "the sound is gone for a while, and comes back: muted, cut out, or put together", ("inner_silence_s",)),
    "drop-outs": Check("audio", "audio.dropouts", lambda facts: facts.dropouts, "above", 0,
        "the sound stops short and goes on: lost packets, or a recorder that could not keep up", ("dropouts",)),
    "grayscale-in-colour-set": Check("image", "image.chroma", lambda facts: facts.chroma, "below", 0.005,
        "no colour among coloured pictures: a scan, a mask, or another camera", ("chroma",)),
    "implausible-sample-rate": Check("audio", "1 if audio.sample_rate is under 2000 or over 768000", _implausible_rate,
        "above", 0.5, "no recorder has such a rate: the header is wrong, or it is no sound", ("sample_rate",)),
    "low-information": Check("image", "min(1, 0.1 * image.entropy)", _information, "below", 0.30,
        "hardly anything to see: one colour, an empty page, a failed download", ("entropy",), spread=_HALF),
    "narrow-band": Check("audio", "2 * audio.bandwidth_hz / audio.sample_rate", _bandwidth_share, "below", 0.6,
        "the sample rate promises more than there is: upsampled, a telephone, or strong compression",
        ("bandwidth_hz", "sample_rate"), spread=_HALF),
    "noisy": Check("audio", "audio.snr_db", lambda facts: facts.snr_db, "below", 5.0,
        "steady: its quietest moments are almost as loud as the rest. Behind speech that is noise; rain, engines and "
        "music are so by themselves", ("snr_db",), spares_classes=True),
    "odd-aspect-ratio": Check("image", "min(width / height, height / width)", _shorter_over_longer, "below", 0.35,
        "a strip: resizing to a square would distort it beyond recognition", ("width", "height"), spread=_HALF),
    "odd-channels": Check("audio", "audio.channels", lambda facts: facts.channels, "other", None,
        "another number of channels than most of the set: batches will not stack", ("channels",), learn_most_frequent),
    "odd-sample-rate": Check("audio", "audio.sample_rate", lambda facts: facts.sample_rate, "other", None,
        "another sample rate than most of the set: features mean something else", ("sample_rate",),
        learn_most_frequent),
    "odd-size": Check("image", "1 - |sqrt(width * height) - middle| / range of the usual sizes (half to twice the "
        "median at least)", _side_of_square, "below", 0.5,
        "far larger or smaller than the rest: a thumbnail, a crop, another source", ("width", "height"), learn_sizes),
    "over-full-scale": Check("audio", "audio.peak_dbfs", lambda facts: facts.peak_dbfs, "above", 6.0,
        "samples of more than twice full scale: a wrong value among them, or integers kept as floats", ("peak_dbfs",)),
    "quiet": Check("audio", "audio.loudness_lufs", lambda facts: facts.loudness_lufs, "below", -40.0,
        "so quiet that normalizing would raise the noise with it", ("loudness_lufs",), spread=_DECIBELS),
    "rotated": Check("image", "image.orientation", lambda facts: facts.orientation, "above", 1,
        "its EXIF orientation says turn me: some readers do, others do not", ("orientation",)),
    "silent": Check("audio", "min(audio.peak_dbfs, audio.swing_dbfs)", _heard_dbfs, "below", -60.0,
        "nothing can be heard, whatever the offset: a dead microphone, or a recording that never began",
        ("peak_dbfs",)),
    "too-long": Check("audio", "audio.duration_s", lambda facts: facts.duration_s, "above", 30.0,
        "longer than most speech models take in one piece: split it", ("duration_s",), spread=_HALF),
    "too-short": Check("audio", "audio.duration_s", lambda facts: facts.duration_s, "below", 0.1,
        "too short to say or recognize anything", ("duration_s",), spread=_HALF),
    "unusual-mode": Check("image", "1 if the mode is not RGB, RGBA, L or LA, or image.bits > 8", _unusual_mode,
        "above", 0.5, "CMYK, a palette or 16 bit: readers differ in how they turn it into RGB", ("mode",)),
}  # fmt: skip
"""Every check that clean makes, by name."""
