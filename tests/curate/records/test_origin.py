"""One meaning of "comes from"."""

import pytest

from curate.records.origin import NOWHERE, Origin, origin_of


@pytest.mark.parametrize(
    ("origin", "generated", "parents", "scanned_as"),
    [
        (NOWHERE, False, (), None),
        (Origin("a", "sha256:1", recipe="r"), True, ("sha256:1", "a"), None),
        (Origin("a", "sha256:1", recipe="r", replaces=True), False, ("sha256:1", "a"), "a"),
        (Origin("a"), False, ("a",), None),
        (Origin(7, ["x"], recipe="r"), True, (), None),
        (Origin(organized_from="old"), False, (), "old"),
        (Origin("a", recipe="r", replaces=True, organized_from="old"), False, ("a",), "old"),
    ],
    ids=["none", "generated", "in its place", "another program's", "odd", "moved", "moved and replaced"],
)
def test_origins(origin: Origin, generated: bool, parents: tuple[str, ...], scanned_as: str | None) -> None:
    assert (origin.is_generated, origin.parents, origin.scanned_as) == (generated, parents, scanned_as)


def test_an_origin_that_was_read_whole() -> None:
    assert origin_of({"source": "a", "theirs": {"x": 1}}) == Origin("a")
    assert origin_of(None) is NOWHERE
