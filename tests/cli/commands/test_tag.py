"""`burnish tag` in a pipe."""

import json
from pathlib import Path

from tests.conftest import Burnish

SET = "".join(json.dumps({"path": f"{i}.jpg", "image": {"width": 10 * i}, "theirs": 1.0}) + "\n" for i in range(3))


def tags(output: str) -> list[list[str]]:
    return [json.loads(line).get("tags", []) for line in output.splitlines()]


def test_tags_by_expression_and_metadata(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text("file_name,weather\n1.jpg,rain\n9.jpg,sun\n")
    result = burnish("tag", "--set", "size=big=image.width > 5", "--metadata", "weather.csv", stdin=SET)
    assert tags(result.stdout) == [[], ["size=big", "weather=rain"], ["size=big"]]
    assert result.stdout.splitlines()[0] == SET.splitlines()[0]
    assert "tags by number of samples: size=big 2, weather=rain 1" in result.stderr
    assert "weather.csv: 1 name of no file here, such as 9.jpg" in result.stderr


def test_nothing_to_add_is_an_error(burnish: Burnish) -> None:
    errors = burnish("tag", stdin=SET, code=2).stderr
    assert errors == "burnish tag: nothing to add: give --auto, --set TAG=EXPR or --metadata FILE\n"


def test_the_usual_tags(burnish: Burnish) -> None:
    line = json.dumps({"path": "a", "image": {"width": 8, "height": 8, "brightness_p99": 0.1}})
    assert tags(burnish("tag", "--auto", stdin=line).stdout) == [["dark", "small"]]


def test_metadata_relabels_and_the_label_before_is_kept(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "fix.csv").write_text("File;Label;sentence\n.\\1.JPG;dog;a good one\n")
    (tmp_path / "set.jsonl").write_text("".join(f'{{"path": "d/{i}.jpg", "label": "cat"}}\n' for i in range(2)))
    result = burnish("tag", "set.jsonl", "--metadata", "fix.csv", "-o", "new.jsonl")
    assert "new labels: cat to dog 1; take them back with: burnish relabel --undo" in result.stderr
    assert "fix.csv: 1 name spelt otherwise" in result.stderr
    first, second = (json.loads(line) for line in (tmp_path / "new.jsonl").read_text().splitlines())
    assert first == {"path": "d/0.jpg", "label": "cat"}
    assert (second["label"], second["text"], second.get("tags")) == ("dog", "a good one", None)
    back = burnish("relabel", "new.jsonl", "--undo").stdout
    assert [json.loads(line)["label"] for line in back.splitlines()] == ["cat", "cat"]
    kept = burnish("tag", "set.jsonl", "--metadata", "fix.csv", "--no-relabel").stdout
    assert [json.loads(line)["label"] for line in kept.splitlines()] == ["cat", "cat"]


def test_a_column_that_is_only_like_a_label_does_not_relabel(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file_name,class\n1.jpg,dog\n")
    sample = '{"path": "1.jpg", "label": "cat"}'
    assert json.loads(burnish("tag", "--metadata", "m.csv", stdin=sample).stdout)["label"] == "cat"
    named = burnish("tag", "--metadata", "m.csv", "--label-column", "class", stdin=sample)
    assert json.loads(named.stdout)["label"] == "dog"
