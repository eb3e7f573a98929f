"""YAML that people write for burnish: recipes and settings, read safely, with the line number of everything.

Plain scalars mean what YAML 1.2's core schema says: only `true` and `false` are booleans, so that a label `no` or `on`
stays a text; dates and `1:30` are texts too. Keys are always texts. There are no object tags.

What a file may cost is bounded before it is parsed: PyYAML looks at every character in Python (a megabyte of comments
takes 0.4 s, of settings 6 s), recurses for each level, and lets an alias stand for as much as there is.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import yaml

from curate.ground.errors import InputError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_BYTES = 1 << 20
"""The largest recipe that ships has 1,640; 50 MB of comments would take 20 s to a minute."""

MAX_NODES = 100_000
"""Aliases may repeat a part of a file, and repeated parts may repeat others; this ends it."""

MAX_DEPTH = 100
"""Python's own limit is met somewhere below 250 levels, and where depends on who calls."""

_LONGEST_NUMBER = 1000
"""Characters. Python refuses to read 4,301 digits and to write a hexadecimal number that has as many."""

Scalar = None | bool | int | float | str
Yaml: TypeAlias = "Scalar | list[Yaml] | dict[str, Yaml]"

_PLAIN = "plain"
_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_VARIABLE = re.compile(r"\$(\$?)\{([^}]*)\}")


class RecipeError(InputError):
    """Something wrong in a file that a person wrote.

    Args:
        source: Name of the file as the user knows it.
        line_number: 1-based.
        problem: What is wrong, and what to do.
    """

    def __init__(self, source: str, line_number: int, problem: str) -> None:
        super().__init__(f"{source}:{line_number}: {problem}")


class VariableError(InputError):
    """A `${name}` that has no value.

    Args:
        problem: What is wrong with it.
        path: Keys and positions that lead to the text with it.
    """

    def __init__(self, problem: str, path: "tuple[str | int, ...]") -> None:
        super().__init__(problem)
        self.path = path


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a file says, and where.

    Attributes:
        name: Of the file, as the user knows it.
        content: dict, list, str, int, float, bool or None, nested.
        lines: 1-based, by the keys and positions that lead there.
        spans: Of each scalar, the first character and the one after the last, by the same; of the decoded text.
    """

    name: str
    content: Any
    lines: "dict[tuple[str | int, ...], int]" = field(default_factory=dict, repr=False)
    spans: "dict[tuple[str | int, ...], tuple[int, int]]" = field(default_factory=dict, repr=False)

    def line(self, *path: str | int) -> int:
        """Return the line (1-based) of a key or a list's item; that of the nearest known parent if it is absent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, problem: str, *path: str | int) -> RecipeError:
        """Return the error to raise for what is at a path."""
        return RecipeError(self.name, self.line(*path), problem)

    def substituted(self, variables: "Mapping[str, object]") -> "YamlFile":
        """Return the same file with the variables in place.

        Raises:
            RecipeError: As `substitute`, with the line.
        """
        try:
            return YamlFile(self.name, substitute(self.content, variables), self.lines, self.spans)
        except VariableError as error:
            raise self.error(str(error), *error.path) from None


def load_yaml(data: bytes, name: str) -> YamlFile:
    """Read one YAML document; an empty one is None.

    Raises:
        RecipeError: It is no UTF-8, no YAML, or more than one document; a mapping has a key twice or one that is no
            scalar; a tag is not one of YAML's own; it is larger than `MAX_BYTES` or deeper than `MAX_DEPTH`, or
            aliases make it endless or larger than `MAX_NODES`.
    """
    if len(data) > MAX_BYTES:
        raise RecipeError(name, 1, f"it has more than {MAX_BYTES:,} bytes; no recipe and no settings are as large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecipeError(name, line, f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    try:
        root = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or error.context or "this is no YAML").removeprefix("but ")
        raise RecipeError(name, mark.line + 1 if mark else 1, " ".join(problem.split())) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise RecipeError(name, line, f"a character that YAML does not allow: {chr(error.character)!a}") from None
    except RecursionError:
        raise RecipeError(name, 1, "it is nested too deeply") from None
    if root is None:
        return YamlFile(name, None)
    reader = _Reader(name)
    return YamlFile(name, reader.read(root, ()), reader.lines, reader.spans)


class _Loader(yaml.SafeLoader):
    """Marks plain scalars instead of reading them by YAML 1.1's rules, which take a `no` for false."""

    _depth = 0

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _PLAIN
        return super().resolve(kind, value, implicit)  # type: ignore[no-any-return, no-untyped-call]

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        # Counted here and not by the reader of the nodes: the composer recurses first.
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=f"it is nested more than {MAX_DEPTH} deep", problem_mark=mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Reader:
    """Makes plain objects of YAML's nodes, and notes where they stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[tuple[str | int, ...], int] = {}
        self.spans: dict[tuple[str | int, ...], tuple[int, int]] = {}
        self._open: list[yaml.Node] = []
        self._count = 0

    def read(self, node: yaml.Node, path: tuple[str | int, ...]) -> Yaml:
        """Return the object of a node, and note its line."""
        self._count += 1
        # An alias is the very node that it stands for: one that contains itself would be read for ever, and ten lines
        # of `[*a, *a]` are a thousand copies. So nodes are counted as they are read, not as they are written.
        if self._count > MAX_NODES or any(node is above for above in self._open):
            self._fail(node, "its aliases repeat too much; write it out")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            self.spans[path] = node.start_mark.index, node.end_mark.index
            return self._scalar(node)
        self._open.append(node)
        value: Yaml
        if isinstance(node, yaml.MappingNode):
            value = self._mapping(node, path)
        else:
            self._check_tag(node, "seq")
            value = [self.read(item, (*path, position)) for position, item in enumerate(node.value)]
        self._open.pop()
        return value

    def _mapping(self, node: yaml.Node, path: tuple[str | int, ...]) -> dict[str, Yaml]:
        self._check_tag(node, "map")
        content: dict[str, Yaml] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                self._fail(key, "a key has to be a word")
            if key.value in content:
                first = self.lines[*path, key.value]
                self._fail(key, f"{key.value!r} is here a second time (first on line {first})")
            self.lines[*path, key.value] = key.start_mark.line + 1
            content[key.value] = self.read(value, (*path, key.value))
        return content

    def _scalar(self, node: yaml.Node) -> Scalar:
        text: str = node.value
        if node.tag == f"{_TAG}str":
            return text
        value = plain_value(text)
        kind = {type(None): "null", bool: "bool", int: "int", float: "float", str: "str"}[type(value)]
        if node.tag == f"{_TAG}float" and isinstance(value, int) and kind == "int":
            return float(value)
        if node.tag != _PLAIN:
            self._check_tag(node, kind)
        return value

    def _check_tag(self, node: yaml.Node, kind: str) -> None:
        if node.tag != _TAG + kind:
            self._fail(node, f"the tag {node.tag.replace(_TAG, '!!')} is not allowed here; leave it out")

    def _fail(self, node: yaml.Node, problem: str) -> NoReturn:
        raise RecipeError(self.name, node.start_mark.line + 1, problem)


def plain_value(text: str) -> Scalar:
    """Return what a plain scalar means: None, a bool, an int, a float or the text itself.

    The meanings are those of YAML 1.2.2, section 10.3 (core schema).
    """
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        # Base 0 would refuse `010`, which is ten in YAML 1.2 and eight in 1.1.
        return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".i", "i").replace(".I", "I").replace(".n", "n").replace(".N", "N"))
    return text


def substitute(content: object, variables: "Mapping[str, object]", path: "tuple[str | int, ...]" = ()) -> Any:
    """Return the content with each `${name}` in a text replaced; `$${name}` stays as `${name}`.

    A text that is nothing but `${name}` becomes the value with its type. Keys are left alone.

    Args:
        content: As `YamlFile.content`.
        variables: Values by name.
        path: Where the content is in its file.

    Raises:
        VariableError: A name is unknown (the nearest is named), or a list is to stand in the middle of a text.
    """
    if isinstance(content, dict):
        return {key: substitute(value, variables, (*path, key)) for key, value in content.items()}
    if isinstance(content, list):
        return [substitute(value, variables, (*path, position)) for position, value in enumerate(content)]
    if not isinstance(content, str) or "${" not in content:
        return content
    # A text that is nothing but a variable takes its type; in the middle of a text everything becomes text.
    whole = _VARIABLE.fullmatch(content)
    if whole and not whole[1]:
        return _value(whole[2], variables, path)
    # `$${name}` is escaped: one sign goes, and what is in braces is not looked up.
    return _VARIABLE.sub(
        lambda found: found[0][1:] if found[1] else _text(found[2], _value(found[2], variables, path), path), content
    )


def _value(name: str, variables: "Mapping[str, object]", path: "tuple[str | int, ...]") -> object:
    if name not in variables:
        hint = did_you_mean(name, variables) if variables else "; there are no vars"
        raise VariableError(f"there is no variable ${{{name}}}{hint}", path)
    return variables[name]


def _text(name: str, value: object, path: "tuple[str | int, ...]") -> str:
    if value is None or isinstance(value, list | dict):
        kind = "empty" if value is None else "a list" if isinstance(value, list) else "a mapping"
        raise VariableError(f"${{{name}}} is {kind}, so it cannot be part of a text", path)
    return str(value).lower() if isinstance(value, bool) else str(value)


def override(variables: "Mapping[str, object]", settings: "Iterable[str]", option: str = "--set") -> dict[str, Any]:
    """Return the variables with the `KEY=VALUE` settings of a command line in place.

    A value stays a text where the variable's own is one; for a list or a mapping it is YAML, such as `[1, 2]`; else it
    is a text, a number, `true`, `false` or `null`, as YAML reads plain words.

    Raises:
        UsageError: A setting has no `=`, or its key is no variable; names the nearest.
    """
    values = dict(variables)
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise UsageError(f"{option} {setting!r} is not KEY=VALUE")
        if key not in values:
            hint = did_you_mean(key, values) if values else "; the recipe has no vars"
            raise UsageError(f"{option} {setting}: there is no variable {key!r}{hint}")
        old = variables[key]
        if isinstance(old, list | dict):
            values[key] = load_yaml(text.encode("utf-8", "surrogateescape"), f"{option} {key}").content
        else:
            values[key] = text if isinstance(old, str) else plain_value(text)
    return values
