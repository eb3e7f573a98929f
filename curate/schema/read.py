"""Reading a schema's file: every key, type and range is checked, and each problem named with its line."""

import math
from typing import TYPE_CHECKING, Any, NoReturn

from curate.facts.records import KINDS
from curate.ground.command_line import call
from curate.ground.errors import InputError, UsageError, did_you_mean, nearest
from curate.ground.files import read_file
from curate.ground.yaml import MAX_BYTES, YamlFile, load_yaml
from curate.schema.records import (
    DEFAULT_ALPHA,
    DEFAULT_MARGIN,
    FACTS,
    FIELD_TYPES,
    NAMES,
    OF_DRIFT,
    PLACES,
    SCHEMA_VERSION,
    TEXTS,
    FieldRule,
    FieldType,
    Margins,
    NamesRule,
    NumberRule,
    Schema,
    TagRules,
    type_of,
)
from curate.schema.write import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]

_TOP = (
    "kind", "version", "facts_version", "alpha", "samples", "duplicates", "kinds", *KINDS, "label", "split", "tags",
    "fields", "environments", "margins", WRITTEN,
)  # fmt: skip
_NUMBER_KEYS = ("range", "outside", "missing")
_NAMES_KEYS = ("values", "closed", "outside", "missing")
_TYPE_WORDS = {"text": "text", "number": "number", "truth": "true or false"}
_SHOWN = 60


def read_schema(path: str) -> Schema:
    """Return the schema that a file holds.

    Raises:
        InputError: The file cannot be read; with its line (`RecipeError`): it is no YAML, or no schema, or has a key
            that is not known, a value of another type, or a number out of its range.
    """
    return schema_of(load_yaml(read_file(path, MAX_BYTES), path))


def schema_of(file: YamlFile) -> Schema:
    """Return the schema that YAML says; errors as those of `read_schema`."""
    return _Reader(file).schema()


class _Reader:
    """Reads the parts of a schema, each by the keys that lead to it."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file

    def schema(self) -> Schema:
        """Return the schema."""
        content = self.file.content
        if not isinstance(content, dict) or content.get("kind") != "schema":
            kind = content.get("kind") if isinstance(content, dict) else None
            other = f"its kind is {_shown(kind)}" if kind is not None else "it has no line 'kind: schema'"
            self.fail(
                f"this is no schema: {other}; make one: {call('schema', 'MANIFEST', '-o', self.file.name)}", ("kind",)
            )
        self.mapping((), _TOP)
        version = self.whole(("version",), SCHEMA_VERSION, least=1)
        if version != SCHEMA_VERSION:
            self.fail(f"version {version} is unknown; this burnish reads version {SCHEMA_VERSION}", ("version",))
        numbers, names = self.facts()
        label = content.get("label")
        for place in ("label", "split"):
            if place in content and (place, label) != ("label", "none"):
                names[place] = self.names((place,))
        fields = (
            {name: self.field(("fields", name)) for name in self.mapping(("fields",))} if "fields" in content else None
        )
        tags = self.tags() if "tags" in content else None
        return Schema(
            facts_version=self.whole(("facts_version",), 0) or None if "facts_version" in content else None,
            alpha=self.share(("alpha",), DEFAULT_ALPHA),
            samples=self.whole(("samples",), 1),
            duplicates=self.share(("duplicates",), 0.0),
            kinds=self.names(("kinds",)) if "kinds" in content else None,
            numbers=numbers,
            names=names,
            unlabelled=label == "none",
            tags=tags,
            fields=fields,
            environments=self.environments(tags, fields),
            margins=self.margins(tags, fields),
        )

    def facts(self) -> tuple[dict[str, NumberRule], dict[str, NamesRule]]:
        """Return the rules of facts, by place."""
        numbers: dict[str, NumberRule] = {}
        names: dict[str, NamesRule] = {}
        for kind in KINDS:
            for name in self.mapping((kind,), (*FACTS[kind], *NAMES[kind])):
                if name in FACTS[kind]:
                    numbers[f"{kind}.{name}"] = self.number((kind, name))
                else:
                    of = "text" if f"{kind}.{name}" in TEXTS else "number"
                    names[f"{kind}.{name}"] = self.names((kind, name), of=of)
        return numbers, names

    def number(self, path: Path, *more: str) -> NumberRule:
        """Return the rule of a number; other keys that its mapping may have are `more`."""
        rule = self.mapping(path, (*_NUMBER_KEYS, *more))
        low, high = -math.inf, math.inf
        if "range" in rule:
            ends, here = rule["range"], (*path, "range")
            if not isinstance(ends, list) or len(ends) != 2:
                self.fail(f"{_at(here)} is {_shown(ends)}; write two numbers: [0.1, 0.9], .inf for no limit", here)
            for end in ends:
                if isinstance(end, bool) or not isinstance(end, int | float) or math.isnan(self.as_float(end, here)):
                    self.fail(f"{_at(here)}: {_shown(end)} is no number", here)
            low, high = (self.as_float(end, here) for end in ends)
            if low > high:
                self.fail(f"{_at(here)}: the lower end {low:g} is above the upper end {high:g}", here)
        outside, missing = self.share((*path, "outside"), 0.0), self.share((*path, "missing"), 1.0)
        return NumberRule(low, high, outside, missing)

    def names(self, path: Path, *more: str, of: str = "text") -> NamesRule:
        """Return the rule of a set of values of a type; other keys that its mapping may have are `more`."""
        rule = self.mapping(path, (*_NAMES_KEYS, *more))
        here = (*path, "values")
        written = rule.get("values", [])
        if not isinstance(written, list | dict):
            self.fail(f"{_at(here)} is {_shown(written)}; write a list of values, or a share for each", here)
        if isinstance(written, dict):
            shares = {
                name: None if share is None else self.share((*here, name), 0.0) for name, share in written.items()
            }
        else:
            for position, value in enumerate(written):
                # A manifest is typed: the label "7" is not the number 7, and would be new for ever.
                if not isinstance(value, str | int | float) or type_of(value) != of:
                    problem = f"{_at(here)}: {_shown(value)} is no {_TYPE_WORDS[of]}"
                    self.fail(problem + ("; write it in quotes" if of == "text" else ""), (*here, position))
            shares = dict.fromkeys(written)
        if isinstance(written, dict) and of != "text":
            self.fail(f"{_at(here)}: only texts can have shares; write a list of values", here)
        closed = rule.get("closed", False)
        if not isinstance(closed, bool):
            self.fail(f"{_at((*path, 'closed'))} is {_shown(closed)}; write true or false", (*path, "closed"))
        outside, missing = self.share((*path, "outside"), float(not closed)), self.share((*path, "missing"), 1.0)
        if closed and outside:
            self.fail(f"{_at(path)} is closed, so that no value outside is allowed; closed: false", (*path, "outside"))
        return NamesRule(dict[str | int | float | bool, float | None](shares), closed, outside, missing)

    def field(self, path: Path) -> FieldRule:
        """Return the rule of a field that burnish does not know."""
        rule = self.mapping(path, ("type", *_NUMBER_KEYS, *_NAMES_KEYS))
        kind = rule.get("type")
        missing = self.share((*path, "missing"), 1.0)
        if kind is None and rule.keys() <= {"missing"}:
            return FieldRule(None, missing=missing)
        if kind not in FIELD_TYPES:
            hint = did_you_mean(str(kind)[:_SHOWN], FIELD_TYPES)
            self.fail(f"{_at((*path, 'type'))} {_shown(kind)} is unknown{hint}", (*path, "type"))
        known: FieldType = kind
        if known == "number" and "range" in rule:
            return FieldRule(known, number=self.number(path, "type"), missing=missing)
        if known in {"number", "text", "truth"}:
            return FieldRule(known, names=self.names(path, "type", of=known), missing=missing)
        self.mapping(path, ("type", "missing"))
        return FieldRule(known, missing=missing)

    def tags(self) -> TagRules:
        """Return the rules of tags."""
        rule = self.mapping(("tags",), ("closed", "keys", "flags"))
        closed = rule.get("closed", False)
        if not isinstance(closed, bool):
            self.fail(f"tags.closed is {_shown(closed)}; write true or false", ("tags", "closed"))
        keys = {key: self.names(("tags", "keys", key)) for key in self.mapping(("tags", "keys"))}
        return TagRules(keys, self.texts(("tags", "flags")), closed)

    def environments(self, tags: TagRules | None, fields: dict[str, FieldRule] | None) -> dict[str, tuple[str, ...]]:
        """Return what each environment does without."""
        known = _places(tags, fields)
        found: dict[str, tuple[str, ...]] = {}
        for name in self.mapping(("environments",)):
            path = ("environments", name)
            self.mapping(path, ("without",))
            found[name] = self.texts((*path, "without"))
            for position, place in enumerate(found[name]):
                if place not in known:
                    self.fail(
                        f"{_at(path)}: {_shown(place)} is unknown{_hint(place, known)}", (*path, "without", position)
                    )
        return found

    def margins(self, tags: TagRules | None, fields: dict[str, FieldRule] | None) -> Margins:
        """Return the margins for drift."""
        known = {*OF_DRIFT, *_places(tags, fields)}
        margins = {name: self.share(("margins", name), 0.0) for name in self.mapping(("margins",))}
        for place in margins.keys() - known - {"all"}:
            self.fail(f"margins: {_shown(place)} is unknown{_hint(place, known)}", ("margins", place))
        return Margins(margins.pop("all", DEFAULT_MARGIN), margins)

    def mapping(self, path: Path, known: "Iterable[str] | None" = None) -> dict[str, Any]:
        """Return a mapping, empty where there is none; its keys have to be among the known ones."""
        found = self.at(path, {})
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.fail(f"{_at(path)} is {_shown(found)}, where keys with values are to be", path)
        for key in found if known is not None else ():
            if key not in known:  # type: ignore[operator]
                where = f"{_at(path)}: " if path else ""
                self.fail(f"{where}{_shown(key)} is unknown{did_you_mean(key[:_SHOWN], known or ())}", (*path, key))
        return found

    def share(self, path: Path, default: float) -> float:
        """Return a share, 0 to 1."""
        value = self.at(path, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self.fail(f"{_at(path)} is {_shown(value)}; a share is a number from 0 to 1", path)
        return float(value)

    def whole(self, path: Path, default: int, least: int = 0) -> int:
        """Return a whole number."""
        value = self.at(path, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 1 << 63:
            self.fail(f"{_at(path)} is {_shown(value)}; write a whole number from {least}", path)
        return value

    def texts(self, path: Path) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self.at(path, [])
        if not isinstance(found, list):
            self.fail(f"{_at(path)} is {_shown(found)}; write a list: [a, b]", path)
        for position, text in enumerate(found):
            if not isinstance(text, str):
                self.fail(f"{_at(path)}: {_shown(text)} is no text; write it in quotes", (*path, position))
        return tuple(found)

    def as_float(self, value: float, path: Path) -> float:
        """Return a number as one of floating point."""
        try:
            return float(value)
        except OverflowError:
            self.fail(f"{_at(path)}: {_shown(value)} is too large; write .inf for no limit", path)

    def at(self, path: Path, default: object) -> Any:
        """Return what keys lead to."""
        found: Any = self.file.content
        for key in path:
            if not isinstance(found, dict) or key not in found:
                return default
            found = found[key]
        return found

    def fail(self, problem: str, path: Path) -> NoReturn:
        raise self.file.error(problem, *path)


def _places(tags: TagRules | None, fields: dict[str, FieldRule] | None) -> set[str]:
    return {*PLACES, *(f"tag:{key}" for key in (tags.keys if tags else ())), *(fields or ())}


def _hint(name: str, known: set[str]) -> str:
    return (
        nearest(name[:_SHOWN], sorted(known))
        or "; name a fact (image.brightness), label, split, tags, tag:KEY or a field"
    )


def _at(path: Path) -> str:
    return ".".join(_cut(str(part)) for part in path)


def _shown(value: object) -> str:
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def check_places(schema: Schema, places: "Iterable[str]") -> tuple[str, ...]:
    """Return places that need not be there, as `--without` names them.

    Raises:
        UsageError: One is no place of a sample.
    """
    known, found = _places(schema.tags, schema.fields), tuple(places)
    for place in found:
        if place not in known:
            raise UsageError(f"--without {place!r}: there is no such place{_hint(place, known)}")
    return found


def check_environment(schema: Schema, name: str, source: str) -> tuple[str, ...]:
    """Return what an environment does without.

    Args:
        schema: That has it.
        name: Of the environment.
        source: Of the schema's file.

    Raises:
        InputError: The schema has none of that name.
    """
    if name not in schema.environments:
        known = did_you_mean(name, schema.environments) if schema.environments else "; it has none"
        raise InputError(f"--env {name}: there is no such environment in {source}{known}")
    return schema.environments[name]
