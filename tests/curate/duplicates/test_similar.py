"""Similar pairs by embedding: exact cosines, thresholds, copies once, and what differs."""

import numpy as np
import pytest

from curate.duplicates.similar import SimilarItem, find_similar, threshold_of
from curate.embeddings.neighbours import pairs_above
from curate.embeddings.store import About, Embeddings, make_embeddings
from curate.ground.errors import InputError, UsageError


def store(rows: list[list[float]], about: About | None = None) -> Embeddings:
    digests = [f"sha256:{place:064x}" for place in range(len(rows))]
    return make_embeddings(digests, np.array(rows, np.float32), about or About("test"), "e.npz")


def item(place: int, label: str | None = None, split: str | None = None, digest: int | None = None) -> SimilarItem:
    return SimilarItem(f"{place}.png", label, split, f"sha256:{place if digest is None else digest:064x}")


def test_pairs_are_sorted_and_say_what_differs() -> None:
    vectors = store([[1, 0], [0, 1], [0.6, 0.8], [3, 0], [-1, 0]])
    items = [
        item(0, "a", "train"),
        item(1, "a"),
        item(2, "b", "test"),
        item(3, "a", "test"),
        item(4),
        item(9, digest=0),
    ]
    found = find_similar(items, vectors, 0.8, "given")
    assert found.samples == 5
    assert [(one.first, one.second, one.cosine, one.labels, one.splits) for one in found.pairs] == [
        ("0.png", "3.png", 1.0, (), ("train", "test")),
        ("1.png", "2.png", 0.8, ("a", "b"), ()),
    ]


def test_threshold_of_options_and_embeddings() -> None:
    known = store([[1.0]], About("test", own_similarity=0.97, own_similarity_files=40))
    assert threshold_of("auto", known)[0] == 0.97
    assert "40 files" in threshold_of("auto", known)[1]
    assert threshold_of("0.5", known) == (0.5, "given")
    for text in ("0", "1.01", "95%", "nan", ""):
        with pytest.raises(UsageError, match="neither auto nor a cosine"):
            threshold_of(text, known)
    with pytest.raises(UsageError, match=r"e.npz does not say how similar a file is to its own mild change"):
        threshold_of("auto", store([[1.0]]))


def test_missing_and_zero_vectors_are_one_line() -> None:
    with pytest.raises(InputError, match="1 of 2 samples have no vector"):
        find_similar([item(0), item(7)], store([[1, 0]]), 0.9, "")
    with pytest.raises(InputError, match=r"are zero, the first of them of 1.png"):
        find_similar([item(0), item(1)], store([[1, 0], [0, 0]]), 0.9, "")
    with pytest.raises(InputError, match="no samples"):
        find_similar([], store([[1, 0]]), 0.9, "")


def test_blocks_make_no_difference_and_pairs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = [(i, j) for i in range(60) for j in range(i + 1, 60) if vectors[i] @ vectors[j] >= 0.7]
    monkeypatch.setattr("curate.embeddings.neighbours.BLOCK", 16)
    first, second, cosine = pairs_above(vectors, 0.7)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == expected
    assert cosine.dtype == np.float32
    monkeypatch.setattr("curate.embeddings.neighbours.MOST_PAIRS", 10)
    with pytest.raises(InputError, match="more than 10 pairs of 60 samples"):
        pairs_above(vectors, 0.7)
