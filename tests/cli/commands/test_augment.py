"""`burnish augment`, as users run it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Burnish
from tests.machine import PATIENCE_S
from tests.soak import SOAK

RECIPE = """\
kind: augment
targets:
  noise=hum:
    audio:
      - mix_noise: {folder: noise, snr_db: [0, 15]}
      - speed: {factor: [0.9, 1.1]}
  level=low:
    audio: [{gain: {gain_db: [-30, -20]}}]
  blurry:
    image:
      - motion_blur
accept:
  audio: {min_duration_s: 0.1}
"""
LIBRARY = RECIPE.replace("motion_blur", "GaussNoise: {p: 1.0}").replace(
    "speed: {factor: [0.9, 1.1]}", "TanhDistortion: {p: 1.0}"
)
"""The same with classes of albumentations and audiomentations, which take seconds to import."""
LABELS = ["cat", "dog"]


@pytest.fixture
def dataset(
    tmp_path: Path, burnish: Burnish, picture: Callable[..., Path], recording: Callable[..., Path]
) -> list[dict[str, Any]]:
    """Six recordings and four pictures in two classes and two splits, a folder of noise, and a recipe."""
    for number in range(6):
        split = "test" if number == 5 else "train"
        recording(tmp_path / "data" / split / LABELS[number % 2] / f"{number}.wav", seed=number, duration_s=0.4)
    for number in range(4):
        split = "test" if number == 3 else "train"
        picture(tmp_path / "data" / split / LABELS[number % 2] / f"{number}.jpg", seed=number)
    recording(tmp_path / "noise" / "a.wav", seed=50, duration_s=1.0, sample_rate=8000)
    recording(tmp_path / "noise" / "b.wav", seed=51, duration_s=0.1)
    (tmp_path / "mine.yaml").write_text(RECIPE)
    burnish("scan", "data", "-o", "set.jsonl")
    return read(tmp_path / "set.jsonl")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    """All files that a person sees, by path: the journal and records are the program's own."""
    found = (path for path in folder.rglob("*") if path.is_file())
    own = {"journal.jsonl"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if path.name not in own and ".records" not in path.parts
    }


def test_new_samples_have_facts_tags_and_an_origin(
    burnish: Burnish, tmp_path: Path, dataset: list[dict[str, Any]]
) -> None:
    result = burnish("augment", "mine.yaml", "set.jsonl", "--into", "new", "-o", "set2.jsonl")
    samples = read(tmp_path / "set2.jsonl")
    assert samples[: len(dataset)] == dataset, "the samples that were there come first, as they were"
    made = samples[len(dataset) :]
    assert Counter(sample["tags"][0] for sample in made) == {"noise=hum": 5, "level=low": 5, "blurry": 3}
    assert "made 13 samples with mine in new" in result.stderr
    sources = {sample["path"]: sample for sample in dataset}
    for sample in made:
        origin = sample["origin"]
        source = sources[origin["source"]]
        assert sample["label"] == source["label"]
        assert sample["split"] == source["split"] == "train"
        assert sample["tags"][-1] == "augmented"
        assert origin["source_digest"] == source["digest"]
        assert (origin["recipe"], origin["copy"], origin["seed"]) == ("mine", 0, 0)
        assert origin["plan"]["target"] == sample["tags"][0]
        kind = sample["kind"]
        assert sample[kind]["format"] == source[kind]["format"]
        assert sample[kind].keys() == source[kind].keys(), "measured as a scan does"
    hum = next(sample for sample in made if sample["tags"][0] == "noise=hum")
    mixed, faster = hum["origin"]["operations"]
    assert mixed["name"] == "mix_noise"
    assert mixed["noise"] in {"noise/a.wav", "noise/b.wav"}
    assert 0 <= mixed["snr_db"] <= 15
    assert faster["name"] == "speed"


def test_a_scan_of_what_was_made_says_the_same(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    burnish("augment", "mine.yaml", "set.jsonl", "--into", "new", "-o", "set2.jsonl")
    made = {sample["path"]: sample for sample in read(tmp_path / "set2.jsonl") if "origin" in sample}
    burnish("scan", "new", "-o", "again.jsonl")
    again = read(tmp_path / "again.jsonl")
    assert {sample["path"] for sample in again} == made.keys()
    for sample in again:
        ours = made[sample["path"]]
        assert sample["label"] == ours["label"]
        for name in ("digest", "bytes", "mtime_ns", sample["kind"]):
            assert sample[name] == ours[name]


def test_the_same_bytes_whatever_the_workers_the_order_and_the_folder(
    burnish: Burnish, tmp_path: Path, dataset: list[dict[str, Any]]
) -> None:
    (tmp_path / "mine.yaml").write_text(LIBRARY)
    shuffled = list(dataset)
    random.Random(3).shuffle(shuffled)
    (tmp_path / "shuffled.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in shuffled))
    common = ["augment", "mine.yaml", "--budget", "17"]
    burnish(*common, "set.jsonl", "--into", "one", "--jobs", "1", "-q", "-o", "x.jsonl")
    burnish(*common, "set.jsonl", "--into", "two", "--jobs", "2", "-q", "-o", "x.jsonl")
    burnish(*common, "shuffled.jsonl", "--into", "three", "--jobs", "3", "-q", "-o", "x.jsonl")
    (tmp_path / "elsewhere").mkdir()
    recipe = LIBRARY.replace("folder: noise", "folder: ../noise")
    (tmp_path / "elsewhere" / "mine.yaml").write_text(recipe)
    subprocess.run(
        [
            sys.executable,
            ROOT / "burnish.py",
            *common,
            "../set.jsonl",
            "--root",
            "..",
            "--into",
            "../four",
            "-q",
            "-o",
            "x",
        ],
        cwd=tmp_path / "elsewhere",
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    first = files(tmp_path / "one")
    assert len(first) == 17
    for other in ("two", "three", "four"):
        assert files(tmp_path / other) == first, other


def test_what_is_there_is_not_made_again(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    burnish("augment", "mine.yaml", "set.jsonl", "--into", "new", "-o", "a.jsonl", "--target", "level=low")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "new").rglob("*.wav")}
    result = burnish("augment", "mine.yaml", "set.jsonl", "--into", "new", "-o", "b.jsonl")
    assert "made 8 samples with mine in new, 5 were there already" in result.stderr
    assert all(path.stat().st_mtime_ns == time_ns for path, time_ns in before.items())
    third = burnish("augment", "mine.yaml", "set.jsonl", "--into", "new", "-o", "c.jsonl")
    assert "made 0 samples with mine in new, 13 were there already" in third.stderr
    assert (tmp_path / "b.jsonl").read_bytes() == (tmp_path / "c.jsonl").read_bytes()


def test_a_file_that_went_away_or_was_changed(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    command = ["augment", "mine.yaml", "set.jsonl", "--into", "new", "--target", "level=low", "-o", "a.jsonl"]
    burnish(*command)
    whole = files(tmp_path / "new")
    gone, foreign = sorted((tmp_path / "new").rglob("*.wav"))[:2]
    gone.unlink()
    foreign.write_bytes(b"mine")
    result = burnish(*command)
    assert "made 1 sample" in result.stderr
    assert "rejected 1: " in result.stderr
    assert foreign.read_bytes() == b"mine", "nothing is overwritten"
    foreign.unlink()
    burnish(*command)
    assert files(tmp_path / "new") == whole


def test_undo_takes_all_of_it_back(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    before = files(tmp_path)
    burnish("augment", "mine.yaml", "set.jsonl", "--into", "deep/new", "-q", "-o", "a.jsonl")
    (tmp_path / "a.jsonl").unlink()
    burnish("undo", "deep/new")
    assert files(tmp_path) == before
    assert not (tmp_path / "deep").exists()


def test_replace_writes_only_the_new_ones(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    out = burnish("augment", "mine.yaml", "set.jsonl", "--into", "new", "--replace", "--target", "level=low").stdout
    assert len(out.splitlines()) == 5
    assert all("augmented" in json.loads(line)["tags"] for line in out.splitlines())


def test_what_standardizes_takes_the_place_of_every_sample(
    burnish: Burnish, tmp_path: Path, dataset: list[dict[str, Any]]
) -> None:
    burnish("select", "set.jsonl", "--where", "kind == 'audio'", "-o", "sounds.jsonl")
    burnish("augment", "speech-standardize", "sounds.jsonl", "--into", "even", "--replace", "-o", "even.jsonl")
    even = read(tmp_path / "even.jsonl")
    assert Counter(sample["split"] for sample in even) == {"train": 5, "test": 1}
    for sample in even:
        assert "augmented" not in sample["tags"] if "tags" in sample else True
        assert sample["origin"]["replaces"] is True
        assert sample["audio"]["sample_rate"] == 16000
        assert sample["audio"]["loudness_lufs"] == pytest.approx(-23, abs=0.2)
    # They are the dataset now: a split treats them as such, and recipes can work on them.
    burnish("augment", "mine.yaml", "even.jsonl", "--into", "more", "--target", "level=low", "-o", "more.jsonl")
    assert len(read(tmp_path / "more.jsonl")) == 11


def test_several_parts_of_one_source(burnish: Burnish, tmp_path: Path, recording: Callable[..., Path]) -> None:
    import numpy as np
    import soundfile

    tone = 0.3 * np.sin(np.arange(8000) * 0.3)
    sound = np.concatenate([tone, np.zeros(16000), tone, np.zeros(16000), tone])
    (tmp_path / "data").mkdir()
    soundfile.write(tmp_path / "data" / "a.wav", sound, 16000)
    (tmp_path / "split.yaml").write_text("kind: augment\naudio: [{split_on_silence: {top_db: 40}}]\n")
    burnish("scan", "data", "-o", "set.jsonl")
    command = ["augment", "split.yaml", "set.jsonl", "--into", "new", "--replace"]
    lines = [json.loads(line) for line in burnish(*command).stdout.splitlines()]
    assert [line["origin"]["part"] for line in lines] == [0, 1, 2]
    assert len({line["path"] for line in lines}) == 3
    assert "3 were there already" in burnish(*command).stderr


def test_the_plan_is_shown_and_nothing_is_made(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    before = files(tmp_path)
    shown = burnish("augment", "mine.yaml", "set.jsonl", "--dry-run", "--budget", "9").stdout
    assert "noise=hum" in shown
    assert "9 new samples by mine" in shown
    report = json.loads(burnish("augment", "mine.yaml", "set.jsonl", "--dry-run", "--budget", "9", "--json").stdout)
    assert report["samples"] == 9
    assert [(target["tag"], target["samples"]) for target in report["targets"]] == [
        ("noise=hum", 3),
        ("level=low", 3),
        ("blurry", 3),
    ]
    assert files(tmp_path) == before


def test_weak_tags_decide(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    weak = {
        "tags": [{"tag": "level=low", "gain": 0.2}, {"tag": "speaker=x", "gain": 0.1}, {"tag": "clean", "gain": -1}]
    }
    (tmp_path / "weak.json").write_text(json.dumps(weak))
    result = burnish("augment", "mine.yaml", "set.jsonl", "--weak", "weak.json", "--into", "new", "-o", "b.jsonl")
    made = [sample for sample in read(tmp_path / "b.jsonl") if "origin" in sample]
    assert {sample["tags"][0] for sample in made} == {"level=low"}
    assert made[0]["origin"]["plan"] == {"target": "level=low", "new": 5, "gain": 0.2}
    assert "speaker=x is weak, but mine has no target for it; add one to a recipe of your own" in result.stderr
    weak["tags"] = [{"tag": "dark", "gain": 0.2}]
    (tmp_path / "weak.json").write_text(json.dumps(weak))
    failed = burnish("augment", "mine.yaml", "set.jsonl", "--weak", "weak.json", "--into", "no", code=2).stderr
    assert "burnish augment: " in failed


def test_a_rejected_draw_is_counted_with_its_reason(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    (tmp_path / "strict.yaml").write_text(
        "kind: augment\naudio: [{gain: {gain_db: [-3, 3]}}]\naccept: {audio: {min_duration_s: 2}}\n"
    )
    result = burnish("augment", "strict.yaml", "set.jsonl", "--into", "new", "-o", "b.jsonl", code=1)
    assert "rejected 5: duration_s is below 2" in result.stderr
    assert "not one sample could be made" in result.stderr
    assert not files(tmp_path / "new")


def test_a_draw_that_breaks_a_limit_is_drawn_again(burnish: Burnish, tmp_path: Path, dataset: object) -> None:
    (tmp_path / "strict.yaml").write_text(
        "kind: augment\naudio: [{gain: {gain_db: [-40, 0]}}]\naccept: {audio: {min_peak_dbfs: -30}}\n"
    )
    burnish("augment", "strict.yaml", "set.jsonl", "--into", "new", "--copies", "9", "-o", "b.jsonl")
    made = [sample for sample in read(tmp_path / "b.jsonl") if "origin" in sample]
    assert all(sample["audio"]["peak_dbfs"] >= -30 for sample in made)
    assert {1, 2} & {sample["origin"].get("attempt", 0) for sample in made}


def test_sources_that_vanish_or_change_are_named_and_the_rest_is_made(
    burnish: Burnish, tmp_path: Path, dataset: list[dict[str, Any]]
) -> None:
    (tmp_path / "data/train/cat/0.wav").unlink()
    with (tmp_path / "data/train/dog/1.wav").open("ab") as file:
        file.write(b"x")
    command = ["augment", "mine.yaml", "set.jsonl", "--into", "new", "--target", "level=low", "-o", "b.jsonl"]
    errors = burnish(*command).stderr
    assert "made 3 samples" in errors
    assert "the source is not usable: No such file or directory (such as data/train/cat/0.wav)" in errors
    assert "the source is not usable: the source changed since it was scanned (such as data/train/dog/1.wav)" in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine.yaml"], "where to? name the folder for the new files: --into DIR (or look at the plan: --dry-run)"),
        (["mine.yam", "--into", "x"], "there is no recipe mine.yam: no such file, and none that ships"),
        (["mine.yaml", "--into", "x", "--target", "level=lo"], "did you mean 'level=low'?"),
        (["mine.yaml", "--into", "x", "--set", "a=1"], "a"),
        (["mine.yaml", "--into", "x", "--copies", "1", "--budget", "1"], "--copies and --budget exclude each other"),
        (["mine.yaml", "--into", "x", "--weak", "gone.json"], "cannot read gone.json: No such file or directory"),
        (["mine.yaml", "--into", "x", "--weak", "set.jsonl"], "set.jsonl is no list of weak tags"),
        (["mine.yaml", "--into", "mine.yaml"], "cannot make the folder mine.yaml: "),
        (["mine.yaml", "--into", "x", "--json"], "--json is for the plan"),
        (["broken.yaml", "--into", "x"], "broken.yaml:3: there is no audio operation 'gian' (did you mean 'gain'?)"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_bad_input_is_one_line_and_nothing_is_made(
    burnish: Burnish, tmp_path: Path, dataset: object, arguments: list[str], message: str
) -> None:
    (tmp_path / "broken.yaml").write_text("kind: augment\naudio:\n  - gian\n")
    before = files(tmp_path)
    errors = burnish("augment", arguments[0], "set.jsonl", *arguments[1:], code=2).stderr
    assert message in errors
    assert errors.count("\n") == 1
    assert files(tmp_path) == before


def test_odd_labels_stay_inside_the_folder(burnish: Burnish, tmp_path: Path, recording: Callable[..., Path]) -> None:
    labels = ["../../etc", "..", "a/b", "\u0000", ".hidden", "x" * 300, "\U0001f600" * 90, "ünï\u202e", ""]
    for number in range(len(labels)):
        recording(tmp_path / "data" / f"{number}.wav", seed=number)
    (tmp_path / "low.yaml").write_text("kind: augment\ntargets: {'../..': {audio: [gain]}}\n")
    burnish("scan", "data", "--label", "none", "-o", "set.jsonl")
    samples = zip(read(tmp_path / "set.jsonl"), labels, strict=True)
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps({**each, "label": label}) + "\n" for each, label in samples))
    burnish("augment", "low.yaml", "odd.jsonl", "--into", "new", "-o", "b.jsonl")
    made = [sample for sample in read(tmp_path / "b.jsonl") if "origin" in sample]
    assert [sample["label"] for sample in made] == labels
    for sample in made:
        inside = (tmp_path / sample["path"]).resolve()
        assert inside.is_file()
        assert (tmp_path / "new").resolve() in inside.parents


KILLS = 200 if SOAK else 8


@pytest.mark.skipif(sys.platform != "linux", reason="process groups as Linux has them")
def test_killed_at_any_moment_and_run_again_makes_the_same(
    burnish: Burnish, tmp_path: Path, recording: Callable[..., Path]
) -> None:
    for number in range(40):
        recording(tmp_path / "data" / LABELS[number % 2] / f"{number}.wav", seed=number, duration_s=0.3)
    (tmp_path / "mine.yaml").write_text(
        "kind: augment\naudio: [{gain: {gain_db: [-9, 9]}}, {speed: {factor: [0.9, 1.1]}}]\n"
    )
    burnish("scan", "data", "-o", "set.jsonl")
    command = ["augment", "mine.yaml", "set.jsonl", "--copies", "8", "-q"]
    burnish(*command, "--into", "whole", "-o", "whole.jsonl")
    expected = files(tmp_path / "whole")
    assert len(expected) == 320
    chance = random.Random(0)
    for kill in range(KILLS):
        if kill % 20 == 0:
            shutil.rmtree(tmp_path / "killed", ignore_errors=True)
        process = subprocess.Popen(
            [sys.executable, ROOT / "burnish.py", *command, "--into", "killed", "-o", "killed.jsonl"],
            cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.1, 1.2))
        sending = signal.SIGKILL if kill % 4 else signal.SIGINT
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sending)
        process.wait(PATIENCE_S)
        for path, content in files(tmp_path / "killed").items() if (tmp_path / "killed").exists() else ():
            assert "staging" in path or content == expected[path], f"kill {kill}: {path} is not whole"
    burnish(*command, "--into", "killed", "-o", "killed.jsonl")
    assert files(tmp_path / "killed") == expected
    assert (tmp_path / "killed.jsonl").read_text().count("\n") == 360


def test_a_disk_that_is_full_is_said_and_leaves_nothing_half_written(
    burnish: Burnish, tmp_path: Path, dataset: object
) -> None:
    full = Path("/dev/shm") / f"burnish-full-{os.getpid()}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(_made(full))], check=False)
    if mounted.returncode:
        full.rmdir()
        pytest.skip("file systems cannot be mounted here")
    try:
        errors = burnish(
            "augment", "mine.yaml", "set.jsonl", "--into", str(full / "new"), "--copies", "40", code=2
        ).stderr
        assert "No space left on device" in errors
        assert errors.count("\n") <= 3
    finally:
        subprocess.run(["umount", str(full)], check=True)
        full.rmdir()


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
