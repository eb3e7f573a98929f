"""What an earlier scan measured, looked up by path, so that unchanged files are not opened again."""

import mmap
import os
from array import array
from typing import TYPE_CHECKING

from curate.check.checks import SCAN_CHECKS
from curate.ground.errors import ManifestError
from curate.ground.json import Decoder
from curate.records.reader import LineError, decode_line, parse
from curate.records.sample import View
from curate.records.writer import changed, encode
from curate.scan.measure import FACTS_VERSION

if TYPE_CHECKING:
    from curate.records.sample import Sample


class _Path(View):
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

        self._name = file
        self.reused = 0
        self._map: mmap.mmap | bytes = _mapped(file)
        keys, offsets = _index(file)
        order = np.argsort(np.frombuffer(keys, dtype=np.int64), kind="stable")
        self._keys = np.frombuffer(keys, dtype=np.int64)[order]
        self._offsets = np.frombuffer(offsets, dtype=np.int64)[order]

    def line(self, start: "Sample") -> bytes | None:
        """Return the line of a sample whose file did not change, described anew; None if it has to be measured."""
        # Of Python, so it differs between processes (PYTHONHASHSEED) and is never stored. Paths whose hashes meet stand
        # side by side, hence the loop.
        key = hash(start.path)
        position = int(self._keys.searchsorted(key))
        while position < len(self._keys) and self._keys[position] == key:
            sample = self._sample(int(self._offsets[position]))
            if sample.path == start.path:
                return self._reuse(sample, start)
            position += 1
        return None

    def _sample(self, offset: int) -> "Sample":
        end = self._map.find(b"\n", offset)
        line = self._map[offset:end] if end >= 0 else self._map[offset:]
        try:
            return parse(line.rstrip(b"\r"))
        except LineError as error:
            raise _refusal(self._name, self._map[:offset].count(b"\n") + 1, error) from None

    def _reuse(self, sample: "Sample", start: "Sample") -> bytes | None:
        findings = tuple(finding for finding in sample.findings if finding.check in SCAN_CHECKS)
        if (
            # Size and time as make and rsync compare them, or what a store calls this version; an older definition of
            # the facts is as good as none. What failed for the moment (a time-out, a permission) is tried again.
            (start.mtime_ns, start.etag) == (None, None)
            or (sample.mtime_ns, sample.etag, sample.facts_version) != (start.mtime_ns, start.etag, FACTS_VERSION)
            # Of a cell of a table, only reading tells the size.
            or start.bytes not in {None, sample.bytes}
            or sample.digest is None
            or any(SCAN_CHECKS[finding.check].transient for finding in findings)
        ):
            return None
        self.reused += 1
        # Names and folders are read anew in every scan, for the options that read them may be others. Findings of clean
        # are dropped: they were judged against another set.
        described = {"label": start.label, "tags": start.tags, "split": start.split, "findings": findings}
        new = {name: value for name, value in described.items() if getattr(sample, name) != value}
        return encode(changed(sample, **new) if new else sample)


def _mapped(file: str) -> mmap.mmap | bytes:
    """Return the file as a map, which stays readable when a new manifest takes its name."""
    with open(file, "rb") as stream:
        # An empty file cannot be mapped.
        if os.fstat(stream.fileno()).st_size == 0:
            return b""
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _index(file: str) -> "tuple[array[int], array[int]]":
    keys, offsets, offset = array("q"), array("q"), 0
    decoder = Decoder(_Path)
    with open(file, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                path = decode_line(line, decoder).path
            except LineError as error:
                # A blank line is no sample and no mistake. Asked only after decoding failed, which costs sound lines
                # nothing.
                if line.strip():
                    raise _refusal(file, number, error) from None
            else:
                keys.append(hash(path))
                offsets.append(offset)
            offset += len(line)
    return keys, offsets


def _refusal(file: str, number: int, error: LineError) -> ManifestError:
    return ManifestError(file, number, f"{error}; name another output, or measure all again with --fresh")
