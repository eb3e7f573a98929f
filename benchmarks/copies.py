"""Thousands of different photos with known copies among them: what is a copy of what stands in the file names."""

import io
import random
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.inputs import HERE, fresh, real_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

_COPIES_OF_ALL = 0.1
_LEAST_CONTRAST = 12.0  # grey levels: a piece of wall is no photo
_VIEWS = ((0, 0, 4, 4), (0, 0, 2, 2), (2, 0, 4, 2), (0, 2, 2, 4), (2, 2, 4, 4), (0, 0, 4, 2), (0, 2, 4, 4),
          (0, 0, 2, 4), (2, 0, 4, 4), (1, 1, 3, 3), (1, 0, 3, 4))  # fmt: skip


def photos_with_copies(count: int) -> Path:
    """Return a folder of `count` JPEGs, a tenth of them copies of others.

    The others are whole photos of clothing and their halves, quarters and middles (of which none shows more than half
    of another), enlarged to a longer side of 640 pixels. The name of a copy is that of its original, `~`, and what was
    done to it.
    """
    folder = HERE / f"copies-{count}"
    if folder.exists():
        return folder
    partial = fresh(folder)
    draw = random.Random(0)
    originals = round(count * (1 - _COPIES_OF_ALL))
    views = _views()
    names = []
    for _ in range(originals):
        name, image = next(views)
        image.save(partial / f"{name}.jpg", quality=90)
        names.append(name)
    for number, name in enumerate(draw.sample(names, count - originals)):
        change = list(_CHANGES)[number % len(_CHANGES)]
        (partial / f"{name}~{change}.jpg").write_bytes(_changed(partial / f"{name}.jpg", change))
    return partial.rename(folder)


def true_pairs(names: list[str]) -> set[tuple[str, str]]:
    """Return the pairs of file names that are copies."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.rpartition(".")[0].partition("~")[0], []).append(name)
    return {pair for family in families.values() for pair in combinations(sorted(family), 2)}


def _views() -> "Iterator[tuple[str, Image.Image]]":
    from PIL import Image, ImageStat

    different = {path.read_bytes(): path for path in sorted(real_data().glob("clothing/*/*/*.jpg"))}
    for place, (left, top, right, bottom) in enumerate(_VIEWS):
        for number, path in enumerate(sorted(different.values())):
            with Image.open(path) as photo:
                width, height = photo.size
                box = (width * left // 4, height * top // 4, width * right // 4, height * bottom // 4)
                view = photo.convert("RGB").crop(box)
            if ImageStat.Stat(view.convert("L")).stddev[0] < _LEAST_CONTRAST:
                continue
            times = 640 / max(view.size)
            size = (round(view.width * times), round(view.height * times))
            yield f"{number:04}-{place:02}", view.resize(size, Image.Resampling.BICUBIC)


def _changed(path: Path, change: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(path) as image:
        _CHANGES[change](image).save(buffer, "JPEG", quality=60 if change == "quality-60" else 90)
    return buffer.getvalue()


def _half(image: "Image.Image") -> "Image.Image":
    return image.resize((image.width // 2, image.height // 2))


def _crop(image: "Image.Image") -> "Image.Image":
    dx, dy = round(0.025 * image.width), round(0.025 * image.height)
    return image.crop((dx, dy, image.width - dx, image.height - dy))


def _flip(image: "Image.Image") -> "Image.Image":
    from PIL import ImageOps

    return ImageOps.mirror(image)


def _brighter(image: "Image.Image") -> "Image.Image":
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(image).enhance(1.15)


_CHANGES: "dict[str, Callable[[Image.Image], Image.Image]]" = {
    "quality-60": lambda image: image,
    "half-size": _half,
    "crop-5": _crop,
    "flip": _flip,
    "brighter-15": _brighter,
    "grey": lambda image: image.convert("L"),
}
