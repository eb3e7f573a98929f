"""The pictures of the demo: written digits in folders that nobody has tidied up."""

import io
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from augment.demo.damage import PAGE, cut, overwrite
from augment.demo.digits import draw_digit

Writing = Literal["plain", "faint", "turned"]

FOLDER = "images"
TRAINED = (66, 58, 22, 48, 34, 41, 28, 62, 15, 18)
"""Training pictures of each digit: the classes are uneven."""
_TESTED, _NEW = 40, 6
_TEST_WRITING: tuple[Writing, ...] = ("plain", "plain", "faint", "plain", "turned")
_TRAINING_WRITING: dict[int, Writing] = {5: "faint", 20: "turned", 35: "faint", 50: "turned"}
_LEAKS, _TWICE, _BROKEN = 12, 2, 15
_FADING = (0.82, 0.9)
_ANGLES_DEG = (18.0, 32.0)


class Picture(NamedTuple):
    """One picture.

    Attributes:
        place: `train`, `test`, or `new`: not parted yet.
        label: The digit.
        number: Of the picture in scikit-learn's dataset.
        writing: How it is written.
        pixels: uint8, shape (48, 48).
    """

    place: str
    label: int
    number: int
    writing: Writing
    pixels: NDArray[np.uint8]

    def name(self, ending: str = "png", place: str | None = None, label: int | None = None) -> str:
        """Return the path below the folder of the pictures."""
        digit = self.label if label is None else label
        return f"{place or self.place}/{digit}/{self.number:04}.{ending}"


def make_pictures(seed: int) -> dict[str, bytes]:
    """Return all files of the dataset, by their paths: pictures, what is wrong with some, and metadata.csv."""
    # The order in which things are drawn is part of the dataset: moving a line changes every picture after it.
    generator = np.random.default_rng([seed, 1])
    pictures = list(_pictures(generator))
    found = {picture.name(): encode(picture.pixels) for picture in pictures}
    rows = {picture.name(): picture.writing for picture in pictures if picture.writing != "plain"}
    trained = _pick(pictures, "train", _BROKEN + _TWICE, generator)
    found |= _leaks(_pick(pictures, "test", _LEAKS, generator))
    for picture in trained[_BROKEN:]:  # the same picture under another label
        found[picture.name(label=(picture.label + 1) % 10)] = encode(picture.pixels)
    found |= _broken(trained[:_BROKEN])
    table = "".join(f"{name},{writing}\n" for name, writing in sorted(rows.items()))
    found["metadata.csv"] = f"file_name,writing\n{table}".encode()
    return {f"{FOLDER}/{name}": data for name, data in found.items()}


def encode(pixels: NDArray[np.uint8], format_name: str = "PNG") -> bytes:
    """Return a picture as a file.

    Args:
        pixels: uint8, shape (height, width).
        format_name: Pillow's name.
    """
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_name)
    return buffer.getvalue()


def _pictures(generator: np.random.Generator) -> Iterator[Picture]:
    """Draw the pictures: in the test many are faint or turned, in training hardly one."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    for label in range(10):
        numbers = generator.permutation(np.flatnonzero(digits.target == label))
        tested, new, trained = np.split(numbers, np.cumsum([_TESTED, _NEW, TRAINED[label]]))[:3]
        for place, some in (("test", tested), ("new", new), ("train", trained)):
            for count, number in enumerate(map(int, some)):
                writing = _TRAINING_WRITING.get(count, "plain")
                if place == "test":
                    writing = _TEST_WRITING[count % len(_TEST_WRITING)]
                fading = float(generator.uniform(*_FADING)) if writing == "faint" else 0.0
                turned = writing == "turned"
                angle_deg = float(generator.uniform(*_ANGLES_DEG) * generator.choice([-1, 1])) if turned else 0.0
                pixels = draw_digit(digits.images[number], generator, fading=fading, angle_deg=angle_deg)
                yield Picture(place, label, number, writing, pixels)


def _pick(pictures: list[Picture], place: str, count: int, generator: np.random.Generator) -> list[Picture]:
    plain = [picture for picture in pictures if (picture.place, picture.writing) == (place, "plain")]
    return [plain[index] for index in generator.choice(len(plain), count, replace=False)]


def _leaks(tested: list[Picture]) -> Iterator[tuple[str, bytes]]:
    """Yield copies of test pictures in training: the same, or saved again as JPEG."""
    for number, picture in enumerate(tested):
        ending, format_name = (("png", "PNG"), ("png", "PNG"), ("jpg", "JPEG"))[number % 3]
        yield picture.name(ending, place="train"), encode(picture.pixels, format_name)


def _broken(pictures: list[Picture]) -> Iterator[tuple[str, bytes]]:
    """Yield files in the place of good ones: cut short, overwritten, empty, no pictures, or with a wrong ending."""
    for number, picture in enumerate(pictures):
        data, jpeg = encode(picture.pixels), encode(picture.pixels, "JPEG")
        yield picture.name(), (cut(data), overwrite(data), b"", PAGE, jpeg)[number % 5]
