"""All facts of recordings, from one decode and one spectrum; those of one form are measured together."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.facts.channels import channel_gap_db, channel_weights, mono_loss_db
from curate.facts.clipping import clipping_ratio, clipping_ratios
from curate.facts.fingerprint import fingerprints
from curate.facts.gaps import gaps, may_stop
from curate.facts.levels import channel_means, decibels, peaks, rms_dbfs, step, swings_dbfs
from curate.facts.loudness import loudnesses_lufs
from curate.facts.powers import bandwidth_hz, silence_ratio, snrs_db
from curate.facts.records import AudioFacts
from curate.facts.spectrum import Spectrum, spectra

_LARGEST = 1e6
_CANCELLED = 0.01
_DIGITS = 4


class Form(NamedTuple):
    """What recordings have in common that are measured together."""

    shape: tuple[int, ...]
    sample_rate: int
    subtype: str | None
    channel_mask: int | None
    format: str | None


def form_of(shape: tuple[int, ...], header: AudioFacts) -> Form:
    """Return the form of a recording; `shape` is (frames, channels)."""
    return Form(shape, header.sample_rate or 1, header.subtype, header.channel_mask, header.format)


def measure_audio(samples: NDArray[np.float32], header: AudioFacts, wanted: frozenset[str] | None = None) -> AudioFacts:
    """Return the header with every fact filled in, rounded to 4 decimals; none is ever NaN or infinite.

    Floating point files can hold values of any size: what is over 120 dBFS is measured as 120 dBFS.

    Args:
        samples: float32, shape (frames, channels), at least one frame; finite.
        header: As `curate.media.audio.decode_audio` returns it.
        wanted: Names of facts, to which the others are left out; None: all.
    """
    return measure_together([samples], [header], wanted)[0]


def measure_together(
    recordings: Sequence[NDArray[np.float32]], headers: Sequence[AudioFacts], wanted: frozenset[str] | None = None
) -> list[AudioFacts]:
    """Return what `measure_audio` returns of each of several recordings of one form, bit for bit.

    A fact of a second of sound is a dozen calls of numpy of 1 to 3 µs each, half of which is the call: recordings in
    one array share them.

    Args:
        recordings: Of one `Form`.
        headers: Of each.
        wanted: Names of facts, to which the others are left out; None: all.
    """
    samples = recordings[0][None] if len(recordings) == 1 else np.stack(recordings)
    tops, bottoms = peaks(samples)
    if max(map(max, tops, (-low for low in bottoms))) > _LARGEST:
        samples = np.clip(samples, -_LARGEST, _LARGEST)
        tops, bottoms = peaks(samples)
    columns = _columns(samples, tops, bottoms, form_of(recordings[0].shape, headers[0]))
    chosen = {name: column() for name, column in columns.items() if wanted is None or not wanted.isdisjoint(name)}
    names = [name for group in chosen for name in group]
    rows = zip(*(column for group in chosen.values() for column in group), strict=True)
    facts = [
        {
            name: round(value, _DIGITS) if isinstance(value, float) else value
            for name, value in zip(names, row, strict=True)
            if wanted is None or name in wanted
        }
        for row in rows
    ]
    return [
        msgspec.structs.replace(header, **of_one)
        for header, of_one in zip(headers, facts or [{}] * len(headers), strict=True)
    ]


_Values = Sequence[float] | Sequence[str | None]


def _columns(
    samples: NDArray[np.float32], tops: list[float], bottoms: list[float], form: Form
) -> dict[tuple[str, ...], Callable[[], Sequence[_Values]]]:
    """Return how to measure the facts that are measured in one go: for each of them its value of each recording.

    Args:
        samples: float32, shape (recordings, frames, channels).
        tops: The largest sample of each.
        bottoms: The smallest sample of each.
        form: Of all.
    """
    rate, is_mono = form.sample_rate, form.shape[1] == 1
    weights = channel_weights(form.shape[1], form.channel_mask or 0, form.format)

    @cache
    def sound() -> Spectrum:
        return spectra(samples[..., 0] if is_mono else np.stack([downmix(one) for one in samples]), rate)

    @cache
    def means() -> list[list[float]]:
        return channel_means(samples)

    def channel_powers() -> Spectrum:
        """Return the mean power of the channels; where all are the same it is that of the downmix."""
        mixed, channels = sound(), samples.shape[2]
        differ = [] if is_mono else [at for at, one in enumerate(samples) if (one != one[:, :1]).any()]
        if not differ:
            return mixed
        powers = {name: getattr(mixed, name).copy() for name in ("bands", "powers", "low")}
        for power in powers.values():
            power[differ] = 0
        # One after the other, so that a long recording of many is not in memory twice.
        for channel in range(channels):
            found = spectra(samples[differ, :, channel], rate)
            for name, power in powers.items():
                power[differ] += getattr(found, name) / np.float32(channels)
        return mixed._replace(**powers)

    def clipped() -> list[float]:
        if is_mono:
            return clipping_ratios(samples[..., 0], tops, bottoms, form.subtype)
        return [clipping_ratio(one, form.subtype) for one in samples]

    def stops() -> Sequence[_Values]:
        may = may_stop(samples, rate)
        return tuple(
            zip(*(gaps(one, rate) if here else (0.0, 0) for one, here in zip(samples, may, strict=True)), strict=True)
        )

    return {
        ("peak_dbfs",): lambda: [[decibels(max(top, -low) ** 2) for top, low in zip(tops, bottoms, strict=True)]],
        ("rms_dbfs",): lambda: [[rms_dbfs(one) for one in samples]],
        ("loudness_lufs",): lambda: [loudnesses_lufs(samples, rate, weights)],
        ("silence_ratio",): lambda: [silence_ratio(sound().powers).tolist()],
        ("clipping_ratio",): lambda: [clipped()],
        ("dc_offset",): lambda: [[max(of_one, key=abs) for of_one in means()]],
        ("snr_db",): lambda: [snrs_db(channel_powers(), step(form.subtype, 0.0))],
        ("bandwidth_hz",): lambda: [bandwidth_hz(sound()).tolist()],
        ("fingerprint",): lambda: [fingerprints(sound().bands)],
        ("channel_gap_db",): lambda: [[channel_gap_db(one, weights, form.subtype) for one in samples]],
        ("mono_loss_db",): lambda: [[mono_loss_db(one) for one in samples]],
        ("inner_silence_s", "dropouts"): stops,
        ("swing_dbfs",): lambda: [swings_dbfs(samples, means(), form.subtype)],
    }


def downmix(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the channels; the first one where they cancel each other out, offsets aside."""
    channels = samples.shape[1]
    if channels == 1:
        return samples[:, 0]
    mixed: NDArray[np.float32] = samples @ np.full(channels, 1 / channels, np.float32)
    heard, all_of_it = float(mixed.var()), float(np.mean([channel.var() for channel in samples.T]))
    return samples[:, 0] if heard < _CANCELLED * all_of_it else mixed
