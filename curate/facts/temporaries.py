"""Temporary arrays of facts: where their memory comes from."""

import numpy as np

_LARGEST_TEMPORARY = 1 << 23


def keep_freed_memory() -> None:
    """Let the C library keep the memory of temporary arrays of up to 8 MiB, and give it out again.

    glibc fetches what is large from the system page by page, and gives it back at once: of a photo's facts that was a
    third of the time, of a spectrum more than the transform itself. What counts as large is what was freed at most so
    far (M_MMAP_THRESHOLD in mallopt(3)); elsewhere this does nothing.
    """
    np.empty(_LARGEST_TEMPORARY, np.uint8)
