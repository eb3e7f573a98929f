"""A card as a document: parts that are written anew between marks, and everything else, which is people's.

---
license: mit                                 people's; keys that this program owns are written anew
configs: …
---
# Words
<!-- burnish:begin contents -->
written anew with each call
<!-- burnish:end contents -->
## Why it was made
<!-- For what, by whom, who paid for it? -->
people's: an empty one is on the list of what is to do
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import yaml

from curate.ground.errors import InputError
from curate.ground.yaml import load_yaml

_BEGIN, _END = "<!-- burnish:begin {} -->", "<!-- burnish:end {} -->"
_MARK = re.compile(r"^<!-- burnish:(begin|end) ([a-z-]+) -->$", re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_UNKNOWN = {"unknown", ""}


class Part(NamedTuple):
    """A part of a card.

    Attributes:
        heading: With its number signs; empty for a part that stands under the one before it.
        name: Of the marks; empty for a part that is people's.
        text: What stands there: written anew between marks, or, of people's, a question in a comment.
    """

    heading: str
    name: str
    text: str


class Document(NamedTuple):
    """A card that is there already.

    Attributes:
        matter: Its front matter.
        body: What follows.
    """

    matter: dict[str, object]
    body: str


def read_document(data: bytes, path: str) -> Document:
    """Return a card that was written before, and perhaps changed by people.

    Raises:
        InputError: It has no marks, so that it is someone else's file; its marks do not fit; or its front matter is
            no YAML.
    """
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8; save it as UTF-8, or move it away") from None
    matter: dict[str, object] = {}
    if text.startswith("---\n") and (end := text.find("\n---\n", 3)) > 0:
        content = load_yaml(text[4 : end + 1].encode(), path).content
        if not isinstance(content, dict):
            raise InputError(f"{path}: its front matter is no mapping of keys")
        matter, text = {str(key): value for key, value in content.items()}, text[end + 5 :]
    opened: str | None = None
    seen = set()
    for mark in _MARK.finditer(text):
        kind, name = mark[1], mark[2]
        if (kind == "begin" and (opened or name in seen)) or (kind == "end" and opened != name):
            raise InputError(f"{path}: the marks of {name} do not stand in pairs; mend them, or move the file away")
        opened = name if kind == "begin" else None
        seen.add(name)
    if opened or not seen:
        problem = f"the mark of the end of {opened} is missing" if opened else "it was not written by burnish card"
        raise InputError(f"{path}: {problem}; move it away, or name another folder with -o")
    return Document(matter, text)


def write_document(
    matter: Mapping[str, object], parts: Sequence[Part], old: Document | None, owned: frozenset[str]
) -> str:
    """Return a card: new, or the old one with its marked parts and owned keys written anew.

    Args:
        matter: Front matter of a new card.
        parts: In their order.
        old: The card that is there.
        owned: Keys of the front matter that are written anew; all others are as people left them.
    """
    if old is not None:
        kept = {key: value for key, value in old.matter.items() if key not in owned}
        matter = {**{key: kept.pop(key, value) for key, value in matter.items()}, **kept}
    head = yaml.safe_dump(dict(matter), sort_keys=False, allow_unicode=True, width=1000)
    body = _renewed(old.body, parts) if old else "\n" + "\n\n".join(map(_whole, parts)) + "\n"
    return f"---\n{head}---\n{body}"


def _whole(part: Part) -> str:
    heading = f"{part.heading}\n\n" if part.heading else ""
    return f"{heading}{_marked(part)}" if part.name else f"{heading}{part.text}".rstrip()


def _marked(part: Part) -> str:
    # A label with the text of a mark in it would end the part early, next time.
    text = part.text.replace("<!--", "&lt;!--")
    return f"{_BEGIN.format(part.name)}\n{text.strip()}\n{_END.format(part.name)}"


def _renewed(body: str, parts: Sequence[Part]) -> str:
    """Return the text of people with the marked parts written anew; those that it does not have come at its end."""
    by_name = {part.name: part for part in parts if part.name}
    made, at = [], 0
    begin = None
    for mark in _MARK.finditer(body):
        if mark[1] == "begin":
            begin = mark
            continue
        assert begin is not None
        # A part that has nothing to say this time is emptied, and keeps its place.
        part = by_name.pop(mark[2], Part("", mark[2], ""))
        made += [body[at : begin.start()], _marked(part)]
        at = mark.end()
    made.append(body[at:].rstrip("\n") + "\n")
    return "".join(made) + "".join(f"\n{_whole(part)}\n" for part in by_name.values())


def unanswered(text: str) -> Iterator[str]:
    """Yield the headings of a card under which people have written nothing, and the license where it is unknown."""
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    license_told = re.search(r"^license: *['\"]?([^'\"\n]*)", head, re.MULTILINE)
    if license_told is None or license_told[1].strip() in _UNKNOWN:
        yield "license (front matter)"
    lines = body.split("\n")
    headings = [(at, found) for at, line in enumerate(lines) if (found := _HEADING.match(line))]
    ends = [*(at for at, _ in headings[1:]), len(lines)]
    for (at, heading), end in zip(headings, ends, strict=True):
        below = "\n".join(lines[at + 1 : end])
        is_over_others = end < len(lines) and len(heading[1]) < len(_HEADING.match(lines[end])[1])  # type: ignore[index]
        if not is_over_others and not _MARK.search(below) and not _COMMENT.sub("", below).strip():
            yield heading[2]
