"""The gates of compare."""

import pytest

from baselines.comparison.compare import Comparison, compare
from baselines.comparison.gates import Gate, failed, in_words, needs_caution
from tests.baselines.predicted import answers

TORN = compare(
    answers((40, False, ("car",)), (20, True, ("clean",)), (60, True, ())),
    answers((40, True, ("car",)), (10, False, ("clean",)), (10, True, ("clean",)), (60, True, ())),
)
"""Better over all and on car, worse on clean."""
SAME = compare(answers((9, True, ("car",)), (9, False, ())), answers((9, True, ("car",)), (9, False, ())))
SUNK = compare(answers((40, True, ("car",))), answers((40, False, ("car",))))


@pytest.mark.parametrize(
    ("result", "gate", "tags", "names"),
    [
        (TORN, "worse", [], ["clean"]),
        (TORN, "worse", ["car"], []),
        (TORN, "worse", ["clean"], ["clean"]),
        (TORN, "not-better", [], []),
        (TORN, "not-better", ["car"], []),
        (TORN, "not-better", ["car", "clean"], ["clean"]),
        (SAME, "worse", [], []),
        (SAME, "not-better", [], ["over all"]),
        (SAME, "not-better", ["car"], ["car"]),
        (SUNK, "worse", [], ["over all", "car", "class x"]),
        (SUNK, "worse", ["car"], ["over all", "car"]),
    ],
)
def test_what_a_gate_fails_on(result: Comparison, gate: Gate, tags: list[str], names: list[str]) -> None:
    problems = failed(result, gate, tags)
    assert [
        problem.split(" (")[0].split(" ", 1)[1].removeprefix("tell ").removeprefix("on ") for problem in problems
    ] == names


def test_the_words() -> None:
    words = in_words("noise=car", TORN.per_tag["car"])
    assert words == "better on noise=car (+1.000, 95 % interval +1.000 to +1.000, n = 40)"
    assert in_words("", SAME.overall) == "cannot tell over all (+0.000, 95 % interval +0.000 to +0.000, n = 18)"


def test_a_close_call_is_said() -> None:
    found = compare(answers((4, False, ()), (96, True, ())), answers((100, True, ()))).overall
    assert found.verdict == "better"
    assert found.mcnemar_p == 0.125
    assert needs_caution(found)
    assert in_words("", found).endswith("n = 100; a close call: McNemar p = 0.125)")
    assert not needs_caution(SAME.overall), "nothing was said that needs it"
