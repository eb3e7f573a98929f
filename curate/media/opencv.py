"""OpenCV as burnish uses it."""

from typing import Any


def opencv() -> Any:
    """Return OpenCV, held to one thread; typed loosely, because its stubs do not know which arguments may be None."""
    # Imported late: that takes a tenth of a second.
    import cv2

    cv2.setNumThreads(0)
    return cv2
