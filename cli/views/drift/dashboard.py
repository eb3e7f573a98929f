"""The dashboard: a history as one page, offline. Input, output and software metrics, accuracy, alarms with thresholds.

A drag over any chart, or the arrow keys on it, choose windows: the samples and alarms of the others are hidden.
"""

from typing import TYPE_CHECKING, TypedDict

from cli.io.table import percent
from cli.views.drift import charts
from cli.views.drift.over_time import alarms_table, parts_table, sentences, validation_words, windows_table
from cli.views.drift.table import title_of
from cli.views.kit import page as pages
from curate.facts.fact_schema import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from curate.drift.history import OverTime, WindowReport
    from curate.drift.tests import OneTest

    Windows = Sequence[WindowReport]

_MEDIA = 96
_MEDIA_OF_WINDOW = 8
_TAGS = 12
_VARIES = 1e-12


class Card(TypedDict):
    """A chart with its words."""

    title: str
    unit: str
    chart: "Markup | str"
    ends: tuple[str, str]
    latest: str
    rows: list[str]
    alarm: bool


def page(found: "OverTime", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        found: What became of the log, with all that the history has.
        of: The reference and the log.
        links: Leads to the files of samples.
    """
    windows = found.windows
    lines = sentences(found)
    alarms = sum(bool(one.alarms) for one in windows)
    tiles = [
        (found.verdict if found.new else windows[-1].verdict if windows else "no window", "last verdict"),
        (f"{len(windows):,}", "windows"),
        (f"{alarms:,}", "with an alarm"),
        (f"{sum(one.samples for one in windows):,}", "samples"),
    ]
    validated = found.validated
    if validated:
        tiles.append((f"{validated.errors or 0:,}", "errors by the schema"))
    return pages.render(
        "drift/dashboard",
        title="Drift over time",
        of=of,
        lead=[f"{lines[0]}."],
        tiles=tiles,
        overview=_overview(windows) if windows else "",
        ends=(windows[0].window, windows[-1].window) if windows else ("", ""),
        sections=_sections(windows),
        alarms=pages.table(alarms_table(windows)),
        parts=pages.table(parts_table(windows)),
        windows=pages.table(windows_table(windows), links),
        samples=_samples(windows, links),
        rule=_rule(found),
        validated=validated,
        validated_in_words=validation_words(validated) if validated else "",
        notes=lines[1:],
    )


def _sections(windows: "Windows") -> list[tuple[str, list[Card]]]:
    parts = {
        "Input": _inputs(windows),
        "Output": _outputs(windows),
        "Accuracy where labels came back": _accuracy(windows),
        "Schema over time": _validated(windows),
        "Software": _software(windows),
    }
    return [(title, cards) for title, cards in parts.items() if cards]


def _rule(found: "OverTime") -> str:
    if not found.windows:
        return ""
    last = found.windows[-1]
    return (
        f"An alarm needs an effect of {last.margin:g} or more, and a p value, adjusted for all tests of its window, "
        f"below the window's share of alpha {found.alpha:g}: {last.alpha:.2g} for the last one. Over all windows, "
        f"alarms where nothing changed come in at most {percent(found.alpha)} % of such pages."
    )


def _overview(windows: "Windows") -> "Markup":
    hints = [f"{one.window}: {one.samples:,} samples, {one.verdict}" for one in windows]
    return charts.bars(
        [one.samples for one in windows],
        [bool(one.alarms) for one in windows],
        hints,
        "samples of each window; those with an alarm are marked",
    )


def _inputs(windows: "Windows") -> list[Card]:
    cards = []
    for name in NUMBERS:
        spreads = [one.inputs.get(name) for one in windows]
        medians = [spread.median if spread else None for spread in spreads]
        bands = [
            (spread.q1, spread.q3) if spread and spread.q1 is not None and spread.q3 is not None else None
            for spread in spreads
        ]
        # What is the same in every window tells nothing, unless it is what an alarm is about.
        if _varies([*medians, *(end for band in bands if band for end in band)]) or any(_alarms(windows, name)):
            series = charts.Series(medians, bands, _alarms(windows, name))
            cards.append(_card(windows, title_of(name), series, NUMBERS[name].show))
        missing = [spread.missing if spread else None for spread in spreads]
        if any(missing):
            cards.append(_share(windows, f"missing {name}", missing))
    checks = sorted({check for one in windows for check in one.findings})
    cards += [
        _share(windows, f"finding {one}", [window.findings.get(one, 0.0) for window in windows]) for one in checks
    ]
    # Alarms first: of forty charts, those are what somebody came for.
    return sorted(cards, key=lambda card: not card["alarm"])


def _outputs(windows: "Windows") -> list[Card]:
    cards = [_heat(windows, name, [one.names.get(name, {}) for one in windows]) for name in ("label", "prediction")]
    cards.append(_heat(windows, "labels that the predictions imply", [one.label_shift for one in windows]))
    spreads = [one.inputs.get("confidence") for one in windows]
    if any(spreads):
        bands = [(one.q1, one.q3) if one and one.q1 is not None and one.q3 is not None else None for one in spreads]
        series = charts.Series([one.median if one else None for one in spreads], bands, _alarms(windows, "confidence"))
        cards.append(_card(windows, "confidence", series, _three))
    empty = [one.empty for one in windows]
    if any(value is not None for value in empty):
        cards.append(_share(windows, "missing prediction", empty))
    return [card for card in cards if card["chart"]]


def _accuracy(windows: "Windows") -> list[Card]:
    cards = []
    names = dict.fromkeys(part.name for one in windows for part in one.accuracy)
    for name in sorted(names)[: _TAGS + 1]:
        parts = [next((part for part in one.accuracy if part.name == name), None) for one in windows]
        series = charts.Series(
            [part.accuracy if part else None for part in parts],
            [part.interval if part else None for part in parts],
            _alarms(windows, f"accuracy {name}".strip()),
        )
        cards.append(_card(windows, f"accuracy {name}".strip(), series, _percent))
    expected = [one.expected.accuracy if one.expected else None for one in windows]
    if any(value is not None for value in expected):
        bands = [
            (one.expected.accuracy - 2 * one.expected.sd, one.expected.accuracy + 2 * one.expected.sd)
            if one.expected
            else None
            for one in windows
        ]
        cards.append(_card(windows, "accuracy that the confidences promise", charts.Series(expected, bands), _percent))
    return cards


def _software(windows: "Windows") -> list[Card]:
    runs = [one.run for one in windows]
    # A scan that decoded nothing says nothing of how fast files are decoded.
    scans = [one.scans if one and one.scans and one.scans.files else None for one in runs]
    figures: list[tuple[str, list[float | None], Callable[[float | None], str]]] = [
        ("scan, files a second", [one.files / one.seconds if one and one.seconds else None for one in scans], _figure),
        ("scan, files", [one.files if one else None for one in scans], _whole),
        ("scan, seconds", [one.seconds if one else None for one in scans], _figure),
        ("scan, processor ms a file", [1e3 * one.cpu_seconds / one.files if one else None for one in scans], _figure),
        ("scan, MB of one process", [one.memory_mb if one else None for one in scans], _whole),
        (
            "drift, samples a second",
            [one.samples / one.seconds if one and one.seconds else None for one in runs],
            _whole,
        ),
        ("drift, seconds", [one.seconds if one else None for one in runs], _figure),
        ("drift, MB", [one.memory_mb if one else None for one in runs], _whole),
    ]
    return [
        _card(windows, title, charts.Series(values, from_zero=True), show)
        for title, values, show in figures
        if any(values)
    ]


def _validated(windows: "Windows") -> list[Card]:
    """Return what the schema said when each window was judged."""
    runs = [one.run.validated if one.run else None for one in windows]
    if not any(runs):
        return []
    found = []
    for title, values in (
        ("errors by the schema", [one.errors if one else None for one in runs]),
        ("warnings by the schema", [one.warnings if one else None for one in runs]),
    ):
        alarms = [title.startswith("errors") and bool(value) for value in values]
        found.append(_card(windows, title, charts.Series(values, alarms=alarms, from_zero=True), _whole))
    return found


def _share(windows: "Windows", name: str, values: "Sequence[float | None]") -> Card:
    series = charts.Series(values, alarms=_alarms(windows, name), from_zero=True)
    return _card(windows, title_of(name), series, _percent)


def _card(windows: "Windows", title: str, series: charts.Series, show: "Callable[[float | None], str]") -> Card:
    alarms = series.alarms or [False] * len(windows)
    hints = [
        f"{one.window}: {show(value)}{' (alarm)' if alarm else ''}"
        for one, value, alarm in zip(windows, series.values, alarms, strict=True)
    ]
    latest = next((value for value in reversed(series.values) if value is not None), None)
    name, _, unit = title.partition(", ")
    return {
        "title": name,
        "unit": unit,
        "chart": charts.line(series._replace(hints=hints), f"{title} of each window"),
        "ends": (show(series.ends[0]), show(series.ends[1])),
        "latest": show(latest),
        "rows": [],
        "alarm": any(alarms),
    }


def _heat(windows: "Windows", title: str, shares: "Sequence[dict[str, float]]") -> Card:
    names = list(dict.fromkeys(name for one in shares for name in one))
    rows = [[one.get(name, 0.0) if one else None for name in [name] for one in shares] for name in names]
    hints = []
    for window, one in zip(windows, shares, strict=True):
        top = sorted(one.items(), key=lambda item: -item[1])[:3]
        hints.append(f"{window.window}: {', '.join(f'{name} {percent(share)} %' for name, share in top)}")
    highest = max((value for row in rows for value in row if value is not None), default=0.0)
    return {
        "title": title,
        "unit": "share",
        "chart": charts.heat(rows, hints, f"{title}: shares in each window") if names else "",
        "ends": ("0 %", f"{percent(highest)} %"),
        "latest": "",
        "rows": names,
        "alarm": any(_alarms(windows, title)),
    }


def _samples(windows: "Windows", links: pages.Links) -> list[dict[str, object]]:
    """Return the samples of each window: media of those with an alarm and of the last ones, links of all."""
    order = sorted(windows, key=lambda one: (not one.alarms, -one.number))
    embedded = {one.number for one in order[: _MEDIA // _MEDIA_OF_WINDOW]}
    wanted = {
        shown.path: shown.kind for one in windows if one.number in embedded for shown in one.shown[:_MEDIA_OF_WINDOW]
    }
    media = pages.media_of(wanted.items(), links)
    found = []
    for one in windows:
        cards = [
            {"title": shown.words or "no label", "why": "", **media[shown.path]}
            for shown in one.shown[:_MEDIA_OF_WINDOW]
            if one.number in embedded
        ]
        others = one.shown[len(cards) :]
        listed = [{"path": shown.path, "href": links.href(shown.path), "words": shown.words} for shown in others]
        alarms = [_alarm_words(one, test) for test in one.alarms]
        if one.run and one.run.validated:
            alarms += [f"schema: {words}" for words in one.run.validated.anomalies]
        found.append(
            {
                "number": one.number - 1,
                "title": one.window,
                "verdict": one.verdict,
                "samples": f"{one.samples:,}",
                "alarms": alarms,
                "cards": pages.macro("reason_cards", cards) if cards else "",
                "listed": listed,
            }
        )
    return found


def _alarm_words(window: "WindowReport", test: "OneTest") -> str:
    return (
        f"{title_of(test.name)}: effect {test.effect:.3f} (margin {window.margin:g}), "
        f"p {test.adjusted_p:.2g} (alpha {window.alpha:.2g})"
    )


def _alarms(windows: "Windows", name: str) -> list[bool]:
    return [any(test.name == name for test in one.alarms) for one in windows]


def _varies(values: "Sequence[float | None]") -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and max(known) - min(known) > _VARIES


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{percent(value)} %"


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _figure(value: float | None) -> str:
    """Return a figure to three digits."""
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
