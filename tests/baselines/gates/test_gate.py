"""Verdicts of a gate."""

import numpy as np
import pytest

from baselines.gates.gate import Gate, Rules, gate_arms, gate_shadow
from baselines.runs.prediction_log import Logged
from curate.ground.errors import InputError, UsageError
from tests.soak import SOAK

Logs = tuple[list[Logged], list[Logged]]
RULES = Rules()


def shadow_logs(gained: int, lost: int, same: int, *, tags: tuple[str, ...] = (), label: str | None = "yes") -> Logs:
    """Return two logs of which so many cases are right in one only."""
    said = [("no", "yes")] * gained + [("yes", "no")] * lost + [("yes", "yes")] * same
    old, new = (
        [Logged(f"{place} {tags}", pair[side], label, time=float(place), tags=tags) for place, pair in enumerate(said)]
        for side in (0, 1)
    )
    return old, new


def in_groups(logs: Logs, groups: int) -> Logs:
    """Return the cases of two logs, dealt out to so many groups."""
    old, new = ([one._replace(group=str(place % groups)) for place, one in enumerate(log)] for log in logs)
    return old, new


def gate_of(*parts: Logs, rules: Rules = RULES) -> Gate:
    """Return what a shadow says of several parts together."""
    old, new = ([one for part in parts for one in part[side]] for side in (0, 1))
    return gate_shadow(old, new, {}, rules).gate


def test_what_is_surely_within_the_margin_is_promoted() -> None:
    found = gate_of(shadow_logs(20, 20, 1960))
    assert (found.verdict, found.pairs, found.new_only, found.old_only) == ("promote", 2000, 20, 20)
    assert found.interval is not None
    assert found.interval[0] > -0.01
    assert (found.needed, found.within_margin, found.agreement) == (None, False, 0.98)


def test_what_is_surely_worse_is_stopped() -> None:
    found = gate_of(shadow_logs(5, 30, 465))
    assert found.verdict == "stop"
    assert found.interval is not None
    assert found.interval[1] < 0


def test_what_is_neither_goes_on_and_is_told_how_long() -> None:
    found = gate_of(shadow_logs(3, 5, 92))
    assert (found.verdict, found.needed) == ("keep collecting", 4947)


def test_a_loss_within_the_margin_is_promoted_and_told() -> None:
    found = gate_of(shadow_logs(100, 160, 9740), rules=Rules(margin=0.01))
    assert (found.verdict, found.within_margin) == ("promote", True)


def test_a_tag_that_sinks_stops_what_is_fine_over_all() -> None:
    parts = shadow_logs(0, 20, 80, tags=("noise=car",)), shadow_logs(40, 0, 4000, tags=("noise=none",))
    found = gate_of(*parts)
    assert found.verdict == "stop"
    assert list(found.per_tag) == ["noise=car", "noise=none"]
    assert (found.per_tag["noise=car"].verdict, found.per_tag["noise=none"].verdict) == ("worse", "fine")
    assert gate_of(*parts, rules=Rules(tags=("noise=none",))).verdict == "promote"


def test_twelve_cases_of_a_tag_tell_nothing() -> None:
    found = gate_of(shadow_logs(0, 1, 11, tags=("noise=car",)), shadow_logs(20, 20, 1960))
    row = found.per_tag["noise=car"]
    assert (found.verdict, row.verdict, row.samples) == ("promote", "cannot tell", 12)
    assert row.needed is not None
    assert row.needed > 12


def test_only_what_differs_needs_a_label() -> None:
    old, new = shadow_logs(3, 5, 992, label=None)
    waiting = gate_shadow(old, new, {}, Rules())
    assert (waiting.gate.verdict, waiting.gate.pairs, waiting.gate.unlabelled) == ("keep collecting", 0, 1000)
    assert [case.key for case in waiting.discordant] == [entry.key for entry in new[:8]]
    found = gate_shadow(old, new, {entry.key: "yes" for entry in new[:8]}, Rules(margin=0.02)).gate
    assert (found.verdict, found.pairs, found.unlabelled, found.old_accuracy) == ("promote", 1000, 0, None)
    # With one of them open nobody knows, and what both said alike would only thin out what is known.
    found = gate_shadow(old, new, {entry.key: "yes" for entry in new[:7]}, Rules(margin=0.02)).gate
    assert (found.pairs, found.unlabelled) == (7, 993)


def test_groups_are_what_is_counted() -> None:
    logs = shadow_logs(30, 0, 970)
    found = gate_of(in_groups(logs, 4), rules=Rules(group_key="user"))
    # Four groups that all agree are a chance of 1 in 16.
    assert (found.verdict, found.groups) == ("keep collecting", 4)
    found = gate_of(in_groups(logs, 40), rules=Rules(group_key="user"))
    assert (found.verdict, found.groups) == ("promote", 40)


@pytest.mark.soak
def test_equal_systems_looked_at_every_50_of_1000_are_rarely_stopped() -> None:
    rng = np.random.default_rng(2)
    stopped, logs = 0, 60 if SOAK else 20
    for _ in range(logs):
        drawn = rng.choice([1, -1, 0], p=[0.05, 0.05, 0.9], size=1000)
        old = [
            Logged(str(place), "no" if x == 1 else "yes", "yes", tags=(f"a={place % 3}",))
            for place, x in enumerate(drawn)
        ]
        new = [Logged(str(place), "no" if x == -1 else "yes", "yes") for place, x in enumerate(drawn)]
        looks = (gate_shadow(old[:n], new[:n], {}, Rules(sequential=True)).gate for n in range(50, 1001, 50))
        stopped += any(found.verdict == "stop" for found in looks)
    assert stopped <= 0.05 * logs


def arm(right: int, wrong: int, begin: float, *tags: str) -> list[Logged]:
    """Return a log of a system, its cases ten seconds apart."""
    said = ["yes"] * right + ["no"] * wrong
    np.random.default_rng(right).shuffle(said)
    return [Logged(f"{begin} {n}", one, "yes", time=begin + 10 * n, tags=tags) for n, one in enumerate(said)]


def test_a_canary_needs_both_at_the_same_time() -> None:
    old, new = arm(950, 50, 0.0), arm(951, 49, 5.0)
    found = gate_arms("canary", old, new, {}, Rules(margin=0.03))
    assert (found.verdict, found.new_only, found.samples) == ("promote", None, (999, 999))
    assert found.left_out == (1, 1)
    assert gate_arms("canary", old, arm(880, 120, 5.0), {}, Rules(margin=0.03)).verdict == "stop"
    with pytest.raises(InputError, match="asked at different times"):
        gate_arms("canary", old, arm(951, 49, 20_000.0), {}, Rules())
    assert gate_arms("switch", old, arm(951, 49, 20_000.0), {}, Rules(margin=0.03)).verdict == "promote"
    with pytest.raises(InputError, match="before the old one stopped"):
        gate_arms("switch", old, new, {}, Rules())
    with pytest.raises(InputError, match="1 of 1 predictions of the new system have no time"):
        gate_arms("canary", old, [Logged("a", "yes", "yes")], {}, Rules())


def test_arms_that_were_not_shared_out_by_chance_promote_nothing() -> None:
    old = arm(475, 25, 0.0, "camera=north") + arm(475, 25, 1.0, "camera=south")
    new = arm(900, 45, 2.0, "camera=north") + arm(50, 5, 3.0, "camera=south")
    found = gate_arms("canary", old, new, {}, Rules(margin=0.03))
    assert found.verdict == "keep collecting"
    assert [(one.key, one.value in {"north", "south"}, one.adjusted_p < 1e-6) for one in found.mix] == [
        ("camera", True, True)
    ]
    fair = arm(475, 25, 2.0, "camera=north") + arm(475, 25, 3.0, "camera=south")
    assert gate_arms("canary", old, fair, {}, Rules(margin=0.03)).mix == []


def test_a_canary_watched_all_the_time_is_taken_in_pairs() -> None:
    old, new = arm(4750, 250, 0.0), arm(4755, 245, 5.0)
    found = gate_arms("canary", old, new, {}, Rules(margin=0.03, sequential=True))
    once = gate_arms("canary", old, new, {}, Rules(margin=0.03))
    assert found.verdict == once.verdict == "promote"
    assert found.interval is not None
    assert once.interval is not None
    assert found.interval[0] < once.interval[0]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (Rules(margin=0), "--margin 0:"),
        (Rules(tag_margin=3), "--tag-margin 3:"),
        (Rules(alpha=0.9), "--alpha 0.9:"),
        (Rules(sequential=True, group_key="user"), "--sequential with --group"),
    ],
)
def test_rules_that_make_no_sense(rules: Rules, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        rules.check()


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(InputError, match="no case in common"):
        gate_shadow([Logged("a", "x", "x")], [Logged("b", "x", "x")], {}, Rules())
    with pytest.raises(InputError, match=r"noise=cra: no case that counts has it .did you mean 'noise=car'"):
        gate_of(shadow_logs(1, 1, 9, tags=("noise=car",)), rules=Rules(tags=("noise=cra",)))


def grouped_arms(groups: int, right: float) -> Logs:
    """Return the logs of a canary of which each system serves so many users, 200 cases each, with a share right."""
    old, new = (
        [
            Logged(f"{side} {n}", "yes" if (n // groups) % 100 < 100 * right else "no", "yes", time=2.0 * n + side,
                   group=f"{side} {n % groups}")
            for n in range(200 * groups)
        ]
        for side in (0, 1)
    )  # fmt: skip
    return old, new


def test_users_who_are_all_served_well_are_as_many_as_they_are() -> None:
    rules = Rules(margin=0.1, group_key="user")
    few = gate_arms("canary", *grouped_arms(3, 1.0), {}, rules)
    many = gate_arms("canary", *grouped_arms(60, 1.0), {}, rules)
    assert (few.verdict, many.verdict) == ("keep collecting", "promote")
    assert few.samples[0] > 500


def test_groups_that_are_alike_cost_a_canary_little() -> None:
    """With no more spread between users than chance has, 30 users of 200 cases are worth nearly 6,000."""
    old, new = grouped_arms(30, 0.9)
    with_groups = gate_arms("canary", old, new, {}, Rules(margin=0.03, group_key="user"))
    old, new = ([one._replace(group=None) for one in log] for log in (old, new))
    without = gate_arms("canary", old, new, {}, Rules(margin=0.03))
    assert with_groups.interval == without.interval
    assert with_groups.groups == 60
