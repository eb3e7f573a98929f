"""What is checked before anything is read."""

import pytest

from cli.io.reports import Formats
from cli.watch.asked import Asked, file_of, parse_on, program
from curate.ground.errors import GateError, UsageError


def asked(**changes: object) -> Asked:
    fields: dict[str, object] = {
        "reference": "a", "new": "b", "on": ("facts",), "group": "", "alpha": 0.01, "margin": 0.1, "seed": 0,
        "root": None, "formats": Formats(), "fail_if": None, "on_alarm": None,
    }  # fmt: skip
    return Asked(**(fields | changes))  # type: ignore[arg-type]


def test_what_is_compared_in_its_order() -> None:
    assert parse_on("label, facts") == ("facts", "label")
    assert "features" not in parse_on(None)
    with pytest.raises(UsageError, match="did you mean 'label'"):
        parse_on("labels")


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, float("nan")])
@pytest.mark.parametrize("name", ["alpha", "margin"])
def test_numbers_out_of_their_range(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=f"--{name}"):
        asked(**{name: value}).check()


@pytest.mark.parametrize(
    ("gate", "verdict", "fails"),
    [
        ("drifted", "drifted", True), ("drifted", "cannot tell", False), ("drifted", "steady", False),
        ("not-steady", "drifted", True), ("not-steady", "cannot tell", True), ("not-steady", "steady", False),
        (None, "drifted", False),
    ],
)  # fmt: skip
def test_gates(gate: str | None, verdict: str, fails: bool) -> None:
    one = asked(fail_if=gate).check()
    if not fails:
        one.end(verdict, {})  # type: ignore[arg-type]
        return
    with pytest.raises(GateError, match=f"b against a: {verdict}"):
        one.end(verdict, {})  # type: ignore[arg-type]


def test_words_of_a_command_are_those_of_a_shell_without_one() -> None:
    assert program("true 'a b' $HOME") == ["true", "a b", "$HOME"]
    for wrong in ("", "no-such-program x", "'"):
        with pytest.raises(UsageError, match="--on-alarm"):
            program(wrong)


def test_a_file_is_itself() -> None:
    assert file_of("set.jsonl") == "set.jsonl"
