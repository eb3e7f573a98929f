"""Temporary arrays: that the next file is measured in the memory of the last one."""

import platform
import subprocess
import sys

import pytest

PAGES_OF_ONE_PICTURE = """
import resource
import numpy as np
from curate.facts.image import measure_image
from curate.facts.records import ImageFacts

pixels = np.resize(np.arange(251, dtype=np.uint8), (533, 400, 3))
for _ in range(3):
    measure_image(pixels, ImageFacts())
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    measure_image(pixels, ImageFacts())
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10)
"""


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries keep what was freed by rules of their own"
)
def test_a_picture_takes_no_new_memory_from_the_system() -> None:
    # In a process of its own: this one has freed large arrays already.
    found = subprocess.run([sys.executable, "-c", PAGES_OF_ONE_PICTURE], capture_output=True, text=True, check=True)
    assert float(found.stdout) < 20
