"""`burnish train`: the run that it leaves, and what it says."""

import json
import os
from pathlib import Path

import pytest

from tests.baselines.samples import tone
from tests.conftest import Burnish


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def speech(burnish: Burnish, tmp_path: Path) -> Path:
    """Six speakers say two words four times each."""
    for number in range(48):
        label, speaker = ("low", "high")[number % 2], "abcdef"[number // 2 % 6]
        tone(tmp_path / "d" / f"{label}_{speaker}_{number}.wav", label, number)
    burnish("scan", "d", "--pattern", "{label}_{speaker}_{take}", "-o", "set.jsonl")
    return tmp_path


def test_the_run_and_the_table(burnish: Burnish, speech: Path) -> None:
    result = burnish("train", "set.jsonl", "--run", "runs/first", "--model", "knn")
    assert sorted(os.listdir(speech / "runs/first")) == [
        "metrics.json", "model.skops", "predictions.jsonl", "run.json",
    ]  # fmt: skip
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["accuracy", "100.0", "%"] in [line[:3] for line in lines]
    assert ["majority", "guess", "50.0", "%"] in [line[:4] for line in lines]
    assert "95 % interval 92.6 % to 100.0 %, n = 48" in result.stdout
    assert "burnish weak runs/first" in result.stdout
    run = json.loads((speech / "runs/first/run.json").read_text())
    assert run["arguments"] == ["train", "set.jsonl", "--run", "runs/first", "--model", "knn"]
    assert run["parameters"]["model"] == "knn"
    assert run["score"]["samples"] == 48
    assert len((speech / "runs/first/predictions.jsonl").read_text().splitlines()) == 48


def test_a_group_that_was_not_used_is_named_and_then_used(burnish: Burnish, speech: Path) -> None:
    random = burnish("train", "set.jsonl", "--run", "a", "--model", "knn").stderr
    assert random.startswith("warning: speaker=… looks like a group (6 values, 8 samples each)")
    assert random.endswith("the honest figure: --group speaker\n")
    assert burnish("train", "set.jsonl", "--run", "b", "--model", "knn", "--group", "speaker").stderr == ""


def test_what_an_earlier_call_kept_is_said(burnish: Burnish, speech: Path) -> None:
    words = ("--model", "majority", "--group", "speaker")
    part = "".join((speech / "set.jsonl").read_text().splitlines(keepends=True)[:30])
    burnish("train", "--run", "a", *words, stdin=part)
    kept = "features of 30 of 48 files were kept by an earlier call"
    assert kept in burnish("train", "set.jsonl", "--run", "b", *words).stderr
    assert "kept by an earlier call" not in burnish("train", "set.jsonl", "--run", "b", *words).stderr
    assert "kept by an earlier call" not in burnish("train", "set.jsonl", "--run", "b", *words, "--no-cache").stderr


def test_json_is_the_run_and_its_metrics(burnish: Burnish, speech: Path) -> None:
    found = json.loads(burnish("train", "set.jsonl", "--run", "a", "--model", "knn", "--json", "--quiet").stdout)
    assert found["folder"] == "a"
    assert found["run"] == json.loads((speech / "a/run.json").read_text())
    assert found["metrics"] == json.loads((speech / "a/metrics.json").read_text())


def test_two_runs_give_the_same_predictions(burnish: Burnish, speech: Path) -> None:
    for folder, jobs in (("a", 1), ("b", 2)):
        burnish("train", "set.jsonl", "--run", folder, "--jobs", jobs, "--no-cache")
    assert (speech / "a/predictions.jsonl").read_bytes() == (speech / "b/predictions.jsonl").read_bytes()
    assert not (speech / "cache/burnish/features").exists()


def test_features_are_kept_where_it_is_said(burnish: Burnish, speech: Path) -> None:
    burnish("train", "set.jsonl", "--run", "a", "--model", "majority")
    assert (speech / "cache/burnish/features/audio-2").is_dir()
    burnish("train", "set.jsonl", "--run", "a", "--model", "majority", "--cache", "mine")
    assert (speech / "mine/audio-2").is_dir()


def test_like_and_repeats_make_runs_that_can_be_compared(burnish: Burnish, speech: Path) -> None:
    shown = burnish("train", "set.jsonl", "--run", "a", "--model", "knn", "--group", "speaker", "--repeats", "3").stdout
    assert "(6 groups by speaker), with the spread of 3 other draws of the training data" in " ".join(shown.split())
    first = json.loads((speech / "a/predictions.jsonl").read_text().splitlines()[0])
    assert (first["group"], len(first["repeats"])) == ("a", 3)
    shown = burnish("train", "set.jsonl", "--run", "b", "--like", "a", "--group", "speaker", "--repeats", "3").stdout
    assert "knn, held still as in a" in shown
    assert (speech / "a/predictions.jsonl").read_bytes() == (speech / "b/predictions.jsonl").read_bytes()
    report = json.loads(burnish("compare", "a", "b", "--json").stdout)
    assert report["held_still"] == {"model": True, "parameters": True, "features": True, "draw": True}
    assert report["groups"] == {"key": "speaker", "count": 6}
    assert (report["repeats"], report["same_draws"]) == ({"a": 3, "b": 3}, True)
    for options, problem in (
        (["--model", "svm"], "--like a holds its model still, knn; --model svm asks for another"),
        (["--feature", "mel"], "--like a holds its features still, mel, mfcc, level; --feature mel asks for others"),
    ):
        errors = burnish("train", "set.jsonl", "--run", "c", "--like", "a", *options, code=2).stderr
        assert errors == f"burnish train: {problem}\n"
    assert not (speech / "c").exists()


def test_a_group_that_is_on_one_side_only_is_named_for_the_intervals(burnish: Burnish, speech: Path) -> None:
    burnish("split", "set.jsonl", "--ratio", "train=0.5,test=0.5", "--group", "speaker", "-o", "halves.jsonl")
    told = burnish("train", "halves.jsonl", "--run", "a", "--model", "knn").stderr
    assert told == (
        "note: looks like a group, and the intervals take its samples for independent: speaker=… (3 values, 8 samples "
        "each): --group speaker\n"
    )
    burnish("train", "halves.jsonl", "--run", "b", "--model", "logistic", "-q")
    shown = burnish("compare", "a", "b").stdout
    assert "looks like a group, and samples were taken for independent: speaker=…" in shown
    assert "not held still: model: knn against logistic; hold it still with train --like" in shown
    assert "the draw of the training data is not in the verdicts: train --repeats 10 in both runs" in shown


def test_an_empty_manifest_makes_no_run(burnish: Burnish, tmp_path: Path) -> None:
    assert burnish("train", "--run", "a", "--allow-empty").stderr == "no samples, so no run was made\n"
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the folder of the run: --run runs/first"),
        (("--run", "d"), "--run d: the folder is not empty and holds no run; name a new folder"),
        (("--run", "a", "--model", "svn"), "--model 'svn' is unknown (did you mean 'svm'?)"),
        (("--run", "a", "--feature", "mell"), "--feature 'mell' is unknown (did you mean 'mel'?)"),
        (("--run", "a", "--group", "{x"), "--group '{x"),
        (("--run", "a", "--like", "gone"), "no run in gone: there is no run.json"),
        (("--run", "a", "--repeats", "1"), "--repeats 1: one draw has no spread; take 10, or 2 at least"),
        (("--run", "a", "--repeats", "101"), "Invalid value for '--repeats'"),
        (("--run", "a", "--folds", "1"), "Invalid value for '--folds'"),
    ],
)
def test_a_bad_option_stops_it_before_anything_is_read(
    burnish: Burnish, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").touch()
    errors = burnish("train", *arguments, stdin="nonsense", code=2).stderr
    assert errors.startswith(f"burnish train: {message}")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"path": "a.wav"}], "no sample can be used (1 without a label); give labels with scan --pattern"),
        ([{"path": "a.wav", "label": "x"}] * 2, "all 2 training samples have the label 'x': there is nothing to tell"),
        (
            [{"path": f"{label}.wav", "label": label[:1]} for label in ("x", "x2", "y")],
            "none of 3 files can be read: x.wav",
        ),
        ([{"path": "a.wav", "label": "x"}, {"path": "b.wav", "label": "y"}], "no class has two samples to learn from"),
        ([{"path": "a.wav", "label": "x"}, {"path": "b.png", "label": "y"}], "the manifest has 1 image and 1 recordi"),
    ],
    ids=["no labels", "one class", "all unreadable", "one sample a class", "both kinds"],
)
def test_bad_input_is_one_line(burnish: Burnish, lines: list[dict[str, str]], message: str) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    errors = burnish("train", "--run", "a", stdin=text, code=2).stderr
    assert errors.startswith(f"burnish train: {message}")
    assert errors.count("\n") == 1


def test_spoken_digits(burnish: Burnish, data: Path) -> None:
    burnish("scan", data / "fsdd", "--pattern", "{label}_{speaker}_{take}", "-o", "set.jsonl")
    scores = {}
    for name, more in {"random": (), "speaker": ("--group", "speaker")}.items():
        result = burnish("train", "set.jsonl", "--run", name, "--json", *more)
        scores[name] = json.loads(result.stdout)["run"]["score"]["accuracy"]
        assert ("--group speaker" in result.stderr) == (name == "random")
    assert scores["random"] >= 0.97
    assert scores["speaker"] < scores["random"] - 0.05


@pytest.mark.soak
def test_spoken_words(burnish: Burnish, data: Path) -> None:
    burnish("scan", data / "speech_commands", "-o", "set.jsonl")
    score = json.loads(burnish("train", "set.jsonl", "--run", "a", "--json", "--quiet").stdout)["run"]["score"]
    assert score["accuracy"] >= 5 * score["majority_accuracy"]


@pytest.mark.soak
def test_photos_of_clothes(burnish: Burnish, data: Path) -> None:
    burnish("scan", data / "clothing", "-o", "set.jsonl")
    score = json.loads(burnish("train", "set.jsonl", "--run", "a", "--json", "--quiet").stdout)["run"]["score"]
    assert score["samples"] == 113
    assert score["accuracy"] >= 0.54
    # Two models are level in validation (macro F1 .6320 and .6319), and here .47 and .52 apart: 4 hats, 4 skirts.
    assert score["macro_f1"] >= 0.46
