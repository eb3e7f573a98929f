"""Weights of PyTorch's old format: read without PyTorch, and nothing in them is run."""

import io
import os
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baselines.embeddings import torch_weights
from baselines.embeddings.torch_weights import read_weights
from curate.ground.errors import InputError

Layout = tuple[int, tuple[int, ...], tuple[int, ...]]


class _Global:
    """Is pickled as a name of a module that need not be there."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class _Tensor:
    def __init__(self, key: str, numbers: int, layout: Layout) -> None:
        self.key, self.numbers, self.layout = key, numbers, layout


_Base: Any = getattr(pickle, "_Pickler")  # noqa: B009 - the one in Python, whose steps can be replaced; unknown to types


class _Pickler(_Base):  # type: ignore[misc]
    """Writes what torch.save wrote before 1.6, by the names that it used."""

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, _Global):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
        elif isinstance(obj, _Tensor):
            self.save(_Global("torch._utils", "_rebuild_tensor_v2"))
            offset, shape, stride = obj.layout
            self.write(b"(")
            self.save(("storage", _Global("torch", "FloatStorage"), obj.key, "cpu", obj.numbers, None))
            self.write(b"Q")
            rest: tuple[object, ...] = (offset, shape, stride, False, OrderedDict())
            for value in rest:
                self.save(value)
            self.write(b"tR")
        else:
            super().save(obj, save_persistent_id)


def dumped(value: object) -> bytes:
    file = io.BytesIO()
    _Pickler(file, 2).dump(value)
    return file.getvalue()


def write(
    path: Path, state: object, storages: dict[str, np.ndarray[Any, Any]], magic: int = torch_weights._MAGIC
) -> str:
    parts = [dumped(one) for one in (magic, 1001, {"little_endian": True}, state, list(storages))]
    parts += [struct.pack("<q", len(one)) + one.astype("<f4").tobytes() for one in storages.values()]
    path.write_bytes(b"".join(parts))
    return str(path)


NUMBERS = np.arange(24, dtype=np.float32)


def test_tensors_come_out_as_they_were_laid_out(tmp_path: Path) -> None:
    state = OrderedDict(
        plain=_Tensor("1", 24, (0, (2, 3, 4), (12, 4, 1))),
        turned=_Tensor("1", 24, (0, (3, 2), (1, 3))),
        part=_Tensor("1", 24, (20, (4,), (1,))),
        number=_Tensor("1", 24, (7, (), ())),
    )
    found = read_weights(write(tmp_path / "a.pth", state, {"1": NUMBERS}))
    assert list(found) == ["plain", "turned", "part", "number"]
    assert found["plain"].tolist() == NUMBERS.reshape(2, 3, 4).tolist()
    assert found["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert found["part"].tolist() == [20, 21, 22, 23]
    assert (found["number"].item(), str(found["plain"].dtype)) == (7, "float32")


@pytest.mark.parametrize(
    ("layout", "why"),
    [
        ((0, (25,), (1,)), "more numbers than there are"),
        ((21, (4,), (1,)), "past the end"),
        ((0, (4,), (8,)), "steps past the end"),
        ((0, (1 << 40,), (0,)), "one number, for ever"),
        ((-1, (2,), (1,)), "before the beginning"),
        ((4, (4,), (-1,)), "backwards"),
        ((0, (2, 2), (1,)), "a step too few"),
        ((0, (0,), (1,)), "nothing"),
    ],
)
def test_no_number_outside_its_storage_is_read(tmp_path: Path, layout: Layout, why: str) -> None:
    path = write(tmp_path / "a.pth", {"w": _Tensor("1", 24, layout)}, {"1": NUMBERS})
    with pytest.raises(InputError, match="holds no weights"):
        read_weights(path)


class _Runs:
    def __init__(self, call: Callable[..., Any], *arguments: object) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        return self.call, self.arguments


@pytest.mark.parametrize(
    "state",
    [
        lambda mark: _Runs(os.system, f"touch {mark}"),
        lambda mark: _Runs(eval, f"open({str(mark)!r}, 'w')"),
        lambda mark: _Runs(exec, f"open({str(mark)!r}, 'w')"),
        lambda mark: {"w": _Runs(getattr, str, "format")},
        lambda mark: _Global("torch", "load"),
        lambda mark: _Global("builtins", "eval"),
        lambda mark: _Global("collections", "OrderedDict.fromkeys"),
        lambda mark: _Global("baselines.embeddings.torch_weights", "_rebuild"),
    ],
)
def test_nothing_in_a_file_is_run(tmp_path: Path, state: Callable[[Path], object]) -> None:
    mark = tmp_path / "mark"
    path = write(tmp_path / "a.pth", state(mark), {"1": NUMBERS})
    with pytest.raises(InputError, match="holds no weights"):
        read_weights(path)
    assert not mark.exists()


def test_other_files_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = {"w": _Tensor("1", 24, (0, (24,), (1,)))}
    good = write(tmp_path / "a.pth", tensors, {"1": NUMBERS})
    whole = Path(good).read_bytes()
    for number in range(0, len(whole), 7):
        Path(good).write_bytes(whole[:number])
        with pytest.raises(InputError, match="holds no weights"):
            read_weights(good)
    for magic, storages in (
        (1, {"1": NUMBERS}),
        (torch_weights._MAGIC, {"2": NUMBERS}),
        (torch_weights._MAGIC, {"1": NUMBERS[1:]}),
    ):
        with pytest.raises(InputError, match="holds no weights"):
            read_weights(write(tmp_path / "b.pth", tensors, storages, magic))
    with pytest.raises(InputError, match="cannot read"):
        read_weights(str(tmp_path / "none.pth"))
    monkeypatch.setattr(torch_weights, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="larger"):
        read_weights(write(tmp_path / "c.pth", tensors, {"1": NUMBERS}))
