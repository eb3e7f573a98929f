"""A small, typed, safe language for comparing facts: `image.width >= 64 and audio.duration_s < 5`.

Grammar: comparisons (`< <= > >= == != in not in`, also chained) of facts, numbers and texts, joined by `and`, `or`,
`not` and brackets; `path ~ 'text'` is true where the text is a part, `has(label)` where there is one; numbers may be
added, subtracted, multiplied and divided. Python's own parser reads the text, but nothing of it is ever run: the tree
is checked node by node and turned into closures over a sample.

A comparison with a fact that a sample does not have is neither true nor false, and neither is what hangs on it (`not`
does not make it true). Such a sample does not match, and is counted.
"""

import ast
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args, get_type_hints
from unicodedata import normalize

from curate.facts.records import AudioFacts, ImageFacts
from curate.ground.errors import UsageError, did_you_mean
from curate.records.sample import Sample

Type = Literal["number", "text", "list"]
Value = Callable[[Sample], Any]
_Compare = Callable[[Any, Any], bool]
_Combine = Callable[[Any, Any], float]
Truth = Callable[[Sample], bool | None]

_MAX_LENGTH, _MAX_DEPTH = 2000, 100
_LONGEST_QUOTED = 120
_NO_SAMPLE = Sample("")
"""For what asks nothing of a sample."""
_COMPARISONS: dict[type[ast.cmpop], tuple[str, _Compare]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.In: ("in", lambda item, items: item in items),
    ast.NotIn: ("not in", lambda item, items: item not in items),
}
_ARITHMETIC: dict[type[ast.operator], _Combine] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Operand(NamedTuple):
    """One side of a comparison.

    Attributes:
        type: What it can be compared with.
        value: From a sample to its value; None where a fact is missing.
        fact: For a fact: the part of the sample and the name of the fact in it.
        constant: For a number or a text: itself.
    """

    type: Type
    value: Value
    fact: tuple[str, str] | None = None
    constant: float | str | None = None


@cache
def known_names() -> dict[str, Operand]:
    """Return what every name stands for that an expression may use."""
    names = {
        "tags": Operand("list", operator.attrgetter("tags")),
        "findings": Operand("list", lambda sample: [finding.check for finding in sample.findings]),
    }
    for name in ("path", "label", "split", "kind", "bytes", "mtime_ns", "digest", "text", "fold"):
        names[name] = Operand(_type_of(get_type_hints(Sample)[name]), operator.attrgetter(name))
    for part, record in (("image", ImageFacts), ("audio", AudioFacts)):
        for name, hint in get_type_hints(record).items():
            names[f"{part}.{name}"] = Operand(_type_of(hint), _fact(part, name), (part, name))
    return names


@dataclass(slots=True)
class Expression:
    """A compiled expression.

    Attributes:
        text: As the user wrote it.
        truth: Of a sample; None where a fact is missing, which is not counted.
        missing: How many samples it could not be decided for, because they lack a fact.
        part: `image` or `audio`, where each comparison is of its facts: of other samples nothing can be decided.
    """

    text: str
    truth: Truth = field(repr=False)
    missing: int = 0
    part: str | None = None

    def matches(self, sample: Sample) -> bool:
        """Return whether the expression is true of the sample; not if a fact is missing, which is counted."""
        # Most rules are for one of the two kinds: to ask each of its comparisons took half of the time of `tag --auto`.
        lacks = self.part is not None and getattr(sample, self.part) is None
        truth = None if lacks else self.truth(sample)
        if truth is None:
            self.missing += 1
        return bool(truth)


def quoted(text: str) -> str:
    """Return a text for a sentence: in quotes, and only its beginning where it would be a page of its own."""
    return repr(text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…")


def parses(text: str) -> bool:
    """Return whether a text has the form of an expression, whatever its names mean."""
    try:
        _parse(text)
    except UsageError:
        return False
    return True


def compile_expression(text: str) -> Expression:
    """Compile an expression.

    Raises:
        UsageError: It does not parse, uses an unknown name (the nearest known one is named), or compares things of
            different types.
    """
    tree = _parse(text)
    return Expression(text, _truth(tree, text), part=_part_of_all(tree))


def _part_of_all(tree: ast.expr) -> str | None:
    """Return the part of a sample that has a fact in each comparison; None where there is no such one."""
    parts: set[frozenset[str]] = set()
    for compare in ast.walk(tree):
        if isinstance(compare, ast.Compare):
            # A list is there whatever the facts in it are: `1 in [image.width]` is false without a width.
            sides = [
                frozenset() if isinstance(side, ast.Tuple | ast.List | ast.Set) else _parts_in(side)
                for side in (compare.left, *compare.comparators)
            ]
            parts.update(left | right for left, right in pairwise(sides))
    (first, *others) = parts or {frozenset()}
    return None if others or len(first) != 1 else next(iter(first))


def _parts_in(side: ast.expr) -> frozenset[str]:
    names = (node.value for node in ast.walk(side) if isinstance(node, ast.Attribute))
    return frozenset(name.id for name in names if isinstance(name, ast.Name))


def _parse(text: str) -> ast.expr:
    if len(text) > _MAX_LENGTH:
        raise UsageError(f"an expression may have {_MAX_LENGTH:,} characters; this one has {len(text):,}")
    try:
        tree = ast.parse(_with_matmul(text.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = f" at column {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        if re.search(r"[^=<>!]=[^=]", text):
            at += ", where equal is written =="
        raise UsageError(
            f"cannot read the expression {quoted(text)}{at}; an example: image.width >= 64 and label == 'cat'"
        ) from None
    # The compiled closures nest as the tree does: at 985 terms Python's own limit was met in the middle of a manifest.
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        level, depth = [child for node in level for child in ast.iter_child_nodes(node)], depth + 1
        if depth > _MAX_DEPTH:
            raise UsageError(
                f"an expression may be nested {_MAX_DEPTH} deep, and {quoted(text)} is deeper; use brackets less"
            )
    return tree


def _with_matmul(text: str) -> str:
    """Return the text with `@` in place of each `~` outside of quotes, for Python knows only that between values.

    `~` of something, and `@`, mean nothing here; what the one becomes of the other is refused like any other.
    """
    quote, chars = "", []
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        chars.append("@" if char == "~" and not quote else char)
    return "".join(chars)


def _truth(node: ast.expr, text: str) -> Truth:
    """Compile a node that is true, false, or None where a fact is missing."""
    if isinstance(node, ast.BoolOp):
        parts = [_truth(value, text) for value in node.values]
        if isinstance(node.op, ast.And):
            return _all_of(parts)
        return _any_of(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _opposite(_truth(node.operand, text))
    if isinstance(node, ast.Compare):
        sides = [_value(side, text) for side in (node.left, *node.comparators)]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        return _all_of([_comparison(left, comparison, right, text) for left, comparison, right in pairs])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return _contains(_value(node.left, text), _value(node.right, text), text)
    if isinstance(node, ast.Call):
        return _has(node, text)
    raise UsageError(
        f"{_shown(node, text)} in {quoted(text)} is no comparison; compare it with something: image.width > 0"
    )


def _comparison(left: Operand, node: ast.cmpop, right: Operand, text: str) -> Truth:
    symbol, compare = _COMPARISONS.get(type(node), ("", None))
    if compare is None:
        raise UsageError(f"{quoted(text)} has a comparison that is unknown here (known: < <= > >= == != in not in)")
    # A fact that is missing is None and is caught before; what would raise TypeError in the middle of a manifest is
    # refused here.
    fits = right.type == "list" if "in" in symbol else left.type == right.type != "list"
    if not fits:
        cure = "; texts are written in quotes: label == '3'" if {left.type, right.type} == {"text", "number"} else ""
        raise UsageError(f"{quoted(text)} compares a {left.type} with a {right.type} by {symbol}{cure}")
    # One fact against one constant is what nearly all expressions are made of.
    if left.fact and right.constant is not None:
        return _fact_compared(*left.fact, compare, right.constant)
    left_value, right_value = left.value, right.value

    def truth(sample: Sample) -> bool | None:
        one, other = left_value(sample), right_value(sample)
        return None if one is None or other is None else compare(one, other)

    return truth


def _contains(whole: Operand, part: Operand, text: str) -> Truth:
    """Compile `whole ~ part`: a text that has the other in it, however macOS or others compose its letters."""
    if not isinstance(part.constant, str) or whole.type != "text":
        raise UsageError(f"{quoted(text)}: ~ takes a text that is looked through and one in quotes: path ~ 'cam1'")
    wanted = normalize("NFC", part.constant)

    def truth(sample: Sample) -> bool | None:
        value = whole.value(sample)
        return None if value is None else wanted in value or wanted in normalize("NFC", value)

    return truth


def _has(node: ast.Call, text: str) -> Truth:
    """Compile `has(label)`, which is false and not unknown where there is none."""
    if not (isinstance(node.func, ast.Name) and node.func.id == "has" and len(node.args) == 1 and not node.keywords):
        raise UsageError(f"{_shown(node, text)} in {quoted(text)} is no function here; the only one is has(label)")
    operand = _value(node.args[0], text)
    if operand.constant is not None or not isinstance(node.args[0], ast.Name | ast.Attribute):
        raise UsageError(f"{quoted(text)}: has() takes the name of a field or a fact: has(label), has(audio.snr_db)")
    return lambda sample: operand.value(sample) not in (None, (), [], "")


def _fact_compared(part: str, name: str, compare: _Compare, constant: float | str) -> Truth:
    """Compile what most comparisons are, such as `image.width < 64`: in a third of the time."""
    fact_of = operator.attrgetter(f"{part}.{name}")

    def truth(sample: Sample) -> bool | None:
        try:
            value = fact_of(sample)
        except AttributeError:  # of None: the sample has no such part
            return None
        return None if value is None else compare(value, constant)

    return truth


def _value(node: ast.expr, text: str) -> Operand:
    """Compile a node that is a number, a text or a list."""
    # A truth value is an int to Python, and would compare with numbers.
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | str)
        and not isinstance(node.value, bool)
    ):
        constant = node.value
        return Operand("text" if isinstance(constant, str) else "number", lambda _: constant, constant=constant)
    if isinstance(node, ast.Name | ast.Attribute):
        names, name = known_names(), _dotted(node, text)
        if name not in names:
            raise UsageError(f"{quoted(name)} in {quoted(text)} is unknown{did_you_mean(name, names)}")
        return names[name]
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        # Each item may be an expression of its own, so the list is made for each sample.
        items = [_value(item, text).value for item in node.elts]
        return Operand("list", lambda sample: [item(sample) for item in items])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _arithmetic(operator.sub, Operand("number", lambda _: 0), _value(node.operand, text), text)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _value(node.left, text), _value(node.right, text)
        return _arithmetic(_ARITHMETIC[type(node.op)], left, right, text)
    raise UsageError(f"{_shown(node, text)} in {quoted(text)} is neither a fact, a number nor a text in quotes")


def _arithmetic(combine: _Combine, left: Operand, right: Operand, text: str) -> Operand:
    if (left.type, right.type) != ("number", "number"):
        raise UsageError(f"{quoted(text)} calculates with something that is no number")
    left_value, right_value = left.value, right.value

    def value(sample: Sample) -> float | None:
        one, other = left_value(sample), right_value(sample)
        try:
            return None if one is None or other is None else combine(one, other)
        # No number, as if a fact were missing: counted and said at the end, not an error in the middle of a manifest.
        except (ZeroDivisionError, OverflowError):
            return None

    if isinstance(left.constant, int | float) and isinstance(right.constant, int | float):
        # `64 * 64` is computed once, and not of each sample. What it compares with is typed as a number whatever it is.
        folded = value(_NO_SAMPLE)
        if folded is not None:
            return Operand("number", lambda _: folded, constant=folded)
    return Operand("number", value)


def _dotted(node: ast.expr, text: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, text)}.{node.attr}"
    raise UsageError(f"{_shown(node, text)} in {quoted(text)} is no name of a fact")


def _all_of(parts: list[Truth]) -> Truth:
    if len(parts) == 1:
        return parts[0]

    def truth(sample: Sample) -> bool | None:
        result: bool | None = True
        for part in parts:
            one = part(sample)
            if one is False:
                return False
            # Unknown so far, but a part that is false still decides: Kleene's three-valued logic, as SQL has it.
            if one is None:
                result = None
        return result

    return truth


def _any_of(parts: list[Truth]) -> Truth:
    def truth(sample: Sample) -> bool | None:
        result: bool | None = False
        for part in parts:
            one = part(sample)
            if one:
                return True
            # True if one part is, whatever the others lack; unknown if none is and one lacks a fact.
            if one is None:
                result = None
        return result

    return truth


def _opposite(part: Truth) -> Truth:
    def truth(sample: Sample) -> bool | None:
        one = part(sample)
        return None if one is None else not one

    return truth


def _shown(node: ast.expr, text: str) -> str:
    return quoted(ast.get_source_segment(text.strip(), node) or ast.unparse(node))


def _fact(part: str, name: str) -> Value:
    part_of, fact_of = operator.attrgetter(part), operator.attrgetter(name)

    def value(sample: Sample) -> object:
        facts = part_of(sample)
        return None if facts is None else fact_of(facts)

    return value


def _type_of(hint: object) -> Type:
    # `int | None` is a number that may be missing; a plain `str` has no parts and stands for itself.
    types = {part for part in get_args(hint) if part is not type(None)} or {hint}
    return "number" if types & {int, float} else "text"
