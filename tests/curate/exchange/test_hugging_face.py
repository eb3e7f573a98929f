"""A folder as `datasets` would read it."""

from pathlib import Path

from curate.exchange.hugging_face import look_at_folder
from curate.records.sample import Sample


def test_a_name_without_an_ending_has_none(tmp_path: Path) -> None:
    samples = [Sample(path, kind="image", split="train") for path in ("train/v1.2/clip", "train/a.PNG")]
    found = look_at_folder(str(tmp_path), samples, str(tmp_path))
    assert found is not None
    assert found.endings == ["PNG"]
    assert found.notes == ["1 files have no ending in their names, so load_dataset does not see them"]
