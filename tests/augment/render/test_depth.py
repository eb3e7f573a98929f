"""Sources that leave their upper bits empty: refused, unless the recipe says how to take them."""

from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from augment.operations.registry import find
from augment.recipe.types import Output, Step
from augment.render.render import Chain, Job, Made, Renderer, Wanted
from curate.media.image import load_pixels

PIXELS = (np.mgrid[0:40, 0:50][0] * 4095 // 39).astype(np.uint16)


def rendered(folder: Path, *names: str) -> Made:
    path = folder / "source.png"
    Image.fromarray(PIXELS).save(path)
    steps = []
    for name in names:
        operation = find("image", name)
        steps.append(Step("image", name, operation.prepare(operation.settings({}))))
    chain = Chain(tuple(steps), (), Output())
    digest = f"sha256:{sha256(path.read_bytes()).hexdigest()}"
    (made,) = Renderer((chain,), str(folder))(Job(str(path), digest, "image", (Wanted(0, bytes(32)),)))
    return made


def test_refused_in_one_line_that_names_the_operation(tmp_path: Path) -> None:
    made = rendered(tmp_path, "strip_metadata")
    assert made.files == ()
    assert made.rejected == (
        "its pixels use 12 of 16 bits: begin the recipe's image operations with `rescale_depth: {bits: 12}`"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.png"]


def test_taken_when_asked(tmp_path: Path) -> None:
    made = rendered(tmp_path, "rescale_depth", "strip_metadata")
    assert made.rejected == ""
    assert made.operations[0][0] == {"name": "rescale_depth", "bits": 12}
    pixels = load_pixels((tmp_path / made.files[0].path).read_bytes())
    assert np.array_equal(pixels[..., 0], np.rint(PIXELS / 4095 * 255))
