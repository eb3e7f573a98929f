"""`--exact`: of many files with one hash, those with the same content are found, and no pair is compared."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from curate.duplicates import comparison
from curate.duplicates.dedup import find_groups
from curate.duplicates.item import AudioKey, ImageKey, Item
from curate.duplicates.search import Search

MANY = 40
"""More than of equal hashes are compared each with each."""


def pairs_of(items: list[Item], search: Search) -> list[tuple[str, str, str]]:
    """Return relation, what stays and what goes of each group of two."""
    groups = find_groups(items, search)
    return [(group.relation, group.kept[0].path, group.dropped[0].path) for group in groups]


def never(*_: object) -> None:
    raise AssertionError("pairs are compared")


@pytest.fixture(autouse=True)
def _no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison.Comparison, "compare_images", never)
    monkeypatch.setattr(comparison.Comparison, "compare_sounds", never)


def test_templates_that_differ_in_one_pixel(tmp_path: Path) -> None:
    items = []
    for number in range(MANY):
        pixels = np.full((48, 64, 3), 250, np.uint8)
        # The last two have the content of the fourth and of the ninth, in other formats.
        pixels[5, {MANY - 2: 4, MANY - 1: 9}.get(number, number), 0] = 0
        name = f"{number:02}.{'bmp' if number >= MANY - 2 else 'png'}"
        Image.fromarray(pixels).save(tmp_path / name)
        key = ImageKey(width=64, height=48, phash="f0f0f0f0f0f0f0f0")
        items.append(Item(path=name, kind="image", digest=f"sha256:{number:064x}", image=key))
    search = Search(exact=True, base=str(tmp_path), jobs=1, keep=("first",))
    assert pairs_of(items, search) == [("exact", "04.png", "38.bmp"), ("exact", "09.png", "39.bmp")]


def test_recordings_with_one_fingerprint(tmp_path: Path) -> None:
    items = []
    for number in range(MANY):
        sound = np.zeros(800, np.float32)
        sound[{MANY - 1: MANY - 4}.get(number, number)] = 0.5
        name = f"{number:02}.{'flac' if number == MANY - 1 else 'wav'}"
        soundfile.write(tmp_path / name, sound, 8000, "PCM_16")
        key = AudioKey(duration_s=0.1, sample_rate=8000, fingerprint="0f" * 16)
        items.append(Item(path=name, kind="audio", digest=f"sha256:{number:064x}", audio=key))
    search = Search(exact=True, base=str(tmp_path), jobs=1, keep=("first",))
    assert pairs_of(items, search) == [("exact", "36.wav", "39.flac")]


def test_what_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    items = [
        Item(
            path=name, kind="image", digest=f"sha256:{number:064x}", image=ImageKey(width=64, height=48, phash="0" * 16)
        )
        for number, name in enumerate(("a.png", "b.png", "c.png"))
    ]
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 48), "white").save(tmp_path / name)
    (tmp_path / "c.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    search = Search(exact=True, base=str(tmp_path), jobs=1, keep=("first",))
    assert pairs_of(items, search) == [("exact", "a.png", "b.png")]
    assert len(search.unconfirmed) == 1
    assert search.unconfirmed[0].startswith(str(tmp_path / "c.png"))
