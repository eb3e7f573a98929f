"""`burnish tune`: ranges that help a weak tag are found, written into the recipe, and not believed too much."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from augment.recipe.reader import load
from cli.views.tune.table import Rung, TriedRanges, TuningReport, sentences
from tests.baselines.samples import tone
from tests.conftest import Burnish, burnish_in
from tests.soak import SOAK

RECIPE = """\
kind: augment
vars: {noise: noise}
targets:
  hum=on:   # how loud?
    audio:
      - mix_noise: {folder: "${noise}", snr_db: [-25, 60]}
  level=low:
    audio:
      - gain: {gain_db: -20}
"""
ARGUMENTS = ("tune", "hum.yaml", "set.jsonl", "--run", "before")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 clean training tones and 45 validation ones under hum, and a run."""
    folder = tmp_path_factory.mktemp("trained")
    draw, rows = np.random.default_rng(0), ["file_name,label,split,hum"]
    (folder / "noise").mkdir()
    soundfile.write(folder / "noise" / "hum.wav", 0.1 * draw.standard_normal(16000), 8000)
    for split, count in (("train", 20), ("val", 15), ("test", 4)):
        for label in ("low", "mid", "high"):
            for at in range(count):
                name = f"{split}/{label}{at}.wav"
                one = tone(folder / "set" / name, label, 1000 * len(split) + at + 100 * len(label))
                if split != "train":
                    sounds, rate = soundfile.read(one.path)
                    soundfile.write(one.path, sounds + 0.4 * draw.standard_normal(len(sounds)), rate)
                rows.append(f"{name},{label},{split},{'' if split == 'train' else 'on'}")
    (folder / "set" / "metadata.csv").write_text("\n".join(rows) + "\n")
    (folder / "hum.yaml").write_text(RECIPE)
    burnish = burnish_in(folder)
    burnish("scan", "set", "-o", "set.jsonl")
    burnish("train", "set.jsonl", "--run", "before", "--model", "svm", "--no-cache")
    return folder


@pytest.fixture
def dataset(trained: Path, tmp_path: Path) -> Path:
    """The same, in the folder of the test."""
    return shutil.copytree(trained, tmp_path, dirs_exist_ok=True)


def test_ranges_are_tried_and_the_best_are_written(burnish: Burnish, dataset: Path) -> None:
    words = (*ARGUMENTS, "--tag", "hum=on", "--trials", "4", "--seed", "3", "-o", "tuned.yaml")
    before = sorted(dataset.rglob("*"))
    report = json.loads(burnish(*words, "--json").stdout)
    assert sorted(dataset.rglob("*")) == sorted([*before, dataset / "tuned.yaml"]), "no made sample is kept"
    assert (report["recipe"], report["tag"], report["target"], report["model"]) == (
        "hum.yaml",
        "hum=on",
        "hum=on",
        "svm",
    )
    assert (report["budget"], report["validated"]) == (60, 45)
    assert [rung["samples"] for rung in report["trials"][0]["rungs"]] == [15, 30, 60]
    assert sorted(len(one["rungs"]) for one in report["trials"]) == [1, 1, 3, 3] or report["best"] == 0
    assert report["trials"][0]["ranges"] == {"mix_noise.snr_db": [-25, 60]}
    best = report["trials"][report["best"]]
    found = best["rungs"][-1]["weak"] - report["trials"][0]["rungs"][-1]["weak"]
    assert report["difference"] == pytest.approx(found)
    text = (dataset / "tuned.yaml").read_text()
    low, high = best["ranges"]["mix_noise.snr_db"]
    assert text.endswith(RECIPE.replace("[-25, 60]", f"[{low:g}, {high:g}]"))
    assert text.startswith("# Ranges of hum=on by burnish tune, for hum=on.\n# svm of before, ")
    tuned = load(str(dataset / "tuned.yaml"), prepare=False)
    assert tuned.targets[0].steps["audio"][0].prepared.settings.snr_db == (low, high)
    if SOAK:
        again = json.loads(burnish(*words, "--json").stdout)
        assert again == report, "the same call finds the same"


def test_what_is_weak_by_another_name(burnish: Burnish, dataset: Path) -> None:
    shown = burnish(*ARGUMENTS, "--tag", "hum=on", "--map", "hum=on=hum=on", "--trials", "2", "--budget", "8").stdout
    assert "as it is" in shown
    assert "asked of 45 real samples with hum=on" in shown


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "tune needs --tag TAG"),
        (("--tag", "hum=off"), "--tag hum=off: recipe hum.yaml has no such target (did you mean 'hum=on'?)"),
        (("--tag", "level=low"), "target level=low of hum.yaml has no range to tune: write [low, high]"),
        (("--tag", "hum=on", "--run", "gone"), "no run in gone"),
        (("--tag", "hum=on", "-o", "tuned.txt"), "-o tuned.txt: a recipe's name ends in .yaml"),
        (("--tag", "hum=on", "-o", "hum.yaml"), "-o hum.yaml: that is an input; name another file"),
        (("--tag", "hum=on", "--set", "noise=gone"), "gone"),
        (("--tag", "x=y", "--map", "x=y=hum=on"), "0 real samples of training and validation have x=y"),
    ],
)
def test_wrong_calls(burnish: Burnish, dataset: Path, words: tuple[str, ...], why: str) -> None:
    said = burnish(*ARGUMENTS, *words, "--trials", "2", code=2).stderr
    assert why in said
    assert len(said.strip().splitlines()) == 1
    assert not (dataset / "tuned.yaml").exists()


def result(best: int, rest_loss: float = 0.0) -> TuningReport:
    trials = [
        TriedRanges(number, {"gain.gain_db": (number, 9.0)}, [Rung(50, weak, 0.9, rest_loss, 0.5)])
        for number, weak in enumerate((0.6, 0.7))
    ]
    return TuningReport("r.yaml", "t", "t", "before", "svm", 50, 100, best, 0.1 * best, (-0.02, 0.22), trials)


def test_what_is_said_of_the_best() -> None:
    lines = sentences(result(1))
    assert "trial 1: 70.0 % of t are right, 60.0 % with the recipe as it is" in lines[1]
    assert "(+10.0 points, 95 % interval -2.0 to +22.0)" in lines[1]
    assert "the best of 2 by these very samples, so the difference may be chance, and is too good" in lines[2]
    assert lines[3] == "ranges of trial 1: gain.gain_db 1 to 9"
    assert sentences(result(0))[1:] == ["no trial of 1 is better than the recipe as it is (60.0 %)"]
    assert "others fall by 1.4 standard errors" in sentences(result(0, 1.4))[-1]
