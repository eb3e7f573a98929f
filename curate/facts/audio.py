"""All facts of a recording, from one decode and one spectrum."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.facts.channels import channel_gap_db, channel_weights, mono_loss_db
from curate.facts.clipping import clipping_ratio
from curate.facts.fingerprint import fingerprint
from curate.facts.gaps import gaps
from curate.facts.levels import dc_offset, peak_dbfs, rms_dbfs
from curate.facts.loudness import loudness_lufs
from curate.facts.powers import bandwidth_hz, silence_ratio, snr_db
from curate.facts.records import AudioFacts
from curate.facts.spectrum import spectrum

_LARGEST = 1e6
_CANCELLED = 0.01
_DIGITS = 4


def measure_audio(samples: NDArray[np.float32], header: AudioFacts) -> AudioFacts:
    """Return the header with every fact filled in, rounded to 4 decimals; none is ever NaN or infinite.

    Floating point files can hold values of any size: what is over 120 dBFS is measured as 120 dBFS.

    Args:
        samples: float32, shape (frames, channels), at least one frame; finite.
        header: As `curate.media.audio.decode_audio` returns it.
    """
    peak = peak_dbfs(samples)
    if peak > 120:
        samples = np.clip(samples, -_LARGEST, _LARGEST)
    rate = header.sample_rate or 1
    sound = spectrum(downmix(samples), rate)
    weights = channel_weights(samples.shape[1], header.channel_mask or 0, header.format)
    silence_s, stops = gaps(samples, rate)
    numbers = {
        "peak_dbfs": min(peak, 120.0),
        "rms_dbfs": rms_dbfs(samples),
        "loudness_lufs": loudness_lufs(samples, rate, weights),
        "silence_ratio": silence_ratio(sound.powers),
        "clipping_ratio": clipping_ratio(samples, header.subtype),
        "dc_offset": dc_offset(samples),
        "snr_db": snr_db(sound),
        "bandwidth_hz": bandwidth_hz(sound),
        "channel_gap_db": channel_gap_db(samples, weights),
        "mono_loss_db": mono_loss_db(samples),
        "inner_silence_s": silence_s,
    }
    rounded = {name: round(value, _DIGITS) for name, value in numbers.items()}
    return msgspec.structs.replace(header, fingerprint=fingerprint(sound.bands), dropouts=stops, **rounded)


def downmix(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the channels; the first one where they cancel each other out."""
    channels = samples.shape[1]
    if channels == 1:
        return samples[:, 0]
    mixed: NDArray[np.float32] = samples @ np.full(channels, 1 / channels, np.float32)
    heard, all_of_it = float(np.dot(mixed, mixed)), float(np.vdot(samples, samples)) / channels
    return samples[:, 0] if heard < _CANCELLED * all_of_it else mixed
