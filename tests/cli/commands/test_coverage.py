"""`burnish coverage`: table, JSON and page."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curate.embeddings.store import About, make_embeddings, write_embeddings
from tests.conftest import Burnish


@pytest.fixture
def sets(tmp_path: Path, picture: Callable[..., Path], recording: Callable[..., Path]) -> None:
    """Thirty training samples on an arc; a test set with one in it, a picture and a recording far away."""
    picture(tmp_path / "d" / "far.png")
    recording(tmp_path / "d" / "far.wav")
    angles = {f"t{angle}.png": float(angle) for angle in range(30)}
    angles |= {"near.png": 3.5, "d/far.png": 90.0, "d/far.wav": 120.0, "d/<b>\udcffgone.png": 60.0}
    digest = {path: f"sha256:{place:064x}" for place, path in enumerate(angles)}
    turned = np.radians(list(angles.values()))
    vectors = np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)
    write_embeddings(str(tmp_path / "e.npz"), make_embeddings(list(digest.values()), vectors, About("test")))
    lines = [
        {"path": path, "label": "far" if "/" in path else "near", "kind": "audio" if "wav" in path else "image"}
        for path in angles
    ]
    texts = [json.dumps(one | {"digest": digest[one["path"]], "tags": [f"from={one['label']}"]}) for one in lines]
    (tmp_path / "train.jsonl").write_text("\n".join(texts[:30]))
    (tmp_path / "test.jsonl").write_text("\n".join(texts[30:]))


def test_json_lists_the_worst_first(burnish: Burnish, sets: None) -> None:
    found = json.loads(burnish("coverage", "train.jsonl", "test.jsonl", "--embeddings", "e.npz", "--json").stdout)
    assert (found["outside"], found["share"], found["train"], found["test"]) == (3, 0.75, 30, 4)
    assert [one["path"] for one in found["holes"]] == ["d/far.wav", "d/far.png", "d/<b>\udcffgone.png"]
    first = found["labels"][0]
    assert [first[key] for key in ("name", "samples", "outside", "share", "trained")] == ["far", 3, 3, 1.0, 0]
    assert found["has_holes"]


def test_the_table_says_it_in_words(burnish: Burnish, sets: None) -> None:
    shown = burnish("coverage", "train.jsonl", "test.jsonl", "--embeddings", "e.npz").stdout
    assert "3 of 4 test samples (75.0 %" in shown
    assert "training has holes here" in shown
    assert "labels of the test set that no training sample has: far" in shown


def test_the_page_shows_pictures_and_plays_sounds_whatever_their_names(
    burnish: Burnish, tmp_path: Path, sets: None
) -> None:
    burnish("coverage", "train.jsonl", "test.jsonl", "--embeddings", "e.npz", "--html", "h.html")
    page = (tmp_path / "h.html").read_text()
    assert page.count("<audio") == 1
    assert page.count('<img src="data:image/jpeg') == 1
    assert "<b>gone" not in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train.jsonl test.jsonl", "which embeddings?"),
        ("- - --embeddings e.npz", "standard input is one manifest"),
        ("test.jsonl train.jsonl --embeddings e.npz", "4 different training samples"),
        ("none.jsonl test.jsonl --embeddings e.npz", "cannot read none.jsonl"),
    ],
)
def test_wrong_calls_are_one_line(burnish: Burnish, sets: None, words: str, message: str) -> None:
    said = burnish("coverage", *words.split(), code=2).stderr
    assert message in said
    assert said.count("\n") == 1
