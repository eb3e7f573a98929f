"""Datasets of other programs, read: what is a sample there becomes one here."""

from collections.abc import Iterator
from typing import Literal, get_args

from curate.exchange import common_voice, kaldi, lhotse, yolo
from curate.exchange.annotated import Annotated, Left
from curate.exchange.named_files import NamedFiles
from curate.ground.errors import InputError

Dataset = Literal["kaldi", "lhotse", "common-voice", "yolo"]
DATASETS: tuple[Dataset, ...] = get_args(Dataset)


def read_dataset(path: str, origin: Dataset, base: str, left: Left) -> tuple[NamedFiles, Iterator[Annotated]]:
    """Return the files of a dataset, and what it says of each sample.

    Args:
        path: Its folder, or the file that the format begins with.
        origin: The format.
        base: What the paths of the manifest are to be relative to; empty: the working directory. In a dataset of Kaldi
            and lhotse, which name files as seen from where their recipes run, names are relative to it too.
        left: Is told what was not read.

    Raises:
        InputError: It is no such dataset, or a line makes no sense; names the file and the line.
    """
    if origin in {"kaldi", "lhotse"}:
        files = NamedFiles(base, base)
        reader = kaldi.read_back if origin == "kaldi" else lhotse.read_back
        return files, _each_once(reader(path, files, left))
    files, items = (common_voice if origin == "common-voice" else yolo).read_back(path, base, left)
    return files, _each_once(items)


def _each_once(items: Iterator[Annotated]) -> Iterator[Annotated]:
    """Yield what is said of each file, and of each part of one.

    Raises:
        InputError: Two samples are one whole file.
    """
    whole: set[str] = set()
    for one in items:
        if one.part is None:
            if one.path in whole:
                raise InputError(f"{one.path} is named for two samples; a sample is a file of its own")
            whole.add(one.path)
        yield one
