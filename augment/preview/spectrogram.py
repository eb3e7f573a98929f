"""Spectrograms that people look at: power over time and pitch, and the same as a small PNG."""

import io

import numpy as np
from numpy.typing import NDArray

BANDS = 96
COLUMNS = 420
RANGE_DB = 80.0
"""What is so far under the loudest moment is drawn as nothing."""

_WINDOW_S = 0.032
_NOTHING_DB = -120.0
_BLOCK = 64
_STOPS = ((10, 10, 26), (62, 21, 96), (139, 36, 103), (206, 67, 71), (245, 132, 46), (252, 200, 92), (255, 248, 214))
"""Colours from nothing to loudest, each brighter than the one before, so that it also reads in grey."""


def spectrogram(mono: NDArray[np.float32], sample_rate: int, top_hz: float) -> NDArray[np.float32]:
    """Return the power in bands of equal width in mel, dB re full scale; the lowest band comes first.

    Hann windows of 32 ms, centred on moments that divide the sound evenly. The power of each bin of the transform is
    spread evenly over the bin's width, so that narrow bands are no empty ones. All bands of a moment together have the
    mean square of the sound. mel = 2595 log10(1 + f / 700), O'Shaughnessy 1987.

    Args:
        mono: float32, shape (frames,), at least one.
        sample_rate: Hz.
        top_hz: Upper edge of the highest band; over half the sample rate there is nothing.

    Returns:
        float32, shape (`BANDS`, `COLUMNS`, or as many as there are frames), -120 and up.
    """
    # A sound of a few samples still has bins to show.
    size = max(16, round(_WINDOW_S * sample_rate))
    padded = np.concatenate([np.zeros(size // 2, np.float32), mono, np.zeros(size, np.float32)])
    starts = np.linspace(0, len(mono), min(COLUMNS, len(mono)), endpoint=False).astype(int)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    edges_mel = np.linspace(0, 2595 * np.log10(1 + top_hz / 700), BANDS + 1)
    # In bins of the transform: bin k lies between k and k + 1, half a bin around its frequency.
    edges: NDArray[np.float64] = 700 * (10 ** (edges_mel / 2595) - 1) * size / sample_rate + 0.5
    bands = np.empty((len(starts), BANDS))
    for at in range(0, len(starts), _BLOCK):
        frames = padded[starts[at : at + _BLOCK, None] + np.arange(size)]
        power = np.square(np.abs(np.fft.rfft(frames * window)), dtype=np.float64)
        # Sums up to each edge, so that a band narrower than a bin gets its share of it, and not nothing.
        below = np.concatenate([np.zeros((len(power), 1)), power.cumsum(axis=1)], axis=1)
        place = edges.clip(0, power.shape[1])
        whole = np.minimum(place.astype(int), power.shape[1] - 1)
        at_edges = below[:, whole] + (place - whole) * power[:, whole]
        bands[at : at + _BLOCK] = np.diff(at_edges, axis=1)
    # Twice, for the half of the spectrum that `rfft` leaves out; and less what the window takes away.
    scale = 2 / (size * float(np.square(window).sum()))
    decibels: NDArray[np.float32] = 10 * np.log10(np.maximum(bands.T * scale, 10 ** (_NOTHING_DB / 10)))
    return decibels.astype(np.float32)


def draw_spectrogram(decibels: NDArray[np.float32], loudest_db: float) -> bytes:
    """Return a PNG of 256 colours, one pixel for each value, the highest band on top.

    Args:
        decibels: From `spectrogram`.
        loudest_db: What gets the last colour; `RANGE_DB` under it gets the first.
    """
    from PIL import Image

    share = (decibels[::-1] - np.float32(loudest_db)) / np.float32(RANGE_DB) + 1
    image = Image.fromarray((255 * share.clip(0, 1)).round().astype(np.uint8))
    stops = np.linspace(0, 255, len(_STOPS))
    channels = [np.interp(np.arange(256), stops, channel) for channel in np.transpose(_STOPS)]
    image.putpalette(np.stack(channels, axis=1).round().astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
