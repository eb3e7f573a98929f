"""The brightness of a picture on a coarse grid: of it, the waves of any part can be told without the picture."""

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIDE, BITS = 12, 4
"""Of 230 crops of photos 95 % are as near to a window of their original as 2 of 10,000 pairs of others; with 16 x 16
cells it is the same, and with 3 bits each twice as many others."""

BYTES = SIDE * SIDE * BITS // 8


def luma_grid(grey: "Image.Image") -> str:
    """Return the means of 12 x 12 cells, whatever the aspect, 4 bits each from the darkest to the lightest, in base64.

    Two cells go to a byte, the left one in its upper half; all 0 for a picture of one brightness.

    Args:
        grey: Mode `L`, upright.
    """
    # Commands that only unpack a grid need neither.
    import numpy as np
    from PIL import Image

    cells = np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32).ravel()
    low, high = cells.min(), cells.max()
    steps = np.round((cells - low) / max(high - low, 1.0) * ((1 << BITS) - 1)).astype(np.uint8)
    return base64.b64encode((steps[::2] << BITS | steps[1::2]).tobytes()).decode()
