"""Recipes: read whole, refused with file and line."""

from pathlib import Path

import pytest

from augment.recipe.reader import inputs, load, shipped, shipped_for, target_tags
from curate.ground.errors import InputError, UsageError

GOOD = """\
kind: augment
description: Louder and softer.
vars: {low: -6}
seed: 4
audio:
  - loudness: {lufs: -23}
targets:
  level=odd:
    sources: {without_tags: [quiet], where: "audio.duration_s > 0.2"}
    audio:
      - gain: {gain_db: ["${low}", 6]}
  dark:
    image:
      - jpeg
accept:
  audio: {min_duration_s: 0.1, max_clipping_ratio: 0.001}
output:
  audio: {format: FLAC}
"""


def write(tmp_path: Path, text: str) -> str:
    (tmp_path / "mine.yaml").write_text(text)
    return str(tmp_path / "mine.yaml")


def test_a_recipe_is_read(tmp_path: Path) -> None:
    recipe = load(write(tmp_path, GOOD))
    assert (recipe.name, recipe.seed, recipe.standardizes) == ("mine", 4, False)
    level, dark = recipe.targets
    assert [step.name for step in level.steps["audio"]] == ["gain", "loudness"], "the target's own come first"
    assert level.steps["audio"][0].prepared.settings.gain_db == (-6.0, 6.0)
    assert level.steps["image"] == ()
    assert [step.name for step in dark.steps["image"]] == ["jpeg"]
    assert dark.steps["audio"] == (), "a target without operations on recordings makes none"
    assert [(limit.fact, limit.is_lowest, limit.value) for limit in recipe.targets[0].accept] == [
        ("duration_s", True, 0.1),
        ("clipping_ratio", False, 0.001),
    ]


def test_the_digest_is_of_the_content_not_of_the_layout(tmp_path: Path) -> None:
    first = load(write(tmp_path, GOOD)).digest
    assert load(write(tmp_path, f"# a remark\n{GOOD}")).digest == first
    assert load(write(tmp_path, GOOD.replace("Louder", "Quieter"))).digest == first
    assert load(write(tmp_path, GOOD.replace("-23", "-24"))).digest != first
    assert load(write(tmp_path, GOOD), ["low=-7"]).digest != first


WRONG = {
    "operation": ("- jpeg", "- jpg", 14, "there is no image operation 'jpg' (did you mean 'jpeg'?)"),
    "library": ("- jpeg", "- GausNoise", 14, "(did you mean 'GaussNoise'?)"),
    "parameter": ("{gain_db: [", "{gain: [", 11, "gain has no parameter 'gain' (did you mean 'gain_db'?)"),
    "type": ('["${low}", 6]', "loud", 11, "gain.gain_db: Expected"),
    "range": ('["${low}", 6]', "[6, -6]", 11, "gain_db: [6, -6] is the wrong way round"),
    "limits": ('["${low}", 6]', "900", 11, "gain_db: 900 is above 120"),
    "choice": (
        "- jpeg",
        "- resize: {longest_side: 9, fit: centre}",
        14,
        "resize.fit: 'centre' is none of contain, cover",
    ),
    "key": ("output:", "ouput:", 17, "unknown key 'ouput' (did you mean 'output'?)"),
    "target-key": ("    sources:", "    source:", 9, "unknown key 'source' (did you mean 'sources'?)"),
    "sources-key": ("without_tags", "wihout_tags", 9, "unknown key 'wihout_tags' (did you mean 'without_tags'?)"),
    "where": ("audio.duration_s >", "audio.duration >", 9, "audio.duration"),
    "fact": ("min_duration_s", "min_duration", 16, "no limit 'min_duration' (did you mean 'min_duration_s'?)"),
    "kind-of-limit": ("  audio: {min", "  sound: {min", 16, "'sound' is no kind"),
    "format": ("FLAC", "FLACC", 18, "'FLACC' cannot be written (did you mean 'FLAC'?)"),
    "seed": ("seed: 4", "seed: four", 4, "seed: Expected `int`, got `str`"),
    "variable": ("${low}", "${lo}", 11, "there is no variable ${lo} (did you mean 'low'?)"),
    "syntax": ("targets:", "targets: [", 9, "expected ',' or ']'"),
    "kind": ("kind: augment", "kind: pipeline", 1, "kind is 'pipeline', not 'augment'; run it: burnish run"),
    "item": ("- jpeg", "- {jpeg: {}, resize: {}}", 14, "an operation is `name` or `name: {parameter: value}`"),
    "empty-target": ("    image:\n      - jpeg", "    image: []", 12, "target dark has no operation"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    old, new, line, problem = WRONG[name]
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: "), message
    assert problem in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "[1, 2]", "kind: augment"], ids=["empty", "list", "nothing-to-do"])
def test_what_is_no_recipe(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"mine\.yaml:1: "):
        load(write(tmp_path, text))


def test_a_noise_folder_has_to_be_there_with_something_in_it(tmp_path: Path) -> None:
    text = "kind: augment\naudio:\n  - mix_noise: {folder: '%s'}\n"
    with pytest.raises(InputError, match=r"mine\.yaml:3: .*gone"):
        load(write(tmp_path, text % (tmp_path / "gone")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"mine\.yaml:3: .*empty"):
        load(write(tmp_path, text % (tmp_path / "empty")))
    (tmp_path / "empty" / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(InputError, match=r"mine\.yaml:3: "):
        load(write(tmp_path, text % (tmp_path / "empty")))


def test_a_target_that_is_not_wanted_needs_no_files(tmp_path: Path) -> None:
    text = "kind: augment\ntargets:\n  a: {audio: [{mix_noise: {folder: gone}}]}\n  b: {audio: [gain]}\n"
    assert [target.tag for target in load(write(tmp_path, text), wanted={"b"}).targets] == ["b"]
    with pytest.raises(InputError, match=r"mine\.yaml:3: "):
        load(write(tmp_path, text), wanted={"a"})


def test_what_the_operations_read_is_declared(tmp_path: Path) -> None:
    text = """\
kind: augment
vars: {noise: noises}
audio:
  - reverb: {folder: rooms}
targets:
  far:
    audio:
      - AddShortNoises: {sounds_path: [bangs, one.wav]}
      - ApplyImpulseResponse: {ir_path: halls}
      - mix_noise: {folder: "${noise}"}
      - gain
"""
    recipe = load(write(tmp_path, text), ["noise=street"], prepare=False)
    assert [str(path) for path in inputs(recipe)] == ["bangs", "one.wav", "halls", "street", "rooms"]


def test_settings_take_the_place_of_variables(tmp_path: Path) -> None:
    recipe = load(write(tmp_path, GOOD), ["low=-12"])
    assert recipe.targets[0].steps["audio"][0].prepared.settings.gain_db == (-12, 6)
    with pytest.raises(UsageError, match=r"did you mean 'low'"):
        load(write(tmp_path, GOOD), ["lo=1"])


def test_a_recipe_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no recipe speech-nois.*did you mean 'speech-noise'"):
        load("speech-nois")
    with pytest.raises(InputError, match="is a folder"):
        load(str(tmp_path))


def test_which_recipes_ship_and_what_they_make() -> None:
    augmenting = {
        "speech-noise",
        "speech-standardize",
        "photos-low-light",
        "photos-scene",
        "photos-wear",
        "defects",
        "defects-rare",
        "randaugment",
        "images-standardize",
    }
    assert augmenting <= shipped().keys()
    assert shipped_for(["dark", "speaker=theo"]) == {"dark": ["photos-low-light"], "speaker=theo": []}
    assert "noise=babble" in target_tags("speech-noise")
    for name in augmenting - {"speech-noise"}:
        assert load(name).description, name
    assert load("speech-noise", wanted={"band=narrow"}).description


NO_NUMBER = {
    "own": ("kind: augment\nimage:\n  - low_light: {exposure_stops: .nan}\n", 3, "exposure_stops: nan is no finite"),
    "own list": ("kind: augment\naudio:\n  - gain:\n      gain_db: [0, .inf]\n", 4, "gain_db: inf is no finite"),
    "library": ("kind: augment\nimage:\n  - Blur:\n      p: -.inf\n", 4, "p: -inf is no finite"),
    "library list": (
        "kind: augment\naudio:\n  - TimeStretch:\n      min_rate: .NaN\n",
        4,
        "min_rate: nan is no finite",
    ),
    "too large": ("kind: augment\naudio:\n  - speed: {factor: 1e999}\n", 3, "factor: inf is no finite"),
    "variable": ("kind: augment\nvars: {x: .nan}\naudio:\n  - speed: {factor: '${x}'}\n", 2, "x: nan is no finite"),
    "limit": ("kind: augment\naccept:\n  audio:\n    min_rms_db: -.inf\naudio: [peak]\n", 4, "min_rms_db: -inf is"),
    "seed": (f"kind: augment\nseed: {2**63}\naudio: [peak]\n", 2, "seed: the number has more than 64 bits"),
    "whole": (f"kind: augment\naudio:\n  - resample: {{sample_rate: {10**900}}}\n", 3, "more than 64 bits"),
    "beyond sense": ("kind: augment\naudio:\n  - time_mask: {duration_s: 1e9}\n", 3, "1e+09 is above 3600"),
    "reversed": (
        "kind: augment\naccept:\n  audio: {min_duration_s: 2, max_duration_s: 1}\naudio: [peak]\n",
        3,
        "min_duration_s is above max_duration_s",
    ),
}


@pytest.mark.parametrize(("text", "line", "problem"), NO_NUMBER.values(), ids=NO_NUMBER)
def test_numbers_that_nothing_can_be_done_with(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}:{line}: ")
    assert problem in said
    assert "\n" not in said


def test_a_setting_that_is_no_number(tmp_path: Path) -> None:
    path = write(tmp_path, "kind: augment\nvars: {x: 1}\naudio:\n  - speed: {factor: '${x}'}\n")
    with pytest.raises(InputError, match=":4: factor: nan is no finite number"):
        load(path, ["x=.nan"])
