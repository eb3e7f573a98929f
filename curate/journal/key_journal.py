"""The journal of a folder in a store: keys are written, never moved, and each is taken back by its ETag.

A store has no rename, no lock and no file that grows. So every batch has two keys of its own below `.burnish/`: the
plan, written before its keys are, and what became of it, with the ETags that the store gave. Both are written once.

    .burnish/journal-5f1e8a02-000000-plan.jsonl     {"record":"change","id":0,"kind":"put","target":"dark/cat/1.jpg",…}
    .burnish/journal-5f1e8a02-000000-done.jsonl     the same lines, with "etag"

Keys are created where there is none: a second writer finds the first one's key, whole.
"""

import secrets
import shutil
import tempfile
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, Self, TypeVar

import msgspec

from curate.ground import json
from curate.ground.command_line import call
from curate.ground.errors import BurnishError, InputError
from curate.journal.operations import Operation, Outcome
from curate.journal.tree import check_target
from curate.journal.undo import Taken
from curate.media.storage import read_ahead, read_media
from curate.media.storage.address import join, protocol_of
from curate.media.storage.publish import READ_ONLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

FOLDER = ".burnish"
"""Hidden, so that a scan does not see it."""

_BATCH, _BATCH_BYTES = 64, 64 << 20
_WRITERS = 8


class Put(msgspec.Struct, frozen=True, tag_field="record", tag="change", omit_defaults=True):
    """A key that is written, or was.

    Attributes:
        id: Its place in its batch.
        target: Relative to the journal's folder.
        digest: `sha256:…` of its content.
        bytes: How many there are.
        etag: What the store called it when it was written; None in a plan.
        kind: Of the change, as `docs/journal.md` reserves it.
    """

    id: int
    target: str
    digest: str
    bytes: int
    etag: str | None = None
    kind: Literal["put"] = "put"


Item = TypeVar("Item")
_puts = json.Decoder(Put)


class KeyJournal:
    """The journal of a folder in a store; to be used with `with`.

    Args:
        url: Of the folder.

    Raises:
        InputError: The store cannot be asked, or is only read from.
    """

    def __init__(self, url: str) -> None:
        if protocol_of(url) in READ_ONLY:
            raise InputError(f"{url}: {protocol_of(url)}:// is only read from")
        self.url = url.rstrip("/")
        self._token, self._batches = secrets.token_hex(4), 0
        self._staging = tempfile.mkdtemp(prefix="burnish-")
        # What earlier calls began and did not end: of those keys, the ones that are there as planned are ours.
        self._begun = {put.target: put.digest for put in begun_of(puts_of(self.url))}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)

    def staging(self) -> str:
        """Return a folder of this machine to generate files in for `create`; it is thrown away at the end."""
        return self._staging

    def stopped(self, error: OSError) -> BurnishError:
        """Return what to tell the user when it is pointless to go on."""
        return BurnishError(
            f"stopped: {error.strerror}, in {self.url}; nothing is lost: mend that and repeat the command to go on, or "
            f"take back what was done: {call('undo', self.url)}"
        )

    def apply(self, operations: "Iterable[Operation]") -> "Iterator[Outcome]":
        """Write keys, in batches, and yield what became of each, in order.

        What is there with the same content is not written again, so a call that was killed is completed by repeating
        it.

        Raises:
            UsageError: A target is outside the folder.
            BurnishError: The store does not take the journal.
        """
        for some in _batches(operations, lambda operation: operation.bytes or 0):
            for operation in some:
                check_target(operation.target)
                if operation.kind not in {"copy", "create"}:
                    raise InputError(f"{self.url}: a store has no {operation.kind}; use --mode copy")
            yield from self._run(some)

    def _run(self, operations: "tuple[Operation, ...]") -> "Iterator[Outcome]":
        read_ahead((operation.source, operation.bytes) for operation in operations)
        contents = [self._content(operation) for operation in operations]
        planned = [
            Put(number, operation.target, f"sha256:{sha256(content).hexdigest()}", len(content))
            for number, (operation, content) in enumerate(zip(operations, contents, strict=True))
            if isinstance(content, bytes)
        ]
        outcomes = {n: content for n, content in enumerate(contents) if isinstance(content, Outcome)}
        if planned:
            from concurrent.futures import ThreadPoolExecutor

            self._note("plan", planned)
            with ThreadPoolExecutor(_WRITERS) as pool:
                put = partial(self._put, contents=contents, operations=operations)
                outcomes |= dict(zip((one.id for one in planned), pool.map(put, planned), strict=True))
            # Also where nothing was written: a batch without it is one that was broken off.
            ours = [one for one in planned if outcomes[one.id].status == "done" or outcomes[one.id].etag is not None]
            self._note("done", [msgspec.structs.replace(one, etag=outcomes[one.id].etag) for one in ours])
            self._batches += 1
        for number in range(len(operations)):
            outcome = outcomes[number]
            if outcome.status == "failed":
                raise self.stopped(OSError(0, outcome.detail))
            yield outcome

    def _content(self, operation: Operation) -> "bytes | Outcome":
        """Return the bytes of an operation's file, if it is the one that was planned with; else what became of it."""
        try:
            data = bytes(read_media(operation.source, size=operation.bytes) or b"")
        except FileNotFoundError:
            return Outcome(operation, "vanished", "it is not there any more")
        except OSError as error:
            return Outcome(operation, "changed", error.strerror or str(error))
        if operation.digest not in {None, f"sha256:{sha256(data).hexdigest()}"}:
            return Outcome(operation, "changed", "its content changed since it was scanned")
        return data

    def _put(self, planned: Put, *, contents: "list[bytes | Outcome]", operations: "tuple[Operation, ...]") -> Outcome:
        from curate.media.storage.remote import put_new, status_of_url

        content, operation = contents[planned.id], operations[planned.id]
        assert isinstance(content, bytes)
        url = join(self.url, planned.target)
        try:
            return Outcome(operation, "done", etag=put_new(url, content))
        except FileExistsError:
            if not _holds(url, planned.digest):
                return Outcome(operation, "exists", "there is another file at its place")
            # Ours only if we said before that we would write it; else it is left out of what undo removes.
            ours = self._begun.get(planned.target) == planned.digest
            return Outcome(operation, "already", etag=status_of_url(url).etag if ours else None)
        except OSError as error:
            return Outcome(operation, "failed", error.strerror or str(error))

    def _note(self, part: str, puts: "list[Put]") -> None:
        from curate.media.storage.remote import put_new

        name = f"journal-{self._token}-{self._batches:06d}-{part}.jsonl"
        try:
            put_new(f"{self.url}/{FOLDER}/{name}", b"".join(json.encode(put) + b"\n" for put in puts))
        except OSError as error:
            raise self.stopped(error) from None


def puts_of(url: str) -> dict[str, list[Put]]:
    """Return what the journal keys below a folder hold, by the name of each; nothing where there is none.

    Raises:
        InputError: They cannot be read, or one is damaged: nothing is known then of what it was about.
    """
    from curate.media.storage.remote import keys_below

    folder = f"{url.rstrip('/')}/{FOLDER}"
    found: dict[str, list[Put]] = {}
    try:
        for name in keys_below(folder):
            if name.startswith("journal-") and name.endswith(".jsonl"):
                data = bytes(read_media(f"{folder}/{name}") or b"")
                found[name] = [_puts.decode(line) for line in data.splitlines()]
                for put in found[name]:
                    check_target(put.target)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"cannot read the journal of {url}: {error.strerror or error}") from None
    except (ValueError, BurnishError):
        raise InputError(f"{folder}/{name} is no journal of burnish, or damaged; nothing was changed") from None
    return dict(sorted(found.items()))


def begun_of(journal: dict[str, list[Put]]) -> "Iterator[Put]":
    """Yield the keys of batches that began and were broken off."""
    for name, puts in journal.items():
        if name.endswith("-plan.jsonl") and name.replace("-plan.", "-done.") not in journal:
            yield from puts


def take_back_keys(url: str, *, dry_run: bool = False) -> "Iterator[Taken]":
    """Remove the keys that the journal of a folder in a store wrote, and yield what became of each, the last one first.

    A key whose ETag is another one is left, whatever its content: somebody else wrote it. Of a batch that was broken
    off no ETag is known; there the content decides, and over SFTP it has to be the same in any case. When nothing is
    left, the journal goes as well.

    Args:
        url: Of the folder.
        dry_run: Only say what would happen.

    Raises:
        InputError: The journal cannot be read.
        BurnishError: The store refuses.
    """
    from curate.media.storage.remote import statuses

    # A time in seconds is all that SFTP has for an ETag: what is written anew in the same second has it, too.
    journal, is_weak = puts_of(url), protocol_of(url) == "sftp"
    wrote = {put.target: put for put in begun_of(journal)}
    wrote |= {put.target: put for name, puts in journal.items() if name.endswith("-done.jsonl") for put in puts}
    refused = 0
    for some in _batches(reversed(wrote.values())):
        there = statuses(join(url, put.target) for put in some)
        for put in some:
            target = join(url, put.target)
            status = there[target]
            if status is None:
                yield Taken("create", "", target, "gone", "it is not there any more")
            elif (put.etag is not None and status.etag != put.etag) or (
                (put.etag is None or is_weak) and not _holds(target, put.digest)
            ):
                refused += 1
                yield Taken("create", "", target, "changed", "it is not what was made there")
            else:
                if not dry_run:
                    _remove(target)
                yield Taken("create", "", target, "undone")
    if not refused and not dry_run:
        for name in journal:
            _remove(f"{url.rstrip('/')}/{FOLDER}/{name}")


def _batches(items: "Iterable[Item]", size_of: "Callable[[Item], int]" = lambda _: 0) -> "Iterator[tuple[Item, ...]]":
    """Yield items some at a time: as many as are read at once, which shards of gigabytes must not be."""
    some: list[Item] = []
    size = 0
    for item in items:
        some.append(item)
        size += size_of(item)
        if len(some) == _BATCH or size >= _BATCH_BYTES:
            yield tuple(some)
            some, size = [], 0
    if some:
        yield tuple(some)


def _remove(url: str) -> None:
    from curate.media.storage.remote import remove

    try:
        with suppress(FileNotFoundError):
            remove(url)
    except OSError as error:
        raise BurnishError(f"stopped: {url} cannot be removed: {error.strerror or error}") from None


def _holds(url: str, digest: str) -> bool:
    try:
        return f"sha256:{sha256(read_media(url) or b'').hexdigest()}" == digest
    except OSError:
        return False
