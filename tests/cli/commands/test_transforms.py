"""`burnish transforms` as its users call it."""

import json
import subprocess
import sys

import pytest

from tests.cli.test_contract import in_terminal
from tests.conftest import ROOT, Burnish


def test_the_list_has_every_group(burnish: Burnish) -> None:
    lines = burnish("transforms").stdout.splitlines()
    assert [line.strip() for line in lines if line.startswith(("audio:", "image:"))] == [
        "audio: burnish's own",
        "audio: audiomentations (its class names and parameters)",
        "image: burnish's own",
        "image: albumentations (its class names and parameters)",
    ]
    first = [line.split()[0] for line in lines if line and line[0].isalpha()]
    assert {"mix_noise", "AddBackgroundNoise", "low_light", "RandomBrightnessContrast"} <= set(first)


def test_one_operation_in_full(burnish: Burnish) -> None:
    text = burnish("transforms", "mix_noise").stdout
    assert text.startswith("mix_noise  audio, burnish: Mix in a noise recording at an exact SNR")
    assert "folder     required" in text
    assert "snr_db     [5, 20]" in text
    assert "\n\naudio:\n  - mix_noise: {folder: noise, snr_db: [5, 20]}\n" in text


def test_a_class_of_a_library(burnish: Burnish) -> None:
    text = burnish("transforms", "GaussNoise").stdout
    assert "GaussNoise  image, albumentations" in text
    assert "std_range           [0.2, 0.44]" in text


def test_json(burnish: Burnish) -> None:
    everything = json.loads(burnish("transforms", "--json").stdout)["operations"]
    assert len(everything) > 140
    assert all(set(one) >= {"name", "kind", "source", "summary", "parameters", "example"} for one in everything)
    (gain,) = json.loads(burnish("transforms", "gain", "--json").stdout)["operations"]
    assert gain in everything
    assert gain["parameters"][0]["default"] == [-6, 6]


def test_an_unknown_name_is_one_line_with_the_nearest(burnish: Burnish) -> None:
    result = burnish("transforms", "mix_nose", code=2)
    assert result.stderr == "burnish transforms: there is no operation 'mix_nose' (did you mean 'mix_noise'?)\n"
    assert result.stdout == ""


def test_a_class_that_cannot_be_used_says_why(burnish: Burnish) -> None:
    errors = burnish("transforms", "Normalise", code=2).stderr
    assert errors.count("\n") == 1
    errors = burnish("transforms", "MaskDropout", code=2).stderr
    assert errors == (
        "burnish transforms: MaskDropout of albumentations cannot be used in a recipe: "
        "it needs a mask, and samples have none\n"
    )


def test_on_a_terminal_it_has_colours_and_fits(tmp_path: object, burnish: Burnish) -> None:
    seen, code = in_terminal(["transforms", "low_light"], ROOT)
    assert code == 0
    assert "\x1b[" in seen
    assert "\x1b[" not in burnish("transforms", "low_light").stdout


@pytest.mark.parametrize("name", ["gain", "low_light"])
def test_our_own_operations_do_not_wait_for_the_libraries(name: str) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:] = ['transforms', {name!r}]\n"
        "import burnish\n"
        "try: burnish.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'albumentations', 'audiomentations', 'librosa', 'cv2'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
