"""Names of releases cannot leave their folder."""

import pytest

from curate.ground.errors import UsageError
from curate.release.records import check_name


@pytest.mark.parametrize("name", ["v1", "2026-11-26", "a", "V3.1_rc-2", "x" * 64])
def test_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../v1", "/etc", "a/b", "a\\b", ".hidden", "-x", "v1\n", "a b", "ü", "x" * 65, "current", "CURRENT",
     "media", "v1\0", "v\udcff"],
)  # fmt: skip
def test_no_names(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)
