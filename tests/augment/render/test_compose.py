"""A source through operations: drawn apart, explained afterwards."""

from pathlib import Path

import numpy as np
import pytest

from augment.operations.media import Media, RejectedError
from augment.recipe.reader import load
from augment.recipe.types import Step
from augment.render.compose import apply_steps

SOUND = Media(np.tile(np.array([[0.25], [-0.25]], np.float32), (4000, 1)), 8000)


def steps(tmp_path: Path, text: str) -> tuple[Step, ...]:
    (tmp_path / "r.yaml").write_text(f"kind: augment\naudio: {text}\n")
    return load(str(tmp_path / "r.yaml")).targets[0].steps["audio"]


def test_operations_are_applied_in_order_and_explained(tmp_path: Path) -> None:
    (result,) = apply_steps(SOUND, steps(tmp_path, "[{gain: {gain_db: 6}}, {peak: {peak_dbfs: -6}}]"), (1, 2))
    assert [operation["name"] for operation in result.operations] == ["gain", "peak"]
    assert result.operations[0] == {"name": "gain", "gain_db": 6.0}
    assert np.abs(result.media.array).max() == pytest.approx(10 ** (-6 / 20), rel=1e-4)
    assert SOUND.array[0, 0] == 0.25, "the source is not changed"


def test_what_one_operation_draws_does_not_depend_on_the_others(tmp_path: Path) -> None:
    one = apply_steps(SOUND, steps(tmp_path, "[{gain: {gain_db: [0, 1]}}, {gain: {gain_db: [-9, 9]}}]"), (1,))
    other = apply_steps(SOUND, steps(tmp_path, "[{time_mask: {}}, {gain: {gain_db: [-9, 9]}}]"), (1,))
    assert one[0].operations[1] == other[0].operations[1]
    again = apply_steps(SOUND, steps(tmp_path, "[{gain: {gain_db: [0, 1]}}, {gain: {gain_db: [-9, 9]}}]"), (2,))
    assert one[0].operations[1] != again[0].operations[1]


def test_the_parts_of_a_source_are_drawn_apart(tmp_path: Path) -> None:
    tone = np.sin(np.arange(8000) * 0.3).astype(np.float32) * 0.3
    sound = Media(np.concatenate([tone, np.zeros(8000, np.float32), tone])[:, None], 8000)
    text = "[{split_on_silence: {top_db: 40}}, {gain: {gain_db: [-9, 9]}}]"
    parts = apply_steps(sound, steps(tmp_path, text), (5,))
    assert len(parts) == 2
    assert parts[0].operations[1] != parts[1].operations[1]


def test_what_came_out_has_to_be_a_recording(tmp_path: Path) -> None:
    broken = Media(np.full((10, 1), np.nan, np.float32), 8000)
    with pytest.raises(RejectedError, match="no numbers"):
        apply_steps(broken, steps(tmp_path, "[{gain: {gain_db: 0}}]"), (1,))
    with pytest.raises(RejectedError, match="nothing but silence"):
        apply_steps(Media(np.zeros((10, 1), np.float32), 8000), steps(tmp_path, "[{gain: {gain_db: 0}}]"), (1,))
    for still in (np.full((800, 1), 0.3), np.tile([[2.0**-17], [0]], (400, 1))):
        with pytest.raises(RejectedError, match="nothing but silence"):
            apply_steps(Media(still.astype(np.float32), 8000), steps(tmp_path, "[{gain: {gain_db: 0}}]"), (1,))
    with pytest.raises(RejectedError, match="nothing is left"):
        apply_steps(Media(np.zeros((0, 1), np.float32), 8000), steps(tmp_path, "[{gain: {gain_db: 0}}]"), (1,))


def test_a_picture_of_one_colour_is_none_unless_its_source_is_one(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("kind: augment\nimage: [{crop_square: {}}]\n")
    crop = load(str(tmp_path / "r.yaml")).targets[0].steps["image"]
    plain = np.full((20, 60, 3), 255, np.uint8)
    drawn_at_the_edge, drawn_in_the_middle = plain.copy(), plain.copy()
    drawn_at_the_edge[5, 1] = drawn_in_the_middle[5, 30] = 0
    with pytest.raises(RejectedError, match="nothing but one colour"):
        apply_steps(Media(drawn_at_the_edge), crop, (1,))
    for array in (drawn_in_the_middle, plain):
        assert apply_steps(Media(array), crop, (1,))[0].media.array.shape == (20, 20, 3)
