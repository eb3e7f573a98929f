"""Fixtures of the journal's tests."""

import pytest

from tests.curate.journal.trees import far_away


@pytest.fixture(params=["one file system", "across"])
def across(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Renames that work, and renames as the system refuses them between file systems."""
    if request.param == "across":
        far_away(monkeypatch)
    return bool(request.param == "across")
