"""Values of a recipe become words of a command line."""

from typing import Any

import pytest

from cli.pipeline.commands import command
from cli.pipeline.values import check_words, command_line, words_of


@pytest.mark.parametrize(
    ("step", "option", "value", "words"),
    [
        ("clean", "fail_on", ["damaged", "dark"], ["damaged", "dark"]),
        ("clean", "fail_on", "damaged", ["damaged"]),
        ("clean", "set", {"dark": 0.2, "blurry": 1}, ["dark=0.2", "blurry=1"]),
        ("clean", "set", ["dark=0.2"], ["dark=0.2"]),
        ("split", "ratio", {"train": 0.8, "test": 0.2}, ["train=0.8,test=0.2"]),
        ("split", "seed", 7, ["7"]),
        ("split", "seed", None, []),
        ("split", "force", True, ["true"]),
        ("split", "force", False, []),
        ("split", "force", None, []),
        ("select", "where", "image.width > 3", ["image.width > 3"]),
        ("select", "tag", [], []),
        ("select", "label", True, ["true"]),
    ],
)
def test_words(step: str, option: str, value: Any, words: list[str]) -> None:
    found = command(step).options[option]
    assert words_of(found, value) == words
    check_words(command(step), found, words)


@pytest.mark.parametrize(
    ("step", "option", "value", "problem"),
    [
        ("split", "force", "yes", "has to be true or false, not 'yes'"),
        ("split", "seed", {"a": 1}, "takes N, not a mapping"),
        ("select", "tag", [None], "takes a list of T, not nothing in it"),
        ("select", "tag", [["a"]], "takes a list of T, not a list or a mapping in it"),
        ("compare", "runs", ["a"], "takes 2 values, not 1"),
        ("select", "label", "a\0b", "a NUL cannot be part of a value"),
    ],
)
def test_values_of_the_wrong_shape(step: str, option: str, value: Any, problem: str) -> None:
    found = command(step).options[option]
    with pytest.raises(ValueError, match=r"has to|takes|NUL") as caught:
        check_words(command(step), found, words_of(found, value))
    assert str(caught.value) == problem


def test_arguments_come_last_and_in_the_order_of_the_command() -> None:
    chosen = {"run_b": ["after"], "fail_if": ["worse"], "run_a": ["before"]}
    assert command_line(command("compare"), chosen) == ["--fail-if=worse", "--", "before", "after"]
    assert command_line(command("compare"), {"runs": ["x", "y"]}) == ["--", "x", "y"]


def test_a_switch_that_is_off_is_left_out() -> None:
    assert command_line(command("split"), {"force": []}) == []
    assert command_line(command("split"), {"force": ["true"], "seed": ["-1"]}) == ["--force", "--seed=-1"]
