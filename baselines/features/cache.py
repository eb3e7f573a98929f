"""The cache of features: those of a file with the same bytes are never computed twice.

A pack is an .npz file with two arrays: `digests`, uint8 of shape (n, 32), and `features`, float32 of shape (n, length).
Packs are only ever added, never changed; one that cannot be read is passed over, and its files are measured again.
"""

import hashlib
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from baselines.features.families import FAMILIES, FEATURES_VERSION
from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from curate.facts.records import Kind

    Vector = NDArray[np.float32]

MAX_BYTES = 2 << 30
"""Packs that were not used for longest go when all of them together are larger."""
_PACK_ROWS = 4096
_PREFIX = "sha256:"


def default_folder() -> str:
    """Return `$XDG_CACHE_HOME/burnish/features`, where the variable is not set `~/.cache/burnish/features`."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "burnish", "features")


class FeatureCache:
    """The features of one kind that are kept in a folder.

    Args:
        folder: Is made when there is something to keep.
        kind: `image` or `audio`.
    """

    def __init__(self, folder: str, kind: "Kind") -> None:
        self.folder = os.path.join(folder, f"{kind}-{FEATURES_VERSION}")
        self.length = sum(FAMILIES[kind].values())

    def load(self, digests: "Iterable[str]") -> "dict[str, Vector]":
        """Return the features that are known, by digest (`sha256:…`); each float32 of shape (length,)."""
        wanted = {key for digest in digests if (key := _key(digest))}
        found: dict[bytes, Vector] = {}
        for path in self._packs() if wanted else ():
            found |= self._from_pack(path, wanted - found.keys())
        return {_PREFIX + key.hex(): vector for key, vector in found.items()}

    def keep(self, features: "Mapping[str, Vector]") -> None:
        """Add features by digest; a folder that cannot be written keeps none, which only costs time."""
        keys = sorted((key, digest) for digest in features if (key := _key(digest)))
        if not keys:
            return
        # The command line warned of it before the work; after it, hours of work must not end at a full disk.
        with suppress(OSError, InputError):
            os.makedirs(self.folder, exist_ok=True)
            for start in range(0, len(keys), _PACK_ROWS):
                self._write_pack(keys[start : start + _PACK_ROWS], features)
            self._make_room()

    def _packs(self) -> list[str]:
        with suppress(OSError):
            return sorted(entry.path for entry in os.scandir(self.folder) if entry.name.endswith(".npz"))
        return []

    def _from_pack(self, path: str, wanted: "set[bytes]") -> "dict[bytes, Vector]":
        import numpy as np

        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as pack:
                keys = [row.tobytes() for row in pack["digests"]]
                # An .npz is read array by array: features only where one of them is wanted.
                rows = {key: row for row, key in enumerate(keys) if key in wanted}
                if not rows:
                    return {}
                features = pack["features"]
        except Exception:
            # Half a pack, another program's file, a wrong checksum: whatever it is, it can be had again.
            return {}
        if features.shape != (len(keys), self.length) or features.dtype != np.float32:
            return {}
        # By this time `_make_room` knows what was not used for longest; a folder that may only be read serves as well.
        with suppress(OSError):
            os.utime(path)
        return {key: features[row] for key, row in rows.items()}

    def _write_pack(self, keys: "list[tuple[bytes, str]]", features: "Mapping[str, Vector]") -> None:
        import numpy as np

        digests = np.frombuffer(b"".join(key for key, _ in keys), np.uint8).reshape(len(keys), 32)
        # Named by what it holds: two runs at once that computed the same files write the same pack, not two.
        name = hashlib.sha256(digests.tobytes()).hexdigest()[:32]
        with atomic_write(os.path.join(self.folder, f"{name}.npz")) as file:
            np.savez(file, digests=digests, features=np.stack([features[digest] for _, digest in keys]))

    def _make_room(self) -> None:
        """Delete the packs that were not used for longest until the others fit."""
        entries = [(os.stat(path), path) for path in self._packs()]
        # A pack goes whole or stays whole: to drop single features, all others would have to be written anew.
        total = sum(status.st_size for status, _ in entries)
        for status, path in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
            if total <= MAX_BYTES:
                return
            os.unlink(path)
            total -= status.st_size


KEEP_EVERY_S = 20.0
"""From one pack to the next while features are computed."""


class Computed(NamedTuple):
    """What a worker sends of a file that it could read: the digest of its bytes, and what was computed of them."""

    digest: str
    vector: "Vector"


class Keeping:
    """Keeps features while they are computed, so that a process that is killed loses seconds of work, not hours.

    Args:
        cache: Where they are kept; None: nowhere.
    """

    def __init__(self, cache: FeatureCache | None) -> None:
        self._cache = cache
        self._fresh: dict[str, Vector] = {}
        self._kept_at = time.monotonic()

    def add(self, results: "Iterable[object]") -> None:
        """Take up what was computed of files; other results, of files that could not be read, are passed over."""
        if self._cache is None:
            return
        # Copies: a vector may be a row of an array that lives longer, and holds all of them.
        self._fresh.update((one.digest, one.vector.copy()) for one in results if isinstance(one, Computed))
        if time.monotonic() - self._kept_at >= KEEP_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Keep what was taken up since the last time."""
        if self._cache is not None:
            self._cache.keep(self._fresh)
        self._fresh.clear()
        self._kept_at = time.monotonic()


def _key(digest: str) -> bytes | None:
    """Return the 32 bytes of a digest, or None for one of another form."""
    with suppress(ValueError):
        key = bytes.fromhex(digest.removeprefix(_PREFIX))
        return key if digest.startswith(_PREFIX) and len(key) == 32 else None
    return None
