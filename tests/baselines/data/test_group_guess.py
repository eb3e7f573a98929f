"""What looks like a group among tested samples."""

import random

from baselines.data.group_guess import guess_groups

CHANCE = random.Random(0)
SPEAKERS = [(f"{n}.wav", f"word{n % 5}", (f"speaker={'abcdef'[n // 20]}", f"noise={n % 3}x")) for n in range(120)]


def test_a_speaker_is_and_a_condition_is_not() -> None:
    assert list(guess_groups(SPEAKERS)) == ["speaker=… (6 values, 20 samples each): --group speaker"]


def test_a_part_of_the_name_is() -> None:
    found = list(guess_groups((f"{'abcdef'[n // 20]}_nohash_{n % 20}.wav", f"word{n % 5}", ()) for n in range(120)))
    assert len(found) == 1
    assert found[0].endswith("--group '{group}_{}_{}'")


def test_nothing_is() -> None:
    assert not list(guess_groups((f"{CHANCE.random()}.wav", "x", ()) for _ in range(50)))


def test_two_sources_of_data_are_not() -> None:
    assert not list(
        guess_groups((f"{'ab'[n % 2]}/word{n // 2 % 5}/{n}.wav", f"word{n // 2 % 5}", ()) for n in range(120))
    )
