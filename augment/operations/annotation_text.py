"""Types in words for people who write YAML: `number or [low, high]`, `contain | cover | pad`, `list of text`."""

import ast
import inspect
from typing import TYPE_CHECKING

from msgspec import inspect as kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES = {
    "float": "number",
    "int": "integer",
    "bool": "true or false",
    "str": "text",
    "Path": "text",
    "dict": "mapping",
}
_PLAIN: "dict[type[kinds.Type], str]" = {
    kinds.BoolType: "true or false",
    kinds.DictType: "mapping",
    kinds.NoneType: "null",
    kinds.StrType: "text",
}
_IN_CODE = "only in code"


def words_of(kind: kinds.Type) -> str:
    """Return the type of a field of ours, as `msgspec.inspect` describes it."""
    match kind:
        case kinds.Metadata():
            words = words_of(kind.type)
        case kinds.UnionType():
            # Plain values before lists, and null last, in whatever order msgspec has them.
            ranks: dict[type, int] = {kinds.NoneType: 2, kinds.TupleType: 1, kinds.ListType: 1}
            words = _either([words_of(part) for part in sorted(kind.types, key=lambda part: ranks.get(type(part), 0))])
        case kinds.LiteralType():
            words = " | ".join(map(str, kind.values))
        case kinds.TupleType():
            parts = [words_of(part) for part in kind.item_types]
            words = "[low, high]" if len(parts) == 2 and parts[0] == parts[1] else f"[{', '.join(parts)}]"
        case kinds.ListType() | kinds.VarTupleType():
            words = f"list of {words_of(kind.item_type)}"
        case kinds.IntType() | kinds.FloatType():
            words = "integer" if isinstance(kind, kinds.IntType) else "number"
            if kind.ge is not None:
                words += f" {kind.ge:g} to {kind.le:g}" if kind.le is not None else f" >= {kind.ge:g}"
        case _:
            words = _PLAIN.get(type(kind), "anything")
    return words


def words_of_annotation(parameter: inspect.Parameter) -> str:
    """Return the type of a library's parameter, from its annotation or else from its default."""
    if parameter.annotation is parameter.empty:
        return _NAMES.get(type(parameter.default).__name__, "anything")
    # Read as source, not as a type: some modules of the libraries keep their annotations as texts.
    text = parameter.annotation
    return _spoken(ast.parse(text if isinstance(text, str) else inspect.formatannotation(text), mode="eval").body)


def _either(parts: "Sequence[str]") -> str:
    said = dict.fromkeys(part for part in parts if part != _IN_CODE)
    return _IN_CODE if not said.keys() - {"null"} else " or ".join(said)


def _spoken(node: ast.expr) -> str:
    """Return a part of an annotation in words."""
    if isinstance(node, ast.BinOp):
        return _either([_spoken(part) for part in _parts(node)])
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _of(_last_name(node.value), [_spoken(part) for part in inner])
    if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("cv2."):
        # YAML can say numbers only, and OpenCV's constants are no enumeration that could be listed.
        from curate.media.opencv import opencv

        return f"{getattr(opencv(), node.attr)} ({node.attr})"
    if isinstance(node, ast.Constant):
        return "null" if node.value is None else str(node.value)
    name = _last_name(node)
    return _IN_CODE if name in {"Callable", "ndarray"} else _NAMES.get(name, "anything")


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the parts of `a | b | c`, which is read as `(a | b) | c`."""
    return [*_parts(node.left), *_parts(node.right)] if isinstance(node, ast.BinOp) else [node]


def _of(outer: str, inner: list[str]) -> str:
    if outer == "Literal":
        return " | ".join(inner)
    if outer == "tuple" and inner[-1] != "Ellipsis":
        return f"[{', '.join(inner)}]"
    if outer in {"tuple", "list", "Sequence"}:
        return f"list of {inner[0]}"
    return "mapping" if outer == "dict" else _IN_CODE


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
