"""Every usable class of audiomentations, on a real recording; and what users can get wrong."""

import json
import random
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from augment.audio.library import Chosen, seeded
from augment.audio.library_classes import EXAMPLES, REFUSED, classes, missing_package
from augment.operations.media import Media, RejectedError
from augment.operations.registry import ParameterError, Prepared, find
from curate.ground.errors import InputError
from curate.media.audio import load_audio
from curate.media.storage import read_media
from tests.conftest import ROOT
from tests.soak import SOAK, some

Sound = NDArray[np.float32]
ALL = [name for name in sorted(classes()) if not missing_package(name, {})]
MONO_ONLY = {"AddBackgroundNoise", "AddShortNoises"}

RUN_ALL = """
import json, random, sys, warnings
import numpy as np
warnings.simplefilter("error")
sys.path.insert(0, sys.argv[1])
from tests.augment.audio.test_library import digests, voice
random.seed(99), np.random.seed(99)
print(json.dumps(digests(*voice(sys.argv[2]), sys.argv[2], backwards=True)))
"""


def voice(data: str) -> tuple[Sound, int]:
    found = read_media(str(min(Path(data, "speech_commands").glob("*/*.wav"))))
    assert found is not None
    return load_audio(found)


def tone(duration_s: float = 0.5, sample_rate: int = 16000, channels: int = 1) -> Media:
    time_s = np.arange(int(duration_s * sample_rate)) / sample_rate
    wave = 0.3 * np.sin(2 * np.pi * np.outer(time_s, 440 * np.arange(1, channels + 1)))
    return Media(wave.astype(np.float32), sample_rate)


def states() -> tuple[object, str]:
    """Return where the global generators are."""
    numpy: Any = np.random.get_state()
    return random.getstate(), numpy[1].tobytes().hex() + str(numpy[2:])


def prepared(name: str, parameters: dict[str, Any]) -> Prepared[Chosen]:
    operation = find("audio", name)
    return operation.prepare(operation.settings(parameters))


def done(name: str, media: Media, seed: int = 0, **parameters: Any) -> tuple[Media, dict[str, Any]]:
    """Return what became of a recording, and what was drawn; the input and the global generators must stay."""
    operation, before = find("audio", name), media.array.copy()
    global_state = states()
    drawn = operation.draw(prepared(name, parameters).settings, media, np.random.default_rng(seed))
    (result,) = operation.apply(media, drawn)
    assert np.array_equal(media.array, before), "the source was written to"
    assert states() == global_state
    assert result.array.dtype == np.float32
    assert result.array.shape[1] == media.array.shape[1]
    assert np.isfinite(result.array).all()
    json.dumps(result.noted, allow_nan=False)
    return result, drawn


def needed(name: str, data: str) -> dict[str, Any]:
    folders = {"sounds_path": f"{data}/noise/background", "ir_path": f"{data}/noise/rir"}
    return {key: folders.get(key, value) for key, value in EXAMPLES.get(name, {}).items()}


def digests(samples: Sound, sample_rate: int, data: str, *, backwards: bool = False) -> dict[str, str]:
    """Return the digest of what each class makes of a recording in one channel and in two, with `p` 1."""
    found = {}
    both: Sound = np.concatenate([samples, samples[::-1]], axis=1)
    asked = some(ALL, 12)
    for name in reversed(asked) if backwards else asked:
        for channels, array in ((1, samples), (2, both)):
            if channels == 2 and name in MONO_ONLY:
                continue
            if backwards:
                done(name, Media(array[:9000], sample_rate), 7, **needed(name, data))  # must not matter
            made, _ = done(name, Media(array, sample_rate), 5, **needed(name, data), p=1)
            found[f"{name} {channels}"] = f"{made.array.shape} {sha256(made.array.tobytes()).hexdigest()} {made.noted}"
    return found


def test_every_class_makes_the_same_in_a_fresh_process_whatever_ran_before(data: Path) -> None:
    here = digests(*voice(str(data)), str(data))
    result = subprocess.run(
        [sys.executable, "-c", RUN_ALL, str(ROOT), str(data)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]
    there = json.loads(result.stdout)
    assert [name for name in here if here[name] != there[name]] == []
    assert len(here) > (65 if SOAK else 15)
    assert result.stderr == ""


def test_every_class_is_usable_or_refused_with_a_reason() -> None:
    audiomentations: Any = import_module("audiomentations")
    public = {name for name in dir(audiomentations) if isinstance(getattr(audiomentations, name), type)}
    assert public == {*classes(), *REFUSED}
    for name in REFUSED:
        with pytest.raises(ParameterError, match=f"^{name} of audiomentations cannot be used in a recipe: "):
            find("audio", name)


@pytest.mark.parametrize("name", sorted(MONO_ONLY))
def test_a_class_for_one_channel_rejects_two(name: str, tmp_path: Path) -> None:
    write(tmp_path / "noise.wav")
    with pytest.raises(RejectedError, match=f"^{name} is for one channel, and this has 2$"):
        done(name, tone(channels=2), sounds_path=str(tmp_path), p=1)


@pytest.mark.parametrize(
    ("name", "parameters", "parameter", "problem"),
    [
        ("AddGausianNoise", {}, "", "audiomentations has no 'AddGausianNoise' for recordings (did you mean 'AddGauss"),
        ("Xyzzy", {}, "", "audiomentations has no 'Xyzzy' for recordings; burnish transforms lists them"),
        ("Gain", {"min_gain": -3}, "min_gain", "Gain has no parameter 'min_gain' (did you mean 'min_gain_db'?)"),
        ("Gain", {"min_gain_db": "a"}, "min_gain_db", "Gain.min_gain_db: Expected `float`, got `str`"),
        ("Gain", {"min_gain_db": 5, "max_gain_db": 1}, "min_gain_db", "Gain: min_gain_db cannot be greater than max"),
        ("Gain", {"p": 2}, "p", "Gain: must hold: 0 <= p <= 1"),
        ("AddGaussianNoise", {"min_amplitude": "x"}, "min_amplitude", "AddGaussianNoise.min_amplitude: Expected `flo"),
        ("Shift", {"shift_unit": "second"}, "shift_unit", "Shift.shift_unit 'second' is unknown (did you mean 'secon"),
        ("AddBackgroundNoise", {}, "", "AddBackgroundNoise needs sounds_path"),
        (
            "AddBackgroundNoise",
            {"sounds_path": "x", "noise_transform": "f"},
            "noise_transform",
            "AddBackgroundNoise.noise_transform is a function, and recipes hold no code",
        ),
        ("AdjustDuration", {}, "", "AdjustDuration: must hold: duration_samples is not None or duration_seconds is no"),
        ("Lambda", {}, "", "Lambda of audiomentations cannot be used in a recipe: it needs a function"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_user_can_get_wrong(name: str, parameters: dict[str, Any], parameter: str, problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        find("audio", name).settings(parameters)
    assert str(caught.value).startswith(problem)
    assert "\n" not in str(caught.value)
    assert caught.value.parameter == parameter


@pytest.mark.parametrize("name", [name for name in classes() if missing_package(name, {})])
def test_a_package_that_is_not_here_is_named(name: str) -> None:
    with pytest.raises(ParameterError, match=f"^{name} needs the package {missing_package(name, {})}, which is not"):
        find("audio", name).settings({})


def test_p_decides_and_it_is_noted() -> None:
    decisions = set()
    for seed in range(20):
        made, _ = done("PolarityInversion", tone(), seed, p=0.5)
        assert np.array_equal(made.array, -tone().array if made.noted["applied"] else tone().array)
        decisions.add(made.noted["applied"])
    assert decisions == {True, False}


def test_the_drawn_values_are_the_applied_ones() -> None:
    made, _ = done("Gain", tone(), p=1)
    ratio = made.noted["applied_params"]["amplitude_ratio"]
    assert isinstance(ratio, float)
    assert made.array == pytest.approx(tone().array * ratio)


def test_resample_says_the_new_rate() -> None:
    made, _ = done("Resample", tone(1), min_sample_rate=8000, max_sample_rate=8000, p=1)
    assert (len(made.array), made.sample_rate) == (8000, 8000)
    kept, _ = done("Resample", tone(1), min_sample_rate=8000, max_sample_rate=8000, p=0)
    assert (len(kept.array), kept.sample_rate) == (16000, 16000)


def test_values_that_are_no_numbers_are_rejected() -> None:
    silent = tone()._replace(array=np.zeros((8000, 1), np.float32))
    assert done("LoudnessNormalization", silent, p=1)[0].array.max() == 0
    with pytest.raises(RejectedError, match=r"^LoudnessNormalization: "):
        done("LoudnessNormalization", tone(0.1), p=1)


def write(path: Path, level: float = 0.1, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, level * np.random.default_rng(seed).standard_normal(16000), 8000)
    return path


def test_neither_names_nor_folders_change_what_is_mixed_in(tmp_path: Path) -> None:
    for number in range(5):
        first = write(tmp_path / "one" / f"{number}.wav", seed=number)
        second = tmp_path / "two" / "below" / f"{9 - number}.wav"
        second.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(first, second)
    for name in sorted(MONO_ONLY):
        one, two = (prepared(name, {"sounds_path": str(tmp_path / folder)}) for folder in ("one", "two"))
        assert one.identity == two.identity
        for seed in range(6):
            media = tone(3)
            made = [done(name, media, seed, sounds_path=str(tmp_path / folder), p=1)[0] for folder in ("one", "two")]
            assert np.array_equal(made[0].array, made[1].array)


def test_the_drawn_recordings_are_named_with_their_digests(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav")
    made, drawn = done("AddBackgroundNoise", tone(), sounds_path=str(tmp_path), p=1)
    assert drawn["recordings"] == [str(path)]
    assert drawn["digests"] == [f"sha256:{sha256(path.read_bytes()).hexdigest()}"]
    assert made.noted["applied_params"]["noise_file_path"] == "a.wav"
    assert str(tmp_path) not in json.dumps(made.noted)


def test_a_sample_hears_a_few_of_many_short_noises(tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path / f"{number}.wav", seed=number)
    _, drawn = done("AddShortNoises", tone(), sounds_path=[str(tmp_path)], p=1)
    assert len(drawn["recordings"]) == len(set(drawn["digests"])) == 16


@pytest.mark.parametrize(
    ("name", "parameter"), [("AddBackgroundNoise", "sounds_path"), ("ApplyImpulseResponse", "ir_path")]
)
def test_a_folder_that_is_missing_or_empty(name: str, parameter: str, tmp_path: Path) -> None:
    for folder in (tmp_path / "gone", tmp_path):
        with pytest.raises(InputError, match=f"^{name}.{parameter}: ") as caught:
            prepared(name, {parameter: str(folder)})
        assert str(folder) in str(caught.value)


def test_a_recording_that_cannot_be_read_is_named_and_left_out(tmp_path: Path) -> None:
    write(tmp_path / "good.wav")
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    found = prepared("AddBackgroundNoise", {"sounds_path": str(tmp_path)})
    assert len(found.settings.recordings) == 1
    assert len(found.notes) == 1
    assert "bad.wav" in found.notes[0]


def test_a_silent_noise_is_left_out_and_a_silent_part_rejected(tmp_path: Path) -> None:
    write(tmp_path / "silent.wav", level=0)
    with pytest.raises(InputError, match="it is silent"):
        prepared("AddBackgroundNoise", {"sounds_path": str(tmp_path)})
    # Heard for a twentieth of a minute: most of the parts that the library draws are silent.
    sound = np.zeros((16000 * 60, 1), np.float32)
    sound[:48000] = np.random.default_rng(0).standard_normal((48000, 1)) * 0.1
    soundfile.write(tmp_path / "silent.wav", sound, 16000)
    for seed in (1, 2):  # the library warns each time
        with pytest.raises(RejectedError, match=r"^AddBackgroundNoise: the noise is silent there$"):
            done("AddBackgroundNoise", tone(), seed, sounds_path=str(tmp_path), p=1)


def test_a_recording_that_vanished_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav")
    operation = find("audio", "AddBackgroundNoise")
    settings = prepared("AddBackgroundNoise", {"sounds_path": str(tmp_path), "p": 1}).settings
    drawn = operation.draw(settings, tone(), np.random.default_rng(0))
    path.unlink()
    with pytest.raises(RejectedError, match=r"^AddBackgroundNoise: "):
        operation.apply(tone(), drawn)


def test_seeds_are_put_back_after_an_error() -> None:
    global_state = states()
    with pytest.raises(KeyError), seeded(3):
        raise KeyError(random.random())
    assert states() == global_state
