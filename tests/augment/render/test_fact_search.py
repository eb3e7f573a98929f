"""Solving for the parameters that move a fact: where there is a solution it is found, in few renderings."""

import math
from collections.abc import Mapping

import pytest

from augment.operations.registry import Moves, Prepared
from augment.plan.slice_facts import Goal
from augment.recipe.types import Choice, Step
from augment.render import fact_search
from augment.render.fact_search import MOST_TRIALS, Dial, dials_of, search

X, Y = Dial("f", (0,), "x", -6, 6), Dial("g", (1,), "y", -4, 4)


class Rendered:
    """Two facts of two parameters, as of a picture: the one saturates, the other moves with both."""

    def __init__(self, x: float, y: float) -> None:
        self.drawn = {((0,), "x"): x, ((1,), "y"): y}
        self.count = 0

    def __call__(self, setting: Mapping[tuple[tuple[int, ...], str], float]) -> dict[str, float | None]:
        self.count += 1
        x, y = (setting.get(key, drawn) for key, drawn in self.drawn.items())
        return {"f": 10 / (1 + math.exp(-x)), "g": y + 0.2 * x}


@pytest.mark.parametrize("start", [-5.5, -1.0, 0.0, 3.0, 5.9])
@pytest.mark.parametrize("wanted", [0.5, 3.0, 5.0, 9.0])
def test_one_parameter_is_solved_for(start: float, wanted: float) -> None:
    render = Rendered(start, 0)
    goal = Goal("f", wanted - 0.2, wanted + 0.2, 2.0)
    found = search(render, {X: start}, [goal], render({}))
    assert found.distance == 0
    assert wanted - 0.2 <= found.facts["f"] <= wanted + 0.2  # type: ignore[operator]
    assert render.count <= 11


@pytest.mark.parametrize("start", [50.0, 3000.0, 80_000.0])
def test_a_parameter_that_goes_by_ratios_is_solved_for(start: float) -> None:
    dial = Dial("noise", (0,), "white", 50, 50_000, log=True)
    rendered = []

    def render(setting: Mapping[tuple[tuple[int, ...], str], float]) -> dict[str, float | None]:
        rendered.append(setting.get(((0,), "white"), start))
        return {"noise": rendered[-1] ** -0.5}

    found = search(render, {dial: start}, [Goal("noise", 0.045, 0.055, 0.05)], render({}))
    assert found.distance == 0
    assert 50 <= found.setting[(0,), "white"] <= 50_000
    assert found.setting[(0,), "white"] == pytest.approx(400, rel=0.25)
    assert len(rendered) <= 8, "by differences it would crawl along the flat end"


def test_two_facts_that_hang_together_are_both_brought_there() -> None:
    render = Rendered(4, -3)
    goals = [Goal("f", 2.4, 2.6, 1.0), Goal("g", 1.9, 2.1, 1.0)]
    found = search(render, {X: 4, Y: -3}, goals, render({}))
    assert found.distance == 0
    assert render.count <= MOST_TRIALS


def test_what_is_there_already_is_not_rendered_again() -> None:
    render = Rendered(0, 0)
    found = search(render, {X: 0}, [Goal("f", 4, 6, 1.0)], render({}))
    assert (found.setting, found.distance, render.count) == ({}, 0, 1)


def test_the_nearest_is_kept_where_the_goal_is_out_of_reach() -> None:
    render = Rendered(0, 0)
    found = search(render, {X: 0}, [Goal("f", 12, 13, 2.0)], render({}))
    nearest = (12 - 10 / (1 + math.exp(-6))) / 2
    assert nearest <= found.distance < nearest + 0.25, "at the end of the dial, or where no more is to be had"


def test_a_dial_is_not_turned_for_next_to_nothing() -> None:
    """The noise in a word without pauses: below the tail of the room it no longer counts, however soft it is."""
    snr = Dial("snr_db", (0,), "snr_db", -10, 60)

    def render(setting: Mapping[tuple[tuple[int, ...], str], float]) -> dict[str, float | None]:
        noise, tail = 10 ** (-setting.get(((0,), "snr_db"), 18.0) / 10), 10 ** (-9.0 / 10)
        return {"snr_db": -10 * math.log10(noise + tail)}

    out_of_reach = search(render, {snr: 18.0}, [Goal("snr_db", 9.5, 11.0, 5.0)], render({}))
    assert out_of_reach.setting == {}, "0.5 dB nearer at 60 dB, a tenth of a spread"
    in_reach = search(render, {snr: 18.0}, [Goal("snr_db", 5.0, 6.0, 5.0)], render({}))
    assert in_reach.distance == 0
    assert in_reach.setting[(0,), "snr_db"] == pytest.approx(8.5, abs=1.0)


def test_what_no_dial_moves_does_not_pull_a_dial_away_from_its_goal() -> None:
    rendered = Rendered(0, 0)

    def render(setting: Mapping[tuple[tuple[int, ...], str], float]) -> dict[str, float | None]:
        # A third fact, far from its goal, falls a little the farther the dial is turned: chroma in ever denser haze.
        found = rendered(setting)
        x = setting.get(((0,), "x"), 0.0)
        return {**found, "h": 10.0 - x}

    goals = [Goal("f", 7.0, 7.4, 1.0), Goal("h", 0.0, 1.0, 1.0)]
    for start in (0.0, 3.0):
        rendered.drawn[(0,), "x"] = start
        found = search(render, {X: start}, goals, render({}))
        assert found.solved == 0
        assert 7.0 <= found.facts["f"] <= 7.4  # type: ignore[operator]
        assert found.distance > 5, "the third fact is told as far as it is"


def test_a_parameter_that_moves_nothing_is_given_up_at_once() -> None:
    render = Rendered(0, 0)
    flat = Dial("f", (1,), "y", -4, 4)  # y does not move f
    found = search(render, {flat: 0}, [Goal("f", 7, 8, 1.0)], render({}))
    assert render.count == 3, "once as drawn, and once for each round"
    assert found.distance == 2


def test_a_fact_without_a_dial_counts_in_the_distance() -> None:
    render = Rendered(0, 0)
    found = search(render, {X: 0}, [Goal("f", 4, 6, 1.0), Goal("g", 3, 4, 2.0)], render({}))
    assert found.distance == 1.5


def test_a_fact_that_is_not_known_is_infinitely_far() -> None:
    assert Goal("f", 1, 2, 1.0).distance(None) == math.inf


def test_the_last_operation_has_the_last_word_and_a_parameter_serves_one_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    class Known:
        def __init__(self, moves: dict[str, Moves]) -> None:
            self.moves = moves

    known = {
        "noise": Known({"snr_db": Moves("snr_db", -20, 60), "silence_ratio": Moves()}),
        "gain": Known({"loudness_lufs": Moves("gain_db", -60, 40), "peak_dbfs": Moves("gain_db", -60, 40)}),
        "loudness": Known({"loudness_lufs": Moves("lufs", -60, -5)}),
    }
    monkeypatch.setattr(fact_search, "find", lambda kind, name: known[name])
    places = {"noise": (0,), "gain": (1, 0, 0), "loudness": (2,)}
    choice = ((1,), Step("audio", "OneOf", Prepared(None, None), choice=Choice((), (1.0,))))
    done = [(place, Step("audio", name, Prepared(None, None))) for name, place in places.items()]
    assert dials_of([done[0], choice, *done[1:]]) == (
        Dial("snr_db", (0,), "snr_db", -20, 60),
        Dial("peak_dbfs", (1, 0, 0), "gain_db", -60, 40),
        Dial("loudness_lufs", (2,), "lufs", -60, -5),
    )
    assert "snr_db" not in {dial.fact for dial in dials_of(done[1:])}, "what was not drawn cannot be turned"
