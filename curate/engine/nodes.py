"""The machines of a Ray cluster: connected when they are first needed, and asked what they are before they get work.

Traps, met with Ray 2.60: it reports to its makers unless it is told not to; it puts handlers of its own for the signals
that end a process; and the driver's working directory stands first on the path of its workers, where a file json.py of
the user's would take the place of Python's, so they are given an empty one and go to the driver's folder by themselves.
"""

import os
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from curate.ground.errors import InputError, UsageError
from curate.ground.program import program_digest
from curate.media.storage import status_of
from curate.media.storage.address import expand_braces, is_url, local_path, split_member

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROBE_S = 60.0
_KNOCK_S = 5.0
_NAMES = 5000
"""Of a folder, so many names are compared."""


class ClusterChoice(NamedTuple):
    """Which cluster is to be used.

    Attributes:
        address: `HOST:PORT` of its head, or `auto`: the one that this machine belongs to.
        places: Files and folders that all machines have to see alike.
    """

    address: str
    places: tuple[str, ...]


@dataclass(slots=True)
class NodeWork:
    """What a machine did.

    Attributes:
        node: Its address, and the beginning of its number in Ray.
        items: How many it worked on.
        seconds: Of its workers, added.
    """

    node: str
    items: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Session:
    """A connection; one for a process.

    Attributes:
        ray: The module.
        empty: The empty folder that workers start in.
        work: What each machine did so far, by its name.
    """

    ray: Any
    empty: str
    work: dict[str, NodeWork] = field(default_factory=dict)

    def processors(self) -> int:
        """Return how many processors the cluster has now: machines come and go."""
        return max(1, int(self.ray.cluster_resources().get("CPU", 1)))

    def note(self, node: str, items: int, seconds: float) -> None:
        """Count what a machine did."""
        mine = self.work.setdefault(node, NodeWork(node))
        mine.items += items
        mine.seconds += seconds


_choice: ClusterChoice | None = None
_session: Session | None = None


def use_cluster(address: str | None, places: "Sequence[str]") -> None:
    """Have what may run anywhere run on a cluster from now on; nothing is connected yet.

    Args:
        address: As `ClusterChoice.address`; None: `auto`.
        places: Files and folders of the call.

    Raises:
        UsageError: Ray is not installed.
    """
    global _choice  # noqa: PLW0603 - one process is one command line
    try:
        import_module("ray")
    except ImportError:
        raise UsageError("--engine ray needs Ray: pip install 'burnish[ray]', on all machines") from None
    _choice = ClusterChoice(address or "auto", tuple(places))


def use_local() -> None:
    """Have everything run here again."""
    global _choice  # noqa: PLW0603
    _choice = None


def add_places(places: "Sequence[str]") -> None:
    """Have all machines see these files and folders as well; nothing where no cluster was chosen."""
    global _choice  # noqa: PLW0603
    if _choice is not None:
        _choice = _choice._replace(places=(*_choice.places, *places))


def is_chosen() -> bool:
    """Return whether a cluster is to be used."""
    return _choice is not None


def work_of_nodes() -> list[NodeWork]:
    """Return what each machine did so far, the busiest first."""
    return sorted(_session.work.values(), key=lambda one: (-one.items, one.node)) if _session else []


def own_name() -> str:
    """Return what this machine is called in `NodeWork`; in a process of Ray."""
    ray = import_module("ray")
    return f"{ray.util.get_node_ip_address()} ({ray.get_runtime_context().get_node_id()[:6]})"


def connect() -> Session:
    """Return the connection, which is made and proved when it is first needed."""
    global _session  # noqa: PLW0603
    if _session is None:
        assert _choice is not None
        import atexit
        import tempfile

        # Before the import, which is when Ray looks: it would report to its makers.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray = import_module("ray")
        import_module("ray.util.scheduling_strategies")
        empty = tempfile.mkdtemp(prefix="burnish-empty-")
        atexit.register(disconnect)
        _session = Session(ray, empty)
        try:
            _start(ray, _choice.address, empty)
            _prove(ray, _choice.places)
        except BaseException:
            disconnect()
            raise
    return _session


def _start(ray: Any, address: str, empty: str) -> None:
    """Connect to a cluster; one is never started here, as nobody would stop it."""
    import signal

    _knock(address)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ray.init(
            address=address,
            runtime_env={"working_dir": empty},
            log_to_driver=False,
            logging_level="ERROR",
            namespace="burnish",
        )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        text = one_line(error)
        if "ersion mismatch" in text:
            raise InputError(f"the cluster has another Ray or Python than this machine: {text}") from None
        where = "that this machine belongs to" if address == "auto" else f"at {address}"
        raise InputError(
            f"there is no Ray cluster {where} ({text}); start one with ray start --head, and name its address with "
            "--address HOST:6379"
        ) from None
    finally:
        # Ray puts its own in their place, which end the process without a word.
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _knock(address: str) -> None:
    """See in seconds whether anybody is there: Ray itself tries for minutes, and then ends the process.

    Raises:
        InputError: Nobody is, or the address is none of a head.
    """
    import socket

    host, _, port = address.rpartition(":")
    if address == "auto":
        return
    if "://" in address or not host or not port.isdecimal():
        raise InputError(f"--address {address}: the head of a Ray cluster is HOST:PORT, as ray start --head printed it")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK_S).close()
    except (OSError, OverflowError) as error:
        raise InputError(
            f"there is no Ray cluster at {address} ({one_line(error)}); start one with ray start --head --port {port}"
        ) from None


def disconnect() -> None:
    """End the connection; the next work makes another."""
    global _session
    if _session is not None:
        session, _session = _session, None
        session.ray.shutdown()
        import shutil

        shutil.rmtree(session.empty, ignore_errors=True)


def _prove(ray: Any, places: "Sequence[str]") -> None:
    """Ask each machine whether it has this program and sees these places.

    Raises:
        InputError: One has not, does not, or does not answer.
    """
    folder, program = os.getcwd(), program_digest()
    strategy = import_module("ray.util.scheduling_strategies").NodeAffinitySchedulingStrategy

    # Inside of this function, so that it travels by value: a machine without burnish could import nothing of it.
    def look(folder: str, places: tuple[str, ...]) -> tuple[str, list[str]]:
        import os

        try:
            from curate.engine.nodes import fingerprint
            from curate.ground.program import program_digest as digest
        except ImportError as error:
            return f"cannot import burnish ({error}); install it there", []
        if not os.path.isdir(folder):
            return "", [""]
        os.chdir(folder)
        return digest(), ["folder", *map(fingerprint, places)]

    asked = {
        node["NodeID"]: (
            f"{node['NodeManagerAddress']} ({node['NodeID'][:6]})",
            ray.remote(num_cpus=0, max_retries=0)(look)
            .options(scheduling_strategy=strategy(node["NodeID"], soft=False))
            .remote(folder, tuple(places)),
        )
        for node in ray.nodes()
        if node["Alive"]
    }
    own = ["folder", *map(fingerprint, places)]
    for number, (name, reference) in asked.items():
        try:
            theirs, seen = ray.get(reference, timeout=_PROBE_S)
        except ray.exceptions.RayError as error:
            # A machine that was lost is listed as alive until it has missed some calls. Then it is none of the
            # cluster, and nothing will be sent to it.
            if not any(node["Alive"] for node in ray.nodes() if node["NodeID"] == number):
                continue
            raise InputError(f"machine {name} does not answer: {one_line(error)}") from None
        if theirs and theirs != program:
            what = theirs if not theirs.startswith("sha256:") else "has another burnish; install the same one"
            raise InputError(f"machine {name} {what}")
        if seen[:1] != ["folder"]:
            raise InputError(
                f"machine {name} has no folder {folder}; use one that all machines mount at the same place"
            )
        for place, mine, other in zip(places, own[1:], seen[1:], strict=True):
            if mine != other:
                cure = "put it on a disk that all machines mount at the same place"
                if is_url(place):
                    cure = "give each machine the packages and the credentials for the store"
                raise InputError(
                    f"machine {name} does not see {place} as this one does ({other or 'nothing'} there, "
                    f"{mine or 'nothing'} here); {cure}"
                )


def fingerprint(place: str) -> str:
    """Return what a file, folder or key looks like, in words that differ where two machines see different ones."""
    from hashlib import sha256

    place = split_member(next(expand_braces(local_path(place)))).shard
    if is_url(place):
        try:
            size = status_of(place).bytes
        except FileNotFoundError:
            return "a store"  # which answers: what is no key may be a folder
        except OSError as error:
            # Each has rights of its own, and packages: what one may read is forbidden to the other.
            return error.strerror or str(error)
        return "a key" if size is None else f"{size:,} bytes"
    if os.path.isdir(place):
        names = sorted(os.listdir(place))
        digest = sha256("\0".join(names[:_NAMES]).encode("utf-8", "surrogateescape")).hexdigest()
        return f"{len(names):,} names, {digest[:8]}"
    return f"{os.path.getsize(place):,} bytes" if os.path.isfile(place) else ""


def one_line(error: object) -> str:
    text = str(error).strip()
    return (text.splitlines() or [type(error).__name__])[-1][:300]
