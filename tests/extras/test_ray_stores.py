"""A bucket and a cluster together: three machines read it and write to it, and are lost meanwhile."""

import os
import random
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from curate.engine import nodes
from curate.media.storage import remote
from tests.conftest import ROOT, Burnish
from tests.extras.s3_server import Faults, s3_server
from tests.extras.test_digests import Result, expected, folder, lines_of, uploaded, worked

__all__ = ["expected", "folder"]  # fixtures

pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytest.importorskip("s3fs", reason="the extra `remote` is not installed")
pytest.importorskip("moto", reason="moto, an S3 to test against, is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(botocore|moto|aiobotocore|werkzeug|responses).*"),
]
_NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}


@pytest.fixture(scope="module")
def shelf() -> Iterator[tuple[Any, Faults]]:
    """Three machines of one processor each, and an S3 that they know and may read."""
    kept = dict(os.environ)
    with s3_server() as (url, faults):
        paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        os.environ |= {
            "PYTHONPATH": os.pathsep.join([str(ROOT), *map(os.path.abspath, paths)]),
            "RAY_USAGE_STATS_ENABLED": "0",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url,
        }
        remote._stores.clear()
        import s3fs

        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("bucket")
        start = import_module("ray.cluster_utils").Cluster
        cluster = start(initialize_head=True, head_node_args={**_NODE, "include_dashboard": False})
        for _ in range(2):
            cluster.add_node(**_NODE)
        yield cluster, faults
        nodes.disconnect()
        cluster.shutdown()
    remote._stores.clear()
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    nodes.disconnect()
    yield
    nodes.disconnect()
    nodes.use_local()


def test_three_machines_give_what_one_process_gives(
    shelf: tuple[Any, Faults], burnish: Burnish, folder: Path, expected: Result
) -> None:
    cluster, faults = shelf
    (folder.parent.parent / "json.py").write_text("raise RuntimeError('not the real one')")
    faults.every = 20
    engine = ("--engine", "ray", "--address", cluster.address)
    root = uploaded(folder, "s3://bucket/one")
    faults.most, faults.rest_s = 0, 0.01
    try:
        found = worked(burnish, root, "s3://bucket/one/work", "s3://bucket/one/sorted", *engine)
    finally:
        faults.every, faults.rest_s = 0, 0.0
    assert found == expected
    assert faults.most >= 4, "on a machine of the cluster, too, files are asked for before they are worked on"


def test_a_machine_that_may_not_read_is_named(
    shelf: tuple[Any, Faults], burnish: Burnish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, _ = shelf
    root = uploaded(folder, "s3://bucket/three")
    assert nodes.fingerprint(root) == "a store"
    # As it would be with rights that the machines have not.
    monkeypatch.setattr(nodes, "fingerprint", lambda _: "another")
    said = burnish("scan", root, "--engine", "ray", "--address", cluster.address, code=2).stderr
    assert "does not see s3://bucket/three/set as this one does (a store there, another here)" in said
    assert "; give each machine the packages and the credentials for the store" in said


def test_a_machine_killed_at_five_moments_changes_nothing(
    shelf: tuple[Any, Faults], burnish: Burnish, folder: Path
) -> None:
    """After so many of the server's answers a machine is lost, and another one comes."""
    cluster, faults = shelf
    root, chance = uploaded(folder, "s3://bucket/two"), random.Random(1)
    for number in range(40):
        for source in ("train/cat/2 &+'#?.x.png", "train/cat/4 &+'#?.x.png"):
            (folder / f"{source}.{number}.png").write_bytes((folder / source).read_bytes())
            remote.put_new(f"{root}/{source}.{number}.png", (folder / source).read_bytes())
    burnish("scan", "data/set", "-o", "here.jsonl", "-q")
    lost_after = sorted(chance.sample(range(10, 90), 5))
    reads: list[str] = []

    def lose(method: str, path: str) -> None:
        if method == "GET" and path.endswith((".png", ".wav")):
            reads.append(path)
            if lost_after and len(reads) >= lost_after[0]:
                del lost_after[0]
                cluster.remove_node(cluster.list_all_nodes()[chance.choice([1, 2])], allow_graceful=False)
                cluster.add_node(**_NODE)

    faults.met = lose
    try:
        burnish("scan", root, "-o", "there.jsonl", "--engine", "ray", "--address", cluster.address)
    finally:
        faults.met = None
    assert not lost_after
    assert lines_of("there.jsonl", root) == lines_of("here.jsonl", "data/set")
