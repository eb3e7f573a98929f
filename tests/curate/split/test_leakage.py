"""Leakage: groups are noticed, and what only looks like one is not."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curate.records.sample import Sample
from curate.split import leakage
from curate.split.leakage import Watch

SPLITS = ("train", "val", "test")


def watch(make: Callable[[int], Sample], number: int = 60) -> list[tuple[str, int, float, int, str]]:
    watched = Watch()
    for n in range(number):
        watched.add(make(n))
    return [tuple(suspect) for suspect in watched.suspects()]  # type: ignore[misc]


def test_a_speaker_in_several_splits() -> None:
    found = watch(lambda n: Sample(f"{n}.wav", "ab"[n % 2], (f"speaker={'xyz'[n // 20]}",), SPLITS[n % 3]))
    assert found == [("speaker=…", 3, 20, 3, "speaker")]


def test_a_part_of_the_name_comes_with_its_pattern() -> None:
    found = watch(lambda n: Sample(f"d/{n % 2}-{'vwxyz'[n // 12]}_{n % 12}.wav", "ab"[n % 2], (), SPLITS[n % 3]))
    assert found == [("'v' in names like 0-v_0.wav", 5, 12, 5, "'{}-{group}_{}'")]


def test_a_folder_comes_with_its_pattern() -> None:
    found = watch(lambda n: Sample(f"d/{'vwxyz'[n // 12]}/{n % 2}/{n}.wav", str(n % 2), (), SPLITS[n % 3]))
    assert [suspect[4] for suspect in found] == ["'{group}/{}/{}'"]


def test_the_same_in_tag_and_name_is_said_once_and_the_tag_is_named() -> None:
    found = watch(lambda n: Sample(f"{n}_{'xyz'[n // 20]}.wav", "ab"[n % 2], (f"who={'xyz'[n // 20]}",), SPLITS[n % 3]))
    assert [suspect[0] for suspect in found] == ["who=…"]


def test_usual_names_of_groups_come_first() -> None:
    found = watch(
        lambda n: Sample(f"{n}.wav", "ab"[n % 2], (f"day={'uvw'[n // 20]}", f"speaker={n // 20}"), SPLITS[n % 3])
    )
    assert [suspect[0] for suspect in found] == ["speaker=…", "day=…"]


def test_names_that_begin_with_a_separator_have_no_empty_group() -> None:
    found = watch(lambda n: Sample(f"{'ab'[n % 2]}/-rf{n}.jpg", "ab"[n % 2], (), SPLITS[n % 3]))
    assert found == []


def test_of_groups_that_were_named_only_other_usual_names_are_said() -> None:
    watched = Watch()
    for n in range(60):
        tags = (f"day={'uvw'[n // 20]}", f"session={'xyz'[n // 20]}k")
        watched.add(Sample(f"{n}.wav", "ab"[n % 2], tags, SPLITS[n % 3]))
    assert [found.name for found in watched.suspects()] == ["session=…", "day=…"]
    assert [found.name for found in watched.suspects(grouped=True)] == ["session=…"]


@pytest.mark.parametrize(
    "tag",
    [
        lambda n: f"speaker={n // 2}",
        lambda n: "speaker=x",
        lambda n: f"superclass={'uv'[n % 2]}",
        lambda n: f"take={n // 2 % 5}",
        lambda n: f"speaker={n % 3 + 5}",
        lambda n: f"noise={'uv'[n // 10 % 2]}" if n < 20 else "dark",
        lambda n: f"day={'uv'[n // 30]}",
        lambda n: "speaker=",
        lambda n: f"word={'ab'[(n + (n % 15 < 2)) % 2]}{'' if n % 15 else 'x'}",
        lambda n: f"word={'copy' if n % 15 == 14 else 'ab'[n % 2]}",
    ],
    ids=[
        "too few samples each",
        "one value",
        "decided by the label",
        "a counter",
        "does not straddle",
        "rare",
        "two values",
        "empty",
        "the label but for those that were misfiled",
        "nearly the label",
    ],
)
def test_what_is_no_leak(tag: Callable[[int], str]) -> None:
    assert watch(lambda n: Sample(f"{n}.wav", "ab"[n % 2], (tag(n),), SPLITS[n % 3])) == []


def test_many_samples_are_pruned_and_the_suspect_stays() -> None:
    found = watch(
        lambda n: Sample(f"{n}_a.wav", "ab"[n % 2], (f"take={n // 2 % 5}", f"speaker={n // 1000}"), SPLITS[n % 3]),
        110_000,
    )
    assert found == [("speaker=…", 110, 1000, 110, "speaker")]


def test_two_or_three_sources_of_data_in_the_names_are_no_group() -> None:
    assert watch(lambda n: Sample(f"{('IMG', 'DSC', 'Foto')[n % 3]}_{n}.jpg", "ab"[n % 2], (), SPLITS[n // 20])) == []


EACH = [(folder, label, "1") for folder in "abcd" for label in "xyz"]


# The tenth pair comes between two of the first.
@example([*EACH[:9], EACH[0], EACH[9], EACH[0]])
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.sampled_from("12")), max_size=60))
def test_samples_that_are_counted_together_count_like_each_by_itself(seen: list[tuple[str, str, str]]) -> None:
    together, alone = Watch(), Watch()
    alone._one_by_one = True
    with pytest.MonkeyPatch.context() as patch:
        # Few pairs are counted, so that it matters which come first.
        patch.setattr(leakage, "_MOST_PAIRS", 10)
        patch.setattr(leakage, "_MOST_WAITING", 3)
        for folder, label, split in seen:
            for watched in (together, alone):
                watched.add(Sample(f"{folder}/{label}/one.jpg", label=label, split=split))
        for watched in (together, alone):
            watched.suspects()
    assert [(place, vars_of(key)) for place, key in together.keys.items()] == [
        (place, vars_of(key)) for place, key in alone.keys.items()
    ]


def vars_of(key: leakage._Key) -> tuple[object, ...]:
    return key.example, key.values, key.by_label, key.pairs, key.varies, key.closed
