"""The table of checks: cleanvision's thresholds and scores, and what relative checks learn."""

from typing import Any

import numpy as np
import pytest

from curate.check.checks import CHECKS, SCAN_CHECKS
from curate.facts.audio import measure_audio
from curate.facts.records import AudioFacts, ImageFacts


def test_the_table_is_sorted_and_says_why() -> None:
    assert list(CHECKS) == sorted(CHECKS)
    assert not CHECKS.keys() & SCAN_CHECKS.keys()
    for name, check in CHECKS.items():
        assert check.reason, name
        record = ImageFacts if check.kind == "image" else AudioFacts
        assert set(check.needs) <= set(record.__struct_fields__), name
        assert (check.threshold is None) <= (check.learn is not None), name


@pytest.mark.parametrize(
    ("name", "threshold"),
    [
        ("dark", 0.32),
        ("bright", 0.05),
        ("odd-aspect-ratio", 0.35),
        ("low-information", 0.30),
        ("cleanvision-blurry", 0.29),
        ("odd-size", 0.5),
    ],
)
def test_cleanvisions_thresholds_carry_over(name: str, threshold: float) -> None:
    assert (CHECKS[name].threshold, CHECKS[name].side) == (threshold, "below")


@pytest.mark.parametrize(
    ("name", "facts", "value"),
    [
        ("dark", ImageFacts(brightness_p99=0.25), 0.25),
        ("bright", ImageFacts(brightness_p5=0.75), 0.25),
        ("odd-aspect-ratio", ImageFacts(width=100, height=400), 0.25),
        ("odd-aspect-ratio", ImageFacts(width=400, height=100), 0.25),
        ("odd-aspect-ratio", ImageFacts(width=0, height=100), None),
        ("low-information", ImageFacts(entropy=2.5), 0.25),
        ("low-information", ImageFacts(entropy=25.0), 1.0),
        ("unusual-mode", ImageFacts(mode="CMYK"), 1.0),
        ("unusual-mode", ImageFacts(mode="RGB", bits=16), 1.0),
        ("unusual-mode", ImageFacts(mode="RGB", bits=8), 0.0),
        ("odd-size", ImageFacts(width=4, height=9), 6.0),
        ("blurry", ImageFacts(acutance=0.25), 0.25),
        ("blurry", ImageFacts(acutance=0.0), None),
        ("blurry", ImageFacts(acutance=0.25, width=64, height=48), None),
        ("blurry", ImageFacts(acutance=0.25, width=64, height=65), 0.25),
        ("cleanvision-blurry", ImageFacts(sharpness=0.25), 0.25),
        ("dc-offset", AudioFacts(dc_offset=-0.25), 0.25),
        ("over-full-scale", AudioFacts(peak_dbfs=84.6), 84.6),
        ("anti-phase", AudioFacts(mono_loss_db=150.0), 150.0),
        ("dead-channel", AudioFacts(channel_gap_db=90.0), 90.0),
        ("digital-silence", AudioFacts(inner_silence_s=0.7), 0.7),
        ("drop-outs", AudioFacts(dropouts=2), 2),
        ("narrow-band", AudioFacts(bandwidth_hz=4000, sample_rate=16000), 0.5),
        ("narrow-band", AudioFacts(bandwidth_hz=0, sample_rate=16000), None),
    ],
)
def test_values(name: str, facts: Any, value: float | None) -> None:
    assert CHECKS[name].value(facts) == value


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_is_said_without_facts(name: str) -> None:
    facts: Any = ImageFacts() if CHECKS[name].kind == "image" else AudioFacts()
    assert CHECKS[name].value(facts) is None


@pytest.mark.parametrize(("rate", "value"), [(1, 1.0), (1999, 1.0), (2000, 0.0), (768000, 0.0), (4_000_000_000, 1.0)])
def test_implausible_sample_rate(rate: int, value: float) -> None:
    assert CHECKS["implausible-sample-rate"].value(AudioFacts(sample_rate=rate)) == value


@pytest.mark.parametrize(("largest", "is_over"), [(17000.0, True), (2.1, True), (1.9, False), (1.0, False)])
def test_over_full_scale_is_found_in_a_recording(largest: float, is_over: bool) -> None:
    samples = np.full((800, 1), 0.1, np.float32)
    samples[400] = -largest
    check = CHECKS["over-full-scale"]
    value = check.value(measure_audio(samples, AudioFacts("WAV", "FLOAT", 8000, 1, 0.1)))
    assert value is not None
    assert check.threshold is not None
    assert (check.side, value > check.threshold) == ("above", is_over)
