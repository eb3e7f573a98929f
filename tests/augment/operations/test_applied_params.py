import math
from typing import Any

import numpy as np
import pytest

from augment.operations.applied_params import reduced


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (3, 3),
        (True, True),
        (None, None),
        ("x", "x"),
        (0.5, 0.5),
        (math.nan, None),
        (math.inf, None),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array(2.0), 2.0),
        ((1, np.float64(2)), [1, 2.0]),
        (np.eye(2), [[1.0, 0.0], [0.0, 1.0]]),
        (np.zeros((5, 4)), {"shape": [5, 4]}),
        (np.zeros(16), [0.0] * 16),
        (np.zeros(17), {"shape": [17]}),
        (list(range(17)), {"shape": [17]}),
        ({"a": {1: (2,)}}, {"a": {"1": [2]}}),
        (print, None),
    ],
    ids=str,
)
def test_reduced(value: Any, wanted: Any) -> None:
    found = reduced(value)
    assert found == wanted
    assert type(found) is type(wanted)
