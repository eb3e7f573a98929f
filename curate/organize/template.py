"""Layouts: where each sample goes, as a template over its fields, with parts that are safe on every file system."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from curate.ground.errors import UsageError, did_you_mean
from curate.query.expression import known_names
from curate.records.sample import Sample

MAX_PART_BYTES = 255
"""The longest name of a file or folder on the usual file systems."""

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
_FORBIDDEN = re.compile(r'[/\\<>:"|?*\x00-\x1f\x7f]')
_OF_NAME = {"name", "stem", "ext"}


@dataclass(frozen=True, slots=True)
class Field:
    """One `{field}` of a layout.

    Attributes:
        name: As written.
        value: From a sample to its value; None where it has none.
    """

    name: str
    value: Callable[[Sample], str | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """A compiled layout.

    Attributes:
        text: As the user wrote it.
        parts: For each part of the path, its literal texts and fields in turn.
    """

    text: str
    parts: tuple[tuple[str | Field, ...], ...]
    _named: tuple[bool, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note which parts hold the file's own name: asked once here, and not for each of a million samples."""
        named = tuple(any(isinstance(one, Field) and one.name in _OF_NAME for one in part) for part in self.parts)
        object.__setattr__(self, "_named", named)

    @property
    def fields(self) -> list[Field]:
        return [piece for part in self.parts for piece in part if isinstance(piece, Field)]

    def without(self, names: set[str]) -> "Layout":
        """Return the layout without the parts that consist of nothing but one of these fields."""
        kept = tuple(
            part for part in self.parts if not (len(part) == 1 and isinstance(part[0], Field) and part[0].name in names)
        )
        return Layout(self.text, kept)

    def target(self, sample: Sample) -> str:
        """Return where a sample goes, with `/` between parts.

        Raises:
            UsageError: A value makes no safe name for a folder; says which and why.
        """
        return "/".join(
            [self._part(part, sample, named=named) for part, named in zip(self.parts, self._named, strict=True)]
        )

    def _part(self, part: tuple[str | Field, ...], sample: Sample, *, named: bool) -> str:
        text = "".join([piece if isinstance(piece, str) else piece.value(sample) or "" for piece in part])
        if named:
            self._refuse_climbing(part, sample)
            return shortened(text)
        # A file may be named anything that its file system took; a folder that is made anew is to be safe everywhere.
        fields = [piece.name for piece in part if isinstance(piece, Field)]
        if fields and (why := why_unsafe(text)):
            raise UsageError(
                f"{sample.path}: {{{fields[0]}}} is {text!r}, which {why}; rename it, or use another --layout"
            )
        return text

    def _refuse_climbing(self, part: tuple[str | Field, ...], sample: Sample) -> None:
        """Refuse values beside a file's own name, which may be odd, that would make another path of it.

        `{label}-{name}` with the label `../../x` was only found by the journal, after files had been moved.
        """
        for place, piece in enumerate(part):
            if isinstance(piece, str) or piece.name in _OF_NAME:
                continue
            value = piece.value(sample) or ""
            if _FORBIDDEN.search(value) or (place == 0 and value.startswith(".")):
                raise UsageError(
                    f"{sample.path}: {{{piece.name}}} is {value!r}, which {why_unsafe(value)}; "
                    "rename it, or use another --layout"
                )


def compile_layout(text: str) -> Layout:
    """Compile a layout such as `{split}/{label}/{name}`.

    Fields are `name`, `stem` and `ext` of the file, `tag:KEY`, and every field and fact of a sample (`label`, `split`,
    `kind`, `image.format`).

    Raises:
        UsageError: A field is unknown (the nearest is named), a part is empty or climbs, or the last part does not
            depend on the file.
    """
    parts = tuple(_compile_part(part, text) for part in text.split("/"))
    last = {piece.name for piece in parts[-1] if isinstance(piece, Field)}
    # A digest tells files apart as well as names do.
    if not last & {"name", "stem", "digest"}:
        raise UsageError(f"--layout {text!r} gives many files one name; end it with {{name}}")
    return Layout(text, parts)


# Few folders hold many files.
@lru_cache(maxsize=1 << 12)
def why_unsafe(part: str) -> str:
    """Return why a text is no safe name of a folder on Linux, macOS and Windows; empty if it is one."""
    forbidden = _FORBIDDEN.search(part)
    # The rules of Windows are the strictest: a dataset is copied to other machines.
    faults = {
        "is empty": not part,
        f"has the character {forbidden.group()!r}" if forbidden else "": forbidden is not None,
        "begins with a dot, so it would be hidden or climb": part.startswith("."),
        "ends with a dot or a space": part.endswith((".", " ")),
        "is a name that Windows reserves": part.partition(".")[0].upper() in _RESERVED,
        f"is longer than {MAX_PART_BYTES} bytes": len(os.fsencode(part)) > MAX_PART_BYTES,
    }
    return next((fault for fault, found in faults.items() if found), "")


def shortened(name: str, suffix: str = "") -> str:
    """Return a file name with a suffix before its ending, cut in the stem so that it is not too long.

    Args:
        name: Of the file.
        suffix: Such as `-1f2e3d4c`.
    """
    # A character takes 4 bytes at most.
    if not suffix and 4 * len(name) <= MAX_PART_BYTES:
        return name
    stem, ending = os.path.splitext(name)
    room = MAX_PART_BYTES - len(os.fsencode(suffix + ending))
    whole = os.fsencode(stem)
    if len(whole) <= room:
        return f"{stem}{suffix}{ending}"
    # A character of several bytes must not be cut in two.
    return f"{whole[:room].decode('utf-8', 'ignore')}{suffix}{ending}"


def _compile_part(part: str, text: str) -> tuple[str | Field, ...]:
    pieces = re.split(r"\{([^{}]*)\}", part)
    if any(brace in literal for literal in pieces[::2] for brace in "{}"):
        raise UsageError(f"--layout {text!r} has unpaired braces")
    if len(pieces) == 1 and (why := why_unsafe(part)):
        raise UsageError(f"--layout {text!r}: the part {part!r} {why}")
    compiled = [_field(piece, text) if place % 2 else piece for place, piece in enumerate(pieces)]
    return tuple(piece for piece in compiled if piece != "")


def _field(name: str, text: str) -> Field:
    if name == "name":
        return Field(name, lambda sample: sample.path.rpartition("/")[2])
    if name == "stem":
        return Field(name, lambda sample: os.path.splitext(sample.path.rpartition("/")[2])[0])
    if name == "ext":
        return Field(name, lambda sample: os.path.splitext(sample.path)[1].removeprefix("."))
    if name.startswith("tag:") and len(name) > len("tag:"):
        key = f"{name[4:]}="
        return Field(name, lambda sample: next((tag[len(key) :] for tag in sample.tags if tag.startswith(key)), None))
    # The names that expressions know, so that `--where` and `--layout` speak one language.
    known = {key: operand.value for key, operand in known_names().items() if operand.type != "list"}
    if name not in known:
        raise UsageError(f"--layout {text!r}: {name!r} is unknown{did_you_mean(name, {*known, *_OF_NAME, 'tag:KEY'})}")
    value = known[name]
    # Without `sha256:`, because a colon is no character of a file name on Windows.
    return Field(name, lambda sample: None if (found := value(sample)) is None else str(found).removeprefix("sha256:"))
