"""Pictures and copies of them, and pictures that only look alike."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from curate.duplicates.image.compare import confirm, hopeless
from curate.duplicates.image.feature_candidates import lay
from curate.duplicates.image.features import find_features
from curate.duplicates.image.margins import without_margins
from curate.duplicates.image.match import ImageMatch
from curate.duplicates.image.orientations import Orientation, inverse
from curate.duplicates.image.parts import overlaps, plain_part
from curate.duplicates.image.thumbnail import half_thumbnail, thumbnail
from tests.soak import crossed

Change = Callable[[Image.Image], Image.Image]


def scene(seed: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Return a picture of many soft-edged shapes, which no symmetry leaves as it is."""
    generator = np.random.default_rng(seed)
    base = generator.integers(30, 220, (5, 6, 3), dtype=np.uint8)
    image = Image.fromarray(base).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, w, h = generator.random(4) * (*size, size[0] / 6, size[1] / 6)
        shape = draw.ellipse if generator.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=tuple(generator.integers(0, 255, 3).tolist()))
    return image.filter(ImageFilter.GaussianBlur(1))


def jpeg(image: Image.Image, quality: int = 60) -> Image.Image:
    import io

    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def matched(a: Image.Image, b: Image.Image) -> ImageMatch:
    return confirm(np.asarray(a.convert("RGB")), np.asarray(b.convert("RGB")))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param(jpeg, "", id="re-encoded"),
        pytest.param(lambda i: i.resize((200, 150), Image.Resampling.LANCZOS), "", id="half-size"),
        pytest.param(lambda i: i.resize((120, 90), Image.Resampling.BICUBIC), "", id="30-percent-size"),
        pytest.param(lambda i: i.resize((300, 300), Image.Resampling.BICUBIC), "", id="stretched"),
        pytest.param(lambda i: i.crop((3, 11, 383, 296)), "", id="cropped-5-percent"),
        pytest.param(lambda i: ImageEnhance.Brightness(i).enhance(1.15), "", id="brighter"),
        pytest.param(lambda i: i.convert("L"), "", id="grey"),
        pytest.param(ImageOps.mirror, "flipped", id="flipped"),
        pytest.param(ImageOps.flip, "flipped vertically", id="flipped-vertically"),
        pytest.param(lambda i: i.transpose(Image.Transpose.ROTATE_270), "turned by 90°", id="quarter-turn-clockwise"),
        pytest.param(lambda i: i.transpose(Image.Transpose.ROTATE_180), "turned by 180°", id="half-turn"),
        pytest.param(lambda i: i.transpose(Image.Transpose.ROTATE_90), "turned by 270°", id="three-quarter-turn"),
        pytest.param(lambda i: i.rotate(-30, Image.Resampling.BICUBIC), "rotated by 30°", id="rotated"),
        pytest.param(lambda i: jpeg(ImageOps.mirror(i.crop((8, 8, 392, 292)))), "flipped", id="flipped-and-cropped"),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_copies_are_near(seed: int, change: Change, name: str) -> None:
    original = scene(seed)
    found, back = matched(original, change(original)), matched(change(original), original)
    assert (found.relation, found.change) == ("near", name)
    assert (back.relation, back.change, back.distance) == ("near", inverse(name), found.distance)
    assert 0 <= found.distance < 0.5


def with_spot(image: Image.Image) -> Image.Image:
    changed = image.copy()
    ImageDraw.Draw(changed).rectangle((200, 150, 216, 166), fill=(255, 255, 255))
    ImageDraw.Draw(changed).rectangle((204, 154, 212, 162), fill=(0, 0, 0))
    return changed


def recoloured(image: Image.Image) -> Image.Image:
    """Give a large red square the brightness it had, in blue."""
    changed = image.copy()
    changed.paste((40, 70, 255), (100, 100, 150, 150))
    return changed


def red_square(image: Image.Image) -> Image.Image:
    changed = image.copy()
    changed.paste((240, 10, 30), (100, 100, 150, 150))
    return changed


def negative(image: Image.Image) -> Image.Image:
    return ImageOps.invert(image)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        pytest.param(scene(1), scene(2), "different pictures", id="another"),
        pytest.param(scene(1), with_spot(scene(1)), "alike but for a part", id="defect"),
        pytest.param(scene(1), negative(scene(1)), "different pictures", id="negative"),
        pytest.param(red_square(scene(1)), recoloured(scene(1)), "alike but for the colour", id="recoloured"),
        pytest.param(
            scene(3, (440, 330)).crop((0, 0, 400, 300)),
            scene(3, (440, 330)).crop((12, 8, 412, 308)),
            "each shows what the other does not",
            id="shifted",
        ),
    ],
)
def test_others_are_not(first: Image.Image, second: Image.Image, reason: str) -> None:
    for found in (matched(first, second), matched(second, first)):
        assert (found.relation, found.reason) == ("none", reason)


def test_a_quarter_is_a_part() -> None:
    quarter = scene(1).crop((0, 0, 200, 150))
    for found in (matched(scene(1), quarter), matched(quarter, scene(1))):
        assert found.relation == "part"
        assert found.share == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(("share", "relation"), [(0.75, "near"), (0.73, "near"), (0.7, "part")])
def test_what_shows_more_than_a_half_is_a_copy(share: float, relation: str) -> None:
    whole = scene(1, (800, 600))
    crop = whole.crop((60, 80, 60 + round(800 * share), 80 + round(600 * share)))
    for found in (matched(whole, crop), matched(crop, whole)):
        assert found.relation == relation


def test_an_overlap_is_what_both_show_up_to_their_edges() -> None:
    one, other = (thumbnail(np.asarray(scene(1, size))) for size in ((256, 192), (128, 128)))
    onto = np.array([(1, 0, 20), (0, 1, 30)], np.float32)
    assert overlaps(one, other, onto) == pytest.approx((128 * 128 / (256 * 192), 1.0))
    # Half of it is beside the picture.
    onto[0, 2] = -64
    assert overlaps(one, other, onto) == pytest.approx((64 * 128 / (256 * 192), 0.5))


def on_screen(photo: Image.Image, around: tuple[int, int, int]) -> Image.Image:
    width, height = photo.size
    screen = Image.new("RGB", (width, round(height * 1.35)), around)
    draw = ImageDraw.Draw(screen)
    draw.text((width // 20, height // 25), "09:41   photos", (235, 120, 60), ImageFont.load_default(height // 25))
    screen.paste(photo, (0, round(height * 0.12)))
    at = width // 20, round(height * 1.2)
    draw.text(at, "Like   Share   Save", (90, 160, 255), ImageFont.load_default(height // 25))
    return screen


@pytest.mark.parametrize("around", [(18, 18, 20), (250, 250, 250)])
@pytest.mark.parametrize("share", [1.0, 0.9])
def test_a_photo_on_a_screen_is_a_part_also_of_what_was_cut_out_of_it(
    around: tuple[int, int, int], share: float
) -> None:
    photo = scene(1, (800, 600))
    cut = photo.crop((40, 40, 40 + round(800 * share), 40 + round(600 * share))) if share < 1 else photo
    found = matched(on_screen(photo, around), cut)
    assert (found.relation, found.reason) == ("part", "something else is around one of them")


@pytest.mark.parametrize("bars", [(0, 60), (80, 0), (0, 0, 0, 90)], ids=["above-and-below", "beside", "below"])
def test_plain_bars_around_a_photo_leave_it_a_copy(bars: tuple[int, ...]) -> None:
    barred = jpeg(ImageOps.expand(scene(1, (800, 600)), bars, (0, 0, 0)), 85)
    assert matched(scene(1, (800, 600)), barred).relation == "near"


@pytest.mark.parametrize("change", [lambda i: i, ImageOps.mirror], ids=["as-it-is", "flipped"])
def test_a_rough_look_tells_a_quarter(change: Change) -> None:
    whole = scene(1, (800, 600))
    pictures = [np.asarray(one) for one in (whole, change(whole.crop((200, 150, 600, 450))))]
    mirrored = change is ImageOps.mirror
    for one, other in (pictures, pictures[::-1]):
        guess = lay(0, 1, (find_features(one), find_features(other)), mirrored=mirrored)
        assert guess is not None
        found = plain_part(thumbnail(one), thumbnail(other), [guess])
        assert found is not None
        assert (found.relation, found.change) == ("part", "flipped" if mirrored else "")
        assert found.share == pytest.approx(0.25, abs=0.04)


def test_a_rough_look_leaves_a_crop_and_a_framed_picture_to_a_closer_one() -> None:
    whole = scene(1, (800, 600))
    page = Image.new("RGB", (800, 600), (250, 250, 250))
    page.paste(whole.resize((400, 300), Image.Resampling.LANCZOS), (300, 20))
    for other in (whole.crop((60, 60, 740, 560)), page):
        one, two = np.asarray(whole), np.asarray(other)
        guess = lay(0, 1, (find_features(one), find_features(two)), mirrored=False)
        assert guess is not None
        assert plain_part(thumbnail(one), thumbnail(two), [guess]) is None


def test_two_things_before_one_backdrop_are_not_copies() -> None:
    backdrop = scene(5)
    one, other = backdrop.copy(), backdrop.copy()
    one.paste(scene(6, (200, 200)), (100, 50))
    other.paste(scene(7, (200, 200)), (100, 50))
    assert matched(one, other).relation == "none"


def shirt(cloth: int, colour: tuple[int, int, int]) -> Image.Image:
    """Return a plain thing on a plain ground, both woven of threads of their own."""
    draw = np.random.default_rng(cloth)
    levels = np.full((300, 400, 3), (150, 40, 80), np.float64)
    levels[40:280, 90:330] = colour
    levels += draw.normal(0, 40, (300, 400, 1))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.5))


def test_two_plain_things_of_one_outline_are_told_by_their_threads() -> None:
    one = shirt(1, (200, 190, 170))
    for other in (shirt(2, (200, 190, 170)), shirt(3, (150, 160, 165))):
        assert matched(one, other).reason == "alike but for its surface"
    blurred = one.filter(ImageFilter.GaussianBlur(1.5))
    for copy in (jpeg(one, 20), blurred, one.resize((200, 150)), ImageEnhance.Brightness(one).enhance(0.6)):
        assert matched(one, copy).relation == "near"


def with_number(image: Image.Image, number: str, height: int, at: tuple[float, float]) -> Image.Image:
    """Write a number of that height in pixels where it fits in, at shares of what is left of the sides."""
    changed, font = image.copy(), ImageFont.load_default(height)
    room = image.width - 20 - font.getlength(number), image.height - 20 - height
    place = 10 + round(at[0] * room[0]), 10 + round(at[1] * room[1])
    ImageDraw.Draw(changed).text(place, number, fill=(20, 20, 20), font=font)
    return changed


GROUNDS: dict[str, Image.Image] = {
    "photo": scene(1, (800, 600)),
    "large-photo": scene(3, (1600, 1200)),
    "paper": Image.new("RGB", (800, 600), (235, 233, 228)),
    "display": Image.linear_gradient("L").resize((640, 240)).convert("RGB"),
    "small": scene(2, (160, 120)),
}


@pytest.mark.parametrize(
    ("ground", "height", "numbers"), crossed(GROUNDS, [16, 20, 28, 40], [("00418", "00419"), ("8", "3"), ("1", "7")])
)
def test_pictures_that_differ_in_one_glyph_are_not_copies(ground: str, height: int, numbers: tuple[str, str]) -> None:
    for at in ((0.2, 0.3), (0.6, 0.6)):
        first, second = (with_number(GROUNDS[ground], number, height, at) for number in numbers)
        assert matched(first, second).relation == "none"
        assert matched(jpeg(second, 85), jpeg(first, 85)).relation == "none"


def chart(title: str) -> Image.Image:
    """Draw bars in a frame, with a title and numbers beside it."""
    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 60, 760, 540), outline="black", width=2)
    for place, value in enumerate((20, 45, 60, 33, 80, 52, 71, 15, 66, 48)):
        draw.rectangle((90 + place * 66, 540 - value * 4.5, 136 + place * 66, 540), fill=(31, 119, 180))
        draw.text((30, 530 - place * 45), str(place * 10), "black", ImageFont.load_default(14))
    draw.text((338, 20), title, "black", ImageFont.load_default(22))
    return image


def form(ticked: int) -> Image.Image:
    """Draw lines of text, and boxes in the margin of which one is ticked."""
    image = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(image)
    for line in range(28):
        draw.text((120, 60 + line * 24), "the quick brown fox jumps over it", "black", ImageFont.load_default(16))
    for box in range(3):
        draw.rectangle((20, 300 + box * 40, 36, 316 + box * 40), outline="black")
    draw.line((22, 308 + ticked * 40, 27, 314 + ticked * 40, 34, 302 + ticked * 40), fill="black", width=2)
    return image


def x_ray(side: str) -> Image.Image:
    """Put a picture into a black frame, with a letter in that."""
    image = Image.new("RGB", (620, 500), "black")
    image.paste(scene(5, (512, 392)), (54, 54))
    ImageDraw.Draw(image).text((575, 10), side, "white", ImageFont.load_default(36))
    return image


def page(heading: str, *, signed: bool = False) -> Image.Image:
    """Draw a page of text with a heading; signed below it, or not."""
    image = Image.new("RGB", (800, 1000), "white")
    draw = ImageDraw.Draw(image)
    for line in range(24):
        text = f"{line * 7919 % 1009} words of a letter that goes on and on"
        draw.text((130, 150 + line * 28), text, "black", ImageFont.load_default(20))
    draw.text((130, 60), heading, "black", ImageFont.load_default(26))
    if signed:
        draw.line([(500 + 3 * x, 930 + 20 * math.sin(x / 3)) for x in range(50)], fill=(20, 20, 120), width=2)
    return image


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(chart("Sales 2021"), chart("Sales 2022"), id="a-title"),
        pytest.param(form(0), form(1), id="a-box-that-is-ticked"),
        pytest.param(x_ray("L"), x_ray("R"), id="a-letter-in-a-frame"),
        pytest.param(page("Order 00418"), page("Order 00419"), id="a-number"),
        pytest.param(page("Contract"), page("Contract", signed=True), id="a-signature"),
    ],
)
def test_what_is_written_in_a_margin_tells_pages_apart(first: Image.Image, second: Image.Image) -> None:
    assert matched(first, second).relation == "none"
    assert matched(jpeg(second, 85), jpeg(first, 85)).relation == "none"
    for copy in (jpeg(first, 60), first.resize((first.width * 3 // 4, first.height * 3 // 4))):
        assert matched(first, copy).relation == "near"
        assert matched(copy, first).relation == "near"
    framed = ImageOps.expand(first, 40, (90, 60, 30))
    assert matched(first, framed).relation == "near"


@pytest.mark.parametrize("side", [400, 1200])
def test_a_digit_at_the_very_edge_of_a_photo_counts(side: int) -> None:
    eight, three = scene(1, (side, side * 3 // 4)), scene(1, (side, side * 3 // 4))
    for image, digit in ((eight, "8"), (three, "3")):
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, side // 3 - 4, 40, side // 3 + 26), fill="white")
        draw.text((2, side // 3 - 2), digit, "black", ImageFont.load_default(22))
    assert matched(eight, three).relation == "none"
    assert matched(eight, jpeg(eight, 80)).relation == "near"


def sign(number: str, side: int) -> Image.Image:
    """Draw a traffic sign, small."""
    image = Image.new("RGB", (64, 64), (120, 140, 160))
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, 60, 60), fill="white", outline=(200, 0, 0), width=6)
    draw.text((32, 32), number, "black", ImageFont.load_default(24), anchor="mm")
    return image.resize((side, side), Image.Resampling.LANCZOS)


@pytest.mark.parametrize("numbers", [("60", "80"), ("6", "8"), ("O", "Q")])
def test_small_signs_are_told_by_what_is_written_on_them(numbers: tuple[str, str]) -> None:
    first, second = (sign(number, 32) for number in numbers)
    assert matched(first, second).relation == "none"
    assert matched(first, jpeg(second, 80)).relation == "none"
    for quality in (50, 80):
        assert matched(first, jpeg(first, quality)).relation == "near"


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=25)
def test_same_pixels_are_exact_whatever_they_are(seed: int, height: int, width: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert confirm(pixels, pixels.copy()) == ImageMatch("exact", 0.0)


def drawing(seed: int, side: int = 48) -> Image.Image:
    """Return strokes in grey on plain white, which a margin of one colour surrounds."""
    generator = np.random.default_rng(seed)
    image = Image.new("RGB", (side, side), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(4):
        ends = generator.integers(side // 6, side - side // 6, 4).tolist()
        draw.line(ends, fill=(int(generator.integers(0, 200)),) * 3, width=side // 12)
    return image.filter(ImageFilter.GaussianBlur(side / 60))


@pytest.mark.parametrize("quality", [75, 90])
@pytest.mark.parametrize("side", [32, 48, 96])
def test_a_drawing_is_itself_as_jpeg_wherever_its_margins_end(side: int, quality: int) -> None:
    pairs = [(drawing(seed, side), jpeg(drawing(seed, side), quality)) for seed in range(12)]
    assert [matched(*pair).relation for pair in pairs] == ["near"] * 12
    # The very thing that is asked for is in the set.
    shapes = [[without_margins(np.asarray(one)).shape for one in pair] for pair in pairs]
    assert side > 48 or any(one != other for one, other in shapes)


@pytest.mark.parametrize("side", [32, 48, 96])
def test_two_drawings_are_none(side: int) -> None:
    assert {matched(drawing(seed, side), jpeg(drawing(seed + 50, side))).relation for seed in range(12)} == {"none"}


@pytest.mark.parametrize(
    "light", [(1.12, 1.0, 0.75), (0.75, 1.0, 1.2), (1.0, 0.8, 1.0)], ids=["warm", "cold", "tinted"]
)
def test_another_light_is_no_other_colour(light: tuple[float, float, float]) -> None:
    for seed in range(6):
        lit = np.clip(np.asarray(scene(seed), np.float32) * light, 0, 255).astype(np.uint8)
        assert matched(scene(seed), Image.fromarray(lit)).relation == "near"


def flat(level: int, size: tuple[int, int] = (100, 80)) -> Image.Image:
    return Image.new("RGB", size, (level, level, level))


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        pytest.param(flat(128), flat(128), "exact", id="same-grey"),
        pytest.param(flat(128), flat(127), "near", id="one-level-apart"),
        pytest.param(flat(128), flat(255), "none", id="grey-and-white"),
        pytest.param(flat(128), flat(128, (80, 100)), "none", id="other-shape"),
        pytest.param(Image.linear_gradient("L"), Image.linear_gradient("L").point(lambda v: v // 2), "none", id="ramp"),
        pytest.param(flat(128), scene(1, (100, 80)), "none", id="flat-and-not"),
    ],
)
def test_without_detail_nothing_is_matched(first: Image.Image, second: Image.Image, relation: str) -> None:
    assert matched(first, second).relation == relation


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2), (7, 5), (16, 16), (20, 2000)], ids=str)
def test_any_size_gets_a_verdict(size: tuple[int, int]) -> None:
    generator = np.random.default_rng(0)
    one, other = (generator.integers(0, 256, (*size, 3), dtype=np.uint8) for _ in range(2))
    assert confirm(one, other).relation == "none"
    assert confirm(one, np.asarray(scene(1))).relation == "none"


def test_small_drawings_of_one_kind_are_not_copies_of_each_other() -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    sevens = digits.images[digits.target == 7][:24]
    drawn = [
        np.asarray(Image.fromarray((255 - seven * 15.9).astype(np.uint8)).resize((32, 32)).convert("RGB"))
        for seven in sevens
    ]
    assert all(confirm(a, b).relation == "none" for a, b in itertools.combinations(drawn, 2))
    for seven in drawn:
        larger = Image.fromarray(seven).resize((64, 64), Image.Resampling.BICUBIC)
        assert confirm(seven, np.asarray(larger)).relation == "near"


def halves(a: Image.Image, b: Image.Image) -> bool:
    """Return what the halves of thumbnails say of two pictures, as they are laid upright and flipped."""
    small = [half_thumbnail(np.asarray(i.convert("L").resize((128, 96), Image.Resampling.BOX))) for i in (a, b)]
    upright = Orientation("", ((1, 0), (0, 1)), True, 1.0)
    flipped = Orientation("flipped", ((-1, 0), (0, 1)), True, 1.0)
    return hopeless(small[0], small[1], [upright, flipped])


def captioned(image: Image.Image) -> Image.Image:
    found = image.copy()
    found.paste((0, 0, 0), (0, image.height * 7 // 8, image.width, image.height))
    return found


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda i: jpeg(i, 20), id="hard-jpeg"),
        pytest.param(lambda i: i.crop((6, 22, 766, 592)), id="cropped-5-percent"),
        pytest.param(lambda i: i.filter(ImageFilter.GaussianBlur(3)), id="blurred"),
        pytest.param(lambda i: ImageEnhance.Brightness(i).enhance(0.5), id="darker"),
        pytest.param(ImageOps.mirror, id="flipped"),
        pytest.param(captioned, id="captioned"),
    ],
)
def test_no_copy_is_hopeless_in_small(change: Change) -> None:
    for seed in range(5):
        image = scene(seed, (800, 600))
        assert not halves(image, change(image))
        assert not halves(change(image), image)


def test_what_is_unlike_is_hopeless_in_small() -> None:
    assert all(halves(scene(seed, (800, 600)), scene(seed + 20, (800, 600))) for seed in range(8))
