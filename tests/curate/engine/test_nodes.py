"""Choosing a cluster, without one: what is refused before any connection, and what machines compare."""

import socket
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cli.engine_options import choose_engine, compare_files
from curate.engine import nodes, run_anywhere
from curate.engine.nodes import _knock, fingerprint
from curate.ground.errors import InputError, UsageError
from tests.conftest import Burnish
from tests.curate.engine.stubs import square


@pytest.fixture(autouse=True)
def _local() -> Iterator[None]:
    yield
    nodes.use_local()


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, burnish: Burnish) -> None:
    def no_ray(name: str, package: str | None = None) -> Any:
        if name == "ray":
            raise ImportError(name)
        return import_module(name, package)

    monkeypatch.setattr(nodes, "import_module", no_ray)
    with pytest.raises(UsageError, match=r"--engine ray needs Ray: pip install 'burnish\[ray\]', on all machines"):
        choose_engine("ray", None, ["set"])
    assert not nodes.is_chosen()
    assert list(run_anywhere(square, [3])) == [9]
    said = burnish("scan", ".", "--engine", "ray", code=2).stderr
    assert said.startswith("burnish scan: --engine ray needs Ray")


def test_an_address_alone_is_refused() -> None:
    with pytest.raises(UsageError, match="--address head:6379 is that of a Ray cluster: --engine ray"):
        choose_engine("local", "head:6379", [])


@pytest.mark.parametrize("address", ["ray://head:10001", "head", ":6379", "head:port"])
def test_what_is_no_address_of_a_head(address: str) -> None:
    with pytest.raises(InputError, match="the head of a Ray cluster is HOST:PORT"):
        _knock(address)


def test_nobody_there_is_known_in_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _knock(f"127.0.0.1:{port}")
    with pytest.raises(InputError, match=rf"there is no Ray cluster at 127.0.0.1:{port} .* ray start --head"):
        _knock(f"127.0.0.1:{port}")


def test_machines_compare_what_they_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.wav").write_bytes(b"12345")
    before = fingerprint(str(tmp_path))
    assert before.startswith("1 names, ")
    assert fingerprint(str(tmp_path / "a.wav")) == "5 bytes"
    assert fingerprint(str(tmp_path / "gone")) == ""
    (tmp_path / "a.wav").rename(tmp_path / "b.wav")
    assert fingerprint(str(tmp_path)) != before
    compare_files("root", ["a", "b", "c"])
    assert not nodes.is_chosen(), "without a cluster nothing is compared"
    monkeypatch.setattr(nodes, "import_module", lambda _: None)
    choose_engine("ray", "head:6379", ["set", None, "-"])
    compare_files("root", ["a", "b", "c"])
    compare_files("root", [])
    assert nodes._choice == ("head:6379", ("set", "root/a", "root/c"))
