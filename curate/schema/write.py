"""The text of a schema: YAML that people read and edit, with what was seen beside it."""

import json
import math
import re
from typing import TYPE_CHECKING, Any

from curate.ground.yaml import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curate.schema.infer import Draft, Path

WRITTEN = "written"
"""The key under which a file keeps what burnish wrote, so that what a person set can be told from it."""
MARK = "#:"
"""How burnish's own comments begin."""

_WIDE = 88
_PLAIN = re.compile(r"[A-Za-z_][\w./=+-]*( [\w./=+-]+)*")
_SECTIONS = ("kinds", "image", "audio", "label", "split", "tags", "fields", "environments", "margins", WRITTEN)
_KEPT = "what burnish wrote, for --update: what differs from it above is yours, and is kept; leave this as it is"


def text_of(content: "Mapping[str, Any]", draft: "Draft", people: "Mapping[Path, Sequence[str]] | None" = None) -> str:
    """Return the text of a schema's file.

    Args:
        content: What it says.
        draft: What burnish would say, with comments.
        people: Comments of people, by the keys that lead to what they stand above; those at `()` end the file.
    """
    people = people or {}
    lines = [f"{MARK} {line}" for line in draft.head]
    for key, value in content.items():
        lines += [""] if key in _SECTIONS else []
        lines += _entry((key,), value, draft.comments, people)
    lines += ["", *people.get((), ()), f"{MARK} {_KEPT}", f"{WRITTEN}: {_flow(draft.content)}"]
    return "\n".join(lines) + "\n"


def _entry(
    path: "Path", value: object, comments: "Mapping[Path, str]", people: "Mapping[Path, Sequence[str]]"
) -> "Iterator[str]":
    """Yield the lines of a key and its value: in one line where there is room, with the comment behind it."""
    indent = "  " * (len(path) - 1)
    yield from (f"{indent}{comment}" for comment in people.get(path, ()))
    # A comment holds values of the user's: one with a line feed in it would go on as YAML.
    shown = "".join(char if char.isprintable() else _escaped(char) for char in comments.get(path, ""))
    note = f"  {MARK} {shown}" if shown else ""
    flow = _flow(value)
    # What has a comment of its own further in needs a line for each key.
    inside = any(other[: len(path)] == path and other != path for other in (*comments, *people))
    if (
        not isinstance(value, dict | list)
        or not value
        or (not inside and len(indent) + len(path[-1]) + len(flow) <= _WIDE)
    ):
        yield f"{indent}{_scalar(path[-1])}: {flow}{note}"
        return
    yield f"{indent}{_scalar(path[-1])}:{note}"
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from (f"{indent}  {comment}" for comment in people.get((*path, str(position)), ()))
            yield f"{indent}  - {_flow(item)}"
        return
    for key, inner in value.items():
        yield from _entry((*path, key), inner, comments, people)


def _flow(value: object) -> str:
    """Return a value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ".inf" if value > 0 else "-.inf"
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else repr(value)
    text = str(value)
    # A label `no`, `7` or `~` is a text, and stays one for readers of YAML 1.1 too.
    if (
        _PLAIN.fullmatch(text)
        and plain_value(text) == text
        and text.lower() not in {"yes", "no", "on", "off", "y", "n"}
    ):
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    """Return a character of a quoted text; what hides, steers or is half of a pair is written by its number."""
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
