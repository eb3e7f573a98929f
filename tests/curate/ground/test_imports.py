"""While modules are imported, nobody looks for garbage."""

import gc
from contextlib import suppress

import pytest

from curate.ground.imports import without_collection


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_is_as_before(is_on: bool) -> None:
    was_on = gc.isenabled()
    try:
        gc.enable() if is_on else gc.disable()
        with suppress(ImportError), without_collection():
            inside = gc.isenabled()
            raise ImportError
        assert not inside
        assert gc.isenabled() == is_on
    finally:
        gc.enable() if was_on else gc.disable()
