"""Too easy, too hard, and which draws are out of the range of the real ones."""

import pytest

from baselines.metrics.hardness import Answer, hardness, out_of_range, share_of


def answers(probabilities: list[float], right: int, first_unit: int = 0) -> list[Answer]:
    """Return answers, of which the last `right` ones are right."""
    wrong = len(probabilities) - right
    return [Answer("a", 0.9, share, at >= wrong, first_unit + at) for at, share in enumerate(probabilities)]


EVEN = [at / 100 for at in range(100)]


def test_share_is_by_unit_where_several_are_of_one() -> None:
    alone = share_of(answers(EVEN[:20], 10))
    assert (alone.right, alone.samples, alone.share) == (10, 20, 0.5)
    copies = share_of([one for one in answers(EVEN[:10], 5) for _ in range(2)])
    assert copies.interval[0] < alone.interval[0]
    assert copies.interval[1] > alone.interval[1]


@pytest.mark.parametrize(
    ("made", "real", "verdict"),
    [(85, 50, "too easy"), (30, 60, "too hard"), (70, 65, "cannot tell"), (100, 100, "cannot tell")],
)
def test_verdict(made: int, real: int, verdict: str) -> None:
    found = hardness(answers(EVEN, made), answers(EVEN, real))
    assert found.verdict == verdict
    assert found.difference is not None
    assert found.difference[0] <= (made - real) / 100 <= found.difference[1]


def test_without_real_samples_nothing_is_told() -> None:
    found = hardness(answers(EVEN, 50), [])
    assert (found.real, found.difference, found.verdict) == (None, None, "cannot tell")
    assert out_of_range(answers(EVEN, 95), [], 50) == ([], [])
    assert out_of_range(answers(EVEN, 95), answers(EVEN[:19], 1), 50) == ([], []), "19 real ones give no range"


def test_too_easy_ones_go_until_the_accuracy_is_the_real_one() -> None:
    made, real = answers(EVEN, 90), answers(EVEN, 50)
    easy, hard = out_of_range(made, real, 100)
    # (90 - .5 * 100) / .5 = 80 right ones go, and 10 of 20 are right.
    assert (len(easy), hard) == (80, [])
    assert easy[:3] == [99, 98, 97]
    left = [one for at, one in enumerate(made) if at not in easy]
    assert share_of(left).share == 0.5
    assert out_of_range(made, real, 33)[0] == list(range(99, 66, -1)), "no more than may go, the surest first"


def test_wrong_ones_stay_where_real_ones_are_wrong_too() -> None:
    assert out_of_range(answers(EVEN, 40), answers(EVEN, 50), 100) == ([], [])


def test_too_hard_ones_are_those_below_nearly_all_real_ones() -> None:
    real = answers([0.1 + at / 100 for at in range(60)], 30)
    made = answers([0.01] * 20 + [0.5] * 80, 50)
    easy, hard = out_of_range(made, real, 100)
    # A twentieth of what is made may lie below the edge: as many of the real ones do.
    assert (easy, hard) == ([], list(range(15)))
    assert out_of_range(made, real, 4) == ([], [0, 1, 2, 3])
    assert out_of_range(made, real, 0) == ([], [])
