"""`burnish train --feature table:FILE` and `--feature tags`."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Burnish


@pytest.fixture
def grey(burnish: Burnish, tmp_path: Path) -> None:
    """Forty pictures of noise, of which nothing can be learned; a table whose weight tells most."""
    from PIL import Image

    rng = np.random.default_rng(0)
    lines = ["path,weight,note"]
    for number in range(40):
        place = tmp_path / "d" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)).save(place / f"{number}.png")
        lines.append(f"d/{'ab'[number % 2]}/{number}.png,{rng.normal(3 * (number % 2), 1):.3f},{number % 3}")
    (tmp_path / "t.csv").write_text("\n".join(lines[:-1]))
    burnish("scan", "d", "-o", "set.jsonl")


def test_a_table_beside_features_and_in_the_choice(burnish: Burnish, tmp_path: Path, grey: None) -> None:
    said = burnish("train", "set.jsonl", "--run", "t", "--feature", "table:t.csv", "--no-cache").stderr
    assert "t.csv has no row for 1 of 40 samples" in said
    alone = json.loads((tmp_path / "t" / "metrics.json").read_text())["accuracy"]
    assert alone > 0.8
    words = ("train", "set.jsonl", "--feature", "auto", "--feature", "table:t.csv", "--no-cache")
    burnish(*words, "--run", "auto", "--model", "logistic")
    record = json.loads((tmp_path / "auto" / "run.json").read_text())
    assert {one["model"].partition(" on ")[2] for one in record["model"]["trials"]} == {
        "base", "side data", "base + side data"
    }  # fmt: skip
    assert "table:t.csv" in record["model"]["features"]
    both = ("--feature", "base", "--feature", "table:t.csv")
    burnish("train", "set.jsonl", "--run", "both", *both, "--model", "logistic", "--no-cache")
    record = json.loads((tmp_path / "both" / "run.json").read_text())
    assert record["model"]["features"] == ["hog", "colour", "thumbnail", "table:t.csv"]


def test_tags_and_a_column_that_gives_the_label_away(burnish: Burnish, tmp_path: Path, grey: None) -> None:
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    for number, one in enumerate(lines):
        one["tags"] = [f"room={number % 3}", f"diagnosis={one['label']}1"]
    (tmp_path / "leaky.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    said = burnish("train", "leaky.jsonl", "--run", "r", "--feature", "tags", "--no-cache", code=2).stderr
    assert "--feature tags: the column 'diagnosis' gives the label away" in said
    assert said.count("\n") == 1
    for one in lines:
        one["tags"] = one["tags"][:1]
    (tmp_path / "fine.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    burnish("train", "fine.jsonl", "--run", "r", "--feature", "tags", "--no-cache")
    assert json.loads((tmp_path / "r" / "run.json").read_text())["model"]["features"] == ["tags"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--feature table:", "--feature table: needs a CSV file"),
        ("--feature table:none.csv", "cannot read none.csv"),
        ("--feature tag", "--feature 'tag' is unknown (did you mean 'tags'?)"),
    ],
)
def test_wrong_calls_are_one_line(burnish: Burnish, grey: None, words: str, message: str) -> None:
    said = burnish("train", "set.jsonl", "--run", "r", *words.split(), code=2).stderr
    assert message in said
    assert said.count("\n") == 1
