"""`burnish split` as its users call it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.test_contract import in_terminal
from tests.conftest import Burnish

SET = "".join(
    json.dumps({"path": f"d/{n}.wav", "label": str(n % 2), "tags": [f"speaker={'abcde'[n // 12]}"]}) + "\n"
    for n in range(60)
)


def splits(text: str) -> Counter[str]:
    return Counter(json.loads(line)["split"] for line in text.splitlines())


def test_the_manifest_goes_through_and_the_report_goes_to_stderr(burnish: Burnish) -> None:
    result = burnish("split", "--ratio", "train=0.6,val=0.2,test=0.2", "--group", "speaker", stdin=SET)
    assert splits(result.stdout) == {"train": 36, "val": 12, "test": 12}
    assert result.stderr == (
        "split 60 samples into 3 splits\n"
        "  train: 36 samples, 60.0 %, wished 60 %\n"
        "  val: 12 samples, 20.0 %, wished 20 %\n"
        "  test: 12 samples, 20.0 %, wished 20 %\n"
        "  label 0: train 18, val 6, test 6\n"
        "  label 1: train 18, val 6, test 6\n"
        "5 groups by speaker, none in two splits\n"
    )


def test_from_a_file_and_from_a_pipe_it_is_the_same(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(SET)
    piped = burnish("split", stdin=SET).stdout
    assert burnish("split", "set.jsonl").stdout == piped
    burnish("split", "set.jsonl", "-o", "set.jsonl")
    assert (tmp_path / "set.jsonl").read_text() == piped
    again = burnish("split", "set.jsonl", "--seed", 5)
    assert again.stdout == piped
    assert "60 samples kept the split that they had; --force splits all anew" in again.stderr
    assert burnish("split", "set.jsonl", "--seed", 5, "--force").stdout != piped


def test_a_leak_is_named_with_its_cure(burnish: Burnish) -> None:
    errors = burnish("split", stdin=SET).stderr
    assert (
        "warning: speaker=… looks like a group (5 values, 12 samples each) and straddles: 5 of them are in several "
        "splits; keep each on one side: --group speaker\n"
    ) in errors
    assert "warning" not in burnish("split", "--quiet", stdin=SET).stderr


def test_a_group_that_is_too_large_is_named(burnish: Burnish) -> None:
    errors = burnish("split", "--group", "speaker", stdin=SET).stderr
    assert "cannot meet its share: the group " in errors
    assert " alone has 12 samples, 6 more than the 6 wished\n" in errors


def test_samples_without_the_tag_are_counted(burnish: Burnish) -> None:
    errors = burnish("split", "--group", "speaker", stdin=f'{SET}{{"path": "x.wav"}}\n').stderr
    assert "1 sample has no tag of the key speaker; each is a group of its own\n" in errors


def test_too_few_groups_leave_a_split_empty_and_it_is_said(burnish: Burnish) -> None:
    lines = "".join(SET.splitlines(keepends=True)[:24])
    errors = burnish("split", "--group", "speaker", stdin=lines).stderr
    assert " is empty: there are only 2 groups\n" in errors


def test_generated_samples_outside_training_are_said(burnish: Burnish) -> None:
    made = {"path": "m.wav", "origin": {"source": "d/0.wav", "recipe": "noise", "recipe_digest": "x"}}
    lines = SET.replace('{"path": "d/0.wav"', '{"split": "test", "path": "d/0.wav"') + json.dumps(made) + "\n"
    result = burnish("split", stdin=lines)
    assert json.loads(result.stdout.splitlines()[-1])["split"] == "test"
    assert "warning: 1 generated sample is not for training, because they stay with their sources" in result.stderr


def test_of_many_classes_the_worst_are_shown(burnish: Burnish) -> None:
    lines = "".join(json.dumps({"path": f"{n}", "label": f"c{n % 40}"}) + "\n" for n in range(400))
    errors = burnish("split", stdin=lines).stderr
    assert errors.count("  label ") == 10
    assert "of 40 classes, the 10 that miss their shares most are shown\n" in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--ratio", "train=0.8,test=0.1"],
            "--ratio 'train=0.8,test=0.1' sums to 0.9, not to 1; an example: --ratio t",
        ),
        (["--ratio", "train=2,test=-1"], "--ratio 'train=2,test=-1': the share of test is -1; it has to be above 0"),
        (["--method", "hahs"], "--method 'hahs' is unknown (did you mean 'hash'?)"),
        (["--stratify", "labels"], "--stratify 'labels' is unknown (did you mean 'label'?)"),
        (["--group", "speeker"], "--group 'speeker': no sample has such a tag (did you mean 'speaker'?)"),
        (["--group", "{}"], "--group '{}' names no field"),
        (["-o", "a.wav"], "-o a.wav: that is the name of a media file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_can_get_wrong(burnish: Burnish, arguments: list[str], message: str) -> None:
    result = burnish("split", *arguments, stdin=SET, code=2)
    assert result.stderr.startswith(f"burnish split: {message}")
    assert (result.stderr.count("\n"), result.stdout) == (1, "")


def test_a_person_sees_tables(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(SET.replace('"label": "0"', '"label": "[red]"'))
    seen, code = in_terminal(["split", "set.jsonl", "-o", "out.jsonl"], tmp_path)
    assert code == 0
    assert all(word in seen for word in ("reached", "wished", "[red]", "48", "looks like a group"))


def test_folds_are_a_field_that_other_commands_know(burnish: Burnish, tmp_path: Path) -> None:
    result = burnish("split", "--folds", "5", "--group", "speaker", "-o", "folds.jsonl", stdin=SET)
    assert result.stderr.startswith("split 60 samples into 5 folds\n  fold=0: 12 samples, 20.0 %, wished 20 %\n")
    assert result.stderr.endswith("5 groups by speaker, none in two folds\n")
    rows = [json.loads(line) for line in (tmp_path / "folds.jsonl").read_text().splitlines()]
    assert Counter(one["fold"] for one in rows) == dict.fromkeys(range(5), 12)
    assert not any("split" in one for one in rows)
    one = burnish("select", "folds.jsonl", "--where", "fold == 3").stdout.splitlines()
    assert [json.loads(line)["fold"] for line in one] == [3] * 12
    (tmp_path / "p.csv").write_text("path,prediction\n" + "".join(f"{one['path']},1\n" for one in rows))
    words = ("evaluate", "folds.jsonl", "--predictions", "p.csv", "--run", "run", "--test-split", "fold=3", "--json")
    assert json.loads(burnish(*words).stdout)["metrics"]["samples"] == 12
    again = burnish("split", "folds.jsonl", "--folds", "5", "--group", "speaker")
    assert again.stdout == (tmp_path / "folds.jsonl").read_text()
    assert "60 samples kept the fold that they had; --force makes all folds anew" in again.stderr


def test_more_folds_than_groups_are_refused(burnish: Burnish) -> None:
    errors = burnish("split", "--folds", "6", "--group", "speaker", stdin=SET, code=2).stderr
    assert errors == "burnish split: --folds 6: there are only 5 groups by speaker, and each fold needs one\n"


def test_small_classes_that_are_in_every_split_are_said_where_shares_are_missed(burnish: Burnish) -> None:
    def lines(classes: int, size: int) -> str:
        return "".join(f'{{"path": "{c}/{n}.wav", "label": "c{c}"}}\n' for c in range(classes) for n in range(size))

    wish = ("split", "--ratio", "train=0.8,test=0.2")
    said = burnish(*wish, stdin=lines(50, 2)).stderr.splitlines()[-1]
    assert said == (
        "warning: test has 50 samples instead of 20, for each of 50 small classes is in every split; "
        "--stratify none keeps the shares"
    )
    assert "warning" not in burnish(*wish, "--stratify", "none", stdin=lines(50, 2)).stderr
    assert "warning" not in burnish(*wish, stdin=lines(50, 5)).stderr
    assert "warning" not in burnish(*wish, stdin=lines(50, 1)).stderr
