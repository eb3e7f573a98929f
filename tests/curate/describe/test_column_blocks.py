"""Facts as columns: numbers of any length, and columns as long as the block."""

import numpy as np
import pytest

from curate.describe.column_blocks import Measured, as_floats, blocks
from curate.ground.json import decode


def test_columns_are_as_long_as_the_block_whatever_the_kinds() -> None:
    lines = (
        b'{"path": "a.png", "image": {"width": 3, "format": "PNG"}}',
        b'{"path": "b.wav", "bytes": 7, "audio": {"duration_s": 0.5}}',
    )
    (block,) = blocks([decode(line, Measured) for line in lines])
    np.testing.assert_equal(block.numbers["image.width"], [3, np.nan])
    np.testing.assert_equal(block.numbers["audio.duration_s"], [np.nan, 0.5])
    np.testing.assert_equal(block.numbers["bytes"], [np.nan, 7])
    assert block.categories["image.format"].tolist() == ["PNG", None]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_blocks_have_the_size_that_is_asked_for(count: int) -> None:
    samples = [Measured(str(number)) for number in range(count)]
    assert [block.paths for block in blocks(samples, 2)] == [
        [str(number) for number in range(first, min(first + 2, count))] for first in range(0, count, 2)
    ]


def test_whole_numbers_without_end_are_infinite() -> None:
    np.testing.assert_equal(as_floats([1, 10**400, -(10**400), None]), [1, np.inf, -np.inf, np.nan])
    (block,) = blocks([Measured("a", bytes=10**400)])
    assert block.numbers["bytes"].tolist() == [np.inf]
