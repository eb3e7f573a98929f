"""Shards: a set as tar files for webdataset, or as Parquet tables for Hugging Face's `datasets`, byte-reproducible.

    train-000000.tar                00000000.jpg 00000000.cls 00000000.json 00000001.jpg …
    train-00000-of-00004.parquet    image: struct<bytes, path>, label: ClassLabel, split, tags

`.cls` is the number of the class, as webdataset decodes it, and `.json` its name. Shards are the only large files that
a store reads well: each costs one request, where its samples would cost one each.
"""

import hashlib
import io
import os
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from curate.ground import json
from curate.ground.errors import InputError, UsageError
from curate.journal import Operation, Outcome, open_journal
from curate.journal.fs import digest_of
from curate.media.storage import read_ahead, read_media, status_of
from curate.media.storage.address import is_url, join
from curate.organize.plan import DONE, room_for
from curate.records.dataset_root import DatasetFolders
from curate.records.sample import Sample
from curate.records.writer import changed

if TYPE_CHECKING:
    import pyarrow as pa

    from curate.journal import Journal, KeyJournal

Format = Literal["webdataset", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

_READ_TOGETHER = 32
_ROW_GROUP = 100
"""As `datasets` writes pictures: a row group is what is read for one of its rows."""


@dataclass(slots=True)
class ShardPlan:
    """Which shards a set becomes.

    Attributes:
        into: The destination, a folder or a URL.
        format: What they are.
        size: Samples in each, at most.
        base: What the paths of the samples are relative to; empty: the working directory.
        counts: Samples of each split; that of samples without one is called `data`.
        labels: Names of the classes, in their order; a label's number is its place.
        kinds: Of the samples.
        bytes: How large the files are together.
    """

    into: str
    format: Format
    size: int
    base: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    labels: tuple[str, ...] = ()
    kinds: set[str] = field(default_factory=set)
    bytes: int = 0

    def gather(self, samples: Iterable[Sample]) -> None:
        """Look at the samples.

        Raises:
            UsageError: A split's name is none for a file, or a table would have pictures and recordings.
            InputError: A sample stands in the manifest twice.
        """
        from curate.organize.template import why_unsafe

        labels: set[str] = set()
        seen: set[str] = set()
        for sample in samples:
            if sample.path in seen:
                raise InputError(f"{sample.path} stands in the manifest twice; keep one line of it: burnish dedup")
            seen.add(sample.path)
            if why := why_unsafe(_split_of(sample)):
                raise UsageError(f"{sample.path}: the split {sample.split!r} {why}; rename it")
            self.counts[_split_of(sample)] += 1
            self.kinds.add(sample.kind or "of an unknown kind")
            self.bytes += sample.bytes or 0
            if sample.label is not None:
                labels.add(sample.label)
        self.labels = tuple(sorted(labels))
        if self.format == "parquet" and self.kinds - {"image"} and self.kinds - {"audio"}:
            raise UsageError(
                f"--layout parquet: a table has pictures or recordings, and here are samples {', '.join(self.kinds)}; "
                "keep one kind: burnish select --where \"kind == 'image'\""
            )

    def refuse_what_cannot_work(self, dataset: DatasetFolders) -> None:
        """Check the destination before anything is written.

        Raises:
            UsageError: It is inside the dataset.
            InputError: There is too little space, or a package is missing.
        """
        if around := dataset.dataset_around(self.into):
            raise UsageError(f"--into {self.into} is inside the dataset {around}; name a folder beside it")
        if not is_url(self.into):
            room_for(self.into, self.bytes, "")
        if self.format == "parquet":
            _pyarrow()

    def shards(self) -> list[str]:
        """Return the names of all shards."""
        return [self.name(split, n) for split in sorted(self.counts) for n in range(self._shards_of(split))]

    def name(self, split: str, number: int) -> str:
        """Return the name of a split's shard."""
        if self.format == "webdataset":
            return f"{split}-{number:06d}.tar"
        return f"{split}-{number:05d}-of-{self._shards_of(split):05d}.parquet"

    def _shards_of(self, split: str) -> int:
        return -(-self.counts[split] // self.size)


class _Writer(Protocol):
    """Writes one shard."""

    def add(self, sample: Sample, data: bytes, number: int, /) -> str:
        """Add a sample, the n-th of the set, and return its name in the shard."""

    def close(self) -> None:
        """Write what is left."""


@dataclass(slots=True)
class _Shard:
    """A shard that is being written: its name, its file aside, and what is in it."""

    name: str
    staged: str
    writer: _Writer
    members: list[tuple[Sample, str]] = field(default_factory=list)


def arrange_in_shards(plan: ShardPlan, samples: Iterable[Sample], failures: list[Outcome]) -> Iterator[Sample]:
    """Write the shards, and yield the samples of each, with their new addresses, when it is at its place.

    Shards are made in the order of the manifest, one under way for each split. Equal inputs give equal bytes, so that a
    call that was killed is completed by repeating it.

    Args:
        plan: Complete.
        samples: Those that the plan was made for.
        failures: Is given what was not done: files that are gone or changed, shards whose names are taken.

    Raises:
        BurnishError: The destination cannot be written to, or another process is at work there.
    """
    under_way: dict[str, _Shard] = {}
    begun: Counter[str] = Counter()
    placed = 0
    with open_journal(plan.into) as journal:
        for sample, found in _contents(plan, samples):
            split = _split_of(sample)
            if isinstance(found, Outcome):
                failures.append(found)
                continue
            shard = under_way.get(split)
            if shard is None:
                shard = under_way[split] = _begin(plan, journal, plan.name(split, begun[split]))
                begun[split] += 1
            shard.members.append((sample, shard.writer.add(sample, found, placed)))
            placed += 1
            if len(shard.members) == plan.size:
                yield from _publish(plan, journal, under_way.pop(split), failures)
        for split in sorted(under_way):
            yield from _publish(plan, journal, under_way[split], failures)


def _split_of(sample: Sample) -> str:
    return sample.split or "data"


def _contents(plan: ShardPlan, samples: Iterable[Sample]) -> Iterator[tuple[Sample, bytes | Outcome]]:
    """Yield each sample with its bytes, or with why they are not those that were scanned."""
    iterator = iter(samples)
    while some := list(islice(iterator, _READ_TOGETHER)):
        read_ahead((join(plan.base, sample.path), sample.bytes) for sample in some)
        for sample in some:
            place = join(plan.base, sample.path)
            asked = Operation("copy", place, sample.path, sample.bytes, sample.mtime_ns, sample.digest)
            try:
                data = bytes(read_media(place, size=sample.bytes) or b"")
            except FileNotFoundError:
                yield sample, Outcome(asked, "vanished", "it is not there any more")
                continue
            except OSError as error:
                yield sample, Outcome(asked, "failed", error.strerror or str(error))
                continue
            if sample.digest not in {None, f"sha256:{hashlib.sha256(data).hexdigest()}"}:
                yield sample, Outcome(asked, "changed", "its content changed since it was scanned")
            else:
                yield sample, data


def _begin(plan: ShardPlan, journal: "Journal | KeyJournal", name: str) -> _Shard:
    staged = os.path.join(journal.staging(), name)
    writer = _Tar(staged, plan.labels) if plan.format == "webdataset" else _Table(staged, plan)
    return _Shard(name, staged, writer)


def _publish(
    plan: ShardPlan, journal: "Journal | KeyJournal", shard: _Shard, failures: list[Outcome]
) -> Iterator[Sample]:
    """Give a shard its name, and yield its samples."""
    shard.writer.close()
    with open(shard.staged, "rb") as file:
        digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    size = os.path.getsize(shard.staged)
    for outcome in journal.apply([Operation("create", shard.staged, shard.name, size, digest=digest)]):
        path = join(plan.into, shard.name)
        # What has its name already is ours only if it has these bytes.
        if outcome.status not in DONE or (outcome.status == "already" and not _is_same(path, digest)):
            failures.append(Outcome(outcome.operation, "exists", outcome.detail or f"{path} holds something else"))
            return
        status = status_of(path)
        for sample, member in shard.members:
            origin = {**(sample.origin or {}), "organized_from": sample.path}
            address = f"{plan.into.rstrip('/')}/{shard.name}#{member}"
            yield changed(sample, path=address, origin=origin, mtime_ns=status.mtime_ns, etag=status.etag)


def _is_same(path: str, digest: str) -> bool:
    try:
        return digest_of(path) == digest
    except OSError:
        return False


class _Tar:
    """A tar for webdataset: of each sample its file, its class and what is known of it.

    Args:
        path: Of the file that is written.
        labels: Names of the classes.
    """

    def __init__(self, path: str, labels: tuple[str, ...]) -> None:
        self._tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by `close`
        self._numbers = {label: number for number, label in enumerate(labels)}

    def add(self, sample: Sample, data: bytes, number: int, /) -> str:
        """Add a sample; its key is its number, because names have dots in them and are not unique."""
        name = sample.path.rpartition("/")[2]
        ending = os.path.splitext(name)[1].lower() or ".bin"
        key = f"{number:08d}"
        self._put(f"{key}{ending}", data)
        if sample.label is not None:
            self._put(f"{key}.cls", str(self._numbers[sample.label]).encode())
        told = {"file_name": name, "label": sample.label, "split": sample.split, "tags": list(sample.tags)}
        self._put(f"{key}.json", json.encode({key: value for key, value in told.items() if value}))
        return f"{key}{ending}"

    def close(self) -> None:
        """Write the end."""
        self._tar.close()

    def _put(self, name: str, data: bytes) -> None:
        # No time, no owner: the same set gives the same bytes, whoever writes it and when.
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o644
        self._tar.addfile(member, io.BytesIO(data))


class _Table:
    """A Parquet table as `datasets` writes it.

    Args:
        path: Of the file that is written.
        plan: Names the classes.
    """

    def __init__(self, path: str, plan: ShardPlan) -> None:
        pa = _pyarrow()
        import pyarrow.parquet as pq

        self._column = next(iter(plan.kinds))
        self._numbers = {label: number for number, label in enumerate(plan.labels)}
        media = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        others = [("label", pa.int64()), ("split", pa.string()), ("tags", pa.list_(pa.string()))]
        features = {
            self._column: {"_type": self._column.capitalize()},
            "label": {"names": list(plan.labels), "_type": "ClassLabel"},
            "split": {"dtype": "string", "_type": "Value"},
            "tags": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
        }
        told = json.encode({"info": {"features": features}})
        self._schema = pa.schema([(self._column, media), *others], metadata={"huggingface": told})
        self._writer = pq.ParquetWriter(path, self._schema, use_dictionary=["split"], compression="zstd")
        self._rows: list[dict[str, object]] = []
        self._written = 0

    def add(self, sample: Sample, data: bytes, _number: int, /) -> str:
        """Add a sample as a row."""
        from curate.media.storage.parquet import cell_name

        name = sample.path.rpartition("/")[2]
        cell = cell_name(self._column, self._written + len(self._rows), name)
        label = None if sample.label is None else self._numbers[sample.label]
        row = {self._column: {"bytes": data, "path": name}, "label": label, "split": sample.split}
        self._rows.append({**row, "tags": list(sample.tags)})
        if len(self._rows) == _ROW_GROUP:
            self._flush()
        return cell

    def close(self) -> None:
        """Write the last rows and the end."""
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        table: pa.Table = _pyarrow().Table.from_pylist(self._rows, schema=self._schema)
        self._writer.write_table(table, row_group_size=_ROW_GROUP)
        self._written += len(self._rows)
        self._rows = []


def _pyarrow() -> ModuleType:
    try:
        import pyarrow as pa
    except ImportError:
        raise InputError("--layout parquet needs pyarrow: pip install 'burnish[shards]'") from None
    module: ModuleType = pa
    return module
