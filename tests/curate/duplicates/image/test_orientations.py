"""How one picture may lie on another, told from descriptors; and which pairs are not worth a comparison."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from curate.duplicates.image import pairs as image_pairs
from curate.duplicates.image import prefilter as module
from curate.duplicates.image.descriptor import Packed, descriptor
from curate.duplicates.image.looks import Look, look_at
from curate.duplicates.image.orientations import Orientation, find_orientations, reverse
from curate.duplicates.image.pairs import confirm_tasks
from curate.duplicates.image.prefilter import Task, prefilter
from curate.ground.progress import unseen
from tests.curate.duplicates.image.test_compare import flat, scene

Change = Callable[[Image.Image], Image.Image]

_TURN = Image.Transpose


def packed(image: Image.Image) -> Packed:
    return descriptor(np.asarray(image.convert("RGB")), image.size)[None]


def orientations(first: Image.Image, second: Image.Image) -> tuple[Orientation, ...]:
    return find_orientations(packed(first), packed(second))[0]


@pytest.mark.parametrize(
    ("change", "name", "turn"),
    [
        pytest.param(lambda i: i, "", ((1, 0), (0, 1)), id="as-it-is"),
        pytest.param(ImageOps.mirror, "flipped", ((-1, 0), (0, 1)), id="mirrored"),
        pytest.param(ImageOps.flip, "flipped vertically", ((1, 0), (0, -1)), id="upside-down"),
        pytest.param(lambda i: i.transpose(_TURN.ROTATE_180), "turned by 180°", ((-1, 0), (0, -1)), id="half-turn"),
        pytest.param(lambda i: i.transpose(_TURN.ROTATE_270), "turned by 90°", ((0, 1), (-1, 0)), id="clockwise"),
        pytest.param(lambda i: i.transpose(_TURN.ROTATE_90), "turned by 270°", ((0, -1), (1, 0)), id="the-other-way"),
        pytest.param(lambda i: i.transpose(_TURN.TRANSPOSE), "flipped, turned by 270°", None, id="transposed"),
        pytest.param(lambda i: i.transpose(_TURN.TRANSVERSE), "flipped, turned by 90°", None, id="transverse"),
        pytest.param(lambda i: i.rotate(-30), "rotated by 30°", ((0.866, 0.5), (-0.5, 0.866)), id="rotated"),
        pytest.param(lambda i: ImageOps.mirror(i.rotate(30)), "flipped, rotated by 30°", None, id="mirrored-rotated"),
        pytest.param(lambda i: i.resize((200, 150)), "", None, id="half-size"),
        pytest.param(lambda i: i.crop((10, 8, 390, 293)), "", None, id="cropped"),
        pytest.param(lambda i: ImageEnhance.Brightness(i).enhance(0.6), "", None, id="darker"),
        pytest.param(lambda i: i.convert("L"), "", None, id="grey"),
        pytest.param(lambda i: ImageEnhance.Color(i).enhance(0.6), "", None, id="paler"),
        pytest.param(lambda i: Image.blend(i, Image.new("RGB", i.size, (255, 160, 60)), 0.15), "", None, id="cast"),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_copies_have_their_way(
    change: Change, name: str, turn: tuple[tuple[float, float], tuple[float, float]] | None, seed: int
) -> None:
    best = orientations(scene(seed), change(scene(seed)))[0]
    assert best.change == name
    assert best.alike > 0.85
    assert turn is None or np.allclose(best.turn, turn, atol=1e-3)


@pytest.mark.parametrize("seed", range(4, 12))
def test_other_pictures_have_none(seed: int) -> None:
    assert orientations(scene(seed), scene(seed + 100)) == ()


def test_other_colours_are_another_picture() -> None:
    """The same brightness, but red and blue changed places: two shirts of one make."""
    red, green, blue = scene(1).split()
    swapped = Image.merge("RGB", (blue, green, red))
    shirt = Image.merge("YCbCr", (scene(1).convert("L"), *swapped.convert("YCbCr").split()[1:])).convert("RGB")
    assert orientations(scene(1), shirt) == ()
    assert orientations(scene(1), scene(1).convert("L"))[0].change == ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(flat(128), flat(30), id="flat"),
        pytest.param(flat(128), scene(1), id="one-flat"),
        pytest.param(Image.linear_gradient("L"), ImageOps.autocontrast(Image.linear_gradient("L")), id="ramp"),
        pytest.param(scene(1).resize((40, 30)), scene(1).resize((26, 20)), id="small"),
    ],
)
def test_what_tells_too_little_is_always_compared(first: Image.Image, second: Image.Image) -> None:
    assert "" in {orientation.change for orientation in orientations(first, second)}


@pytest.mark.parametrize("change", [lambda i: i.rotate(-30), lambda i: i.transpose(_TURN.ROTATE_90), ImageOps.mirror])
def test_the_reverse_is_what_the_other_order_finds(change: Change) -> None:
    there, back = orientations(scene(1), change(scene(1)))[0], orientations(change(scene(1)), scene(1))[0]
    assert reverse(there).change == back.change
    assert np.allclose(reverse(there).turn, back.turn)
    assert np.allclose(np.array(there.turn) @ back.turn, np.eye(2))


def looked_at(tasks: list[Task]) -> dict[str, Look]:
    paths = sorted({path for task in tasks for path in task[:2]})
    return {path: look for path, look in zip(paths, look_at(paths, 1, unseen), strict=True) if look}


@pytest.mark.slow
def test_pairs_are_told_apart_however_few_are_held_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = []
    for seed in range(4):
        paths += [str(tmp_path / f"{seed}.png"), str(tmp_path / f"{seed}-flipped.png")]
        scene(seed).save(paths[-2])
        ImageOps.mirror(scene(seed)).save(paths[-1])
    pairs = [(one, other) for place, one in enumerate(paths) for other in paths[place + 1 :]]
    tasks = [Task(*pair) for pair in pairs]
    found = list(prefilter(tasks, looked_at(tasks)))
    assert [task[:2] for task in found if task] == [(paths[place], paths[place + 1]) for place in range(0, 8, 2)]
    assert {task.orientations[0].change for task in found if task} == {"flipped"}
    matches = confirm_tasks(tasks, {}, 1, unseen)
    assert [match.relation == "near" for match in matches] == [task is not None for task in found]
    monkeypatch.setattr(image_pairs, "MOST_LOOKS", 2)
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    again = prefilter(tasks, looked_at(tasks))
    assert [task and task.orientations for task in again] == [task and task.orientations for task in found]
    looks: dict[str, Look] = {}
    assert confirm_tasks(tasks, looks, 1, unseen) == matches
    assert len(looks) <= 2


def test_what_cannot_be_looked_at_is_left_to_the_comparison(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "one.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    pairs = [(str(tmp_path / "one.png"), str(tmp_path / name)) for name in ("broken.png", "absent.png")]
    tasks = [Task(*pair) for pair in pairs]
    assert list(prefilter(tasks, looked_at(tasks))) == tasks
