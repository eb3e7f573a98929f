from pathlib import Path
from typing import Any, Literal

import pytest

from augment.operations.registry import ParameterError
from augment.operations.signatures import check_names, check_types, complaint, named_in, parameters_of
from curate.ground.errors import nearest


class Blur:
    def __init__(self, size: int, mode: Literal["fast", "exact"] = "fast", path: Path | str = "", p=0.5, **rest: Any):  # type: ignore[no-untyped-def]
        assert 0 < size <= 9


def test_parameters_without_self_and_the_rest() -> None:
    assert [*parameters_of(Blur)] == ["size", "mode", "path", "p"]


@pytest.mark.parametrize(
    ("given", "parameter", "problem"),
    [
        ({"siez": 3}, "siez", "Blur has no parameter 'siez' (did you mean 'size'?)"),
        ({"zzz": 3}, "zzz", "Blur has no parameter 'zzz' (known: size, mode, path, p)"),
        ({"mode": "fast"}, "", "Blur needs size"),
    ],
    ids=str,
)
def test_check_names(given: dict[str, Any], parameter: str, problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        check_names("Blur", Blur, given)
    assert (str(caught.value), caught.value.parameter) == (problem, parameter)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"size": "x"}, "Blur.size: Expected `int`, got `str`"),
        ({"size": 1.5}, "Blur.size: Expected `int`, got `float`"),
        ({"mode": "slow"}, "Blur.mode 'slow' is unknown (known: fast, exact)"),
        ({"mode": "exat"}, "Blur.mode 'exat' is unknown (did you mean 'exact'?)"),
        ({"mode": 3}, "Blur.mode 3 is unknown (known: fast, exact)"),
        ({"path": 3}, "Blur.path: Expected `str | array`, got `int`"),
        ({"p": "x"}, "Blur.p: Expected `float`, got `str`"),
    ],
    ids=str,
)
def test_check_types(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        check_types("Blur", Blur, given)
    assert str(caught.value) == problem


def test_what_fits_passes() -> None:
    check_names("Blur", Blur, {"size": 3, "p": 1})
    check_types("Blur", Blur, {"size": 3, "mode": "exact", "path": ["a", "b"], "p": 1})


@pytest.mark.parametrize(
    ("name", "hint"),
    [("gian", " (did you mean 'gain'?)"), ("Gain", " (did you mean 'Gain'?)"), ("ROTATE", " (did you mean 'Rotate'?)"),
     ("xyzzy", "")],
)  # fmt: skip
def test_nearest_prefers_the_case_that_was_written(name: str, hint: str) -> None:
    assert nearest(name, ["gain", "Gain", "Rotate"]) == hint


def test_a_bare_assert_says_what_must_hold() -> None:
    with pytest.raises(AssertionError) as caught:
        Blur(size=12)
    bare = AssertionError().with_traceback(caught.value.__traceback__)
    assert complaint(bare) == "must hold: 0 < size <= 9"


def test_a_complaint_is_one_short_line() -> None:
    assert complaint(ValueError("two\n  lines.")) == "two lines"
    assert complaint(KeyError()) == "KeyError"
    assert len(complaint(ValueError("x" * 999))) == 200


def test_only_whole_words_name_a_parameter() -> None:
    assert named_in("the shape is wrong", ["p"]) == ""
    assert named_in("p is wrong", ["q", "p"]) == "p"
