"""A Ray cluster on this machine, whose parts may take minutes to start where Ray allows seconds."""

import inspect
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import pytest

from curate.engine import nodes
from tests.conftest import ROOT
from tests.machine import PATIENCE_S

_PATIENT = {
    "RAY_gcs_server_port_wait_time_s": "300",
    "RAY_gcs_server_request_timeout_seconds": "300",
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_worker_register_timeout_seconds": "300",
    "RAY_agent_register_timeout_ms": "300000",
}


def add_node(cluster: Any) -> None:
    """Add a machine of one processor, and return when the cluster knows it."""
    # Without `wait`, which looks a second time for half a minute at most.
    cluster.add_node(wait=False, **_node())


def _node() -> dict[str, Any]:
    # For a port that it was not told, the node waits 15 s, and then it ends.
    return {"num_cpus": 1, "object_store_memory": 80_000_000, "runtime_env_agent_port": _free_port()}


def _free_port() -> int:
    # Below those that the system gives to whoever asks for any, above those of Ray's workers.
    for port in random.sample(range(20_000, 32_768), 1000):
        with suppress(OSError), socket.socket() as tried:
            tried.bind(("", port))
            return port
    raise AssertionError("no port is free")


@contextmanager
def three_machines(**environment: str) -> Iterator[Any]:
    """Run a cluster of three machines of one processor each.

    Args:
        environment: Variables that their processes have beside those of this one.
    """
    kept = dict(os.environ)
    # Their processes are no children of the tests: what these import from has to be said to them.
    # They begin in folders of their own.
    paths = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    found = [str(ROOT), *map(os.path.abspath, paths)]
    # Before the import, which is when Ray looks for some of them.
    os.environ |= {"PYTHONPATH": os.pathsep.join(found), "RAY_USAGE_STATS_ENABLED": "0", **_PATIENT, **environment}
    try:
        pytest.importorskip("ray", reason="the extra `ray` is not installed")
        with pytest.MonkeyPatch.context() as patch:
            _announce_ports(patch)
            start = import_module("ray.cluster_utils").Cluster
            cluster = start(initialize_head=True, head_node_args={**_node(), "include_dashboard": False})
            try:
                for _ in range(2):
                    add_node(cluster)
                cluster.wait_for_nodes(PATIENCE_S)
                yield cluster
            finally:
                nodes.disconnect()
                cluster.shutdown()
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _announce_ports(patch: pytest.MonkeyPatch) -> None:
    """Have nodes find what the agent of the dashboard tells them, once it has started: that it listens nowhere.

    They wait 15 s for it, whatever the environment says, and then they end (Ray 2.60).
    """
    services, ports = import_module("ray._private.services"), import_module("ray._raylet")
    start = services.start_raylet
    shape = inspect.signature(start)
    names = ("METRICS_AGENT_PORT_NAME", "METRICS_EXPORT_PORT_NAME", "DASHBOARD_AGENT_LISTEN_PORT_NAME")
    # Another Ray may have none of all this, and its own patience has to do.
    if not {"session_dir", "node_id"} <= shape.parameters.keys():
        return
    if not all(hasattr(ports, name) for name in ("persist_port", *names)):
        return

    def announced(*words: Any, **named: Any) -> Any:
        told = shape.bind(*words, **named).arguments
        for name in names:
            ports.persist_port(told["session_dir"], told["node_id"], getattr(ports, name), -1)
        return start(*words, **named)

    patch.setattr(services, "start_raylet", announced)
