"""All facts of recordings, from one decode and one spectrum; those of one form are measured together."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.facts.channels import channel_gap_db, channel_weights, mono_loss_db
from curate.facts.clipping import clipping_ratio, clipping_ratios
from curate.facts.fingerprint import fingerprints
from curate.facts.gaps import gaps, may_stop
from curate.facts.levels import dc_offsets, decibels, peaks, rms_dbfs
from curate.facts.loudness import loudness_lufs
from curate.facts.powers import bandwidth_hz, silence_ratio, snrs_db
from curate.facts.records import AudioFacts
from curate.facts.spectrum import spectra

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


def form_of(samples: NDArray[np.float32], header: AudioFacts) -> Form:
    """Return the form of a recording."""
    return Form(samples.shape, header.sample_rate or 1, header.subtype, header.channel_mask, header.format)


def measure_audio(samples: NDArray[np.float32], header: AudioFacts) -> AudioFacts:
    """Return the header with every fact filled in, rounded to 4 decimals; none is ever NaN or infinite.

    Floating point files can hold values of any size: what is over 120 dBFS is measured as 120 dBFS.

    Args:
        samples: float32, shape (frames, channels), at least one frame; finite.
        header: As `curate.media.audio.decode_audio` returns it.
    """
    return measure_together([samples], [header])[0]


def measure_together(recordings: Sequence[NDArray[np.float32]], headers: Sequence[AudioFacts]) -> list[AudioFacts]:
    """Return what `measure_audio` returns of each of several recordings of one form, bit for bit.

    A fact of a second of sound is a dozen calls of numpy of 1 to 3 µs each, half of which is the call: recordings in
    one array share them.

    Args:
        recordings: Of one `Form`.
        headers: Of each.
    """
    samples = recordings[0][None] if len(recordings) == 1 else np.stack(recordings)
    tops, bottoms = peaks(samples)
    if max(map(max, tops, (-low for low in bottoms))) > _LARGEST:
        samples = np.clip(samples, -_LARGEST, _LARGEST)
        tops, bottoms = peaks(samples)
    form = form_of(recordings[0], headers[0])
    rate, is_mono = form.sample_rate, form.shape[1] == 1
    sound = spectra(samples[..., 0] if is_mono else np.stack([downmix(one) for one in samples]), rate)
    weights = channel_weights(form.shape[1], form.channel_mask or 0, form.format)
    stops = [gaps(one, rate) if may else (0.0, 0) for one, may in zip(samples, may_stop(samples, rate), strict=True)]
    columns = {
        "peak_dbfs": [decibels(max(top, -bottom) ** 2) for top, bottom in zip(tops, bottoms, strict=True)],
        "rms_dbfs": [rms_dbfs(one) for one in samples],
        "loudness_lufs": [loudness_lufs(one, rate, weights) for one in samples],
        "silence_ratio": silence_ratio(sound.powers).tolist(),
        "clipping_ratio": (
            clipping_ratios(samples[..., 0], tops, bottoms, form.subtype)
            if is_mono
            else [clipping_ratio(one, form.subtype) for one in samples]
        ),
        "dc_offset": dc_offsets(samples),
        "snr_db": snrs_db(sound),
        "bandwidth_hz": bandwidth_hz(sound).tolist(),
        "channel_gap_db": [channel_gap_db(one, weights) for one in samples],
        "mono_loss_db": [mono_loss_db(one) for one in samples],
        "inner_silence_s": [silence_s for silence_s, _ in stops],
    }
    keys = fingerprints(sound.bands)
    rounded = [
        dict(zip(columns, [round(value, _DIGITS) for value in values], strict=True))
        for values in zip(*columns.values(), strict=True)
    ]
    return [
        msgspec.structs.replace(header, fingerprint=key, dropouts=dropouts, **numbers)
        for header, key, (_, dropouts), numbers in zip(headers, keys, stops, rounded, strict=True)
    ]


def downmix(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the channels; the first one where they cancel each other out."""
    channels = samples.shape[1]
    if channels == 1:
        return samples[:, 0]
    mixed: NDArray[np.float32] = samples @ np.full(channels, 1 / channels, np.float32)
    heard, all_of_it = float(np.dot(mixed, mixed)), float(np.vdot(samples, samples)) / channels
    return samples[:, 0] if heard < _CANCELLED * all_of_it else mixed
