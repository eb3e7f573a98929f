"""Operations and facts in words: what was drawn for a sample with its units, and which facts changed by it."""

from typing import TYPE_CHECKING, Any, NamedTuple

from curate.facts.fact_schema import CATEGORIES, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curate.records.sample import Sample

_UNITS = {
    "db": "dB",
    "dbfs": "dBFS",
    "dbtp": "dBTP",
    "deg": "°",
    "electrons": "electrons",
    "hz": "Hz",
    "lufs": "LUFS",
    "ms": "ms",
    "px": "px",
    "s": "s",
    "semitones": "semitones",
    "stops": "stops",
}
_ASIDE = {"name", "seed", "parameters", "applied", "applied_params"}
_LONGEST = 80


class Words(NamedTuple):
    """Something with a value.

    Attributes:
        name: What it is.
        value: With its unit.
        whole: The value in full, where `value` is shortened; else empty.
    """

    name: str
    value: str
    whole: str = ""


class Change(NamedTuple):
    """A fact that is another one now.

    Attributes:
        name: Of the fact, with its unit.
        before: Of the source.
        after: Of what was made of it.
    """

    name: str
    before: str
    after: str


def parameters(operation: "Mapping[str, Any]") -> list[Words]:
    """Return what was drawn and noted for an operation; digests and seeds are left to the manifest."""
    if operation.get("applied") is False:
        return [Words("not applied", "its probability p decided against it")]
    if chosen := _chosen(operation):
        return chosen
    values = {name: value for name, value in operation.items() if name not in _ASIDE and not name.endswith("_digest")}
    # A library's class: what it drew itself, or what it was given where that was drawn for every pixel or frame.
    # Of an array that it drew, only the shape was kept, which says nothing to a reader.
    drawn: dict[str, Any] = operation.get("applied_params") or {}
    drawn = {
        name: value for name, value in drawn.items() if not (isinstance(value, dict) and value.keys() == {"shape"})
    }
    values |= drawn or operation.get("parameters") or {}
    if values.get("scale") == 1:  # nothing had to be scaled
        del values["scale"]
    return [_words(name, value, operation["name"]) for name, value in values.items()]


def _chosen(operation: "Mapping[str, Any]") -> list[Words]:
    """Return what a choice among operations drew, in words; nothing for what is no choice of ours."""
    chosen, branches = operation.get("chosen"), operation.get("of")
    if not isinstance(chosen, list | tuple) or not isinstance(branches, list | tuple):
        return []
    if not all(isinstance(one, int) and 0 <= one < len(branches) for one in chosen):
        return []
    drawn = ", ".join(_value(branches[one]) for one in chosen) or "nothing"
    return [Words("drawn", drawn), Words("of", " | ".join(map(_value, branches)))]


def changes(before: "Sample", after: "Sample") -> list[Change]:
    """Return the facts of which the shown values differ, in the order in which reports show them."""
    found = []
    for name, quantity in NUMBERS.items():
        if name.startswith("image.brightness_p"):
            continue
        old, new = (quantity.show(_fact(sample, name)) for sample in (before, after))
        if old != new:
            found.append(Change(quantity.title, old, new))
    for name, title in CATEGORIES.items():
        if "." in name and _fact(before, name) != _fact(after, name):
            old, new = (_fact(sample, name) for sample in (before, after))
            found.append(Change(title, "-" if old is None else _value(old), "-" if new is None else _value(new)))
    return found


def _fact(sample: "Sample", name: str) -> Any:
    value: Any = sample
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def _words(name: str, value: Any, operation: str) -> Words:
    """Return a parameter in words: `snr_db: 7.3` as snr, 7.3 dB. One that is named as its operation needs no name."""
    stem, _, ending = name.rpartition("_")
    unit = _UNITS.get(ending, "") if stem or ending == "semitones" else ""
    label = (stem if unit else name).replace("_", " ")
    label = "" if label in {operation, ""} else label
    if isinstance(value, str) and "/" in value:
        return Words(label, "/".join(value.split("/")[-2:]), value)
    text = f"{_value(value)} {unit}".strip().replace(" °", "°")
    return Words(label, text) if len(text) <= _LONGEST else Words(label, f"{text[: _LONGEST - 1]}…", text)


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items())
    return str(value)
