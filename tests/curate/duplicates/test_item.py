"""What is read of samples to find duplicates."""

import os
from pathlib import Path

from PIL import Image

from curate.duplicates.item import read_reference


def test_a_reference_may_have_names_that_are_no_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\xff.png")
    Image.new("RGB", (32, 32)).save(tmp_path / name)
    assert [Path(item.path).name for item in read_reference(str(tmp_path), "", 1)] == [name]
