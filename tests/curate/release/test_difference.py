"""What differs between two releases."""

from curate.facts.records import ImageFacts
from curate.release.difference import Change, Known, Look, Measured, Part, differ, match

OLD = [
    Known("a", "cat", ("dark",), "train", "1"),
    Known("b", "cat", (), "train", "2"),
    Known("c", "dog", (), "test", "3"),
    Known("d", "dog", (), "train", "4"),
    Known("e", None, (), None, "5"),
]
NEW = [
    Known("a", "dog", (), "train", "1"),
    Known("b", "cat", (), "test", "2"),
    Known("moved", "dog", (), "test", "3"),
    Known("d", "dog", (), "train", "new bytes"),
    Known("f", "bird", ("dark",), "train", "6"),
]


def test_each_kind_of_change_is_told() -> None:
    found = differ(("v1", "v2"), match(OLD, NEW))
    assert (found.samples, found.same) == ((5, 5), 0)
    assert found.counts == {
        "added": 1,
        "removed": 1,
        "relabelled": 1,
        "resplit": 1,
        "retagged": 1,
        "moved": 1,
        "rewritten": 1,
    }
    assert {one.path: one.kinds for one in found.changes} == {
        "a": ("relabelled", "retagged"),
        "b": ("resplit",),
        "d": ("rewritten",),
        "e": ("removed",),
        "f": ("added",),
        "moved": ("moved",),
    }
    assert found.changes[0] == Change(
        "a", ("relabelled", "retagged"), None, ("cat", "dog"), ("train", "train"), (), ("dark",)
    )
    assert found.changes[-1].was == "c"


def test_classes_tags_and_splits_are_counted() -> None:
    found = differ(("v1", "v2"), match(OLD, NEW))
    assert found.per_label == {
        "": Part(before=1, removed=1),
        "bird": Part(after=1, added=1),
        "cat": Part(before=2, after=1, left=1, resplit=1),
        "dog": Part(before=2, after=3, came=1),
    }
    assert found.per_tag == {"dark": Part(before=1, after=1, added=1, left=1)}
    assert found.per_split["test"] == Part(before=1, after=2, came=1, resplit=1)
    for parts in (found.per_label, found.per_tag, found.per_split):
        for one in parts.values():
            assert one.after == one.before + one.added - one.removed + one.came - one.left


def test_equal_releases_do_not_differ() -> None:
    found = differ(("v1", "v1"), match(OLD, list(reversed(OLD))))
    assert (found.same, found.changes, set(found.counts.values())) == (5, [], {0})


def test_files_that_exchanged_their_names_have_moved() -> None:
    pairs = match(
        [Known("a", "x", digest="1"), Known("b", "y", digest="2")],
        [Known("a", "y", digest="2"), Known("b", "x", digest="1")],
    ).pairs
    assert [(old.path, old.label, new.path, new.label) for old, new in pairs] == [
        ("b", "y", "a", "y"),
        ("a", "x", "b", "x"),
    ]


def test_of_copies_each_is_matched_once() -> None:
    found = match([Known("a", digest="1"), Known("b", digest="1")], [Known(name, digest="1") for name in "xyz"])
    assert (len(found.pairs), len(found.added), len(found.removed)) == (2, 1, 0)


def test_without_digests_the_path_tells() -> None:
    found = match([Known("a"), Known("b")], [Known("b"), Known("c")])
    assert [(old.path, new.path) for old, new in found.pairs] == [("b", "b")]
    assert ([one.path for one in found.added], [one.path for one in found.removed]) == (["c"], ["a"])


def test_what_was_scrubbed_under_another_name_is_known_by_its_facts() -> None:
    def look(*named: tuple[str, float], version: int | None = 7) -> Look:
        found = [
            Measured(path, "image", version, ImageFacts(width=4, height=3, brightness=brightness))
            for path, brightness in named
        ]
        return lambda: found

    old = [Known("anna.jpg", "x", digest="1"), Known("b.jpg", "x", digest="2"), Known("same.jpg", "x", digest="3")]
    new = [Known("0001.jpg", "y", digest="4"), Known("b.jpg", "x", digest="5"), Known("same.jpg", "x", digest="3")]
    looks = look(("anna.jpg", 0.25), ("b.jpg", 0.5)), look(("0001.jpg", 0.25), ("b.jpg", 0.75))
    pairs = match(old, new, looks).pairs
    assert [(one.path, other.path) for one, other in pairs] == [
        ("same.jpg", "same.jpg"), ("anna.jpg", "0001.jpg"), ("b.jpg", "b.jpg"),
    ]  # fmt: skip
    changes = {one.path: one for one in differ(("v1", "v2"), match(old, new, looks)).changes}
    assert (changes["0001.jpg"].kinds, changes["0001.jpg"].was) == (("relabelled", "moved", "rewritten"), "anna.jpg")
    # Two with the same facts could be either; and without measured facts there is nothing to tell by.
    twins = look(("anna.jpg", 0.25), ("b.jpg", 0.25)), look(("0001.jpg", 0.25))
    assert [one.path for one in match(old, new, twins).added] == ["0001.jpg"]
    unmeasured = look(("anna.jpg", 0.25), version=None), look(("0001.jpg", 0.25), version=None)
    assert [one.path for one in match(old, new, unmeasured).added] == ["0001.jpg"]


def test_facts_are_not_read_where_bytes_tell_all() -> None:
    def look() -> list[Measured]:
        raise AssertionError("nothing is left to tell")

    assert match(OLD, OLD, (look, look)).added == []
