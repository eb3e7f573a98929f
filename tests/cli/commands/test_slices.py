"""`burnish slices`: what it reports, what it writes back, and what it says where it cannot."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from rich.console import Console

from baselines.data.predictions import Prediction
from baselines.runs.run_folder import write_predictions
from baselines.slices.find_slices import Slices
from cli.io.terminal_table import Drawn
from cli.views.kit.words import sentence
from cli.views.slices.table import report
from curate.embeddings.store import About, make_embeddings, write_embeddings
from tests.conftest import Burnish

COUNT = 300
HEAP = 40


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


@pytest.fixture
def heap(tmp_path: Path) -> list[dict[str, object]]:
    """Make a run with a heap of errors in the first 40 of 300 tested samples, and a manifest with 100 untested ones."""
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(COUNT + 100, 8)).astype(np.float32)
    near = np.r_[np.arange(HEAP), np.arange(COUNT, COUNT + 20)]
    vectors[near] += 4
    numbers = np.arange(COUNT + 100)
    write_embeddings(
        str(tmp_path / "e.npz"), make_embeddings([*map(digest, numbers.tolist())], vectors, About("x", kind="image"))
    )
    samples: list[dict[str, object]] = [
        {
            "path": f"p/{number}.png",
            "label": "ab"[number % 2],
            "tags": ["slice=old", "take=1"],
            "split": "test" if number < COUNT else "train",
            "kind": "image",
            "digest": digest(number),
            "image": {"brightness": 0.1 if number in near else 0.5 + number / 1000},
            "mine": number,
        }
        for number in numbers.tolist()
    ]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    (tmp_path / "run").mkdir()
    tested = numbers[:COUNT]
    wrong = np.where(tested < HEAP, tested % 3 > 0, tested % 30 == 0)
    predictions = [
        Prediction(f"p/{number}.png", label, "c" if bad else label, 0.7, (), digest(number), "image")
        for number, (label, bad) in enumerate(zip("ab" * (COUNT // 2), wrong.tolist(), strict=True))
    ]
    write_predictions(str(tmp_path / "run" / "predictions.jsonl"), predictions)
    return samples


def test_json_has_the_shape_that_scripts_rely_on(burnish: Burnish, heap: list[dict[str, object]]) -> None:
    result = burnish("slices", "run", "--embeddings", "e.npz", "--json")
    (found,) = json.loads(result.stdout)["slices"]
    assert found.keys() >= {"name", "samples", "accuracy", "rest", "p", "paths"}
    assert found["samples"] == len(found["paths"]) == pytest.approx(HEAP, abs=4)
    assert found["accuracy"] < 0.5 < found["rest"]
    assert 0 < found["p"] < 0.001
    assert all(int(path[2:-4]) < HEAP for path in found["paths"][:10])
    assert "embedding e.npz\n" in result.stderr


def test_slices_become_tags_of_all_samples_and_old_ones_go(
    burnish: Burnish, tmp_path: Path, heap: list[dict[str, object]]
) -> None:
    result = burnish("slices", "run", "set.jsonl", "--embeddings", "e.npz", "-o", "tagged.jsonl", "--json")
    slices = json.loads(result.stdout)["slices"]
    assert slices[0]["described"][0]["name"].startswith("brightness<"), "facts describe it now"
    tagged = [json.loads(line) for line in (tmp_path / "tagged.jsonl").read_text().splitlines()]
    tag = f"slice={slices[0]['name']}"
    inside = {sample["mine"] for sample in tagged if tag in sample["tags"]}
    assert {int(path[2:-4]) for path in slices[0]["paths"]} == {number for number in inside if number < COUNT}
    assert len(inside & {*range(COUNT, COUNT + 20)}) >= 18, "samples that nobody tested are in it too"
    for sample, before in zip(tagged, heap, strict=True):
        assert "slice=old" not in sample["tags"]
        assert "take=1" in sample["tags"]
        assert {**sample, "tags": None} == {**before, "tags": None}
    assert f"{tag} {len(inside)}" in result.stderr


def test_the_table_says_what_it_holds_at_80_columns(burnish: Burnish, heap: list[dict[str, object]]) -> None:
    found = json.loads(burnish("slices", "run", "set.jsonl", "--embeddings", "e.npz", "--json").stdout)
    console = Console(width=80, file=StringIO(), color_system=None)
    console.print(Drawn(report(msgspec.convert(found, Slices))))
    shown = console.file.getvalue()  # type: ignore[attr-defined] # the StringIO of above
    assert max(map(len, shown.splitlines()[:6])) <= 80
    assert all(head in shown for head in ("slice", "n", "accuracy", "rest", " p "))
    assert "brightness<" in shown
    assert "< 0.001" in shown


def test_a_run_without_errors_or_with_few_samples_is_a_sentence(burnish: Burnish, tmp_path: Path) -> None:
    embeddings = make_embeddings([digest(at) for at in range(50)], np.eye(50, dtype=np.float32), About("x"))
    write_embeddings(str(tmp_path / "e.npz"), embeddings)
    (tmp_path / "run").mkdir()
    for count, wrong, said in ((50, 0, "all 50 tested samples are right"), (20, 20, "20 tested samples are too few")):
        found = [Prediction(f"{at}.png", "a", "b" if at < wrong else "a", digest=digest(at)) for at in range(count)]
        write_predictions(str(tmp_path / "run" / "predictions.jsonl"), found)
        result = burnish("slices", "run", "--embeddings", "e.npz", "--html", "page.html", "--json")
        report = json.loads(result.stdout)
        assert report["slices"] == []
        assert any(note.startswith(said) for note in report["notes"])
        assert sentence(said)[:-1] in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("run -o tagged.jsonl", "-o writes a manifest with tags: name the one to read too"),
        ("run set.jsonl -o -", "-o -: standard output is for the report"),
        ("run set.jsonl -o a.png", "that is the name of a media file"),
        ("run --embeddings none.npz", "none.npz is not there; make it: burnish embed"),
        ("run --embeddings set.jsonl", "set.jsonl is not a file of `burnish embed`"),
        ("run --embeddings part.npz", "part.npz: 290 of 300 samples have no vector (p/10.png, p/11.png, p/12.png, …)"),
        ("run --embeddings zero.npz", "1 of 300 vectors are zero, the first of them of p/7.png"),
        ("run --embeddings nan.npz", "1 of 300 vectors are not finite"),
        ("run --embeddings sounds.npz", "sounds.npz is of audio files, and the run of image"),
        ("run --embeddings base --no-cache", "none of 300 files can be read: p/0.png: No such file or directory"),
        ("none --embeddings e.npz", "no run in none"),
    ],
)
def test_what_does_not_fit_is_one_line(
    burnish: Burnish, tmp_path: Path, heap: list[dict[str, object]], words: str, message: str
) -> None:
    names, vectors = [digest(at) for at in range(COUNT)], np.ones((COUNT, 3), np.float32)
    write_embeddings(str(tmp_path / "part.npz"), make_embeddings(names[:10], vectors[:10], About("x")))
    write_embeddings(str(tmp_path / "sounds.npz"), make_embeddings(names, vectors, About("x", kind="audio")))
    vectors[7] = 0
    good = make_embeddings(names, vectors, About("x"))
    write_embeddings(str(tmp_path / "zero.npz"), good)
    good.vectors[7] = np.nan
    write_embeddings(str(tmp_path / "nan.npz"), good)
    said = burnish("slices", *words.split(), code=2).stderr
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / "tagged.jsonl").exists()


def test_the_embedding_that_a_run_was_trained_with_is_used_and_missed(
    burnish: Burnish, tmp_path: Path, picture: Callable[..., Path]
) -> None:
    for number in range(24):
        picture(tmp_path / "data" / "ab"[number % 2] / f"{number}.png", seed=number)
    burnish("scan", "data", "-o", "set.jsonl")
    scanned = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    rows = [f"{sample['path']},{at % 5},1" for at, sample in enumerate(scanned)]
    (tmp_path / "v.csv").write_text("\n".join(["path,a,b", *rows]) + "\n")
    burnish("embed", "set.jsonl", "--from", "v.csv", "-o", "v.npz")
    burnish("train", "set.jsonl", "--run", "r", "--model", "knn", "--feature", "embedding:v.npz")
    assert "embedding v.npz, which the run was trained with" in burnish("slices", "r").stderr
    (tmp_path / "v.npz").unlink()
    said = burnish("slices", "r", code=2).stderr
    assert (
        "v.npz, which the run was trained with, is not there; name it: --embeddings FILE, or --embeddings base" in said
    )
    assert said.count("\n") == 1
    result = burnish("slices", "r", "set.jsonl", "--embeddings", "base", "--json")
    assert "no embedding: clusters are found in the features hog, colour, thumbnail" in result.stderr
    assert json.loads(result.stdout)["samples"] == len(scanned)
