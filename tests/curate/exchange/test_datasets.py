"""Datasets of other programs: one file is one sample."""

from pathlib import Path

import pytest

from curate.exchange.annotated import Left
from curate.exchange.datasets import DATASETS, read_dataset
from curate.ground.errors import InputError


def test_a_file_is_one_sample(tmp_path: Path) -> None:
    (tmp_path / "wav.scp").write_text("u a.wav\nv ./a.wav\n")
    files, items = read_dataset(str(tmp_path), "kaldi", "", Left())
    with pytest.raises(InputError, match=r"a\.wav is named for two samples"):
        list(items)
    assert files.missing == 2


@pytest.mark.parametrize("origin", DATASETS)
def test_a_folder_that_is_not_there_is_one_line(origin: str) -> None:
    with pytest.raises(InputError) as raised:
        list(read_dataset("gone", origin, "", Left())[1])  # type: ignore[arg-type]
    assert "gone" in str(raised.value)
