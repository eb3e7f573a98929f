"""How much of a recording is silent."""

import numpy as np
from numpy.typing import NDArray

_RANGE = 1e-6
_GATE = 1e-7


def silence_ratio(powers: NDArray[np.float32]) -> float:
    """Return the share of frames that are silent, 0 to 1.

    Silent is what lies more than 60 dB (the default of `librosa.effects.trim`) under the loudest frame, or under
    -70 dBFS, the absolute gate of BS.1770: a recording of nothing but the noise of its converter is all silence.

    Args:
        powers: Frame powers, shape (frames,), see `curate.facts.spectrum`.
    """
    silent = powers < max(_GATE, _RANGE * float(powers.max()))
    return int(np.count_nonzero(silent)) / len(powers)
