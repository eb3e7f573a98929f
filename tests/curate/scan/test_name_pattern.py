"""Guesses at patterns of names."""

import pytest

from curate.scan.name_pattern import guess_patterns


@pytest.mark.parametrize(
    ("names", "patterns"),
    [
        ([f"{label}_{n}.jpg" for label in ("ok", "crack") for n in range(9)], ["{label}_{}"]),
        ([f"{n}-{label}.png" for n in range(9) for label in ("ok", "crack")], ["{}-{label}"]),
        ([f"{d}_{who}_{n}.wav" for d in range(3) for who in ("ann", "bob") for n in range(40)],
         ["{}_{label}_{}", "{label}_{}_{}"]),
        ([f"cat_{n}.jpg" for n in range(5)] + [f"dog_big_{n}.jpg" for n in range(5)], ["{label}_{}"]),
        ([f"IMG_{n}.jpg" for n in range(20)], []),
        ([f"{n}.jpg" for n in range(20)], []),
        (["a_1.jpg", "b_2.jpg"], []),
        ([], []),
    ],
)  # fmt: skip
def test_the_word_that_repeats_as_classes_do(names: list[str], patterns: list[str]) -> None:
    assert [guess.pattern for guess in guess_patterns(names)] == patterns
