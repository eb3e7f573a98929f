from typing import Any

import pytest

from cli.views.preview.words import Change, Words, changes, parameters
from curate.facts.records import AudioFacts, ImageFacts
from curate.records.sample import Sample


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"name": "gain", "gain_db": -7.0912}, [Words("", "-7.09 dB")]),
        (
            {"name": "mix_noise", "noise": "a/b/car/2.wav", "noise_digest": "sha256:0", "snr_db": 7.0, "scale": 1.0},
            [Words("noise", "car/2.wav", "a/b/car/2.wav"), Words("snr", "7 dB")],
        ),
        ({"name": "fit", "scale": 0.93}, [Words("scale", "0.93")]),
        (
            {"name": "motion_blur", "length_px": 12.75, "angle_deg": 157.2},
            [Words("length", "12.8 px"), Words("angle", "157°")],
        ),
        ({"name": "pitch", "semitones": -2.0}, [Words("", "-2 semitones")]),
        ({"name": "resample", "sample_rate": 16000, "quality": "HQ"},
         [Words("sample rate", "16,000"), Words("quality", "HQ")]),
        ({"name": "bandlimit", "low_hz": 300.0, "high_hz": 3400.0},
         [Words("low", "300 Hz"), Words("high", "3,400 Hz")]),
        ({"name": "Blur", "parameters": {"p": 0.5}, "seed": 1, "applied": False},
         [Words("not applied", "its probability p decided against it")]),
        ({"name": "Blur", "parameters": {"blur_limit": [3, 7]}, "seed": 1, "applied": True,
          "applied_params": {"kernel": 5}}, [Words("kernel", "5")]),
        ({"name": "GaussNoise", "parameters": {"std_range": [0.04, 0.12]}, "seed": 1, "applied": True,
          "applied_params": {"noise_map": {"shape": [640, 640, 3]}}}, [Words("std range", "0.04, 0.12")]),
        ({"name": "ToGray", "parameters": {"p": 1.0}, "seed": 1}, [Words("p", "1")]),
        ({"name": "x", "holes": [[1, 2], [3.5, None]], "flip": True, "shape": {"shape": [4]}},
         [Words("holes", "1, 2, 3.5, none"), Words("flip", "yes"), Words("shape", "shape 4")]),
    ],
    ids=["gain", "noise", "scaled", "blur", "pitch", "rate", "band", "not-applied", "library", "array", "bare", "odd"],
)  # fmt: skip
def test_what_was_drawn_in_words(operation: dict[str, Any], expected: list[Words]) -> None:
    assert parameters(operation) == expected


def test_long_values_are_shortened_and_kept() -> None:
    (words,) = parameters({"name": "x", "points": [1000 * 1.5] * 16})
    assert len(words.value) == 80
    assert words.value.endswith("…")
    assert words.whole.count("1,500") == 16


def test_facts_that_changed() -> None:
    before = Sample("a", bytes=1000, audio=AudioFacts("WAV", "PCM_16", 8000, 1, 0.5, loudness_lufs=-20.04))
    after = Sample("b", bytes=1000, audio=AudioFacts("FLAC", "PCM_16", 16000, 1, 0.25, loudness_lufs=-20.01))
    assert changes(before, after) == [
        Change("duration, s", "0.50", "0.25"),
        Change("audio format", "WAV", "FLAC"),
        Change("sample rate, Hz", "8,000", "16,000"),
    ]


def test_a_fact_that_is_not_known_on_one_side() -> None:
    before, after = Sample("a", image=ImageFacts(brightness=0.25)), Sample("b", image=ImageFacts(brightness_p1=0.1))
    assert changes(before, after) == [Change("brightness", "0.250", "-")]


def test_a_choice_is_told_by_the_names_of_its_branches() -> None:
    one = {"name": "SomeOf", "chosen": [0, 2], "of": ["haze", "jpeg", "defocus + jpeg"]}
    assert parameters(one) == [Words("drawn", "haze, defocus + jpeg"), Words("of", "haze | jpeg | defocus + jpeg")]
    assert parameters({**one, "chosen": []})[0] == Words("drawn", "nothing")
    # Anybody can write an origin: what is no choice of ours is shown as it stands.
    assert parameters({**one, "chosen": [7]})[0] == Words("chosen", "7")
