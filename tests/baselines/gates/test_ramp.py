"""A ramp in steps, and its file."""

from pathlib import Path

import pytest

from baselines.gates.gate import Rules
from baselines.gates.ramp import Look, Ramp, parse_steps, read_ramp, write_ramp
from curate.ground.errors import InputError, UsageError

STEPS = (0.01, 0.25, 1.0)


def look(verdict: str, step: int, until: float = 9.0) -> Look:
    """Return a look."""
    return Look(step, verdict, (10, 10), 0.0, until)  # type: ignore[arg-type]


def test_it_goes_up_step_by_step_and_is_done() -> None:
    ramp = Ramp(STEPS).after(look("keep collecting", 0))
    assert (ramp.step, ramp.since, ramp.share) == (0, None, 0.01)
    ramp = ramp.after(look("promote", 0, 20.0))
    assert (ramp.step, ramp.since, ramp.share, ramp.stage) == (1, 20.0, 0.25, "ramping")
    ramp = ramp.after(look("promote", 1, 30.0)).after(look("promote", 2, 40.0))
    assert (ramp.stage, ramp.share, len(ramp.looks)) == ("done", 1.0, 4)


def test_a_stop_takes_all_traffic_back() -> None:
    ramp = Ramp(STEPS).after(look("promote", 0)).after(look("stop", 1))
    assert (ramp.stage, ramp.share, ramp.step) == ("rolled back", 0.0, 1)


def test_all_steps_together_are_wrong_as_rarely_as_one_gate() -> None:
    assert Ramp(STEPS).rules_of_step(Rules(alpha=0.06)).alpha == pytest.approx(0.02)


def test_the_file_says_where_it_stands(tmp_path: Path) -> None:
    file = str(tmp_path / "ramp.json")
    assert read_ramp(file, STEPS) == Ramp(STEPS)
    ramp = Ramp(STEPS).after(look("promote", 0))
    write_ramp(file, ramp)
    assert read_ramp(file, STEPS) == ramp
    with pytest.raises(InputError, match=r"is a ramp of 0\.01, 0\.25, 1"):
        read_ramp(file, (0.5, 1.0))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"steps": [0.1], "step": 4}', '{"steps": [0.1], "more": 1}'])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "ramp.json"
    file.write_text(text)
    with pytest.raises(InputError, match="is not the state of a ramp"):
        read_ramp(str(file), (0.1,))


@pytest.mark.parametrize("text", ["", "a%", "5%,1%", "0%,5%", "5%,5%", "50%,150%"])
def test_steps_that_make_no_sense(text: str) -> None:
    with pytest.raises(UsageError, match="--steps"):
        parse_steps(text)
    assert parse_steps("1%, 0.25,100%") == STEPS
