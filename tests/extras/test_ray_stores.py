"""A bucket and a cluster together: three machines read it and write to it, and are lost meanwhile."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.engine import nodes
from curate.media.storage import remote
from tests.conftest import Burnish
from tests.extras.ray_nodes import add_node, three_machines
from tests.extras.s3_server import Faults, s3_server
from tests.extras.test_digests import Result, expected, folder, lines_of, uploaded, worked

__all__ = ["expected", "folder"]  # fixtures

pytest.importorskip("s3fs", reason="the extra `remote` is not installed")
pytest.importorskip("moto", reason="moto, an S3 to test against, is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(botocore|moto|aiobotocore|werkzeug|responses).*"),
]


@pytest.fixture(scope="module")
def shelf() -> Iterator[tuple[Any, Faults]]:
    """Three machines of one processor each, and an S3 that they know and may read."""
    rights = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
    with s3_server() as (url, faults), three_machines(**rights, AWS_ENDPOINT_URL=url) as cluster:
        remote._stores.clear()
        import s3fs

        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("bucket")
        yield cluster, faults
    remote._stores.clear()


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    nodes.disconnect()
    monkeypatch.setattr(nodes, "_PROBE_S", 600.0)
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
    faults.most, faults.hold = 0, 4
    try:
        found = worked(burnish, root, "s3://bucket/one/work", "s3://bucket/one/sorted", *engine)
    finally:
        faults.every, faults.hold = 0, 0
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
                add_node(cluster)

    faults.met = lose
    try:
        burnish("scan", root, "-o", "there.jsonl", "--engine", "ray", "--address", cluster.address)
    finally:
        faults.met = None
    assert not lost_after
    assert lines_of("there.jsonl", root) == lines_of("here.jsonl", "data/set")
