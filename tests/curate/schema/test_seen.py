"""What is counted of a set: the same whatever the blocks, in bounded memory."""

import pytest

from curate.schema.columns import columns
from curate.schema.seen import Paths, Seen, SeenNames, parted
from tests.curate.schema.samples import encoded, line, many


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_blocks_change_nothing(size: int) -> None:
    seen = Seen()
    odd = [line(0, tags=["a=1", "a=2", "dark"]), line(1, tags=[]), line(2, weather="rain"), {"path": "x"}]
    for block in columns(encoded([*many(20), *odd]), size=size):
        seen.add(block)
    seen.close()
    assert (seen.samples, seen.facts_version) == (24, 5)
    assert seen.names["label"].counts == {"cat": 13, "dog": 10}
    assert (seen.names["label"].present, seen.names["label"].possible) == (23, 24)
    assert (seen.tags["a"].counts, seen.tags["a"].present) == ({"1": 1, "2": 1}, 1)
    assert (seen.flags.counts, seen.tags["camera"].possible) == ({"dark": 1}, 24)
    assert (seen.numbers["image.brightness"].present, seen.numbers["image.brightness"].possible) == (23, 23)
    assert (seen.fields["weather"].types, seen.fields["weather"].names.possible) == ({"text": 1}, 24)


def test_free_text_is_counted_in_bounded_memory() -> None:
    names = SeenNames()
    for part in range(5):
        names.add({f"{part}-{number}": 1 for number in range(500)}, 500, 500)
    assert (len(names.counts), names.others, names.present) == (1000, 1500, 2500)


def test_paths_know_how_often_one_came_again() -> None:
    paths = Paths()
    paths.add(["a", "b", "a"])
    paths.add(["c", "a"])
    assert paths.repeated() == [hash("a"), hash("a")]
    assert Paths().repeated() == []


def test_tags_are_parted_at_the_first_sign() -> None:
    assert parted(["a=1", "a=2", "b=", "dark", "=x", "url=a=b"]) == (
        {"a": {"1", "2"}, "b": {""}, "url": {"a=b"}}, {"dark", "=x"})  # fmt: skip
