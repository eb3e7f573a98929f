"""The pipelines that ship, on real data."""

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from PIL import Image

from tests.conftest import Burnish
from tests.machine import in_time
from tests.soak import SOAK

CLASSES = ("shoes", "t-shirt", "pants")
SPEAKERS = ("george", "jackson", "theo")


def steps_of(burnish: Burnish, *arguments: str) -> dict[str, dict[str, Any]]:
    report = json.loads(burnish("run", *arguments, "--json").stdout)
    return {step["step"]: step for step in report["steps"]}


def check_again(burnish: Burnish, *arguments: str) -> None:
    """Run it again with nothing changed: no step runs, in under two seconds of this process."""
    began = time.process_time()
    steps = steps_of(burnish, *arguments)
    seconds = time.process_time() - began
    assert {(step["status"], step["reason"]) for step in steps.values()} == {("cached", "")}
    assert in_time(seconds, 2)


def report(folder: Path, name: str) -> Any:
    return json.loads((folder / "work" / f"{name}.json").read_text())


def in_the_dark(source: Path) -> Image.Image:
    """A picture of a photon in one pixel out of four, at most."""
    with Image.open(source) as picture:
        light = np.asarray(picture.convert("RGB"), dtype=float) / 255
    counted = np.random.default_rng(0).poisson(light**2 * 0.3)
    return Image.fromarray(np.clip(counted * 30, 0, 255).astype(np.uint8))


@pytest.fixture
def photos(data: Path, tmp_path: Path) -> Path:
    """Photos of clothes, some of them taken in the dark."""
    for split, wanted in (("train", 30), ("test", 11)):
        for name in CLASSES:
            folder = tmp_path / "photos" / split / name
            folder.mkdir(parents=True)
            for number, source in enumerate(sorted((data / "clothing" / split / name).iterdir())[:wanted]):
                if split == "test" and number % 2:
                    in_the_dark(source).save(folder / f"{source.stem}.png")
                else:
                    shutil.copy(source, folder)
    return tmp_path / "photos"


def mixed(speech: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    scale = np.sqrt((speech**2).mean() / (noise**2).mean()) * 10 ** (-snr_db / 20)
    both: np.ndarray = speech + scale * noise
    return np.asarray(both / max(1.0, float(np.abs(both).max())))


@pytest.fixture
def speech(data: Path, tmp_path: Path) -> Path:
    """Spoken digits, a quarter of them with water behind; the noise to train on is the other half of the recording."""
    water, rate = soundfile.read(data / "noise" / "background" / "running_tap.wav")
    water = soxr.resample(water, rate, 8000)
    half = len(water) // 2
    for name in ("street", "babble", "machine"):
        (tmp_path / "noise" / name).mkdir(parents=True)
        soundfile.write(tmp_path / "noise" / name / "water.wav", water[:half], 8000)
    (tmp_path / "speech").mkdir()
    generator = np.random.default_rng(0)
    for path in sorted((data / "fsdd").glob("*/*.wav")):
        label, speaker, take = path.stem.split("_")
        if speaker not in SPEAKERS:
            continue
        sound, rate = soundfile.read(path)
        place = "street" if generator.random() < 0.25 else "room"
        if place == "street":
            begin = half + int(generator.integers(0, half - len(sound)))
            sound = mixed(sound, water[begin : begin + len(sound)], 3.0)
        soundfile.write(tmp_path / "speech" / f"{label}_{speaker}_{take}_{place}.wav", sound, rate)
    return tmp_path / "speech"


def test_clean_images(burnish: Burnish, photos: Path) -> None:
    good = sorted((photos / "train" / "shoes").iterdir())
    (photos / "train" / "shoes" / "cut.jpg").write_bytes(good[0].read_bytes()[:2000])
    shutil.copy(good[1], photos / "train" / "pants" / "copy.jpg")
    steps = steps_of(burnish, "clean-images", "--set", "data=photos")
    assert [step["status"] for step in steps.values()] == ["run"] * 5
    assert steps["scan"]["files"] == 3 * 41 + 2
    assert steps["clean"]["samples_out"] == steps["clean"]["samples_in"] - 1
    work = photos.parent / "work"
    assert json.loads((work / "rejects.jsonl").read_text())["path"] == "photos/train/shoes/cut.jpg"
    conflict = [json.loads(line)["path"] for line in (work / "duplicates.jsonl").read_text().splitlines()]
    assert "photos/train/pants/copy.jpg" in conflict
    assert report(photos.parent, "04-balance")["by"] == "label"
    assert (work / "stats.html").read_bytes().startswith(b"<!")
    check_again(burnish, "clean-images", "--set", "data=photos")


def test_clean_audio(burnish: Burnish, speech: Path) -> None:
    first = min(speech.iterdir())
    shutil.copy(first, speech / "9_copy_0_room.wav")
    (speech / "3_empty_0_room.wav").touch()
    arguments = ("clean-audio", "--set", "data=speech", "--set", "pattern={label}_{speaker}_{take}_{noise}")
    steps = steps_of(burnish, *arguments)
    assert steps["scan"]["samples_out"] == 302
    assert steps["clean"]["samples_out"] == 301
    assert steps["dedup"]["samples_out"] == 299, "one recording with two labels says nothing"
    assert len(report(speech.parent, "05-balance")["classes"]) == 10
    check_again(burnish, *arguments)


def check_loop(burnish: Burnish, folder: Path, tag: str, *arguments: str) -> dict[str, dict[str, Any]]:
    """Run a whole loop: the weak tag is found, gets samples, and the model is better on it afterwards."""
    steps = steps_of(burnish, *arguments)
    assert {step["status"] for step in steps.values()} == {"run"}
    made = steps["augment"]["samples_out"] - steps["augment"]["samples_in"]
    assert made == steps["augment"]["files"] > 0
    assert (folder / "work" / "after" / "run.json").exists()
    weak = {found["tag"]: found["gain"] for found in report(folder, "08-weak")["tags"]}
    assert weak[tag] > 0
    comparison = report(folder, "11-compare")
    assert comparison["per_tag"][tag]["difference"] >= 0
    assert comparison["held_still"] == {"model": True, "parameters": True, "features": True, "draw": True}
    assert comparison["repeats"] == {"a": 10, "b": 10}
    assert comparison["same_draws"] is True
    after = json.loads((folder / "work" / "after" / "run.json").read_text())
    assert after["model"]["like"] == "work/before"
    return steps


@pytest.mark.soak
def test_speech_loop(burnish: Burnish, speech: Path) -> None:
    # Without matching: what is matched depends on the whole slice, and one file more may change all of it.
    settings = ("data=speech", "pattern={label}_{speaker}_{take}_{noise}", "match=none")
    arguments = ("speech-loop", *(word for setting in settings for word in ("--set", setting)))
    check_loop(burnish, speech.parent, "noise=street", *arguments)
    check_again(burnish, *arguments)
    if not SOAK:
        return  # what one more file costs, tests/cli/commands/test_run.py asks of a smaller loop
    sound, rate = soundfile.read(min(speech.glob("7_theo_*")))
    soundfile.write(speech / "7_theo_77_room.wav", 0.7 * sound[::-1], rate)
    steps = steps_of(burnish, *arguments)
    assert steps["scan"]["files"] == 1
    # The new file may be a training sample, and then it is a source of one sample for each weak tag with a target.
    assert steps["augment"]["files"] <= 4, "what is there already is not made again"


def test_image_loop(burnish: Burnish, photos: Path) -> None:
    arguments = ("image-loop", "--set", "data=photos", "--set", "copies=", "--set", "budget=60")
    check_loop(burnish, photos.parent, "dark", *arguments)
    check_again(burnish, *arguments)


def test_monitor(burnish: Burnish, data: Path, tmp_path: Path) -> None:
    """New recordings come in by weeks; noise in the third one alarms twice, and nothing new runs nothing."""
    files = sorted((data / "fsdd").rglob("*.wav"))
    order = np.random.default_rng(0).permutation(len(files)).tolist()
    for folder, part in (("training", order[:300]), ("incoming", order[300:])):
        for place, at in enumerate(part):
            target = tmp_path / folder / files[at].name
            target.parent.mkdir(exist_ok=True)
            sound, rate = soundfile.read(files[at])
            week = place * 3 // len(part)
            if folder == "incoming" and week == 2:
                sound = np.clip(sound + np.random.default_rng(at).normal(0, 0.1, len(sound)), -1, 1)
            soundfile.write(target, sound, rate)
            os.utime(target, (1762164000 + 604800 * week,) * 2)  # a Monday
    burnish("scan", "training", "-o", "reference.jsonl")
    burnish("schema", "reference.jsonl", "-o", "schema.yaml")
    result = burnish("run", "monitor", "--set", "on=facts", "--json", code=1)
    assert "out-of-range of audio.snr_db" in result.stderr.splitlines()[-1]
    statuses = {step["step"]: step["status"] for step in json.loads(result.stdout)["steps"]}
    assert statuses == {"scan": "run", "validate": "failed", "drift": "run"}, "what failed does not hide the week"
    work = tmp_path / "work"
    said = json.loads((work / "validations.jsonl").read_text())
    assert (said["samples"], said["errors"] > 0) == (100, True), "the last week, not all that ever came"
    assert "out-of-range of audio.snr_db" in (work / "dashboard.html").read_text()
    assert "<h2>out-of-range of audio.snr_db" in (work / "anomalies.html").read_text()
    assert b"out-of-range" in (work / "rejected.jsonl").read_bytes()
    windows = [json.loads(line) for line in (tmp_path / "work" / "history.jsonl").read_text().splitlines()]
    alarms = [{test["name"] for test in one["tests"] if test["verdict"] == "drifted"} for one in windows]
    assert alarms[:2] == [set(), set()]
    assert "audio.snr_db" in alarms[2]
    assert [one["run"]["scans"] and one["run"]["scans"]["files"] for one in windows] == [None, None, 300]
    assert [bool(one["run"]["validated"]) for one in windows] == [False, False, True]
    assert "over-time" in (tmp_path / "work" / "dashboard.html").read_text()
    steps_of(burnish, "monitor", "--set", "on=facts", "--set", "fail_on=")
    check_again(burnish, "monitor", "--set", "on=facts", "--set", "fail_on=")
