"""Successive halving: who goes on, with how many samples, and what is the best."""

from augment.plan.tuning import Score, Trial, best, budgets, halve, steps


def score(weak: float, rest_loss: float = 0.0) -> Score:
    return Score(weak, 0.9, rest_loss, 1.0, (True,))


def run(worth: dict[int, tuple[float, float]], budget: int = 100) -> tuple[list[Trial], list[tuple[int, int]]]:
    """Return trials of a worth each, and which was scored with how many samples."""
    trials = [Trial(number, ()) for number in worth]
    asked: list[tuple[int, int]] = []

    def judge(trial: Trial, samples: int) -> Score:
        asked.append((trial.number, samples))
        return score(*worth[trial.number])

    assert len(list(halve(trials, budget, judge))) == steps(len(trials)) == len(asked)
    return trials, asked


def test_the_better_half_goes_on_with_twice_the_samples() -> None:
    trials, asked = run({number: (number / 10, 0.0) for number in range(8)})
    assert asked[:8] == [(number, 25) for number in range(8)]
    assert asked[8:12] == [(0, 50), (7, 50), (6, 50), (5, 50)]
    assert asked[12:] == [(0, 100), (7, 100)]
    assert best(trials).number == 7
    assert [len(trial.scores) for trial in trials] == [3, 1, 1, 1, 1, 2, 2, 3]


def test_the_recipe_as_it_is_stays_to_the_end_and_may_be_the_best() -> None:
    trials, asked = run({0: (0.5, 0.0), 1: (0.4, 0.0), 2: (0.3, 0.0), 3: (0.2, 0.0)})
    assert asked[-2:] == [(0, 100), (1, 100)]
    assert best(trials).number == 0


def test_of_equals_the_recipe_as_it_is() -> None:
    trials, _ = run({0: (0.5, 0.0), 1: (0.5, 0.0)})
    assert best(trials).number == 0


def test_what_lets_others_sink_is_not_taken() -> None:
    trials, _ = run({0: (0.5, 0.0), 1: (0.9, 1.5), 2: (0.6, 1.0), 3: (0.7, 3.0)})
    assert best(trials).number == 2


def test_budgets_are_never_nothing() -> None:
    assert budgets(100) == [25, 50, 100]
    assert budgets(1) == [1, 1, 1]
    assert budgets(7) == [2, 4, 7]
    assert steps(2) == 6
