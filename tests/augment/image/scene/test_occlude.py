import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from augment.image.light import linear
from augment.image.scene.occlude import shape
from augment.operations.media import Media, RejectedError, SetSample
from augment.operations.registry import ParameterError, find
from tests.augment.image.pictures import Pixels, done, flat, noise
from tests.conftest import Burnish


@pytest.fixture
def textures(tmp_path: Path) -> Path:
    folder = tmp_path / "textures"
    folder.mkdir()
    pixels = (noise(200, 200) // 8 + 40).astype(np.uint8)
    pixels[..., 2] //= 4  # yellowish
    Image.fromarray(pixels).save(folder / "cloth.png")
    return folder


@pytest.mark.parametrize("area_share", [0.02, 0.2, 0.6])
def test_a_thing_has_its_area_and_is_in_one_piece(area_share: float) -> None:
    from curate.media.opencv import opencv

    largest = []
    for seed in range(20):
        mask, depth = shape(120, 160, area_share, np.random.default_rng(seed))
        assert mask.mean() == pytest.approx(area_share, abs=0.005)
        assert depth[mask == 0].max() == 0
        assert 0.9 <= depth.max() <= 1
        _, _, sizes, _ = opencv().connectedComponentsWithStats(mask.astype(np.uint8))
        largest.append(sizes[1:, opencv().CC_STAT_AREA].max() / mask.sum())
    assert np.median(largest) == 1
    assert min(largest) > 0.85


def test_what_is_in_front_has_the_other_pictures_texture_and_the_rest_stays(textures: Path) -> None:
    given: Any = {"folder": str(textures), "shadow_stops": 0, "count": 1, "area_share": 0.25}
    for seed in range(8):
        covered, drawn, _ = done("occlude", flat(200, 100, 100), seed, **given)
        changed = (np.abs(covered.astype(int) - 200) > 12).any(2)
        assert changed.mean() == pytest.approx(0.25, abs=0.06)
        red, _, blue = covered[changed].mean(0)
        assert blue < 0.8 * red
        assert covered[changed].std() > 5, "no flat colour"
        assert [Path(path).name for path in drawn["textures"]] == ["cloth.png"]


def test_edges_are_soft(textures: Path) -> None:
    given: Any = {"folder": str(textures), "shadow_stops": 0, "count": 1, "area_share": 0.3}
    hard, soft = (done("occlude", flat(200, 200, 200), 3, **given, edge_share=share)[0] for share in (0, 0.03))
    steepest = [np.abs(np.diff(pixels[..., 2].astype(int), axis=1)).max() for pixels in (hard, soft)]
    assert steepest[1] < 0.6 * steepest[0]


def test_a_shadow_is_beside_it_and_as_dark_as_it_says(textures: Path) -> None:
    given: Any = {"folder": str(textures), "count": 1, "area_share": 0.2, "edge_share": 0, "shadow_share": 0.05}
    plain, shadowed = (done("occlude", flat(200, 200, 200), 5, **given, shadow_stops=stops)[0] for stops in (0, 2))
    beside = (plain == 200).all(2)
    light = linear(shadowed)[beside][:, 0]
    assert light.min() == pytest.approx(linear(flat(200))[0, 0, 0] / 4, rel=0.4)
    assert light.max() == linear(flat(200))[0, 0, 0]


def in_set(folder: Path, *names: str) -> list[SetSample]:
    files = [folder / name for name in names]
    return [
        SetSample(file.name, str(file), f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}") for file in files
    ]


def test_textures_of_the_set_are_never_those_of_the_picture_itself(textures: Path) -> None:
    Image.fromarray(noise(seed=2)).save(textures / "own.png")
    samples = in_set(textures, "cloth.png", "own.png")
    operation = find("image", "occlude")
    settings = operation.prepare(operation.settings({})).settings
    assert operation.takes_from_set(settings)
    assert operation.reads(operation.settings({})) == ()
    settings = operation.prepare_from_set(settings, samples).settings
    source = Media(noise(seed=2), source=samples[1])
    for seed in range(10):
        drawn = operation.draw(settings, source, np.random.default_rng(seed))
        assert {Path(path).name for path in drawn["textures"]} == {"cloth.png"}
    alone = operation.prepare_from_set(settings, samples[1:]).settings
    with pytest.raises(RejectedError, match="no other picture"):
        operation.draw(alone, source, np.random.default_rng(0))


def test_a_folder_is_checked_before_any_work(tmp_path: Path) -> None:
    operation = find("image", "occlude")
    with pytest.raises(Exception, match="occlude: folder"):
        operation.prepare(operation.settings({"folder": str(tmp_path)}))
    with pytest.raises(ParameterError, match="area_share"):
        operation.settings({"area_share": 0})


def test_training_pictures_lend_textures_and_test_pictures_never(burnish: Burnish, tmp_path: Path) -> None:
    import json

    for split, count in (("train", 3), ("test", 6)):
        (tmp_path / split / "a").mkdir(parents=True)
        for number in range(count):
            Image.fromarray(noise(60, 60, seed=number + (split == "test") * 100)).save(
                tmp_path / split / "a" / f"{number}.png"
            )
    (tmp_path / "cover.yaml").write_text("kind: augment\ntargets:\n  wear=occlusion:\n    image:\n      - occlude\n")
    burnish("scan", "train", "test", "-o", "set.jsonl", "-q")
    out = burnish("augment", "cover.yaml", "set.jsonl", "--split", "all", "--into", "new", "-q").stdout
    made = [sample for sample in map(json.loads, out.splitlines()) if sample.get("origin")]
    assert len(made) == 9
    lent = [path for sample in made for path in sample["origin"]["operations"][0]["textures"]]
    assert len(lent) >= 9
    assert all("train" in path for path in lent)


@pytest.mark.parametrize("pixels", [flat(9, 1, 1), noise(2, 5)], ids=["1 px", "2 x 5"])
def test_small_pictures(pixels: Pixels, textures: Path) -> None:
    assert done("occlude", pixels, folder=str(textures))[0].shape == pixels.shape


def test_things_over_each_other_cover_less_and_that_is_noted(textures: Path) -> None:
    operation = find("image", "occlude")
    parameters = {"folder": str(textures), "count": 6, "area_share": 0.8}
    settings = operation.prepare(operation.settings(parameters)).settings
    media = Media(noise(200, 150))
    drawn = operation.draw(settings, media, np.random.default_rng(0))
    (made,) = operation.apply(media, drawn)
    assert -0.7 < made.noted["missed"]["area_share"]["by"] < -0.08
    (alone,) = operation.apply(
        media, {**drawn, "count": 1, "textures": drawn["textures"][:1], "digests": drawn["digests"][:1]}
    )
    assert "missed" not in alone.noted
