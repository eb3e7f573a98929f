"""`burnish balance`: table, JSON and gates."""

import json

import pytest

from tests.conftest import Burnish

SET = "".join(
    json.dumps({"path": f"{label}{i}", "label": label, "split": "train" if i else "test", "tags": [f"who={i % 2}"]})
    + "\n"
    for label, count in (("cat", 6), ("dog", 2))
    for i in range(count)
)


def test_json_has_the_shape_that_scripts_rely_on(burnish: Burnish) -> None:
    report = json.loads(burnish("balance", "--json", stdin=SET).stdout)
    assert report.pop("effective_classes") == pytest.approx(4**0.25 * (4 / 3) ** 0.75)
    assert report == {
        "by": "label",
        "samples": 8,
        "classes": [
            {"label": "cat", "count": 6, "share": 0.75, "missing": 0},
            {"label": "dog", "count": 2, "share": 0.25, "missing": 4},
        ],
        "imbalance_ratio": 3.0,
        "majority_accuracy": 0.75,
        "without": 0,
    }


def test_the_table_shows_bars_and_what_is_missing(burnish: Burnish) -> None:
    lines = burnish("balance", stdin=SET).stdout.splitlines()
    cat, dog = (next(line for line in lines if line.strip().startswith(name)) for name in ("cat", "dog"))
    assert (cat.count("█"), dog.count("█")) == (20, 6)
    assert "75.0 %" in cat
    assert dog.split()[-1] == "4"
    assert "imbalance ratio 3.00 (largest / smallest class)" in lines
    assert "always guessing cat is right 75.0 % of the time" in lines


def test_names_cannot_steer_the_terminal(burnish: Burnish) -> None:
    line = json.dumps({"path": "a", "label": "\x1b[31mred[bold]\udcff"})
    assert "\\x1b[31mred[bold]\\udcff" in burnish("balance", stdin=line).stdout


def test_gates_decide_the_exit_code(burnish: Burnish) -> None:
    burnish("balance", "--max-ratio", 3, "--min-count", 2, stdin=SET)
    result = burnish("balance", "--max-ratio", 2.5, "--min-count", 3, "--quiet", stdin=SET, code=1)
    assert result.stderr == (
        "burnish balance: imbalance ratio 3.00 is above --max-ratio 2.5; "
        "1 of 2 classes are below --min-count 3: dog (2)\n"
    )
    assert "75.0 %" in result.stdout, "the report is written all the same"


def test_classes_by_tag_and_within_a_split(burnish: Burnish) -> None:
    report = json.loads(burnish("balance", "--by", "tag:who", "--within", "train", "--json", stdin=SET).stdout)
    assert [(found["label"], found["count"]) for found in report["classes"]] == [("1", 4), ("0", 2)]


def test_misspelt_values_are_named_before_anything_is_read(burnish: Burnish) -> None:
    result = burnish("balance", "--by", "lable", stdin="nonsense", code=2)
    assert result.stderr == "burnish balance: --by 'lable' is unknown (did you mean 'label'?)\n"
