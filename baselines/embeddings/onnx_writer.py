"""ONNX files, as far as a chain of convolutions needs them, written without the `onnx` package.

An ONNX file is one protocol buffer. The field numbers below are those of `onnx.proto3` (IR version 8, operator set 13);
protocol buffers know five kinds of fields, and two are enough here: varints and byte strings.
"""

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Attribute = int | float | tuple[int, ...]

_IR_VERSION, _OPERATOR_SET = 8, 13
_FLOAT32 = 1
_AS_FLOAT, _AS_INT, _AS_INTS = 1, 2, 7
_VARINT, _BYTES, _FIXED32 = 0, 2, 5


def model(
    nodes: "Sequence[bytes]",
    weights: "Sequence[bytes]",
    inputs: "Mapping[str, Sequence[int]]",
    outputs: "Mapping[str, Sequence[int]]",
) -> bytes:
    """Return a whole file.

    Args:
        nodes: From `node`, each after those whose outputs it takes.
        weights: From `weight`.
        inputs: Shape of each float32 input, by name.
        outputs: Shape of each float32 output, by name.
    """
    graph = b"".join(
        (
            *(_field(1, one) for one in nodes),
            _field(2, b"graph"),
            *(_field(5, one) for one in weights),
            *(_field(11, _value(name, shape)) for name, shape in inputs.items()),
            *(_field(12, _value(name, shape)) for name, shape in outputs.items()),
        )
    )
    return _field(1, _IR_VERSION) + _field(2, b"burnish") + _field(7, graph) + _field(8, _field(2, _OPERATOR_SET))


def node(operator: str, inputs: "Sequence[str]", output: str, **attributes: "Attribute") -> bytes:
    """Return one operation: `node("Conv", ["x", "weight"], "y", strides=(2, 2))`."""
    parts = [_field(1, name.encode()) for name in inputs]
    parts += [_field(2, output.encode()), _field(3, output.encode()), _field(4, operator.encode())]
    parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join(parts)


def weight(name: str, values: "NDArray[np.float32]") -> bytes:
    """Return constants under a name; float32 of any shape."""
    shape = b"".join(_field(1, size) for size in values.shape)
    return shape + _field(2, _FLOAT32) + _field(8, name.encode()) + _field(9, values.astype("<f4").tobytes())


def _attribute(name: str, value: "Attribute") -> bytes:
    named = _field(1, name.encode())
    if isinstance(value, float):
        return named + _varint(2 << 3 | _FIXED32) + struct.pack("<f", value) + _field(20, _AS_FLOAT)
    if isinstance(value, int):
        return named + _field(3, value) + _field(20, _AS_INT)
    return named + b"".join(_field(8, one) for one in value) + _field(20, _AS_INTS)


def _value(name: str, shape: "Sequence[int]") -> bytes:
    sizes = b"".join(_field(1, _field(1, size)) for size in shape)
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, _FLOAT32) + _field(2, sizes)))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """Return seven bits a byte, the lowest first, the highest bit set on all but the last."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))
