"""A log window by window."""

import numpy as np

from baselines.monitoring.over_time import Watch, digest_of, watch
from curate.drift.rows import Reservoir, Rows
from curate.drift.windows import Every, Window
from tests.curate.drift.sets import normal, photos

EVERY = Every("week")


def log(size: int, shift: float, seed: int, accuracy: float = 0.8) -> Rows:
    rng = np.random.default_rng(seed)
    right = rng.random(size) < accuracy
    return photos(
        normal(size, shift, seed),
        label=["a", "b"] * (size // 2),
        prediction=[("a", "b")[(n + (not one)) % 2] for n, one in enumerate(right)],
        confidence=[0.8] * size,
    )


def window(rows: Rows, place: int) -> Window:
    return Window(place, place, Reservoir(rows=rows), (0.0, 3600.0))


def test_the_window_that_changed_alarms_and_its_figures_are_there() -> None:
    asked = Watch(log(600, 0, 0), ("facts", "label", "prediction", "confidence"), EVERY)
    before, after = watch(asked, [window(log(200, 0, 1), 738000), window(log(200, 2, 2), 738007)])
    assert (before.verdict, [one.name for one in before.alarms]) == ("cannot tell", [])
    assert (after.verdict, [one.name for one in after.alarms]) == ("drifted", ["image.brightness"])
    assert (after.number, after.samples, after.every, after.alpha) == (2, 200, "week", 0.005)
    assert after.inputs["image.brightness"].median is not None
    assert abs(after.inputs["image.brightness"].median - 2) < 0.3
    assert set(after.names) == {"label", "prediction"}
    assert after.accuracy[0].samples == 200
    assert after.expected is not None
    assert abs(after.expected.accuracy - 0.8) < 1e-9
    assert set(after.label_shift) == {"a", "b"}
    assert (after.first, after.last) == ("1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z")


def test_the_samples_shown_of_an_alarm_are_those_farthest_out() -> None:
    rows = log(200, 2, 2)
    (found,) = watch(Watch(log(600, 0, 0), ("facts",), EVERY), [window(rows, 738000)])
    brightest = rows.columns["path"][np.argmax(rows.columns["image.brightness"])]
    assert found.shown[0].path == brightest
    assert "said" in found.shown[0].words


def test_a_history_that_goes_on_spends_alpha_slower() -> None:
    asked = Watch(log(100, 0, 0), ("facts",), EVERY, alpha=0.05)
    (third,) = watch(asked, [window(log(100, 0, 1), 738000)], before=2, endless=True)
    assert third.number == 3
    assert abs(third.alpha - 0.05 * 6 / (np.pi * 3) ** 2) < 1e-12


def test_untrusted_confidences_promise_nothing() -> None:
    reference = log(600, 0, 0, accuracy=0.5)
    (found,) = watch(Watch(reference, ("confidence",), EVERY), [window(log(100, 0, 1), 738000)])
    assert found.expected is None
    assert any("calibration error" in note for note in found.notes)


def test_the_digest_of_a_reference_is_that_of_its_samples_in_any_order() -> None:
    rows = log(50, 0, 0)
    assert digest_of(rows) == digest_of(rows.at(np.arange(50)[::-1]))
    assert digest_of(rows) != digest_of(rows.at(np.arange(49)))
