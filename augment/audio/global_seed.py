"""The global generators of Python and numpy, for libraries that draw from them."""

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def seeded(seed: int) -> "Iterator[None]":
    """Seed them for a while, and put them back as they were.

    Args:
        seed: 0 to 2^32 - 1.
    """
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
