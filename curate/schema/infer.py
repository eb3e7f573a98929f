"""Learning a schema from samples: ranges, sets of values, and how often each may be missed.

Ranges are nearest-rank quantiles, .5 % and 99.5 %, widened by half of the interquartile range: the range from the
smallest to the largest value seen alarms on every sixth batch of the same source. Allowed shares are upper limits of
what was seen, so that a few samples promise less than many.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import TYPE_CHECKING, Any, NamedTuple

from curate.facts.fact_schema import NUMBERS, Quantity
from curate.facts.records import KINDS
from curate.schema.records import DEFAULT_ALPHA, DEFAULT_MARGIN, FACTS, NAMES, SCHEMA_VERSION
from curate.statistics.binomial import share_upper

if TYPE_CHECKING:
    from curate.schema.seen import Seen, SeenField, SeenNames, SeenNumbers

_ENDS = (0.005, 0.25, 0.75, 0.995)
_LEAST_OUTSIDE = 0.01
"""Two quantiles of .5 % leave 1 % outside before the range is widened."""
_CONFIDENCE = 0.95
_MOST_VALUES = 200
_EACH = 20
"""Samples that each value of a closed set has, and that a rule is learnt from."""
_LONGEST_NAME = 100
_MOST_UNKNOWN = 0.2
"""A set of which a fifth of the samples may be new is a free text."""
_DIGITS = 6
_LARGEST = 150_000
"""Characters: twice in a file, and well under what `curate.ground.yaml` reads, in bytes and in values."""
_SHOWN = 5

Path = tuple[str, ...]


class Draft(NamedTuple):
    """A schema before it is written.

    Attributes:
        content: What its file is to say, without what is there for `--update`.
        comments: What was seen, by the keys that lead to what it is about.
        head: What stands on top, in lines.
    """

    content: dict[str, Any]
    comments: dict[Path, str]
    head: tuple[str, ...]


def infer(seen: "Seen", source: str) -> Draft:
    """Return the schema of a set.

    Args:
        seen: The set, closed, with at least one sample.
        source: Name of its manifest.
    """
    comments: dict[Path, str] = {}
    content: dict[str, Any] = {"kind": "schema", "version": SCHEMA_VERSION}
    if seen.facts_version is not None:
        content["facts_version"] = seen.facts_version
        comments["facts_version",] = "facts of another version have other values under the same names"
    repeated = len(seen.paths.repeated())
    content |= {"alpha": DEFAULT_ALPHA, "samples": 1, "duplicates": _allowed(repeated, seen.samples, strict=True)}
    comments["alpha",] = "of batches without any change, the share that may alarm, over all tests together"
    comments["samples",] = "a batch of fewer is too-few-samples: set what a batch of yours has at least"
    comments["duplicates",] = f"allowed share of samples whose path stood there before; {repeated:,} seen"
    content["kinds"] = _named(seen.names["kind"], ("kinds",), comments)
    for kind in KINDS:
        if facts := _facts(kind, seen, comments):
            content[kind] = facts
    for name in ("label", "split"):
        if seen.names[name].present:
            content[name] = _named(seen.names[name], (name,), comments, shares=name == "label", strict=True)
    if "label" not in content:
        content["label"] = "none"
        comments["label",] = "no sample had one, so none is to have one; delete this line if they may"
    content["tags"] = _tags(seen, comments)
    # Names without end are data, and no fields: then nothing is said of them.
    if len(seen.fields) <= _MOST_VALUES and all(len(name) <= _LONGEST_NAME for name in seen.fields):
        content["fields"] = {
            name: _field(field, ("fields", name), comments) for name, field in sorted(seen.fields.items())
        }
        comments["fields",] = "what burnish does not know: fields of other programs"
    without = [name for name in ("label", "split") if seen.names[name].present]
    content["environments"] = {"serving": {"without": without}} if without else {}
    comments["environments",] = "for --env: what need not be there; a label is unexpected there"
    # For drift: here nothing is learnt, since how large a change matters is for people to say.
    content["margins"] = {"all": DEFAULT_MARGIN}
    comments["margins",] = "how large a change matters to burnish drift; of one place: {all: 0.1, label: 0.05}"
    most = _MOST_VALUES
    while len(str(content)) > _LARGEST and most > 2:
        most //= 10
        content = _with_short_sets(content, most)
    head = _head(seen, source)
    if most < _MOST_VALUES:
        head += (f"Sets of more than {most} values were left open: with all of them the file would be too large.",)
    return Draft(content, comments, head)


def _with_short_sets(content: dict[str, Any], most: int) -> dict[str, Any]:
    """Return the same without the sets of more than so many values: two hundred keys of two hundred are 40,000."""
    if len(content.get("values", ())) > most:
        return {"closed": False, "missing": content["missing"]}
    return {key: _with_short_sets(value, most) if isinstance(value, dict) else value for key, value in content.items()}


def _head(seen: "Seen", source: str) -> tuple[str, ...]:
    generated = f" ({seen.generated:,} generated ones left out)" if seen.generated else ""
    lines = [
        f"What samples are to be like, learnt from {source}: {seen.samples:,} samples{generated}.",
        "Change what you like; burnish schema MANIFEST -o FILE --update learns the rest anew and keeps what you set,",
        "what you deleted, and your comments. Those that begin with #: are burnish's, and written anew.",
        "range: nearest-rank quantiles, .5 % and 99.5 %, widened by half of the interquartile range.",
        "outside, missing: allowed shares, 0 to 1; validate alarms where a batch has more than chance explains.",
        "closed: true = no other value may come; 0 in outside, missing or duplicates = not one.",
    ]
    # A sketch that had to merge values knows its quantiles only so well, and a reader is to know it too.
    numbers = [*seen.numbers.values(), *(field.numbers for field in seen.fields.values())]
    if worst := max((one.sketch.error for one in numbers if one.present), default=0.0):
        lines.append(f"Quantiles with ~ are estimates (of sketches of 4,096 buckets), off by {worst:.2%} at most.")
    return tuple(lines)


def _facts(kind: str, seen: "Seen", comments: dict[Path, str]) -> dict[str, Any]:
    """Return the rules of the facts of a kind, by name; none where there are too few values to tell."""
    rules: dict[str, Any] = {}
    for name in NAMES[kind]:
        place = f"{kind}.{name}"
        # What no sample has is not said of any either: channel masks, say, in a set of mono.
        if place in seen.names and seen.names[place].present >= _EACH:
            rules[name] = _named(seen.names[place], (kind, name), comments)
    for name in FACTS[kind]:
        numbers = seen.numbers.get(f"{kind}.{name}")
        if numbers and numbers.sketch.number >= _EACH:
            quantity = NUMBERS["bytes" if name == "bytes" else f"{kind}.{name}"]
            rules[name] = _numbered(numbers, (kind, name), comments, quantity)
    return rules


def _numbered(
    seen: "SeenNumbers",
    path: Path,
    comments: dict[Path, str],
    quantity: Quantity | None = None,
    *,
    strict: bool = False,
) -> dict[str, Any]:
    sketch = seen.sketch
    low, q1, q3, high = sketch.nearest_ranks(_ENDS)
    low, high = _rounded(low - (q3 - q1) / 2, ROUND_FLOOR), _rounded(high + (q3 - q1) / 2, ROUND_CEILING)
    least, median, most = sketch.quantiles((0.0, 0.5, 1.0))
    about = "~" if sketch.error else ""
    unit = f" {quantity.unit}" if quantity and quantity.unit and quantity.scale == 1 else ""
    seen_of = "" if seen.present == seen.possible else f", in {seen.present:,} of {seen.possible:,}"
    comments[path] = f"{least:.6g} to {most:.6g}{unit}, median {about}{median:.6g}{seen_of}"
    # Of fifty samples the ends are the smallest and the largest: what is beyond them is not known to be under 1 %.
    outside = _allowed(sketch.outside(low, high), sketch.number)
    return {
        "range": [low, high],
        "outside": max(_LEAST_OUTSIDE, outside),
        "missing": _allowed(seen.possible - seen.present, seen.possible, strict=strict),
    }


def _named(
    seen: "SeenNames", path: Path, comments: dict[Path, str], *, shares: bool = False, strict: bool = False
) -> dict[str, Any]:
    """Return the rule of a set of values: closed, open with a share that may be new, or of free text."""
    counts = dict(sorted(seen.counts.items(), key=lambda item: (-item[1], str(item[0]))))
    shown = ", ".join(f"{value} {count:,}" for value, count in list(counts.items())[:_SHOWN])
    more = f" and {len(counts) - _SHOWN:,}{' or more' if seen.others else ''} more" if len(counts) > _SHOWN else ""
    of_all = "" if seen.present == seen.possible else f"; in {seen.present:,} of {seen.possible:,}"
    comments[path] = f"{shown}{more}{of_all}" if counts else "none seen"
    rule: dict[str, Any] = {"closed": False}
    if (
        counts
        and len(counts) <= _MOST_VALUES
        and not seen.others
        and max(len(str(one)) for one in counts) <= _LONGEST_NAME
    ):
        # Good and Turing: what comes once is as frequent as what was not met at all.
        unknown = _allowed(sum(count == 1 for count in counts.values()), seen.present)
        # A mapping cannot have an empty key.
        values = (
            {one: float(f"{count / seen.present:.3g}") for one, count in counts.items()}
            if shares and "" not in counts
            else None
        )
        if min(counts.values()) >= _EACH:
            rule = {"closed": True, "values": values or list(counts)}
        elif unknown <= _MOST_UNKNOWN:
            rule = {"closed": False, "values": values or list(counts), "outside": unknown}
    return {**rule, "missing": _allowed(seen.possible - seen.present, seen.possible, strict=strict)}


def _tags(seen: "Seen", comments: dict[Path, str]) -> dict[str, Any]:
    flags = {name: count for name, count in seen.flags.counts.items() if len(name) <= _LONGEST_NAME}
    keys = {key: found for key, found in sorted(seen.tags.items()) if len(key) <= _LONGEST_NAME}
    counts = [*flags.values(), *(found.present for found in keys.values())]
    # A key that is not written down would be new in the very set that the schema is learnt from.
    left_out = seen.flags.others or len(flags) + len(keys) < len(seen.flags.counts) + len(seen.tags)
    rare = not counts or min(counts) < _EACH or len(counts) > _MOST_VALUES or left_out
    comments["tags",] = "keys: of key=value; flags: tags without a value; closed: no other key and no other flag"
    kept = sorted(keys, key=lambda key: -keys[key].present)[:_MOST_VALUES]
    return {
        "closed": not rare,
        "keys": {key: _named(keys[key], ("tags", "keys", key), comments, strict=True) for key in sorted(kept)},
        "flags": sorted(sorted(flags, key=lambda name: -flags[name])[:_MOST_VALUES]),
    }


def _field(seen: "SeenField", path: Path, comments: dict[Path, str]) -> dict[str, Any]:
    """Return the rule of a field of another program."""
    total = seen.types.total()
    kind, count = seen.types.most_common(1)[0]
    missing = _allowed(seen.numbers.possible - total, seen.numbers.possible, strict=True)
    rule: dict[str, Any] = {"type": kind, "missing": missing}
    comments[path] = f"in {total:,} of {seen.numbers.possible:,}"
    # Of two types in one field neither range nor values say what is right.
    if count == total and kind == "number" and seen.numbers.sketch.number >= _EACH:
        return {"type": kind, **_numbered(seen.numbers, path, comments, strict=True)}
    if count == total and kind == "text" and total >= _EACH:
        return {"type": kind, **_named(seen.names, path, comments, strict=True)}
    if count < total:
        comments[path] += "; of several types: " + ", ".join(f"{one} {n:,}" for one, n in seen.types.most_common())
        del rule["type"]
    return rule


def _allowed(count: int, total: int, *, strict: bool = False) -> float:
    """Return the share that is allowed of what some samples had: its upper limit, at 95 % (Clopper-Pearson).

    Args:
        count: How many had it.
        total: Of how many.
        strict: Whether what no sample had is allowed to none: what people write, such as labels, is whole or it is not.
    """
    if not total or count == total:
        return 1.0
    if strict and not count:
        return 0.0
    return _share(share_upper(count, total, 1 - _CONFIDENCE))


def _share(share: float) -> float:
    """Return a share with two digits, rounded up."""
    return float(Context(prec=2, rounding=ROUND_CEILING).create_decimal(repr(share)))


def _rounded(value: float, rounding: str) -> float:
    """Return a number with six digits, as people write it; rounded outwards, so that no value changes sides."""
    # By 15 digits first, as many as a float keeps: a difference of 245.00000000000003 is 245, and not 245.001.
    exact = Context(prec=15).create_decimal(repr(value))
    return float(Context(prec=_DIGITS, rounding=rounding).create_decimal(exact))
