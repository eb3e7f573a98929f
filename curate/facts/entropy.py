"""Entropy: how much there is to see."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def entropy(image: "Image.Image") -> float:
    """Return the Shannon entropy, in bits, of the histograms of all channels laid end to end.

    -sum(p log2 p) over 3 x 256 bins, where the p of all bins add up to 1: between log2(3) = 1.58 for a picture
    of one colour with three different channels, 0 for none but one grey, and log2(768) = 9.58. It is Pillow's
    `Image.entropy`; cleanvision's `low_information` score is a tenth of it, 1 at most.

    Args:
        image: Mode `RGB`.
    """
    return image.entropy()
