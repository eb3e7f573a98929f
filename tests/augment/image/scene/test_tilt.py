from typing import Any

import numpy as np
import pytest

from augment.image.scene.tilt import homography, largest_view
from augment.operations.media import RejectedError
from tests.augment.image.pictures import done, flat, noise

LEVEL: Any = {"yaw_deg": 0.0, "pitch_deg": 0.0, "roll_deg": 0.0, "view_deg": 90.0, "border": "reflect"}


def moved(x: float, y: float, **angles: float) -> tuple[float, float]:
    """Where a pixel of a picture of 101 x 201 goes."""
    at = homography(101, 201, LEVEL | angles) @ np.array([x, y, 1])
    return float(at[0] / at[2]), float(at[1] / at[2])


def test_a_level_camera_changes_nothing() -> None:
    assert np.array_equal(done("tilt", noise(), yaw_deg=0, pitch_deg=0, roll_deg=0)[0], noise())


@pytest.mark.parametrize("angles", [{"yaw_deg": 20}, {"pitch_deg": -20}, {"roll_deg": 45}], ids=str)
def test_the_middle_stays(angles: dict[str, float]) -> None:
    assert moved(100, 50, **angles) == pytest.approx((100, 50))


def test_a_quarter_turn_is_counter_clockwise() -> None:
    assert moved(200, 50, roll_deg=90) == pytest.approx((100, -50))
    pixels = flat(0, 5, 5)
    pixels[2, 4] = 255
    assert done("tilt", pixels, yaw_deg=0, pitch_deg=0, roll_deg=90)[0][0, 2].tolist() == [255, 255, 255]


def test_the_focal_length_is_that_of_the_field_of_view() -> None:
    # At 90 degrees the focal length is half the side, 100.5 px. After a yaw of 10, a point 30 degrees to the right is
    # 20 degrees to the right, and the middle, which is 10 to the left, is put back.
    x, y = moved(100 + 100.5 * np.tan(np.deg2rad(30)), 50, yaw_deg=10)
    assert x == pytest.approx(100 + 100.5 * (np.tan(np.deg2rad(20)) + np.tan(np.deg2rad(10))))
    assert y == pytest.approx(50)


def test_what_is_nearer_to_where_the_camera_turns_gets_smaller() -> None:
    right, left = (moved(x, 100, yaw_deg=20)[1] - moved(x, 0, yaw_deg=20)[1] for x in (180, 20))
    assert right < 100 < left
    top, bottom = (moved(150, y, pitch_deg=20)[0] - moved(50, y, pitch_deg=20)[0] for y in (10, 90))
    assert top < 100 < bottom


def test_cropped_pictures_have_nothing_from_outside() -> None:
    pixels = flat(200, 60, 90)
    tilted, _, _ = done("tilt", pixels, yaw_deg=20, pitch_deg=15, roll_deg=10, border="crop")
    assert tilted.shape == pixels.shape
    back = np.asarray(np.linalg.inv(homography(60, 90, LEVEL | {"yaw_deg": 20, "roll_deg": 10})), np.float64)
    share = largest_view(back, 60, 90)
    assert 0.3 < share < 1
    assert largest_view(np.eye(3), 60, 90) == 1.0


def test_a_picture_turned_by_45_degrees_leaves_the_square_that_fits() -> None:
    back = np.asarray(np.linalg.inv(homography(101, 101, LEVEL | {"roll_deg": 45})), np.float64)
    assert largest_view(back, 101, 101) == pytest.approx(2**-0.5, abs=1e-4)


def test_what_would_leave_almost_nothing_is_rejected() -> None:
    with pytest.raises(RejectedError, match="tilted so far"):
        done("tilt", noise(20, 200), yaw_deg=0, pitch_deg=0, roll_deg=90, border="crop")


def test_the_horizon_is_never_in_view() -> None:
    with pytest.raises(RejectedError, match="mirrored"):
        done("tilt", noise(), yaw_deg=45, pitch_deg=0, roll_deg=45, view_deg=120)
    cropped = done("tilt", flat(90), yaw_deg=45, pitch_deg=0, roll_deg=45, view_deg=120, border="crop")[0]
    assert np.array_equal(cropped, flat(90)), "of what is before the camera only"


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (2, 2)])
@pytest.mark.parametrize("border", ["reflect", "crop"])
def test_small_pictures(height: int, width: int, border: str) -> None:
    assert done("tilt", noise(height, width), pitch_deg=0, roll_deg=0, border=border)[0].shape == (height, width, 3)
