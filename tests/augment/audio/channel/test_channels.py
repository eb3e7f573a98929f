"""`channels`."""

import numpy as np
import pytest

from augment.audio.channel.channels import with_channels
from augment.operations.media import RejectedError

STEREO = np.array([[0.25, 0.75], [-0.5, 0.0]], np.float32)
MONO = np.array([[0.25], [-0.5]], np.float32)
OPPOSITE = np.array([[0.5, -0.5], [0.25, -0.25]], np.float32)


@pytest.mark.parametrize(
    ("samples", "channels", "pick", "expected"),
    [
        pytest.param(STEREO, 1, None, [[0.5], [-0.25]], id="mean"),
        pytest.param(STEREO, 1, 2, [[0.75], [0.0]], id="second"),
        pytest.param(STEREO, 2, None, STEREO, id="as-it-is"),
        pytest.param(STEREO, 2, 1, [[0.25, 0.25], [-0.5, -0.5]], id="first-on-both"),
        pytest.param(STEREO, 3, None, [[0.5] * 3, [-0.25] * 3], id="mean-on-three"),
        pytest.param(MONO, 2, None, [[0.25, 0.25], [-0.5, -0.5]], id="copies"),
        pytest.param(OPPOSITE, 1, None, [[0.5], [0.25]], id="channels-that-cancel"),
    ],
)
def test_channels(samples: np.ndarray, channels: int, pick: int | None, expected: np.ndarray) -> None:
    changed = with_channels(samples, channels, pick)
    np.testing.assert_array_equal(changed, expected)
    assert changed.dtype == np.float32


def test_no_such_channel() -> None:
    with pytest.raises(RejectedError, match="there is no channel 3: it has 2"):
        with_channels(STEREO, 1, 3)
