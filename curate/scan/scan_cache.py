"""What an earlier scan measured, looked up by path, so that unchanged files are not opened again."""

import mmap
import os
from array import array
from typing import TYPE_CHECKING

import msgspec

from curate.check.checks import SCAN_CHECKS
from curate.ground.errors import ManifestError
from curate.records.manifest import changed, encode, parse
from curate.scan.measure import FACTS_VERSION

if TYPE_CHECKING:
    from curate.records.sample import Sample


class _Path(msgspec.Struct):
    path: str


class Known:
    """The lines of a manifest by path: 16 bytes of memory a sample, the lines themselves stay in the file.

    Args:
        file: The manifest of an earlier scan.

    Raises:
        ManifestError: A line of it is no sample.
    """

    def __init__(self, file: str) -> None:
        import numpy as np

        self.reused = 0
        self._map: mmap.mmap | bytes = _mapped(file)
        keys, offsets = _index(file)
        order = np.argsort(np.frombuffer(keys, dtype=np.int64), kind="stable")
        self._keys = np.frombuffer(keys, dtype=np.int64)[order]
        self._offsets = np.frombuffer(offsets, dtype=np.int64)[order]

    def line(self, start: "Sample", status: os.stat_result) -> bytes | None:
        """Return the line of a sample whose file did not change, described anew; None if it has to be measured."""
        key = hash(start.path)
        position = int(self._keys.searchsorted(key))
        while position < len(self._keys) and self._keys[position] == key:
            sample = self._sample(int(self._offsets[position]))
            if sample.path == start.path:
                return self._reuse(sample, start, status)
            position += 1
        return None

    def _sample(self, offset: int) -> "Sample":
        end = self._map.find(b"\n", offset)
        return parse(self._map[offset:end] if end >= 0 else self._map[offset:])

    def _reuse(self, sample: "Sample", start: "Sample", status: os.stat_result) -> bytes | None:
        findings = tuple(finding for finding in sample.findings if finding.check in SCAN_CHECKS)
        if (
            (sample.bytes, sample.mtime_ns, sample.facts_version) != (status.st_size, status.st_mtime_ns, FACTS_VERSION)
            or sample.digest is None
            or any(SCAN_CHECKS[finding.check].transient for finding in findings)
        ):
            return None
        self.reused += 1
        described = {"label": start.label, "tags": start.tags, "split": start.split, "findings": findings}
        new = {name: value for name, value in described.items() if getattr(sample, name) != value}
        return encode(changed(sample, **new) if new else sample)


def _mapped(file: str) -> mmap.mmap | bytes:
    """Return the file as a map, which stays readable when a new manifest takes its name."""
    with open(file, "rb") as stream:
        if os.fstat(stream.fileno()).st_size == 0:
            return b""
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _index(file: str) -> "tuple[array[int], array[int]]":
    keys, offsets, offset = array("q"), array("q"), 0
    decode = msgspec.json.Decoder(_Path).decode
    with open(file, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                path = decode(line).path
            except msgspec.DecodeError:
                path = _odd_path(file, number, line)
            if path:
                keys.append(hash(path))
                offsets.append(offset)
            offset += len(line)
    return keys, offsets


def _odd_path(file: str, number: int, line: bytes) -> str:
    """Return the path of a line that needs more care: a name that is not UTF-8, or a blank line."""
    if not line.strip():
        return ""
    try:
        return parse(line.rstrip(b"\r\n")).path
    except ValueError as error:
        detail = f"not a sample: {error}; name another output, or measure all again with --fresh"
        raise ManifestError(file, number, detail) from None
