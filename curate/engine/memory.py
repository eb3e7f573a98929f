"""How much memory a worker may take, so that one file cannot take the machine's."""

import os
import re
import sys
from contextlib import suppress

from curate.ground.errors import UsageError

VARIABLE = "BURNISH_WORKER_MEMORY"

_GIB = 1 << 30
# The largest picture and the longest recording that are decoded need 2 to 3 GiB at their worst moment.
_ENOUGH = 4 * _GIB
# Of what was given back, glibc keeps up to 288 MiB (`worker`): with much less than twice that, what one file needed is
# missing for the next one, and Pillow for the rest of the worker's life takes a plugin that it could not load for none.
_LEAST = 512 << 20
_SHARE = 0.75
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": _GIB, "T": 1 << 40}
_CGROUP_LIMITS = ("/sys/fs/cgroup{}/memory.max", "/sys/fs/cgroup/memory{}/memory.limit_in_bytes")


def worker_memory(jobs: int) -> int | None:
    """Return the bytes that each of so many workers may take beyond what it starts with; None: no limit.

    What `BURNISH_WORKER_MEMORY` says, else an equal share of three quarters of the memory; 4 GiB where that is less,
    because large files are rare and seldom meet, but never more than those three quarters.

    Raises:
        UsageError: The variable says no size.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if said:
        return _parse(said)
    memory = machine_memory()
    if memory is None:
        return None
    most = int(memory * _SHARE)
    return min(most, max(_ENOUGH, most // jobs))


def _parse(said: str) -> int | None:
    if said.lower() == "unlimited":
        return None
    found = re.fullmatch(r"(\d{1,15})\s*([KMGT]?)(?:i?B)?", said, re.IGNORECASE | re.ASCII)
    size = int(found[1]) * _UNITS[found[2].upper()] if found else 0
    if size < _LEAST:
        raise UsageError(f"{VARIABLE}={said[:40]} is no size of at least 512M: write it like 800M or 4G, or unlimited")
    return size


def machine_memory() -> int | None:
    """Return the bytes of memory that this process and its children may use at most; None: not known.

    A container sees the memory of the whole machine; what it may use is what its control groups say.
    """
    limits: list[int] = []
    with suppress(OSError, ValueError, AttributeError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for path in _cgroup_files():
        # A group without a limit says "max" (version 2) or a number larger than any memory (version 1).
        with suppress(OSError, ValueError), open(path, encoding="ascii") as file:
            limits.append(int(file.read(32)))
    return min((limit for limit in limits if limit > 0), default=None)


def _cgroup_files() -> list[str]:
    """Return the files that limit this process: of its own groups, and of those around them."""
    paths: list[str] = []
    with suppress(OSError, UnicodeDecodeError), open("/proc/self/cgroup", encoding="utf-8") as file:
        for line in file:
            number, names, group = line.rstrip("\n").split(":", 2)
            if number != "0" and "memory" not in names.split(","):
                continue
            parts = [part for part in group.split("/") if part]
            for depth in range(len(parts) + 1):
                above = "".join(f"/{part}" for part in parts[:depth])
                paths.append(_CGROUP_LIMITS[number != "0"].format(above))
    return paths


def limit_memory(allowance: int | None) -> None:
    """Let this process take so many bytes more than it has; an allocation beyond fails, and the item with it.

    RLIMIT_DATA and not RLIMIT_AS: it counts what can be written to (Linux 4.7 and later), so neither files that are
    read as maps nor the address space that malloc's arenas and numerical libraries reserve and never touch. Relative
    to the start, because a forked worker begins with all that its parent holds. Other systems have no such limit.
    """
    if allowance is None or sys.platform != "linux":
        return
    import resource

    with suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as file:
            has = int(file.read().split()[5]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limits = [limit for limit in (has + allowance, soft, hard) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
