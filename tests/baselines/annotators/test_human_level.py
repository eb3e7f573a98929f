"""Human level: against the manifest, and against the other annotators."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.annotators.annotations import Annotations
from baselines.annotators.human_level import HumanLevel, human_levels, read_human, write_human_csv
from baselines.metrics.significance import wilson
from curate.ground.errors import BurnishError, InputError, UsageError

GIVEN = Annotations(
    labels={
        "1": {"ann": "x", "bob": "x", "eve": "y"},
        "2": {"ann": "x", "bob": "y"},
        "3": {"ann": "z"},
    },
    tags={"1": ("dark",), "2": (), "3": ("dark",)},
    annotators=("ann", "bob", "eve"),
    missing=0,
)


def test_against_the_manifest() -> None:
    found = human_levels(GIVEN, {"1": "x", "3": "y", "9": "x"}, {"3": ("far",), "2": ("far",)})
    assert found == (
        HumanLevel("(all)", 2 / 4, 2, wilson(1, 2)),
        HumanLevel("dark", 2 / 4, 2, wilson(1, 2)),
        HumanLevel("far", 0.0, 1, wilson(0, 1)),
    )


def test_against_the_others_where_a_tie_counts_its_share() -> None:
    """Sample 1: ann and bob each meet a tie of x and y; eve meets two x. Sample 2: both meet the other label."""
    found = human_levels(GIVEN, None, {})
    assert [(level.tag, level.samples) for level in found] == [("(all)", 2), ("dark", 1)]
    assert [level.human for level in found] == pytest.approx([(0.5 + 0.5 + 0) / 5, 1 / 3])


def test_two_annotators_give_their_agreement() -> None:
    labels = {str(n): {"ann": "x", "bob": "x" if n < 3 else "y"} for n in range(4)}
    (found,) = human_levels(Annotations(labels, {}, ("ann", "bob"), 0), None, {})
    assert found == HumanLevel("(all)", 0.75, 4, wilson(3, 4))


def test_a_manifest_of_other_samples() -> None:
    with pytest.raises(InputError, match="the manifest has a label of none of the samples"):
        human_levels(GIVEN, {"9": "x"}, {})


@pytest.mark.parametrize(("text", "level"), [("0.95", 0.95), ("95%", 0.95), (" 95 % ", 0.95), ("1", 1.0), ("0", 0.0)])
def test_a_number(text: str, level: float) -> None:
    assert read_human(text) == level


@pytest.mark.parametrize(
    ("text", "hint"),
    [("95", "; did you mean 0.95?"), ("-1", ""), ("nan", ""), ("101", ""), ("120 %", ""), ("inf", "")],
)
def test_a_number_out_of_range(text: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        read_human(text)
    assert str(error.value) == f"--human {text}: a human level is a fraction from 0 to 1{hint}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("h.csv", "tag,human\ndark,0.9\n(all),0.95\n"),
        ("h.csv", "human,tag,n\n90,dark,3\n95,(all),4\n"),
        ("h.json", '{"dark": 0.9, "(all)": 0.95}'),
        ("h.json", '{"alpha": 1, "human_level": [{"tag": "dark", "human": 0.9}, {"tag": "(all)", "human": 0.95}]}'),
    ],
    ids=["csv", "csv in percent", "json", "json of agreement"],
)
def test_a_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_human(str(tmp_path / name)) == pytest.approx({"dark": 0.9, "(all)": 0.95})


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("h.csv", "tag,level\ndark,0.9\n", "has no column 'human'"),
        ("h.csv", "tag,human\ndark,0.9\ndark,0.8\n", "h.csv:3: the tag 'dark' is named twice"),
        ("h.csv", "tag,human\ndark,high\n", "h.csv:2: human 'high' is no number"),
        ("h.json", "[1]", "holds no human levels"),
        ("h.json", '{"dark": "high"}', "holds no human levels"),
        ("h.json", '{"dark": 90}', "the level 90 of 'dark' is not a fraction from 0 to 1"),
        ("gone.json", None, "cannot read"),
        ("gone", None, "cannot read"),
    ],
)
def test_a_file_that_says_nothing(tmp_path: Path, name: str, text: str | None, problem: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as error:
        read_human(str(tmp_path / name))
    assert problem in str(error.value)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    levels = [HumanLevel("(all)", 2 / 3, 9, (0.1, 0.9)), HumanLevel('x, "y"', 1.0, 2)]
    data = write_human_csv(levels)
    assert data.startswith(b"tag,human,samples\n(all),0.666667,9\n")
    (tmp_path / "h.csv").write_bytes(data)
    assert read_human(str(tmp_path / "h.csv")) == {"(all)": 0.666667, 'x, "y"': 1.0}
    (tmp_path / "h.json").write_text(json.dumps({"human_level": [{"tag": "a", "human": 0.5, "samples": None}]}))
    assert read_human(str(tmp_path / "h.json")) == {"a": 0.5}


def test_errors_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "h.json").write_text('{\n"dark"\n')
    with pytest.raises(BurnishError) as error:
        read_human(str(tmp_path / "h.json"))
    assert "\n" not in str(error.value)


def _by_definition(labels: list[str]) -> float:
    """Return what each label is worth, held against the most frequent one of the others, one by one."""
    found = 0.0
    for at, label in enumerate(labels):
        others = Counter(labels[:at] + labels[at + 1 :])
        best = [name for name, count in others.items() if count == max(others.values())]
        found += (label in best) / len(best)
    return found / len(labels)


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=9))
def test_the_others_are_counted_as_if_one_by_one(labels: list[str]) -> None:
    names = tuple(f"w{number}" for number in range(len(labels)))
    annotations = Annotations({"1": dict(zip(names, labels, strict=True))}, {}, names, 0)
    assert human_levels(annotations, None, {})[0].human == pytest.approx(_by_definition(labels))
