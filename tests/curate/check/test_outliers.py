"""Outliers as findings: by digest, copies count once, and what has no vector is counted."""

import numpy as np
import pytest

from curate.check.outliers import outlier_findings
from curate.embeddings.store import About, make_embeddings
from curate.ground.errors import InputError


def test_one_stranger_among_many_is_found_though_it_has_a_copy() -> None:
    rng = np.random.default_rng(0)
    vectors = np.vstack([rng.normal(5 * np.eye(12)[0], 0.3, (200, 12)), 5 * np.eye(12)[11:]]).astype(np.float32)
    digests = [f"sha256:{place:064x}" for place in range(201)]
    store = make_embeddings(digests, vectors, About("test"), "e.npz")
    found, missing = outlier_findings([*digests, digests[200], "sha256:none", None], store)
    assert digests[200] in found
    assert len(found) <= 2
    finding = found[digests[200]]
    assert (finding.check, finding.severity) == ("outlier", "warning")
    assert finding.value is not None
    assert finding.threshold is not None
    assert finding.value > 1 > finding.threshold
    assert missing == 2


def test_no_vector_at_all_is_an_error() -> None:
    store = make_embeddings([f"sha256:{0:064x}"], np.ones((1, 2), np.float32), About("test"), "e.npz")
    with pytest.raises(InputError, match=r"e.npz: no sample has a vector"):
        outlier_findings(["sha256:x"], store)
