"""Learning a schema anew without losing what people set: their values, what they deleted, their comments.

A file keeps, under `written`, what burnish wrote into it. Whatever differs from that was set by a person; so no mark
has to be made, and none can be forgotten.
"""

from typing import TYPE_CHECKING, Any

import yaml

from curate.facts.records import KINDS
from curate.ground.files import read_file
from curate.ground.yaml import MAX_BYTES, YamlFile, load_yaml
from curate.schema.read import schema_of
from curate.schema.write import MARK, WRITTEN, text_of

if TYPE_CHECKING:
    from curate.schema.infer import Draft, Path

_ABSENT = object()


def updated(path: str, draft: "Draft") -> tuple[str, list[str]]:
    """Return the text of a schema that was learnt anew, with what people set in it kept; and what was kept, in words.

    Args:
        path: The file as it is.
        draft: What was learnt.

    Raises:
        InputError: The file cannot be read, or is no schema; what is kept does not fit what was learnt.
    """
    data = read_file(path, MAX_BYTES)
    old = load_yaml(data, path)
    schema_of(old)
    mine = {key: value for key, value in old.content.items() if key != WRITTEN}
    base = old.content.get(WRITTEN)
    kept: list[str] = []
    content = _merge(base if isinstance(base, dict) else {}, mine, draft.content, (), kept)
    text = text_of(content, draft, _placed(_comments(data.decode("utf-8-sig"), old), content))
    before, now = (content.get("facts_version") for content in (mine, draft.content))
    if before != now and any(name.startswith(tuple(f"{kind}." for kind in KINDS)) for name in kept):
        kept.append(f"those of facts for facts of version {before}; they are now of version {now}, so look at them")
    # What a person set may be at odds with what is new: then it is said now, and not by the next validate.
    schema_of(load_yaml(text.encode(), path))
    return text, kept


def is_untouched(path: str) -> bool:
    """Return whether a file is a schema in which no person set or said anything.

    Raises:
        InputError: It cannot be read, or is no YAML.
    """
    data = read_file(path, MAX_BYTES)
    file = load_yaml(data, path)
    if not isinstance(file.content, dict):
        return False
    mine = {key: value for key, value in file.content.items() if key != WRITTEN}
    return mine == file.content.get(WRITTEN) and not _comments(data.decode("utf-8-sig"), file)


def _merge(
    base: dict[str, Any], mine: dict[str, Any], new: dict[str, Any], path: "Path", kept: list[str]
) -> dict[str, Any]:
    """Return the new mapping with what differs between `base` and `mine` as it is in `mine`."""
    merged: dict[str, Any] = {}
    # New keys keep the order of what is learnt; those that only a person has come after them.
    for key in dict.fromkeys([*new, *mine]):
        before, now, learnt = (part.get(key, _ABSENT) for part in (base, mine, new))
        here = (*path, key)
        if isinstance(now, dict) and isinstance(learnt, dict):
            merged[key] = _merge(before if isinstance(before, dict) else {}, now, learnt, here, kept)
        elif now == before:
            # As burnish wrote it, or in none of the two: what is learnt stands, and what is no longer learnt goes.
            if learnt is not _ABSENT:
                merged[key] = learnt
        elif now is _ABSENT:
            kept.append(f"{'.'.join(here)} (deleted)")
        elif all(isinstance(part, list) for part in (before, now, learnt)) and path and key != "range":
            added = [item for item in now if item not in before]
            gone = [item for item in before if item not in now]
            merged[key] = [item for item in learnt if item not in gone] + [item for item in added if item not in learnt]
            kept.append(".".join(here))
        else:
            merged[key] = now
            if now != learnt:
                kept.append(".".join(here))
    if merged.get("closed") is True:
        # A person closed a set that would be learnt as an open one.
        merged.pop("outside", None)
    return merged


def _placed(people: dict["Path", list[str]], content: dict[str, Any]) -> dict["Path", list[str]]:
    """Return comments by what is there to stand above: one of a key that is gone goes to the keys that led to it."""
    placed: dict[Path, list[str]] = {}
    for path, comments in people.items():
        there: Any = content
        depth = 0
        for key in path:
            if isinstance(there, list) and key.isdecimal() and int(key) < len(there):
                there = there[int(key)]
            elif isinstance(there, dict) and key in there:
                there = there[key]
            else:
                break
            depth += 1
        placed.setdefault(path[:depth], []).extend(comments)
    return placed


def _comments(text: str, file: YamlFile) -> dict["Path", list[str]]:
    """Return the comments of people, by the keys that lead to what they stand above or beside; `()`: to the end.

    PyYAML drops comments; but it says where each of its tokens ends, and what is behind the last one of a line is one.
    """
    ends: dict[int, int] = {}
    lines = text.splitlines()
    for token in yaml.scan(text):
        if isinstance(token, yaml.StreamEndToken | yaml.DocumentEndToken | yaml.BlockEndToken):
            continue
        # A text over several lines has no comment inside.
        for at in range(token.start_mark.line, token.end_mark.line):
            ends[at] = len(lines[at]) if at < len(lines) else 0
        ends[token.end_mark.line] = max(ends.get(token.end_mark.line, 0), token.end_mark.column)
    # The first key of a line is what its comment is about: in `snr_db: {range: [1, 2]}  # sic`, that is the fact.
    first: dict[int, Path] = {}
    for path, number in file.lines.items():
        known = first.get(number)
        if path and path[0] != WRITTEN and (known is None or len(path) < len(known)):
            first[number] = tuple(map(str, path))
    found: dict[Path, list[str]] = {}
    for number, line in enumerate(lines):
        comment = line[ends.get(number, 0) :].strip()
        if comment.startswith("#") and not comment.startswith(MARK):
            below = min((other for other in first if other > number), default=None)
            found.setdefault(first[below] if below is not None else (), []).append(comment)
    return found
