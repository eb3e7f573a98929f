"""The weights of a PyTorch file without PyTorch, and without trusting the file.

PyTorch before 1.6 wrote a run of pickles (a magic number, the version, the machine, the state dict, the keys of its
storages) and behind them the numbers of each storage, little-endian, after their count as int64 (`torch.save` with
`_use_new_zipfile_serialization=False`). A pickle can run anything when it is loaded; this reader allows the five names
that a dict of tensors consists of, builds them itself, and refuses everything else. It is the one place in burnish
where a pickle is read.
"""

import io
import math
import pickle
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from curate.ground.errors import InputError
from curate.ground.files import read_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BYTES = 1 << 30
_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_STORAGES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "DoubleStorage": "<f8", "LongStorage": "<i8"}


class _StorageType(NamedTuple):
    dtype: str


class _Storage(NamedTuple):
    key: str
    dtype: str
    numbers: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def _rebuild(storage: object, offset: object, shape: object, stride: object, *_: object) -> _Tensor:
    """Stand in for `torch._utils._rebuild_tensor_v2`: note down where the numbers are, and check it later."""
    if isinstance(storage, _Storage) and isinstance(offset, int) and isinstance(shape, tuple):
        return _Tensor(storage, offset, shape, stride if isinstance(stride, tuple) else ())
    raise pickle.UnpicklingError("a tensor without numbers")


class _Unpickler(pickle.Unpickler):
    """Builds dicts, numbers, texts and tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _STORAGES:
            return _StorageType(_STORAGES[name])
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, and weights need no such thing")

    def persistent_load(self, pid: object) -> _Storage:
        # ('storage', type, key, device, count, view): written by torch.serialization.persistent_id.
        match pid:
            case ("storage", _StorageType(dtype), str(key), _, int(numbers), None):
                return _Storage(key, dtype, numbers)
        raise pickle.UnpicklingError("a storage of another form")


def read_weights(path: str) -> "dict[str, NDArray[np.generic]]":
    """Return the arrays of a state dict in PyTorch's old file format, by name, in its order.

    Raises:
        InputError: The file is not there, is too large, of another format, damaged, or asks for anything but tensors.
    """
    data = read_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES >> 20} MiB; these are no weights that burnish knows")
    try:
        return _read(io.BytesIO(data))
    except InputError:
        raise
    except Exception as error:
        # An unpickler raises whatever the bytes make it stumble over; none of it may reach the user as a traceback.
        raise InputError(f"{path} holds no weights of PyTorch's old format: {error}") from None


def _read(file: io.BytesIO) -> "dict[str, NDArray[np.generic]]":
    magic, version, _machine, state, keys = (_Unpickler(file).load() for _ in range(5))
    if magic != _MAGIC or version != _VERSION:
        _refuse("the magic number or the version is another one")
    if not isinstance(state, dict) or not isinstance(keys, list):
        _refuse("there is no dict of tensors")
    tensors = {str(name): value for name, value in state.items()}
    dtypes = {value.storage.key: value.storage for value in tensors.values() if isinstance(value, _Tensor)}
    storages: dict[str, NDArray[np.generic]] = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        if not isinstance(key, str) or key not in dtypes or count != dtypes[key].numbers:
            _refuse(f"storage {key!r} is not the one that was announced")
        dtype = np.dtype(dtypes[key].dtype)
        block = file.read(count * dtype.itemsize)
        if len(block) != count * dtype.itemsize:
            _refuse("it ends too early")
        storages[key] = np.frombuffer(block, dtype)
    return {name: _array(name, value, storages) for name, value in tensors.items()}


def _array(name: str, tensor: object, storages: "dict[str, NDArray[np.generic]]") -> "NDArray[np.generic]":
    """Return the numbers of a tensor as an array of its own, in C order."""
    if not isinstance(tensor, _Tensor):
        _refuse(f"{name} is no tensor")
    sizes, steps = tensor.shape, tensor.stride
    storage = storages.get(tensor.storage.key)
    whole = all(isinstance(number, int) and number >= 0 for number in (*sizes, *steps, tensor.offset))
    if storage is None or not whole or len(sizes) != len(steps):
        _refuse(f"{name} has no shape")
    # as_strided reads wherever a stranger's steps point to: every number, and how many, must be of this storage.
    last = tensor.offset + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))
    if 0 in sizes or math.prod(sizes) > len(storage) or last >= len(storage):
        _refuse(f"the numbers of {name} are not where they should be")
    strides = tuple(step * storage.itemsize for step in steps)
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], sizes, strides).copy()


def _refuse(problem: str) -> NoReturn:
    raise pickle.UnpicklingError(problem)
