import numpy as np
import pytest

from augment.image.light import linear
from augment.image.lighting.uneven_light import light_stops
from tests.augment.image.pictures import done, flat

PLAIN = {"gradient_stops": 0, "vignette_stops": 0, "shadow_stops": 0}


def test_a_gradient_has_its_stops_from_side_to_side() -> None:
    pixels, _, _ = done("uneven_light", flat(100, 20, 400), **(PLAIN | {"gradient_stops": 2, "direction_deg": 0}))
    light = linear(pixels)[..., 1]
    assert np.log2(light[:, -1].mean() / light[:, 0].mean()) == pytest.approx(2, abs=0.05)
    assert light[:, 200].mean() == pytest.approx(linear(flat(100)).mean(), rel=0.02)


def test_corners_are_dark_and_the_middle_is_not() -> None:
    pixels, _, _ = done("uneven_light", flat(100, 101, 101), **(PLAIN | {"vignette_stops": 1}))
    assert pixels[50, 50].tolist() == [100, 100, 100]
    assert linear(pixels)[0, 0, 0] == pytest.approx(linear(flat(100))[0, 0, 0] / 2, rel=0.05)


def test_a_shadow_covers_its_share_and_has_two_levels() -> None:
    shares = []
    for seed in range(20):
        given = PLAIN | {"shadow_stops": 2, "shadow_share": 0.4, "penumbra_share": 0}
        drawn = done("uneven_light", flat(100, 60, 60), seed, **given)[1]
        stops = light_stops(60, 60, drawn)  # type: ignore[arg-type]
        assert stops.max() == 0
        assert stops.min() == pytest.approx(-2)
        shares.append((stops < -1).mean())
    assert 0.25 < np.mean(shares) < 0.5


def test_nothing_asked_is_nothing_done() -> None:
    assert np.array_equal(done("uneven_light", flat(100), **PLAIN)[0], flat(100))
