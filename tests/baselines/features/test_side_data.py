"""Side data: exact numbers, unknown values, and columns that give the label away."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from baselines.data.labelled_samples import LabelledSample
from baselines.features.side_data import SideColumn, _told, columns_of_tags, encode, gives_away, read_columns
from curate.ground.errors import InputError
from tests.machine import in_time

LABELS = ["a", "b"] * 10
RNG = np.random.default_rng(0)


def samples(count: int, tags: tuple[str, ...] = ()) -> list[LabelledSample]:
    return [LabelledSample(f"d/{number}.png", "ab"[number % 2], tags) for number in range(count)]


def test_numbers_are_standardized_over_the_training_samples_alone() -> None:
    column = SideColumn("age", ["1", "3", None, "99"])
    found = encode([column], ["a", "b", "a", "b"], [True, True, True, False], "t.csv").values
    # Mean 2 and spread 1 of the two that train and are known; the second number says unknown.
    assert found.tolist() == [[-1, 0], [1, 0], [0, 1], [97, 0]]
    assert found.dtype == np.float32


def test_texts_are_one_hot_with_a_number_for_others_and_one_for_unknown() -> None:
    column = SideColumn("site", ["x", "x", "y", "y", "once", None, "new"])
    found = encode([column], list("abababa"), [True] * 6 + [False], "t.csv").values
    expected = [[1, 0, 0, 0]] * 2 + [[0, 1, 0, 0]] * 2 + [[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    assert found.tolist() == expected


def test_two_columns_weigh_what_one_does() -> None:
    one = SideColumn("n", [str(value) for value in RNG.normal(size=20)])
    single, double = (encode([one] * times, LABELS, [True] * 20, "t").values for times in (1, 2))
    assert np.allclose((single**2).sum(axis=1).mean(), 1, atol=1e-5)
    assert np.allclose((double**2).sum(axis=1).mean(), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("cells", "away"),
    [
        (LABELS, True),
        (["1", "0"] * 10, True),
        ([str(value + 100 * (place % 2)) for place, value in enumerate(RNG.normal(size=20))], True),
        ([str(value) for value in RNG.normal(size=20)], False),
        ([f"id-{number}" for number in range(20)], False),
        (["x", "y", "y", "x"] * 5, False),
        (["same"] * 20, False),
        ([None] * 12 + LABELS[12:], False),
    ],
    ids=["label", "coded", "apart", "noise", "identifier", "crossed", "constant", "few"],
)
def test_what_gives_the_label_away(cells: list[str | None], away: bool) -> None:
    assert gives_away(cells, LABELS) is away


def test_a_value_that_stands_for_a_class_gives_it_away() -> None:
    labels = ["a"] * 6 + ["b"] * 10 + ["c"] * 10
    cells: list[str | None] = [*["ward 7"] * 6, *(["ward 1", "ward 2"] * 10)]
    assert gives_away(cells, labels)
    assert not gives_away(["ward 1"] * 3 + cells[3:], labels)
    with pytest.raises(InputError, match=r"t.csv: the column 'ward', 'again' gives the label away"):
        encode([SideColumn("ward", cells), SideColumn("again", cells)], labels, [True] * 26, "t.csv")


def test_tags_become_columns() -> None:
    found, notes = columns_of_tags([
        LabelledSample("1", "a", ("speaker=x", "dark")),
        LabelledSample("2", "a", ("speaker=y", "speaker=x")),
        LabelledSample("3", "a"),
    ])  # fmt: skip
    assert {one.name: one.cells for one in found} == {
        "dark": ["yes", "no", "no"],
        "speaker": ["x", "x + y", None],
    }
    assert notes == []
    with pytest.raises(InputError, match="no sample has a tag"):
        columns_of_tags(samples(3))


def test_of_thousands_of_tags_those_that_most_samples_have_are_learned_from() -> None:
    given = [LabelledSample(str(number), "a", (f"t{number:04}", "often")) for number in range(3000)]
    columns, notes = columns_of_tags(given)
    assert [one.name for one in columns] == ["often", *(f"t{number:04}" for number in range(199))]
    assert notes == ["--feature tags: of 3,001 tags and keys the 200 that most samples have are learned from"]


def _by_definition(cells: list[str], label: list[str]) -> float:
    """Return the share of samples whose label the others of the same value tell, taking each out in its turn."""
    told = 0
    for at, cell in enumerate(cells):
        others = Counter(label[other] for other in range(len(cells)) if other != at and cells[other] == cell)
        told += bool(others) and others[label[at]] > others.total() / 2
    return told / len(cells)


def test_what_gives_the_label_away_is_counted_as_if_one_by_one() -> None:
    draw = np.random.default_rng(1)
    for wrong in (0, 0, 1, 2, 5):
        label = [f"c{number % 7}" for number in range(140)]
        # Two values for each class, so that no value stands for all of one.
        cells = [f"{one}-{number % 2}" for number, one in enumerate(label)]
        for place in draw.choice(140, wrong, replace=False):
            cells[place] = f"c{draw.integers(7)}-0"
        assert gives_away(cells, label) == (_by_definition(cells, label) >= 0.99)


def test_a_sample_is_none_of_the_others() -> None:
    assert _told(Counter(a=3, b=1), 4, "a")
    assert not _told(Counter(a=2, b=1), 3, "a")
    assert not _told(Counter(a=3, b=1), 4, "b")
    assert not _told(Counter(a=1), 1, "a")


def test_a_column_of_few_values_and_many_classes_takes_no_copies_of_counts() -> None:
    label = [f"c{number % 2000}" for number in range(20_000)]
    began = time.process_time()
    assert not gives_away([str(number % 3) + "x" for number in range(20_000)], label)
    assert not gives_away([str(number % 3) for number in range(20_000)], label)
    assert in_time(time.process_time() - began, 3)


def test_tables_are_joined_by_path_and_missing_rows_counted(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("age,path,site\n5,./d/1.png,x\nnan,d/0.png,\n9,other.png,y\n")
    columns, notes = read_columns(str(table), samples(3))
    assert columns == [SideColumn("age", [None, "5", None]), SideColumn("site", [None, "x", None])]
    assert notes == [f"{table} has no row for 1 of 3 samples; their values are unknown"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age\n5\n", "has no column `path`"),
        ("path\nd/0.png\n", "has no column beside path"),
        ("path,age\nd/0.png,1\n./d/0.png,2\n", "t.csv:3: ./d/0.png has a row already"),
        ("path,age\nx.png,1\n", "has a row of none of the samples: it says x.png, and the manifest d/0.png"),
        ("", "is empty"),
    ],
)
def test_wrong_tables(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_columns(str(tmp_path / "t.csv"), samples(3))
    with pytest.raises(InputError, match="cannot read"):
        read_columns(str(tmp_path / "none.csv"), samples(3))


def test_what_says_nothing_is_left_out_and_said() -> None:
    columns = [SideColumn("n", [str(value) for value in RNG.normal(size=20)]), SideColumn("c", ["x"] * 20)]
    found = encode(columns, LABELS, [True] * 20, "t.csv")
    assert found.values.shape == (20, 1)
    assert found.notes == ["t.csv: the column 'c' says nothing of the training samples, and is left out"]
    with pytest.raises(InputError, match="no column says anything"):
        encode(columns[1:], LABELS, [True] * 20, "t.csv")
