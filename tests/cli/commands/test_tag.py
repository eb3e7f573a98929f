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
    assert "weather.csv names 1 files that are not in the manifest, such as 9.jpg" in result.stderr


def test_nothing_to_add_is_an_error(burnish: Burnish) -> None:
    errors = burnish("tag", stdin=SET, code=2).stderr
    assert errors == "burnish tag: nothing to add: give --auto, --set TAG=EXPR or --metadata FILE\n"


def test_the_usual_tags(burnish: Burnish) -> None:
    line = json.dumps({"path": "a", "image": {"width": 8, "height": 8, "brightness_p99": 0.1}})
    assert tags(burnish("tag", "--auto", stdin=line).stdout) == [["dark", "small"]]
