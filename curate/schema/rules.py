"""Holding samples against a schema: which of a block break which rule, and how many could have."""

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from curate.describe.column_blocks import as_floats
from curate.schema.anomalies import name_of_missing, name_of_unknown
from curate.schema.records import FieldRule, NamesRule, NumberRule, Schema, type_of
from curate.schema.seen import parted

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from curate.schema.columns import Columns

    Positions = Sequence[int] | NDArray[np.intp]


class Broken(NamedTuple):
    """The samples of a block that break one rule.

    Attributes:
        name: Of the anomaly.
        of: The place.
        among: Positions, among the samples of the block, of those that could break it.
        allowed: The share that may.
        positions: Of those that do.
        values: What they have; None: nothing.
        distances: How far out each is; empty: all alike.
        bounds: The end of the range that each is beyond; empty: there is none.
        expected: What the rule asks for, in words; empty: the values say it.
    """

    name: str
    of: str
    among: "Positions"
    allowed: float
    positions: "Positions" = ()
    values: "Sequence[Any]" = ()
    distances: "Sequence[float]" = ()
    bounds: "Sequence[float]" = ()
    expected: str = ""

    @property
    def checked(self) -> int:
        """How many samples could break it."""
        return len(self.among)


def broken(block: "Columns", schema: Schema, without: "Container[str]") -> "Iterator[Broken]":
    """Yield what each rule of a schema finds in a block; a rule that finds nothing is there with what it looked at.

    Args:
        block: The samples.
        schema: The rules.
        without: Places that need not be there.
    """
    for place, number in schema.numbers.items():
        if place in block.numbers and place not in without:
            yield from _outside(place, number, *block.numbers[place])
    rules = {**({"kind": schema.kinds} if schema.kinds else {}), **schema.names}
    for place, names in rules.items():
        if place in block.names and place not in without:
            yield from _unknown(place, names, *block.names[place])
    if schema.unlabelled or "label" in without:
        positions, labels = block.names["label"]
        labelled = [at for at, label in zip(positions.tolist(), labels.tolist(), strict=True) if label is not None]
        yield Broken("unexpected-label", "label", positions, 0.0, labelled, [labels[at] for at in labelled])
    if schema.tags and "tags" not in without:
        yield from _tags(block, schema, without)
    if schema.fields is not None:
        yield from _fields(block, schema.fields, without)


def _outside(
    place: str, rule: NumberRule, positions: "NDArray[np.intp]", values: "NDArray[np.float64]"
) -> "Iterator[Broken]":
    missing = np.isnan(values)
    yield _missing(place, rule.missing, positions, positions[missing])
    # Not-a-number is neither below nor above.
    below, above = values < rule.low, values > rule.high
    out = np.flatnonzero(below | above)
    found = values[out]
    bounds = np.where(below[out], rule.low, rule.high)
    distances = np.abs(found - bounds)
    yield Broken(
        "out-of-range", place, positions[~missing] if missing.any() else positions, rule.outside,
        positions[out], found.tolist(), distances.tolist(), bounds.tolist(), f"{rule.low:g} to {rule.high:g} expected",
    )  # fmt: skip


def _unknown(
    place: str, rule: NamesRule, positions: "NDArray[np.intp]", names: "NDArray[np.object_]"
) -> "Iterator[Broken]":
    counts = Counter(names.tolist())
    missing = counts.pop(None, 0)
    absent = names == None  # noqa: E711 - by element
    yield _missing(place, rule.missing, positions, positions[absent] if missing else ())
    if not rule.values and not rule.closed:
        return
    # By the few values that there are, not by sample: most blocks have none that is new.
    new = counts.keys() - rule.values.keys()
    out = [at for at, name in enumerate(names.tolist()) if name in new] if new else []
    yield Broken(
        name_of_unknown(place), place, positions[~absent] if missing else positions, rule.outside,
        positions[out], [names[at] for at in out],
    )  # fmt: skip


def _missing(place: str, allowed: float, among: "Positions", positions: "Positions") -> Broken:
    return Broken(name_of_missing(place), place, among, allowed, positions, [None] * len(positions))


def _tags(block: "Columns", schema: Schema, without: "Container[str]") -> "Iterator[Broken]":
    """Yield what is wrong with tags: keys that are missing, values, keys and flags that are new."""
    rules = schema.tags
    assert rules
    found: dict[tuple[str, str], tuple[list[int], list[Any]]] = {}
    known: dict[tuple[str, ...], list[tuple[str, str, str | None]]] = {}
    watched = {key: rule for key, rule in rules.keys.items() if f"tag:{key}" not in without}
    for position, sample in enumerate(block.samples):
        tags = sample.tags
        # Combinations repeat, and each is judged once.
        if tags not in known:
            known[tags] = list(_wrong_tags(tags, watched, rules.keys, rules.flags))
        for name, place, value in known[tags]:
            positions, values = found.setdefault((name, place), ([], []))
            positions.append(position)
            values.append(value)
    everywhere = range(len(block.samples))
    for key, rule in watched.items():
        place = f"tag:{key}"
        gone, _ = found.pop(("missing-tag-key", place), ([], []))
        yield _missing(place, rule.missing, everywhere, gone)
        if rule.values or rule.closed:
            positions, values = found.pop(("new-tag-value", place), ([], []))
            without_key = set(gone)
            with_key = [at for at in everywhere if at not in without_key] if gone else everywhere
            yield Broken("new-tag-value", place, with_key, rule.outside, positions, values)
    for (name, place), (positions, values) in found.items():
        yield Broken(name, place, everywhere, 0.0 if rules.closed else 1.0, positions, values)


def _wrong_tags(
    tags: tuple[str, ...], watched: dict[str, NamesRule], known: "Container[str]", flags: "Container[str]"
) -> "Iterator[tuple[str, str, str | None]]":
    """Yield anomaly, place and value of what is wrong with the tags of a sample."""
    keys, bare = parted(tags)
    yield from (("missing-tag-key", f"tag:{key}", None) for key in watched if key not in keys)
    for key, values in keys.items():
        if key not in known:
            yield "new-field", f"tag:{key}", min(values)
        elif key in watched and (watched[key].values or watched[key].closed):
            # One sample is one anomaly, also where two of its tags are new.
            new = sorted(values - watched[key].values.keys())
            yield from (("new-tag-value", f"tag:{key}", value) for value in new[:1])
    yield from (("new-tag-value", "tags", flag) for flag in sorted(tag for tag in bare if tag not in flags)[:1])


def _fields(block: "Columns", rules: dict[str, FieldRule], without: "Container[str]") -> "Iterator[Broken]":
    everywhere = range(len(block.samples))
    for name, rule in rules.items():
        if name in without:
            continue
        positions, values = block.fields.get(name, ([], []))
        there = set(positions)
        gone = [at for at in everywhere if at not in there] if len(there) < len(everywhere) else []
        yield _missing(name, rule.missing, everywhere, gone)
        if rule.type is None:
            continue
        # Each value by the type that it has in the JSON: the text "7" among numbers is what this is to find.
        types = [type_of(value) for value in values]
        wrong = [at for at, found in enumerate(types) if found != rule.type]
        shown = [short(values[at]) for at in wrong]
        yield Broken("unexpected-type", name, positions, 0.0, [positions[at] for at in wrong], shown)
        right = [at for at, found in enumerate(types) if found == rule.type]
        places, kept = np.array([positions[at] for at in right], np.intp), [values[at] for at in right]
        if rule.number:
            yield from _without_missing(_outside(name, rule.number, places, as_floats(kept)))
        elif rule.names:
            column = np.empty(len(kept), object)
            column[:] = kept
            yield from _without_missing(_unknown(name, rule.names, places, column))
    for name in block.fields.keys() - rules.keys():
        positions, values = block.fields[name]
        # Not on each sample: whether a field may be there is a question to the set.
        yield Broken("new-field", name, everywhere, 0.0, positions, [short(value) for value in values])


def _without_missing(found: "Iterable[Broken]") -> "Iterator[Broken]":
    """Yield all but what is missing, which was counted with the samples that have no such field at all."""
    return (one for one in found if one.name != "missing-fact")


def short(value: object) -> str | float:
    """Return a value of JSON that can be shown: a number, or the beginning of a text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = value if isinstance(value, str) else type_of(value) if isinstance(value, list | dict) else str(value).lower()
    return text if len(text) <= 80 else f"{text[:80]}…"
