"""The augment recipes that ship, on real data: what they make is what their tags say."""

import json
import os
import shutil
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Burnish
from tests.soak import some


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def made_by(burnish: Burnish, tmp_path: Path, folder: Path, recipe: str, *options: str) -> list[dict[str, Any]]:
    """Scan a folder, run a recipe on it, and return the new samples, each with its source's facts as `before`."""
    burnish("scan", folder, "-o", "set.jsonl", "-q")
    out = burnish("augment", recipe, "set.jsonl", "--split", "all", "--into", "new", "-q", *options).stdout
    samples = {sample["path"]: sample for sample in lines(out)}
    new = [sample for sample in samples.values() if sample.get("origin")]
    sources = {sample["path"]: sample for sample in lines((tmp_path / "set.jsonl").read_text())}
    for sample in new:
        sample["before"] = sources[sample["origin"]["source"]]
    return new


def change(samples: list[dict[str, Any]], tag: str, kind: str, fact: str) -> float:
    """The median change of a fact in the samples of a tag."""
    chosen = [sample for sample in samples if tag in sample.get("tags", [])]
    assert chosen, tag
    return float(median(sample[kind][fact] - sample["before"][kind][fact] for sample in chosen))


@pytest.fixture
def noise(tmp_path: Path, data: Path) -> str:
    """Noise recordings in the folders that speech-noise looks for."""
    background = data / "noise" / "background"
    for kind, names in {
        "street": ["running_tap.wav"],
        "machine": ["exercise_bike.wav", "stereo_noise.wav"],
    }.items():
        (tmp_path / "noise" / kind).mkdir(parents=True)
        for name in names:
            shutil.copy(background / name, tmp_path / "noise" / kind)
    return "noise"


def test_speech_noise(burnish: Burnish, tmp_path: Path, data: Path, noise: str) -> None:
    made = made_by(burnish, tmp_path, data / "speech_commands" / "dog", "speech-noise", "--set", f"noise={noise}")
    count = len({sample["origin"]["source"] for sample in made})
    assert len(made) == 11 * count
    assert change(made, "quiet", "audio", "loudness_lufs") < -10
    assert change(made, "level=clipped", "audio", "rms_dbfs") != 0
    assert change(made, "distance=far", "audio", "loudness_lufs") < -3
    for tag in ("distance=far", "reverberant"):
        assert change(made, tag, "audio", "snr_db") < -2, tag
    for tag in ("band=narrow", "narrow-band"):
        assert change(made, tag, "audio", "bandwidth_hz") < -1000, tag
    for tag in ("noise=babble", "noise=street", "noise=machine", "noisy"):
        assert change(made, tag, "audio", "snr_db") < 0, tag
    for sample in made:
        assert sample["audio"]["sample_rate"] == sample["before"]["audio"]["sample_rate"]
        assert sample["audio"]["duration_s"] == pytest.approx(sample["before"]["audio"]["duration_s"], abs=0.001)
        assert not sample.get("findings")
        for step in sample["origin"]["operations"]:
            if step["name"] == "room":
                assert step["measured_rt60_s"] == pytest.approx(step["rt60_s"], rel=0.01)


def test_a_messenger_leaves_less_of_the_band(burnish: Burnish, tmp_path: Path, data: Path, noise: str) -> None:
    # Half are sent at the rate they have, so that the median of ten draws says nothing.
    options = ("--set", f"noise={noise}", "--target", "channel=messenger", "--copies", "6")
    made = made_by(burnish, tmp_path, data / "speech_commands" / "dog", "speech-noise", *options)
    assert len(made) == 60
    assert change(made, "channel=messenger", "audio", "bandwidth_hz") < -1000


def test_speech_noise_without_the_folders_works_for_what_needs_none(
    burnish: Burnish, tmp_path: Path, data: Path
) -> None:
    failed = burnish("augment", "speech-noise", "--into", "x", code=2).stderr
    assert "speech-noise.yaml:" in failed
    assert "noise/street" in failed
    made = made_by(burnish, tmp_path, data / "speech_commands" / "cat", "speech-noise", "--target", "band=narrow")
    assert {sample["tags"][-2] for sample in made} == {"band=narrow"}


def test_babble_is_of_other_speakers_of_the_training_part(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    """Digits by six speakers, two of them in the test part: nobody behind a sound is its speaker, or tested."""
    burnish("scan", data / "fsdd", "--pattern", "{label}_{speaker}_{take}", "-o", "set.jsonl", "-q")
    tested = {"george", "lucas"}
    samples = lines((tmp_path / "set.jsonl").read_text())[::4]
    for sample in samples:
        sample["split"] = "test" if tested & {tag.partition("=")[2] for tag in sample["tags"]} else "train"
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    speakers: dict[str, str] = {sample["path"]: speaker_of(sample) for sample in samples}
    for split in ("train", "test"):
        command = [
            "augment",
            "speech-noise",
            "set.jsonl",
            "--target",
            "noise=babble",
            "--split",
            split,
            "--into",
            split,
        ]
        new = [sample for sample in lines(burnish(*command, "-q").stdout) if sample.get("origin")]
        assert len(new) == sum(sample["split"] == split for sample in samples)
        for sample in new:
            voices = next(step for step in sample["origin"]["operations"] if step["name"] == "babble")["voices"]
            behind = [{speakers[path] for path in voice["recordings"]} for voice in voices]
            assert all(len(one) == 1 for one in behind)
            heard = {speaker for one in behind for speaker in one}
            assert len(heard) == len(behind)
            assert not heard & {*tested, speaker_of(sample)}
            assert sample["audio"]["snr_db"] < 25


def test_randaugment_of_recordings(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "speech_commands" / "dog", "randaugment", "--copies", "6")
    assert len(made) == 6 * len({sample["origin"]["source"] for sample in made})
    # Where what came out would have clipped, the writer of the file scaled it: that is a step more.
    drawn = [[step for step in sample["origin"]["operations"] if step["name"] != "fit"] for sample in made]
    assert {len(steps) for steps in drawn} == {8}
    assert 1.4 < sum(step["applied"] for steps in drawn for step in steps) / len(drawn) < 2.6


def speaker_of(sample: dict[str, Any]) -> str:
    """The value of its tag `speaker`."""
    return next(str(tag).partition("=")[2] for tag in sample["tags"] if tag.startswith("speaker="))


def test_speech_corpora(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    """On folders with the layouts of MUSAN and RIRS_NOISES, made of the recordings at hand."""
    background, rooms = data / "noise" / "background", data / "noise" / "rir"
    layout = {
        "musan/noise/free-sound/noise-free-sound-0000.wav": background / "running_tap.wav",
        "musan/music/fma/music-fma-0000.wav": background / "pink_noise.wav",
        "musan/speech/librivox/speech-librivox-0000.wav": background / "dude_miaowing.wav",
        "RIRS_NOISES/pointsource_noises/noise-free-sound-0001.wav": background / "exercise_bike.wav",
        "RIRS_NOISES/real_rirs_isotropic_noises/RVB2014_type1_rir_largeroom1_far_angla.wav": rooms / "rir1.wav",
        "RIRS_NOISES/real_rirs_isotropic_noises/RVB2014_type1_noise_largeroom1_1.wav": background / "white_noise.wav",
        "RIRS_NOISES/simulated_rirs/smallroom/Room001/Room001-00001.wav": rooms / "impulse_response_0.wav",
    }
    for name, path in layout.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / name)
    made = made_by(burnish, tmp_path, data / "speech_commands" / "dog", "speech-corpora")
    used = {
        (sample["tags"][-2], os.path.relpath(step[key]))
        for sample in made
        for step in sample["origin"]["operations"]
        for key in ("noise", "impulse")
        if key in step
    }
    names = list(layout)
    assert used == {
        ("noise=ambient", names[0]),
        ("noise=music", names[1]),
        ("distance=far", names[4]),
        ("distance=far", names[5]),
        ("reverberant", names[6]),
    }
    for tag in ("noise=ambient", "noise=music", "distance=far"):
        assert change(made, tag, "audio", "snr_db") < 0, tag
    far = [step for sample in made if "distance=far" in sample["tags"] for step in sample["origin"]["operations"]]
    assert {step["measured_rt60_s"] for step in far if step["name"] == "reverb"} == {0.8385}


def test_speech_standardize(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "voice_prompts" / "en" / "digits", "speech-standardize", "--replace")
    assert len(made) > 5
    for sample in made:
        audio = sample["audio"]
        assert (audio["sample_rate"], audio["channels"]) == (16000, 1)
        assert audio["loudness_lufs"] == pytest.approx(-23, abs=0.3) or audio["peak_dbfs"] > -3
        assert audio["duration_s"] <= sample["before"]["audio"]["duration_s"] + 0.001
        assert sample["origin"]["replaces"]


def test_photos_low_light(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "clothing" / "test" / "hat", "photos-low-light")
    for tag in ("dark", "light=low", "light=night"):
        assert change(made, tag, "image", "brightness") < -0.1, tag


@pytest.mark.soak
def test_made_dark_photos_are_like_real_ones(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    """The darkest eighth of a set of garments, beside the middle of the set, given as little light."""
    burnish("scan", data / "clothing" / "train" / "t-shirt", "-o", "set.jsonl", "-q")
    samples = sorted(lines((tmp_path / "set.jsonl").read_text()), key=lambda sample: sample["image"]["brightness"])
    eighth, middle = len(samples) // 8, len(samples) // 2
    real, sources = samples[:eighth], samples[middle - 20 : middle + 20]
    (tmp_path / "middle.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in sources))
    (tmp_path / "dim.yaml").write_text(
        "kind: augment\ntargets:\n  light=dim:\n    image:\n      - low_light: {exposure_stops: [-2.2, -1]}\n"
    )
    out = burnish("augment", "dim.yaml", "middle.jsonl", "--split", "all", "--into", "new", "-q").stdout
    made = [sample for sample in lines(out) if sample.get("origin")]
    assert len(made) == 40
    for sample in [*real, *made]:
        sample["image"]["noise"] = noise_level(tmp_path / sample["path"])
    # Not contrast: what makes garments of this set dark is mostly their cloth, and the light floor stays beside them.
    for fact in ("brightness", "acutance", "chroma", "noise"):
        low, *_, high = quantiles((sample["image"][fact] for sample in real), n=10)
        assert low <= median(sample["image"][fact] for sample in made) <= high, fact


def noise_level(path: Path) -> float:
    """Return the standard deviation of the noise in the greys of a picture, in levels.

    Source: Immerkaer, Fast noise variance estimation, Computer Vision and Image Understanding 64 (1996); by the median
    in place of the mean, which edges would move.
    """
    grey = np.asarray(Image.open(path).convert("L"), np.float64)
    rows = grey[:-2] - 2 * grey[1:-1] + grey[2:]
    both = rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:]
    return float(np.mean(np.sort(np.abs(both).ravel())[: both.size // 2])) / 6 / 0.3247


@pytest.mark.parametrize(
    "picture",
    some(
        [
            pytest.param(Image.fromarray(np.full((48, 64), 30000, np.uint16)), id="16 bit"),
            pytest.param(Image.new("L", (64, 48), 120), id="grey"),
            pytest.param(Image.new("RGBA", (64, 48), (120, 90, 60, 128)), id="RGBA"),
            pytest.param(Image.new("RGB", (64, 48), (120, 90, 60)).quantize(4), id="palette"),
        ],
        2,
    ),
)
def test_pictures_of_every_mode_go_through_every_target(burnish: Burnish, tmp_path: Path, picture: Image.Image) -> None:
    (tmp_path / "set").mkdir()
    for name, level in (("a", 0), ("b", 40)):
        shown = picture.copy()
        shown.paste(level, (0, 0, 20, 20)) if shown.mode != "RGBA" else shown.paste((level, 9, 9, 255), (0, 0, 20, 20))
        shown.save(tmp_path / "set" / f"{name}.png")
    burnish("scan", "set", "-o", "set.jsonl", "-q")
    for recipe, targets in (("photos-low-light", 3), ("photos-scene", 6), ("photos-wear", 9), ("defects", 8)):
        into = f"new-{recipe}"
        out = burnish("augment", recipe, "set.jsonl", "--split", "all", "--into", into, "-q").stdout
        made = [sample for sample in lines(out) if sample.get("origin")]
        # A flat picture in fog has no contrast left that `accept` could take.
        assert targets <= len(made) <= 2 * targets
        assert all((sample["image"]["width"], sample["image"]["height"]) == (64, 48) for sample in made)


def test_photos_scene(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "clothing" / "test" / "hat", "photos-scene")
    assert change(made, "weather=fog", "image", "contrast") < change(made, "weather=haze", "image", "contrast") < -0.05
    assert change(made, "weather=fog", "image", "chroma") < -0.02
    assert change(made, "light=high", "image", "brightness") > 0.05
    assert change(made, "light=shadow", "image", "brightness") < -0.02
    for sample in made:
        assert sample["image"]["width"] == sample["before"]["image"]["width"]


def test_photos_wear(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "clothing" / "test" / "hat", "photos-wear")
    for tag in ("blurry", "blur=focus", "blur=shake", "blur=motion"):
        assert change(made, tag, "image", "acutance") < -0.1, tag
    growth = {
        tag: median(sample["bytes"] / sample["before"]["bytes"] for sample in made if tag in sample["tags"])
        for tag in ("wear=noise", "wear=compressed")
    }
    assert growth["wear=noise"] > 1.2
    assert growth["wear=compressed"] < 1
    assert change(made, "wear=noise", "image", "brightness") == pytest.approx(0, abs=0.05)
    assert change(made, "wear=scan", "image", "contrast") < -0.02
    lent = {
        path
        for sample in made
        if "wear=occlusion" in sample["tags"]
        for path in sample["origin"]["operations"][0]["textures"]
    }
    assert lent


def test_defects_make_what_a_station_does_on_a_bad_day(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "circuit_boards" / "group00041", "defects", "--budget", "24")
    assert len(made) == 24
    assert change(made, "light=low", "image", "brightness") < -0.1
    assert change(made, "focus=off", "image", "acutance") < -0.03
    for sample in made:
        before = sample["before"]["image"]
        assert (sample["image"]["width"], sample["image"]["height"]) == (before["width"], before["height"])
        if {"surface=dusty", "lens=dirty", "file=compressed"} & set(sample["tags"]):
            assert sample["image"]["brightness"] == pytest.approx(before["brightness"], abs=0.02)


def test_defects_rare_change_little_and_keep_the_size(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "circuit_boards" / "group00041", "defects-rare", "--budget", "20")
    assert len(made) == 20
    for sample in made:
        before = sample["before"]["image"]
        assert (sample["image"]["width"], sample["image"]["height"]) == (before["width"], before["height"])
        assert sample["image"]["brightness"] == pytest.approx(before["brightness"], abs=0.15)


def test_randaugment_takes_two_operations_on_average(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(burnish, tmp_path, data / "clothing" / "test" / "hat", "randaugment", "--budget", "40")
    counts = [sum(one["applied"] for one in sample["origin"]["operations"]) for sample in made]
    assert len(counts) == 40
    assert 1.2 < sum(counts) / len(counts) < 2.8


def test_images_standardize(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    made = made_by(
        burnish,
        tmp_path,
        data / "clothing" / "test" / "hat",
        "images-standardize",
        "--replace",
        "--set",
        "longest_side=128",
    )
    assert made
    for sample in made:
        assert max(sample["image"]["width"], sample["image"]["height"]) == 128
        assert "augmented" not in sample.get("tags", [])
    assert os.path.basename(made[0]["path"]).endswith(".jpg")


def test_auto_tags_are_what_tag_finds(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    (tmp_path / "set").mkdir()
    for folder, ending in ((data / "speech_commands" / "dog", "wav"), (data / "clothing" / "test" / "hat", "jpg")):
        for place in sorted(folder.glob(f"*.{ending}"))[:8]:
            shutil.copy(place, tmp_path / "set")
    made = made_by(burnish, tmp_path, tmp_path / "set", "auto-tags")
    # Without the tags that it says it gives, so that only the facts speak.
    for sample in made:
        sample["tags"] = []
    (tmp_path / "bare.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in made))
    found = lines(burnish("tag", "bare.jsonl", "--auto", "-q").stdout)
    for tag in ("bright", "small", "loud", "short", "long"):
        asked = [sample for sample in found if sample["origin"]["plan"]["target"] == tag]
        assert sum(tag in sample.get("tags", []) for sample in asked) >= 0.75 * len(asked) > 0, tag
    clipped = [sample for sample in found if sample["origin"]["plan"]["target"] == "clipped"]
    assert min(sample["audio"]["clipping_ratio"] for sample in clipped) > 0.005
