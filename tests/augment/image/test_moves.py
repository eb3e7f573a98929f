"""What operations on pictures say about facts is true: names, parameters, and that they move them one way."""

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from augment.image.library_classes import classes
from augment.image.library_moves import MOVES
from augment.operations.media import Media
from augment.operations.registry import OPERATIONS, Moves, find
from augment.plan.slice_facts import FACTS
from curate.facts.fact_schema import NUMBERS
from curate.facts.image import measure_image
from curate.facts.records import ImageFacts
from tests.augment.image.scenes import scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

OURS = {name: find("image", name).moves for name in OPERATIONS["image"]}
DIALS = [(name, fact, move) for name, moves in OURS.items() for fact, move in moves.items() if move.parameter]
STEPS = 9


def facts_of(pixels: "NDArray[np.uint8] | NDArray[np.float32]") -> dict[str, float]:
    header = ImageFacts(format="PNG", mode="RGB", width=pixels.shape[1], height=pixels.shape[0])
    facts = measure_image(np.ascontiguousarray(pixels, np.uint8), header)
    return {name: getattr(facts, name) for name in FACTS["image"]}


def test_facts_and_classes_have_their_right_names() -> None:
    assert set(MOVES) <= set(classes())
    for moves in [*OURS.values(), *MOVES.values()]:
        assert {f"image.{fact}" for fact in moves} <= set(NUMBERS)
    assert find("image", "GaussNoise").moves == MOVES["GaussNoise"]
    assert find("image", "HorizontalFlip").moves == {}


@pytest.mark.parametrize(("name", "fact", "move"), DIALS, ids=lambda value: str(value)[:20])
def test_a_parameter_that_is_solved_for_is_drawn_and_moves_its_fact_one_way(name: str, fact: str, move: Moves) -> None:
    parameter, low, high, by_ratio = move
    operation, media = find("image", name), Media(scene(192, 256))
    settings = operation.prepare(operation.settings({})).settings
    drawn = operation.draw(settings, media, np.random.default_rng(1))
    assert isinstance(drawn[parameter], float)
    values = []
    for at in (np.geomspace if by_ratio else np.linspace)(low, high, STEPS):
        (made,) = operation.apply(media, {**drawn, parameter: float(at)})
        values.append(facts_of(made.array)[fact])
    steps = np.diff(values)
    whole = values[-1] - values[0]
    assert abs(whole) > 0.02, values
    # A search by brackets stands small steps back; what it cannot stand is a fact that turns round.
    assert np.abs(steps[np.sign(steps) != np.sign(whole)]).sum() < 0.2 * abs(whole), values


# A cut shows another scene, whose facts nobody can promise.
@pytest.mark.parametrize("name", sorted(OURS.keys() - {"crop_square"}))
def test_what_is_not_said_to_move_stays(name: str, texture: str) -> None:
    operation = find("image", name)
    settings = operation.prepare(operation.settings(least(name, texture))).settings
    unsaid = facts_of(scene()).keys() - OURS[name].keys()
    for seed in range(3):
        media = Media(scene(192, 256, seed))
        before = facts_of(media.array)
        for made in operation.apply(media, operation.draw(settings, media, np.random.default_rng(seed))):
            after = facts_of(made.array)
            assert {fact: after[fact] - before[fact] for fact in unsaid} == pytest.approx(
                dict.fromkeys(unsaid, 0), abs=0.06
            )


def least(name: str, texture: str) -> dict[str, object]:
    given: dict[str, dict[str, object]] = {"resize": {"longest_side": 160}, "occlude": {"folder": texture}}
    return given.get(name, {})


@pytest.fixture
def texture(tmp_path_factory: pytest.TempPathFactory) -> str:
    from PIL import Image

    folder = tmp_path_factory.mktemp("textures")
    Image.fromarray(scene(seed=9)).save(folder / "a.png")
    return str(folder)


def test_every_operation_has_a_place_in_its_subject() -> None:
    for module in OPERATIONS["image"].values():
        assert re.fullmatch(r"augment\.image\.((lighting|lens|scene|compression)\.)?[a-z_]+", module)
