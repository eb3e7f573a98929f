r"""JSON as every part of burnish reads and writes it: msgspec's, and also what msgspec refuses.

A file name that is not UTF-8 is a string with lone surrogates (PEP 383). msgspec neither writes nor reads those; the
standard library does, as `\udcXX` escapes. So everything is tried with msgspec first, which is some ten times faster.
"""

import json
import math
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_sorting_encoder = msgspec.json.Encoder(order="deterministic", enc_hook=str)

TOO_DEEP = "JSON is nested too deeply"


def read_objects(path: str, needs: str, *, nan: bool = False) -> "Iterator[tuple[int, dict[str, Any]]]":
    """Yield the number of each line of a JSON Lines file, from 1, and its object; blank lines are passed over.

    Args:
        path: Of the file.
        needs: What an object has to have, in words, for the message.
        nan: As for `loads`.

    Raises:
        InputError: It cannot be read, or a line is no object; names the file and the line.
    """
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _object(path, number, line, needs, nan=nan)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def _object(path: str, number: int, line: bytes, needs: str, *, nan: bool) -> dict[str, Any]:
    try:
        found = loads(line, nan=nan)
    except ValueError as error:
        raise InputError(f"{path}:{number}: no JSON: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}:{number}: has to be an object with {needs}")
    return found


def encode(value: object) -> bytes:
    """Return a value as JSON in one line, without the line feed; numbers that are not finite become null."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _dump(msgspec.to_builtins(value))


def encode_indented(value: object, indent: int = 2) -> bytes:
    """Return a value as JSON for people to read, without the last line feed."""
    try:
        return msgspec.json.format(_encoder.encode(value), indent=indent)
    except UnicodeEncodeError:
        return _dump(msgspec.to_builtins(value), indent)


def encode_for_digest(value: object) -> bytes:
    """Return a value as JSON that is the same for equal values: keys sorted, unknown types as `str` has them."""
    try:
        return _sorting_encoder.encode(value)
    except UnicodeEncodeError:
        return _dump(msgspec.to_builtins(value, order="deterministic", enc_hook=str))


def loads(data: bytes, *, nan: bool = False) -> Any:
    """Return what JSON says, in Python's own types; lone surrogates are allowed.

    Args:
        data: In UTF-8.
        nan: Take `NaN` and `Infinity` too, which are no JSON, where the caller can say more about them.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return json.loads(data, parse_constant=None if nan else _refuse_constant)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None


class Decoder(Generic[T]):
    """Decodes JSON to values of one type.

    Attributes:
        type: Of the values.
        fast: msgspec's decoder: what a loop over many lines tries first, and `decode` where it raises.
    """

    def __init__(self, kind: type[T]) -> None:
        self.type = kind
        self.fast: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)

    def decode(self, data: bytes) -> T:
        """Return the value.

        Raises:
            ValueError: It is no JSON, or not of the type.
        """
        try:
            return self.fast.decode(data)
        # JSON that is sound, and of another type: reading it another way changes nothing.
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            # Only an escape can have been a lone surrogate; all else is malformed for the standard library too.
            if b"\\u" not in data:
                raise
        except RecursionError:
            raise ValueError(TOO_DEEP) from None
        return msgspec.convert(loads(data), self.type)


def decode(data: bytes, kind: type[T]) -> T:
    """Return the value of a type that JSON says.

    Raises:
        ValueError: It is no JSON, or not of the type.
    """
    return Decoder(kind).decode(data)


def _dump(plain: object, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    # Without this check the standard library writes `NaN` and `Infinity`, which no other program reads.
    return json.dumps(_finite(plain), allow_nan=False, indent=indent, separators=separators).encode("ascii")


def _finite(value: object) -> object:
    """Return a value with null for every number that is not finite, as msgspec writes it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"JSON is malformed: {name} is no number")
