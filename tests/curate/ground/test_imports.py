"""While modules are imported, nobody looks for garbage, and some are hidden that nobody has imported yet."""

import gc
import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType

import pytest

from curate.ground.imports import imported_without, without_collection


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


def test_a_module_is_hidden_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with imported_without({"colorsys": None}), pytest.raises(ImportError):
        import_module("colorsys")
    assert import_module("colorsys").hsv_to_rgb(0, 0, 1) == (1, 1, 1)


def test_a_stand_in_is_taken_away_also_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    stand_in = ModuleType("colorsys")
    with pytest.raises(ImportError, match="hsv"), imported_without({"colorsys": stand_in}):
        from colorsys import hsv_to_rgb  # noqa: F401
    assert "colorsys" not in sys.modules


def test_what_is_imported_already_stays() -> None:
    with imported_without({"sys": None}):
        assert import_module("sys") is sys


def test_cycles_are_collected_before_and_after_only() -> None:
    with imported_without({}):
        assert not gc.isenabled()
        with imported_without({}):
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
