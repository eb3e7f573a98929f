"""The dashboard: charts, alarms with their thresholds, and windows that are chosen by a drag or by keys."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from cli.views.drift import charts
from cli.views.drift.dashboard import page
from cli.views.kit.page import Links
from curate.drift.history import Expected, OverTime, Part, Run, Scans, Shown, Spread, WindowReport
from curate.drift.tests import OneTest
from curate.ground.run_stats import RunStats
from tests.cli.browser import Browser, needs_browser

EVIL = "<script>document.title='owned'</script>\u202e"
VALIDATED = RunStats(
    "validate", "2026-01-01T00:00:00.000Z", 1.0, 1.0, 50.0, 90, errors=2, warnings=0, anomalies=(EVIL,)
)


def window(number: int, *, alarm: bool = False, name: str = "") -> WindowReport:
    verdict = "drifted" if alarm else "cannot tell"
    figures = {"middle": (0.5, 0.2), "auc": 0.1}
    test = OneTest("image.brightness", "facts", 0.5, 1e-9, 1e-8, verdict, (100, 50), **figures)  # type: ignore[arg-type]
    return WindowReport(
        number, name or f"week {number}", "week", number, 50, 50, verdict, 0.005, 0.1, (test,), "sha256:1",  # type: ignore[arg-type]
        inputs={"image.brightness": Spread(0.1, 0.5 - 0.1 * number, 0.9, 0), "confidence": Spread(0.1, 0.8, 0.9, 0)},
        names={"label": {EVIL: 0.25, "plain": 0.75}},
        empty=0.02,
        findings={"dark": 0.1},
        accuracy=(Part("", 40, 0.8, (0.7, 0.9)), Part("night", 30, 0.6, (0.4, 0.8), -0.2, (-0.4, 0.0))),
        expected=Expected(0.85, 0.02, 50),
        shown=tuple(Shown(f"w{number}/{at}.jpg", "image", EVIL) for at in range(10)),
        run=Run(
            "2026-01-01T00:00:00Z", 1000, 0.5, 120.0, Scans(2, 100, 4.0, 5.0, 80.0) if number > 1 else None,
            replace(VALIDATED, errors=number - 1),
        ),
    )  # fmt: skip


@pytest.fixture
def dashboard(tmp_path: Path) -> Path:
    windows = (window(1), window(2, name=EVIL), window(3, alarm=True))
    found = OverTime("drifted", windows, 1, 12, 100, 0.01, VALIDATED)
    file = tmp_path / "d.html"
    file.write_bytes(page(found, f"log {EVIL}", Links(None, str(file))))
    return file


def test_all_kinds_of_figures_are_there(dashboard: Path) -> None:
    text = dashboard.read_text()
    titles = ("Input", "Output", "Accuracy where labels came back", "Schema", "Schema over time", "Software")
    for words in (*titles, "Alarms, newest first", "Samples"):
        assert f"{words}</h2>" in text, words
    for words in (
        "brightness",
        "finding dark",
        "confidence",
        "missing prediction",
        "accuracy night",
        "samples a second",
        "processor ms a file",
        "last <b>50</b>",
        "last <b>25</b>",
        "last validated 2026-01-01T00:00:00.000Z: 90 samples, 2 errors, 0 warnings.",
    ):
        assert words in text, words
    assert "effect 0.500 (margin 0.1), p 1e-08 (alpha 0.005)" in text
    assert "12 samples wait" in text
    assert "<script>document" not in text


def test_counts_that_are_all_0_begin_at_0() -> None:
    assert charts.Series([0.0, 0.0], from_zero=True).ends == (0.0, 1.0)
    assert charts.Series([2.0, 2.0]).ends == (1.5, 2.5)
    assert charts.Series([0.0, 3.0], from_zero=True).ends == (0.0, 3.0)


def test_a_gap_is_not_bridged_and_an_alarm_is_marked() -> None:
    drawn = str(
        charts.line(charts.Series([1.0, 2.0, None, 3.0], alarms=[False, True, False, False], hints=["a"] * 4), "t")
    )
    assert drawn.count("<polyline") == 1
    assert drawn.count('class="dot"') == 2
    assert drawn.count('class="dot alarm"') == 1
    assert drawn.count('class="window"') == 4


@pytest.mark.parametrize("values", [[], [None, None], [1.0], [0.0, 0.0]])
def test_few_and_equal_figures_can_be_drawn(values: list[float | None]) -> None:
    assert "nan" not in str(charts.line(charts.Series(values, hints=["h"] * len(values)), "t"))


def test_a_history_without_windows_is_a_page(tmp_path: Path) -> None:
    assert b"o new window" in page(OverTime("cannot tell", (), 0, 5, 0, 0.01), "log", Links(None, None))


@needs_browser
@pytest.mark.parametrize("width", [400, 1200])
def test_windows_are_chosen_on_any_chart(dashboard: Path, width: int) -> None:
    with Browser(dashboard, width) as browser:
        parts = "[...document.querySelectorAll('[data-window]')].filter((one) => !one.hidden)"
        shown = f"{parts}.map((one) => one.dataset.window).join()"
        assert browser.ask(shown) == "2", "the last one, until others are chosen"
        browser.ask("document.querySelectorAll('svg.over-time')[1].focus()")
        browser.press("ArrowRight")
        assert browser.ask(shown) == "0"
        browser.press("ArrowRight")
        assert browser.ask(shown) == "1"
        assert browser.ask("document.querySelectorAll('rect.chosen').length") == browser.ask(
            "document.querySelectorAll('svg.over-time').length"
        )
        browser.press("Escape")
        assert browser.ask(shown) == "0,1,2"
        drag = """(() => { const chart = document.querySelector('svg.over-time'), box = chart.getBoundingClientRect();
            chart.setPointerCapture = () => {}; chart.hasPointerCapture = () => true;
            const send = (name, share) => chart.dispatchEvent(
                new PointerEvent(name, {clientX: box.left + share * box.width, pointerId: 1}));
            send('pointerdown', 0.9); send('pointermove', 0.5); })()"""
        browser.ask(drag)
        assert browser.ask(shown) == "1,2"
        assert browser.ask("document.documentElement.scrollWidth") <= width
        assert browser.ask("document.title") != "owned"
        assert (browser.console, browser.requests) == ([], [])
