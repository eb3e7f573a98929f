"""`burnish select --spread` and `--label-next`."""

import json
from pathlib import Path

import numpy as np
import pytest

from curate.embeddings.store import About, make_embeddings, write_embeddings
from tests.conftest import Burnish


@pytest.fixture
def embedded(tmp_path: Path) -> list[dict[str, object]]:
    """Sixty samples in three directions, every tenth with a label; the last two are copies."""
    rng = np.random.default_rng(0)
    vectors = (np.repeat(np.eye(3), 20, axis=0) + rng.normal(0, 0.05, (60, 3))).astype(np.float32)
    samples: list[dict[str, object]] = []
    for number in range(60):
        digest = f"sha256:{min(number, 58):064x}"
        samples.append({"path": f"{number}.png", "kind": "image", "digest": digest})
        if number % 10 == 0:
            samples[-1]["label"] = "abc"[number // 20]
    vectors[59] = vectors[58]
    digests = [str(one["digest"]) for one in samples]
    write_embeddings(str(tmp_path / "e.npz"), make_embeddings(digests, vectors, About("test")))
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(one) + "\n" for one in samples))
    return samples


def test_spread_takes_far_samples_and_says_the_radius(burnish: Burnish, embedded: list[dict[str, object]]) -> None:
    done = burnish("select", "set.jsonl", "--spread", 4, "--embeddings", "e.npz", "--json", "-o", "out.jsonl")
    found = json.loads(done.stdout)
    assert (found["by"], found["samples"], len(found["picked"])) == ("spread", 60, 4)
    directions = {int(one["path"].removesuffix(".png")) // 20 for one in found["picked"]}
    assert directions == {0, 1, 2}
    assert found["radius"] < found["picked"][-1]["score"]
    assert "the nearest to the mean of all" in done.stderr


def test_label_next_takes_no_labelled_sample_and_says_why(
    burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]
) -> None:
    done = burnish("select", "set.jsonl", "--label-next", 6, "--embeddings", "e.npz", "-o", "out.jsonl")
    picked = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len(picked) == 6
    assert not any("label" in one for one in picked)
    assert "the most typical of" in done.stderr
    assert "6 labels of 3 classes: under 20 a class" in done.stderr
    assert "selected 60 of 60 samples, of which 6 were picked" in done.stderr


def test_all_that_can_be_labelled_holds_copies_once(
    burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]
) -> None:
    burnish("select", "set.jsonl", "--label-next", 999, "--embeddings", "e.npz", "-o", "out.jsonl")
    paths = {json.loads(line)["path"] for line in (tmp_path / "out.jsonl").read_text().splitlines()}
    assert len(paths) == 53
    assert len(paths & {"58.png", "59.png"}) == 1


def test_predictions_of_ones_own_decide(burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]) -> None:
    labels = {number: "ab"[number % 2] for number in range(50)}
    lines = [one | ({"label": labels[place]} if place < 50 else {}) for place, one in enumerate(embedded)]
    for one in lines[50:]:
        one.pop("label", None)
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    given = ["path,prediction,probability:a,probability:b"]
    given += [f"{number}.png,a,{'.51,.49' if number == 53 else '.99,.01'}" for number in range(60)]
    (tmp_path / "p.csv").write_text("\n".join(given))
    words = ("select", "set.jsonl", "--label-next", 1, "--embeddings", "e.npz", "--predictions", "p.csv")
    found = json.loads(burnish(*words, "--json").stdout)
    assert found["picked"][0]["path"] == "53.png"
    assert (found["by"], found["picked"][0]["margin"], found["picked"][0]["classes"]) == ("uncertain", 0.02, ["a", "b"])
    (tmp_path / "p.csv").write_text("\n".join(given[:55]))
    assert "no probabilities of 6 of 10 samples without a label" in burnish(*words, code=2).stderr


def test_the_page(burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]) -> None:
    burnish("select", "set.jsonl", "--label-next", 3, "--embeddings", "e.npz", "--html", "n.html", "-o", "out.jsonl")
    page = (tmp_path / "n.html").read_text()
    assert "Label next" in page
    assert page.count("<figure") == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--spread 3", "--spread needs --embeddings FILE"),
        ("--spread 3 --label-next 3 --embeddings e.npz", "--spread and --label-next both choose"),
        ("--spread 3 --sample 3 --embeddings e.npz", "--spread and --sample both choose"),
        ("--embeddings e.npz", "--embeddings, --json and --html go with --spread or --label-next"),
        ("--spread 3 --embeddings e.npz --predictions p.csv", "--predictions goes with --label-next"),
        ("--spread 3 --embeddings none.npz", "none.npz is not there"),
        ("--label z --spread 3 --embeddings e.npz", "no sample is left to pick from"),
        ("--label a --label-next 3 --embeddings e.npz", "every sample has a label"),
    ],
)
def test_wrong_calls_are_one_line(
    burnish: Burnish, embedded: list[dict[str, object]], words: str, message: str
) -> None:
    said = burnish("select", "set.jsonl", *words.split(), code=2).stderr
    assert message in said
    assert said.count("\n") == 1
