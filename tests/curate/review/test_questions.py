"""What is asked of which samples, and in which order."""

from itertools import pairwise
from pathlib import Path

import pytest

from curate.ground.errors import InputError
from curate.review.items import Item
from curate.review.questions import DuplicateGroup, Wish, ask, read_groups
from tests.curate.review.subjects import digest, flagged, made, subject


def paths(items: list[Item]) -> list[str]:
    return ["+".join(side.path for side in item.sides) for item in items]


def test_labels_come_lowest_score_first_then_what_is_flagged_then_the_rest() -> None:
    subjects = [
        subject("plain"), flagged("dark", check="dark", value=0.1), flagged("b", 0.2), subject("c", score=0.05),
        flagged("a", 0.01, check="outlier"), subject("said", suggested="dog"),
    ]  # fmt: skip
    assert paths(ask(subjects, Wish("label")).items) == ["a", "c", "b", "dark", "said", "plain"]
    assert paths(ask(subjects, Wish("label", top=2)).items) == ["a", "c"]


def test_the_same_bytes_are_asked_once_and_their_other_labels_are_named() -> None:
    subjects = [subject("a"), subject("copy", "dog", digest=digest("a")), subject("same", digest=digest("a"))]
    asked = ask(subjects, Wish("label"))
    assert paths(asked.items) == ["a"]
    assert asked.items[0].why == "the same bytes are also labelled dog (copy)"
    assert asked.notes == ["2 samples have the bytes of another one, and are asked once"]


def test_rejects_are_asked_about_findings_and_copies() -> None:
    subjects = [subject("plain"), flagged("dark", check="dark"), subject("copy", duplicate_of="plain")]
    asked = ask(subjects, Wish("reject"))
    assert paths(asked.items) == ["dark", "copy"]
    assert asked.items[1].why == "plain stands for it"
    alone = ask(subjects[:1], Wish("reject"))
    assert paths(alone.items) == ["plain"]
    assert "no sample has a finding" in alone.notes[0]


def test_pairs_of_copies_and_of_sources_with_what_was_made_of_them() -> None:
    asked = ask(
        [subject("a"), subject("b", duplicate_of="a"), made("c"), subject("d", duplicate_of="gone")], Wish("pair")
    )
    assert paths(asked.items) == ["a+b", "a+c"]
    assert [item.stays for item in asked.items] == ["first", ""]
    assert asked.items[1].why == "the second was made of the first by photos-wear"
    assert asked.notes == ["1 of 3 pairs have a sample that the manifest does not, and are not asked"]


def test_pairs_of_groups(tmp_path: Path) -> None:
    groups = [
        DuplicateGroup(["a"], ["b", "c"], "near", 0.0214, ["flipped"], [], ["test", "train"]),
        DuplicateGroup([], ["d", "e"], "exact", 0.0, [], ["cat", "dog"]),
    ]
    asked = ask([subject(name) for name in "abcde"], Wish("pair", groups=groups))
    assert paths(asked.items) == ["a+b", "a+c", "d+e"]
    assert asked.items[0].why == "of 3 near copies, distance up to 0.021; among them flipped; splits test / train"
    pair = DuplicateGroup(["a"], ["b"], "near", 0.0214, ["flipped"])
    alone = ask([subject(name) for name in "ab"], Wish("pair", groups=[pair]))
    assert alone.items[0].why == "near copies, distance 0.021; flipped"
    assert (asked.items[2].why, asked.items[2].stays) == ("exact copies, distance 0.000; labels cat / dog", "")


def test_what_goes_is_beside_what_it_was_compared_with() -> None:
    groups = [DuplicateGroup(["a", "d"], ["b", "c"], confirmed={"b": "a", "c": "d"})]
    asked = ask([subject(name) for name in "abcd"], Wish("pair", groups=groups))
    assert paths(asked.items) == ["a+b", "d+c"]


def test_groups_are_what_dedup_writes(tmp_path: Path) -> None:
    path = tmp_path / "groups.json"
    path.write_text('{"dropped": 1, "groups": [{"kept": ["a"], "dropped": ["b"], "label-conflict": ["x", "y"]}]}')
    assert read_groups(str(path)) == [DuplicateGroup(["a"], ["b"], label_conflict=["x", "y"])]
    path.write_text('{"groups": [{"kept": "a"}]}')
    with pytest.raises(InputError, match=r"not what burnish dedup --json writes: .*kept"):
        read_groups(str(path))


def test_no_pair_is_an_error_that_says_where_pairs_come_from() -> None:
    with pytest.raises(InputError, match=r"burnish dedup set.jsonl --json > groups.json"):
        ask([subject("a")], Wish("pair"))


def test_realism_takes_as_many_real_as_made_of_each_kind_and_hides_everything() -> None:
    subjects = [subject(f"real{n}") for n in range(30)] + [made(f"made{n}", label="dog", tags=("x",)) for n in range(5)]
    subjects += [subject("sound", kind="audio")]
    asked = ask(subjects, Wish("realism"))
    assert sorted(path[:4] for path in paths(asked.items)) == ["made"] * 5 + ["real"] * 5
    assert paths(asked.shown) == [""] * 10
    assert {(item.sides[0].label, item.sides[0].tags, item.sides[0].split) for item in asked.shown} == {
        (None, (), None)
    }
    assert asked == ask(subjects, Wish("realism")), "the seed decides"
    assert asked != ask(subjects, Wish("realism", seed=1))
    with pytest.raises(InputError, match="only one of them"):
        ask(subjects[:3], Wish("realism"))


def test_blind_mixes_flagged_with_others_and_says_of_neither_what_it_is() -> None:
    subjects = [flagged(f"f{n}", 0.1, suggested="dog") for n in range(30)] + [subject(f"p{n}") for n in range(200)]
    asked = ask(subjects, Wish("blind", top=40))
    firsts = [item for item in asked.items if item.round == 0]
    assert len(firsts) == 40
    assert sum(path.startswith("f") for path in paths(firsts)) == 20
    assert asked.notes == ["20 flagged samples are mixed with 20 that are not"]
    for item in asked.shown:
        (side,) = item.sides
        assert (side.path, side.label, side.prediction, side.score, side.findings) == ("", None, None, None, ())


def test_a_tenth_of_blind_questions_is_asked_twice_far_apart() -> None:
    items = ask([subject(f"{n}") for n in range(100)], Wish("blind")).items
    places = {(item.sides[0].path, item.round): at for at, item in enumerate(items)}
    again = [path for path, round_ in places if round_ == 1]
    assert len(items) == 110
    assert len(again) == 10
    assert all(places[path, 1] - places[path, 0] > 20 for path in again)


@pytest.mark.parametrize(("count", "asked"), [(0, 0), (1, 1), (2, 3), (5, 6), (11, 12)])
def test_few_blind_questions(count: int, asked: int) -> None:
    items = ask([subject(f"{n}") for n in range(count)], Wish("blind")).items
    assert len(items) == asked
    assert all(one.sides != other.sides for one, other in pairwise(items))


def test_blind_of_flagged_samples_alone_needs_others_to_mix_in() -> None:
    flags = [flagged(f"f{n}") for n in range(4)]
    with pytest.raises(InputError, match="--mix"):
        ask(flags, Wish("blind"))
    mix = [*(subject(f"p{n}") for n in range(9)), *flags]
    assert len([one for one in ask(flags, Wish("blind", mix=mix)).items if one.round == 0]) == 8


@pytest.mark.parametrize("hidden", ["label", "prediction", "neighbours", "findings"])
def test_what_is_hidden_is_not_in_the_page(hidden: str) -> None:
    one = flagged("a", 0.1, suggested="dog", neighbours=("b",))
    asked = ask([one, subject("b")], Wish("label", hidden=[hidden]))  # type: ignore[list-item]
    (whole,), (shown,) = asked.items[0].sides, asked.shown[0].sides
    assert getattr(whole, hidden)
    assert not getattr(shown, hidden)
    assert shown.path == "a"


def test_nothing_is_asked_of_nothing() -> None:
    for question in ("label", "reject", "pair", "realism", "blind"):
        assert ask([], Wish(question)).items == []
