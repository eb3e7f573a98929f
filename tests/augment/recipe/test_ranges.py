"""Ranges of a recipe: which there are, narrower ones of them, and the same text with these."""

from pathlib import Path

import numpy as np
import pytest

from augment.recipe.ranges import NARROWEST, Range, draw_ends, narrowed, ranges_of
from augment.recipe.reader import load, locate, shipped, target_tags
from curate.ground.yaml import load_yaml
from tests.soak import some

TEXT = """\
kind: augment   # stays
vars: {snr: [3, 9]}
targets:
  "a b=ü":
    audio:
      - mix_noise: {folder: noise, snr_db: [ -5 , 1.5e+1]}   # {0, 15} was worse
      - codec:
          format: [ulaw, alaw]
          sample_rate: [8000, 16000]
      - OneOf:
          of:
            - gain: {gain_db: [1, 2]}
            - [gain: {gain_db: [-4, -3]}, peak: {peak_dbfs: -6}, {noise_floor: {snr_db: "${snr}"}}]
      - ClippingDistortion: {min_percentile_threshold: 2, max_percentile_threshold: 15, p: 1.0}
      - AddGaussianSNR: {min_snr_db: 5, max_snr_db: 5, p: 1.0}
    image:
      - messenger: {sent: [2, 4], quality: [15, 45]}
      - GaussianBlur: {blur_limit: [3, 9], sigma_limit: [1, 2]}
      - CoarseDropout: {hole_height_range: [4, 8], hole_width_range: [0.1, 0.2], fill: [1, 2]}
audio:
  - gain: {gain_db: [-1, 1]}
"""
FOUND = {
    "mix_noise.snr_db": ((-5, 15), False),
    "1 gain.gain_db": ((1, 2), False),
    "2 gain.gain_db": ((-4, -3), False),
    "ClippingDistortion.percentile_threshold": ((2, 15), True),
    "messenger.sent": ((2, 4), True),
    "messenger.quality": ((15, 45), True),
    "GaussianBlur.blur_limit": ((3, 9), True),
    "GaussianBlur.sigma_limit": ((1, 2), False),
    "CoarseDropout.hole_height_range": ((4, 8), True),
    "CoarseDropout.hole_width_range": ((0.1, 0.2), False),
}


def test_what_an_operation_draws_between_is_a_range() -> None:
    found = ranges_of(load_yaml(TEXT.encode(), "mine.yaml"), "a b=ü")
    assert {one.name: (one.ends, one.whole) for one in found} == FOUND


def test_other_ends_change_nothing_else_of_the_text() -> None:
    ranges = ranges_of(load_yaml(TEXT.encode(), "mine.yaml"), "a b=ü")
    ends = [(0.25, 12.5) if one.name == "mix_noise.snr_db" else one.ends for one in ranges]
    changed = narrowed(TEXT, ranges, ends)
    assert changed == TEXT.replace("[ -5 , 1.5e+1]", "[ 0.25 , 12.5]")
    others = narrowed(TEXT, ranges, [(one.ends[0], one.ends[0]) for one in ranges])
    assert "min_percentile_threshold: 2, max_percentile_threshold: 2, p" in others
    assert "quality: [15, 15]" in others


def test_line_ends_of_windows_and_anchors_hold(tmp_path: Path) -> None:
    text = "kind: augment\r\ntargets:\r\n  x:\r\n    audio:\r\n"
    text += "      - gain: {gain_db: &range [-9, 9]}\r\n      - noise_floor: {snr_db: *range}\r\n"
    ranges = ranges_of(load_yaml(text.encode(), "mine.yaml"), "x")
    assert [one.ends for one in ranges] == [(-9, 9)], "two aliases of one anchor are one place"
    assert narrowed(text, ranges, [(1, 2)]) == text.replace("[-9, 9]", "[1, 2]")


@pytest.mark.parametrize("seed", range(20))
def test_narrower_ends_lie_in_the_range(seed: int) -> None:
    ranges = [
        Range("a", (-10, 5), whole=False, spans=((0, 1), (2, 3))),
        Range("b", (2, 40), whole=True, spans=((4, 5), (6, 7))),
        Range("c", (0, 1e-4), whole=False, spans=((8, 9), (10, 11))),
    ]
    drawn = draw_ends(ranges, np.random.default_rng(seed))
    for one, (low, high) in zip(ranges, drawn, strict=True):
        assert one.ends[0] <= low <= high <= one.ends[1]
        assert high - low >= (NARROWEST - 0.02) * (one.ends[1] - one.ends[0])
        assert not one.whole or isinstance(low, int)
    assert drawn == draw_ends(ranges, np.random.default_rng(seed))
    assert drawn != draw_ends(ranges, np.random.default_rng(seed + 1))


@pytest.mark.parametrize("name", some(shipped(), 6))
def test_narrower_ranges_of_shipped_recipes_are_recipes(name: str, tmp_path: Path) -> None:
    """At the narrowest, at the low end of each range, an operation must still take them, or `tune` could not."""
    data = Path(locate(name)).read_bytes()
    file = load_yaml(data, name)
    if file.content["kind"] != "augment":
        pytest.skip("a pipeline")
    for tag in target_tags(name):
        ranges = ranges_of(file, tag)
        ends = draw_ends(ranges, np.random.default_rng(1))
        (tmp_path / "mine.yaml").write_text(narrowed(data.decode(), ranges, ends))
        changed = load(str(tmp_path / "mine.yaml"), wanted=(), prepare=False)
        assert changed.digest != load(name, wanted=(), prepare=False).digest or not ranges


def test_whole_numbers_keep_all_their_digits() -> None:
    ranges = [Range("a", (0, 9_999_999), whole=True, spans=((1, 2), (4, 5)))]
    assert narrowed("[0, 9]", ranges, [(1_234_567, 7_654_321)]) == "[1234567, 7654321]"
