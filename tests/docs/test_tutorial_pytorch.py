"""The commands of the tutorial for PyTorch are run, in the order of the page, with a network that the test writes."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.baselines.embeddings.test_embed import mean_of_channels
from tests.conftest import ROOT
from tests.docs.pages import blocks
from tests.docs.shell import bash

PAGE = ROOT / "docs" / "tutorial-pytorch.md"
FIRST, *REST = [text for language, text in blocks(PAGE) if language == "sh"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Sixty red or blue pictures of noise with labels, and fifteen without, some of them green."""
    rng = np.random.default_rng(0)
    for number in range(75):
        level = np.array([[200, 40, 40], [40, 40, 200], [40, 220, 40]][2 if number > 70 else number % 2])
        pixels = np.clip(level + rng.normal(0, 40, (40, 40, 3)) + rng.normal(0, 25, 3), 0, 255).astype(np.uint8)
        folder = tmp_path / ("incoming" if number >= 60 else f"photos/{'red' if number % 2 == 0 else 'blue'}")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    mean_of_channels(tmp_path / "network.onnx")
    return tmp_path


@pytest.mark.soak
def test_every_command_does_what_the_page_says(client: str, photos: Path) -> None:
    said = bash(client, FIRST, photos)
    assert "nothing was dropped" in said
    assert "groups by cluster:photos.npz, none in two splits" in said
    samples = [json.loads(line) for line in (photos / "set.jsonl").read_text().splitlines()]
    given = []
    for number, one in enumerate(samples):
        right = 0.4 if number % 9 == 0 else 0.9
        other = "blue" if one["label"] == "red" else "red"
        given.append({
            "path": one["path"],
            "prediction": one["label"] if right > 0.5 else other,
            "probabilities": {one["label"]: right, other: 1 - right},
        })  # fmt: skip
    (photos / "predictions.jsonl").write_text("".join(json.dumps(one) + "\n" for one in given))
    for script in REST[:-1]:
        said += bash(client, script, photos)
    kept = [json.loads(line) for line in (photos / "runs/network/predictions.jsonl").read_text().splitlines()]
    assert all(set(one["probabilities"]) == {"red", "blue"} for one in kept)
    # The folder is no label of the photos that nobody has looked at.
    both = [json.loads(line) for line in (photos / "both.jsonl").read_text().splitlines()]
    for one in both:
        if one["path"].startswith("incoming"):
            one.pop("label", None)
    (photos / "both.jsonl").write_text("".join(json.dumps(one) + "\n" for one in both))
    said += bash(client, REST[-1], photos)
    picked = [json.loads(line) for line in (photos / "next.jsonl").read_text().splitlines()]
    assert len(picked) == 8
    assert all(one["path"].startswith("incoming") for one in picked)
    pages = ("audit.html", "slices.html", "holes.html", "next.html")
    assert all((photos / page).stat().st_size > 1000 for page in pages)
