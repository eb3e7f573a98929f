"""What the answers of two systems say of the difference: by sample, by group, and with repeats."""

import math

import numpy as np
import pytest
from scipy import stats

from baselines.comparison.align_runs import Pair
from baselines.comparison.compare import compare, control_family, failed
from baselines.comparison.evidence import weigh
from baselines.data.predictions import Prediction
from baselines.metrics.significance import exact_p, paired_bootstrap
from curate.statistics.holm import holm


def pairs(gained: int, lost: int, same: int, group: str | None = None, **fields: object) -> list[Pair]:
    answers = [(False, True)] * gained + [(True, False)] * lost + [(True, True)] * same
    names = (f"{group}/{n}" for n in range(len(answers)))
    return [Pair("x", (), a, b, group, name, **fields) for (a, b), name in zip(answers, names, strict=True)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.01], [0.01]),
        ([], []),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
    ],
)
def test_holm_by_hand(p_values: list[float], adjusted: list[float]) -> None:
    assert holm(p_values) == pytest.approx(adjusted)


def test_independent_samples_are_bootstrap_and_exact() -> None:
    found = weigh(pairs(9, 1, 30))
    assert (found.interval, found.p) == (paired_bootstrap(9, 1, 40), exact_p(9, 1))
    assert (found.groups, found.verdict, found.gate_verdict) == (None, "better", "better")


def test_the_exact_test_of_many_is_that_of_few() -> None:
    assert exact_p(480, 520) == pytest.approx(stats.binomtest(480, 1000).pvalue)
    assert exact_p(5000, 5400) == pytest.approx(stats.binomtest(5000, 10400).pvalue, rel=1e-6)


def test_four_changed_samples_of_eight_fail_no_gate() -> None:
    # McNemar's p is 0.125, and the gate failed all the same.
    found = weigh(pairs(0, 4, 4))
    assert (found.verdict, found.p, found.gate_verdict) == ("worse", 0.125, "cannot tell")


def test_groups_are_a_paired_t_test_on_their_means() -> None:
    counts = [(3, 0), (2, 1), (4, 0), (1, 0), (3, 1), (2, 0), (5, 1), (4, 2)]
    found = weigh([pair for i, (up, down) in enumerate(counts) for pair in pairs(up, down, 20 - up - down, str(i))])
    means = np.array([(up - down) / 20 for up, down in counts])
    assert found.p == pytest.approx(stats.ttest_1samp(means, 0).pvalue)
    half = stats.t.ppf(0.975, 7) * means.std(ddof=1) / math.sqrt(8)
    assert half > stats.norm.ppf(0.975) * math.sqrt(28 / 160 - means.mean() ** 2) / math.sqrt(160) * 0.5
    assert (found.groups, found.least_p) == (8, 2**-7)
    assert found.gate_verdict == "better"


def test_groups_that_disagree_are_less_sure_than_their_samples() -> None:
    split = [*pairs(0, 18, 2, "a"), *pairs(0, 0, 20, "b"), *pairs(0, 0, 20, "c"), *pairs(2, 0, 18, "d")]
    assert weigh([pair._replace(group=None) for pair in split]).gate_verdict == "worse"
    found = weigh(split)
    assert (found.verdict, found.gate_verdict) == ("cannot tell", "cannot tell")


def test_few_groups_cannot_reach_the_level_however_alike_they_are() -> None:
    alike = [pair for name in "abcde" for pair in pairs(0, 10, 10, name)]
    found = weigh(alike)
    assert found.verdict == "worse", "by its own interval"
    assert (found.p, found.least_p) == (0.0, 2**-4), "five signs alike are a chance of 1 in 16"
    assert found.gate_verdict == "cannot tell"
    assert weigh([*alike, *pairs(0, 10, 10, "f")]).gate_verdict == "worse"


def test_one_group_tells_nothing_unless_it_is_what_the_row_is_about() -> None:
    ann = pairs(0, 15, 20, "ann")
    found = weigh(ann, "noise=car")
    assert (found.interval, found.p, found.verdict, found.groups) == ((-1.0, 1.0), 1.0, "cannot tell", 1)
    assert weigh(ann, "speaker=ann").verdict == "worse"
    assert weigh(ann, "speaker=ann").interval == paired_bootstrap(0, 15, 35)


def test_the_spread_of_repeats_stands_in_interval_and_p() -> None:
    plain = pairs(20, 6, 74)
    alone = weigh(plain)
    # Repeats of the second system: accuracies .94 and .60 of one and the same test.
    again = [pair._replace(b_again=(n < 94, n < 60), a_again=(n < 80, n < 80)) for n, pair in enumerate(plain)]
    found = weigh(again)
    assert alone.verdict == "better"
    assert (found.verdict, found.gate_verdict) == ("cannot tell", "cannot tell")
    variance = ((26 / 100) - 0.14**2) / 100 + 0.34**2 / 2
    freedom = variance**2 / ((0.34**2 / 2) ** 2 / 1)
    assert found.interval[1] == pytest.approx(min(1.0, 0.14 + stats.t.ppf(0.975, freedom) * math.sqrt(variance)))


def test_repeats_on_the_same_draws_spread_by_their_difference() -> None:
    # Both rise and fall together: of their difference nothing spreads.
    again = [
        pair._replace(a_again=(n < 94, n < 60), b_again=(n < 94, n < 60)) for n, pair in enumerate(pairs(20, 6, 74))
    ]
    assert weigh(again, same_draws=True).interval == weigh(pairs(20, 6, 74)).interval
    assert weigh(again).verdict == "cannot tell"


def test_rows_too_small_to_tell_blind_no_gate() -> None:
    rows = [weigh(pairs(0, 9, 40)), *(weigh(pairs(1, 0, 2)) for _ in range(500))]
    adjusted = control_family(rows)
    assert adjusted[0].adjusted_p == exact_p(0, 9)
    assert adjusted[0].gate_verdict == "worse"
    assert {row.adjusted_p for row in adjusted[1:]} == {1.0}


def test_the_gate_is_controlled_over_all_that_it_looks_at() -> None:
    def run(lost: int) -> list[Prediction]:
        return [
            Prediction(f"{n}", f"c{n % 20}", "-" if n % 20 == 0 and n // 20 < lost else f"c{n % 20}")
            for n in range(400)
        ]

    six, eleven = compare(run(0), run(6)), compare(run(0), run(11))
    assert six.per_class["c0"].verdict == "worse"
    assert six.per_class["c0"].adjusted_p == pytest.approx(20 * exact_p(0, 6))
    assert [words for words in failed(six, "worse") if "class" in words] == []
    assert [words.split(" (")[0] for words in failed(eleven, "worse") if "class" in words] == ["worse on class c0"]
