"""Classes that a check would flag most of: what they say of the labels."""

from typing import Any

import pytest

from curate.check.classes import flagged_classes
from curate.check.policy import make_policy
from tests.curate.check.test_clean import cleaned, sound

RAIN, WORD, FEW = [40, 36], [40, 2], [2, 2]


@pytest.mark.parametrize(
    ("counts", "names", "are_the_subject"),
    [
        ({"rain": RAIN, "sea": RAIN, "helicopter": RAIN, "dog": WORD}, {"rain", "sea", "helicopter"}, True),
        ({"rain": RAIN, "dog": WORD, "cat": WORD, "cow": WORD, "hen": WORD}, {"rain"}, False),
        ({"noisy": RAIN, "clean": WORD}, None, False),
        ({"yes": WORD, "no": WORD, "up": WORD, "down": WORD, "left": WORD}, None, False),
        ({str(number): FEW for number in range(9)}, None, False),
        ({}, None, False),
    ],
    ids=["sound-events", "one-among-many", "a-folder-of-bad-ones", "words", "too-few", "no-labels"],
)
def test_flagged_classes(counts: dict[str, list[int]], names: set[str] | None, are_the_subject: bool) -> None:
    found = flagged_classes(counts)
    assert (found and found.names) == names
    assert bool(found and found.are_the_subject) == are_the_subject


def recordings(labels: dict[str, int]) -> list[dict[str, Any]]:
    """Return ten recordings of each label, so many of which are steady."""
    return [
        sound(f"{label}{number}", snr_db=1.0 if number < steady else 30.0) | {"label": label}
        for label, steady in labels.items()
        for number in range(10)
    ]


def test_rain_is_not_noisy() -> None:
    events = recordings({"rain": 10, "sea": 9, "engine": 8, "dog": 1, **{f"other{at}": 0 for at in range(8)}})
    findings, _, found = cleaned(events)
    assert findings == {}
    assert found.sounds == {"noisy"}
    assert len(cleaned(events, make_policy(only=["noisy"]))[0]) == 28, "named, it flags all the same"


def test_a_class_of_noise_among_words_is_spared_and_noisy_words_are_not() -> None:
    words = recordings({"_background_noise_": 10, "yes": 1, "no": 0, "up": 2, "down": 0, "stop": 0})
    findings, _, found = cleaned(words)
    assert sorted(findings) == ["up0", "up1", "yes0"]
    assert found.classes == {"noisy": {"_background_noise_"}}


def test_a_check_that_is_no_matter_of_class_spares_none() -> None:
    records = [
        sound(f"{label}{number}", clipping_ratio=0.1 if label == "a" else 0.0) | {"label": label}
        for label in "abcdef"
        for number in range(5)
    ]
    assert len(cleaned(records)[0]) == 5
