"""Many pairs of files in worker processes: exactness, files that cannot be read, order."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curate.duplicates.image.hash_candidates import candidates, hashes
from curate.duplicates.image.pairs import confirm_pairs
from tests.curate.duplicates.image.test_compare import drawing, scene, with_number
from tests.soak import crossed


@pytest.fixture
def photo(tmp_path: Path, picture: Callable[..., Path]) -> Path:
    return picture(tmp_path / "photo.png", (640, 480), quality=90)


def relation(first: Path, second: Path) -> str:
    return confirm_pairs([(str(first), str(second))], jobs=1)[0].relation


def test_other_containers_of_the_same_pixels_are_exact(tmp_path: Path, photo: Path) -> None:
    with Image.open(photo) as image:
        image.save(tmp_path / "small.png", compress_level=9, optimize=True)
        image.save(tmp_path / "same.bmp")
        image.convert("RGBA").save(tmp_path / "opaque.png")
        image.save(tmp_path / "other.jpg", quality=95)
    found = [relation(photo, tmp_path / name) for name in ("small.png", "same.bmp", "opaque.png", "other.jpg")]
    assert found == ["exact", "exact", "exact", "near"]


@pytest.mark.parametrize("size", [(300, 200), (3000, 2000)], ids=["small", "decoded-at-a-fraction"])
def test_a_jpeg_and_its_pixels_are_exact(tmp_path: Path, picture: Callable[..., Path], size: tuple[int, int]) -> None:
    jpeg = picture(tmp_path / "photo.jpg", size, quality=90)
    data = jpeg.read_bytes()
    (tmp_path / "comment.jpg").write_bytes(data[:2] + b"\xff\xfe\x00\x07hello" + data[2:])
    with Image.open(jpeg) as image:
        image.save(tmp_path / "photo.png")
        exif = Image.Exif()
        exif[0x0112] = 6
        image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", quality=95, exif=exif)
    assert relation(jpeg, tmp_path / "comment.jpg") == "exact"
    assert relation(jpeg, tmp_path / "photo.png") == "exact"
    found = confirm_pairs([(str(jpeg), str(tmp_path / "turned.jpg"))], jobs=1)[0]
    assert (found.relation, found.change) == ("near", "")


def test_what_cannot_be_read_costs_only_its_own_pairs(
    tmp_path: Path, photo: Path, picture: Callable[..., Path]
) -> None:
    other = picture(tmp_path / "other.png", (640, 480), seed=9)
    (tmp_path / "broken.png").write_bytes(photo.read_bytes()[:3000])
    (tmp_path / "empty.jpg").write_bytes(b"")
    names = ("absent.png", "broken.png", "empty.jpg", "other.png", "photo.png")
    found = confirm_pairs([(str(tmp_path / name), str(photo)) for name in names], jobs=2)
    assert [match.relation for match in found] == ["none", "none", "none", "none", "exact"]
    for name, match in zip(names[:3], found, strict=False):
        assert name in match.reason
    assert relation(other, photo) == "none"


def test_no_pairs_start_no_workers() -> None:
    assert confirm_pairs([]) == []


def test_each_hash_brings_its_own_pairs_once() -> None:
    whole = hashes(["0000000000000000", "ffffffff00000000", "00000000ffffffff", "0000000000000001"])
    inner = np.array([~np.uint64(0), 3, ~np.uint64(0) >> np.uint64(1), ~np.uint64(0)], np.uint64)
    disc = hashes(["1111111111111111", "2222222222222222", "2222222222222222", "1111111111111111"])
    # 0 and 3 by the whole (and again by the disc), 1 and 0 or 3 by the inner part, 1 and 2 by the disc.
    assert candidates(whole, inner, disc, 10).tolist() == [[0, 1], [0, 3], [1, 2], [1, 3]]
    assert candidates(whole[:0], inner[:0], disc[:0]).shape == (0, 2)


def test_animations_are_not_judged_by_their_first_frame(tmp_path: Path, photo: Path) -> None:
    with Image.open(photo) as opened:
        first = opened.convert("RGB")
    for name, later in (("one.webp", 80), ("two.webp", 200)):
        first.save(tmp_path / name, save_all=True, append_images=[Image.new("RGB", first.size, (later, 0, 0))])
    found = confirm_pairs([(str(tmp_path / "one.webp"), str(tmp_path / "two.webp"))], jobs=1)[0]
    assert found.relation == "none"
    assert "several frames" in found.reason


@pytest.mark.parametrize(
    ("size", "height"),
    crossed([(320, 240), (1800, 1200)], [16, 20, 28]),  # the larger is decoded at a fraction
)
def test_files_that_differ_in_one_digit_are_not_copies(tmp_path: Path, size: tuple[int, int], height: int) -> None:
    for number in ("00418", "00419"):
        with_number(scene(4, size), number, height, (0.4, 0.7)).save(tmp_path / f"{number}.jpg", quality=90)
    with Image.open(tmp_path / "00418.jpg") as image:
        image.save(tmp_path / "again.jpg", quality=70)
        image.resize((size[0] * 3 // 4, size[1] * 3 // 4)).save(tmp_path / "smaller.png")
    assert relation(tmp_path / "00418.jpg", tmp_path / "00419.jpg") == "none"
    assert relation(tmp_path / "again.jpg", tmp_path / "00419.jpg") == "none"
    assert relation(tmp_path / "00418.jpg", tmp_path / "again.jpg") == "near"
    assert relation(tmp_path / "smaller.png", tmp_path / "00418.jpg") == "near"


def test_a_small_drawing_and_its_jpeg_are_near(tmp_path: Path) -> None:
    pairs = []
    for seed in range(12):
        drawing(seed).save(tmp_path / f"{seed}.png")
        drawing(seed).save(tmp_path / f"{seed}.jpg", quality=75)
        pairs.append((str(tmp_path / f"{seed}.png"), str(tmp_path / f"{seed}.jpg")))
    assert [match.relation for match in confirm_pairs(pairs, jobs=1)] == ["near"] * 12
