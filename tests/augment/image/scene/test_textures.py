from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from augment.image.scene.textures import find_textures, mirrored, small_copy, surface
from curate.ground.errors import InputError
from tests.augment.image.pictures import flat, noise


def test_pictures_of_a_folder_by_digest_each_once(tmp_path: Path) -> None:
    Image.fromarray(noise()).save(tmp_path / "a.png")
    (tmp_path / "copy.png").write_bytes((tmp_path / "a.png").read_bytes())
    Image.fromarray(noise(seed=1)).save(tmp_path / "b.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "a.png").read_bytes()[:900])
    (tmp_path / "notes.txt").write_text("no picture")
    found, notes = find_textures(str(tmp_path), "occlude: folder")
    assert len(found) == 2
    assert [one.digest for one in found] == sorted(one.digest for one in found)
    assert len(notes) == 1
    assert "broken.png is left out" in notes[0]


def test_a_folder_without_pictures_is_refused_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="put JPEG or PNG files there"):
        find_textures(str(tmp_path), "occlude: folder")
    with pytest.raises(InputError, match="occlude: folder: "):
        find_textures(str(tmp_path / "none"), "occlude: folder")


def test_a_copy_is_small_and_cannot_be_written_to(tmp_path: Path) -> None:
    Image.fromarray(noise(100, 3000)).save(tmp_path / "a.png")
    ((found,), _) = find_textures(str(tmp_path), "x")
    copy = small_copy(found.path, found.digest)
    assert copy.shape == (34, 1024, 3)
    assert not copy.flags.writeable
    with pytest.raises(InputError, match="changed"):
        small_copy(found.path, "sha256:0")


def test_a_surface_is_one_material_and_neither_an_edge_nor_nothing() -> None:
    # Left half a texture, right half white, which the camera saw nothing in.
    pixels = flat(255, 240, 240)
    pixels[:, :120] = 100 + noise(240, 120) // 8
    for seed in range(20):
        piece = surface(pixels, 240, np.random.default_rng(seed))
        assert 100 <= piece.mean() < 140
        assert piece.std() > 3


def test_mirror_images_meet_without_a_seam() -> None:
    piece = noise(3, 2)
    made = mirrored(piece, 6, 5)
    assert np.array_equal(made[[0, 1, 2, 3, 4, 5], 0], piece[[0, 1, 2, 1, 0, 1], 0])
    assert np.array_equal(made[0], piece[0, [0, 1, 0, 1, 0]])
    assert mirrored(noise(1, 1), 3, 4).shape == (3, 4, 3)
