"""Tar files for tests, honest and not."""

import io
import tarfile
from pathlib import Path


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """Return the header of a member."""
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info


def tar_of(path: Path, members: "dict[str, bytes] | list[tuple[tarfile.TarInfo, bytes]]") -> str:
    """Write a tar with members in this order, and return its path."""
    several = (
        members if isinstance(members, list) else [(member(name, len(data)), data) for name, data in members.items()]
    )
    with tarfile.open(path, "w") as tar:
        for info, data in several:
            tar.addfile(info, io.BytesIO(data))
    return str(path)
