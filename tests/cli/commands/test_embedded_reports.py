"""Commands that look at embeddings: `dedup --similar`, `clean --embeddings`, `split --group cluster:FILE`."""

import json
from pathlib import Path

import numpy as np
import pytest

from curate.embeddings.store import About, make_embeddings, write_embeddings
from tests.conftest import Burnish


@pytest.fixture
def embedded(tmp_path: Path) -> list[dict[str, object]]:
    """Forty-eight samples in four directions, and a stranger, which the last class has."""
    rng = np.random.default_rng(0)
    vectors = np.vstack([np.repeat(np.eye(6)[:4], 12, axis=0) + rng.normal(0, 0.05, (48, 6)), np.eye(6)[5:]])
    facts = {"format": "PNG", "mode": "RGB", "width": 64, "height": 64, "frames": 1, "orientation": 1, "entropy": 6.0}
    facts |= {"sharpness": 0.5, "brightness_p99": 0.9, "brightness_p5": 0.1, "chroma": 0.2}
    samples: list[dict[str, object]] = [
        {
            "path": f"{number}.png",
            "kind": "image",
            "digest": f"sha256:{number:064x}",
            "label": "abcd"[min(number // 12, 3)],
            "image": facts,
        }
        for number in range(49)
    ]
    about = About("test", own_similarity=0.999, own_similarity_files=49)
    digests = [str(one["digest"]) for one in samples]
    write_embeddings(str(tmp_path / "e.npz"), make_embeddings(digests, vectors.astype(np.float32), about))
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(one) + "\n" for one in samples))
    return samples


def test_dedup_similar_reports_and_drops_nothing(
    burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]
) -> None:
    words = ("dedup", "set.jsonl", "--embeddings", "e.npz", "-o", "out.jsonl")
    said = burnish(*words, "--similar", "0.9").stderr
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "set.jsonl").read_bytes()
    assert "pairs of 49 samples have a cosine of 0.9000 or more (given)" in said
    found = json.loads(burnish(*words, "--similar", "auto", "--json").stdout)
    assert (found["threshold"], found["samples"]) == (0.999, 49)
    assert all(one["cosine"] >= 0.999 for one in found["pairs"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--similar 0.9", "--similar COSINE|auto and --embeddings FILE go together"),
        ("--embeddings e.npz", "--similar COSINE|auto and --embeddings FILE go together"),
        ("--similar 0.9 --embeddings e.npz --exact", "leave --exact out"),
        ("--similar 0.9 --embeddings e.npz --rejects r.jsonl", "leave --rejects out"),
        ("--similar much --embeddings e.npz", "neither auto nor a cosine"),
    ],
)
def test_options_that_do_not_go_together(
    burnish: Burnish, embedded: list[dict[str, object]], words: str, message: str
) -> None:
    said = burnish("dedup", "set.jsonl", *words.split(), code=2).stderr
    assert message in said
    assert said.count("\n") == 1


def test_clean_finds_the_stranger_and_can_drop_it(
    burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]
) -> None:
    burnish("clean", "set.jsonl", "--embeddings", "e.npz", "-o", "once.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "once.jsonl").read_text().splitlines()]
    named = {one["path"] for one in lines if any(f["check"] == "outlier" for f in one.get("findings", ()))}
    assert "48.png" in named
    assert len(named) <= 3
    # A second call says it once; without embeddings nothing is left of it; --drop takes it.
    burnish("clean", "once.jsonl", "--embeddings", "e.npz", "-o", "twice.jsonl")
    assert (tmp_path / "twice.jsonl").read_bytes() == (tmp_path / "once.jsonl").read_bytes()
    burnish("clean", "once.jsonl", "-o", "without.jsonl")
    assert "outlier" not in (tmp_path / "without.jsonl").read_text()
    burnish("clean", "set.jsonl", "--embeddings", "e.npz", "--drop", "outlier", "-o", "less.jsonl")
    assert "48.png" not in (tmp_path / "less.jsonl").read_text()
    burnish("clean", "set.jsonl", "--embeddings", "e.npz", "--fail-on", "outlier", "-o", "less.jsonl", code=1)


def test_split_keeps_clusters_together(burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]) -> None:
    said = burnish(
        "split", "set.jsonl", "--group", "cluster:e.npz", "--ratio", "train=0.5,test=0.5", "-o", "s.jsonl"
    ).stderr
    assert "groups by cluster:e.npz, none in two splits" in said
    lines = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert {one["split"] for one in lines} == {"train", "test"}
    # Two vectors that are nearly equal are never on two sides.
    near = json.loads(burnish("dedup", "set.jsonl", "--similar", "auto", "--embeddings", "e.npz", "--json").stdout)
    side = {one["path"]: one["split"] for one in lines}
    assert all(side[one["first"]] == side[one["second"]] for one in near["pairs"])


def test_groups_without_vectors_are_said(burnish: Burnish, tmp_path: Path, embedded: list[dict[str, object]]) -> None:
    more = dict(embedded[0]) | {"path": "new.png", "digest": f"sha256:{99:064x}"}
    (tmp_path / "more.jsonl").write_text((tmp_path / "set.jsonl").read_text() + json.dumps(more) + "\n")
    said = burnish("split", "more.jsonl", "--group", "cluster:e.npz", "-o", "s.jsonl").stderr
    assert "1 sample has no vector in cluster:e.npz; each is a group of its own" in said
    (tmp_path / "new.jsonl").write_text(json.dumps(more))
    assert "no sample has a vector" in burnish("split", "new.jsonl", "--group", "cluster:e.npz", code=2).stderr
    assert (
        "needs the file that burnish embed wrote"
        in burnish("split", "new.jsonl", "--group", "cluster:embedding", code=2).stderr
    )
