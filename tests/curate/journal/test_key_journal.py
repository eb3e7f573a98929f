"""The journal of a store: keys are created, taken back by their ETags, and never anything else."""

from pathlib import Path

import pytest

from curate.ground.errors import BurnishError, InputError, UsageError
from curate.journal import KeyJournal, Operation, Outcome, open_journal, take_back_keys
from curate.journal import key_journal as module
from curate.media.storage import exists, read_media, statuses_below
from curate.media.storage.remote import put_new, remove
from tests.curate.media.storage.test_remote import fsspec, memory

__all__ = ["memory"]


def create(journal: KeyJournal, target: str, data: bytes = b"made") -> Operation:
    staged = Path(journal.staging()) / target.replace("/", "-")
    staged.write_bytes(data)
    return Operation("create", str(staged), target)


def written(url: str, *targets: str) -> list[Outcome]:
    with open_journal(url) as journal:
        assert isinstance(journal, KeyJournal)
        return list(journal.apply([create(journal, target) for target in targets]))


def below(url: str) -> list[str]:
    return [name for name, _ in statuses_below(url)]


def test_written_and_taken_back(memory: str) -> None:
    outcomes = written(memory, "a/1", "a/2")
    assert [one.status for one in outcomes] == ["done", "done"]
    assert all(one.etag for one in outcomes)
    assert below(memory) == ["a/1", "a/2"]
    assert [(one.target, one.status) for one in take_back_keys(memory, dry_run=True)] == [
        (f"{memory}/a/2", "undone"),
        (f"{memory}/a/1", "undone"),
    ]
    assert below(memory) == ["a/1", "a/2"]
    assert [one.status for one in take_back_keys(memory)] == ["undone", "undone"]
    assert not fsspec.filesystem("memory").store
    assert list(take_back_keys(memory)) == []


def test_what_another_wrote_is_never_written_over_nor_removed(memory: str) -> None:
    put_new(f"{memory}/theirs", b"other")
    put_new(f"{memory}/same", b"made")
    outcomes = written(memory, "theirs", "same", "ours")
    assert [one.status for one in outcomes] == ["exists", "already", "done"]
    list(take_back_keys(memory))
    assert below(memory) == ["same", "theirs"]
    assert read_media(f"{memory}/theirs") == b"other"


def test_a_key_that_was_replaced_stays_and_the_journal_with_it(memory: str) -> None:
    written(memory, "1", "2")
    remove(f"{memory}/1")
    put_new(f"{memory}/1", b"made")  # the same content, another version: its ETag tells
    taken = {one.target: one.status for one in take_back_keys(memory)}
    assert taken == {f"{memory}/1": "changed", f"{memory}/2": "undone"}
    assert below(memory) == ["1"]
    remove(f"{memory}/1")
    assert {one.status for one in take_back_keys(memory)} == {"gone"}
    assert list(take_back_keys(memory)) == []


@pytest.mark.parametrize("puts", [0, 1, 2, 3, 4])
def test_killed_at_any_write_it_is_completed_by_repeating_and_taken_back(
    memory: str, puts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from curate.media.storage import remote

    real, left = remote.put_new, puts

    def dying(url: str, data: bytes) -> str | None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        return real(url, data)

    monkeypatch.setattr(module, "_WRITERS", 1)
    monkeypatch.setattr(remote, "put_new", dying)
    if puts < 4:
        with pytest.raises(KeyboardInterrupt):
            written(memory, "1", "2")
    else:
        written(memory, "1", "2")
    monkeypatch.setattr(remote, "put_new", real)
    before = fsspec.filesystem("memory").store.copy()
    # Taken back without being completed ...
    list(take_back_keys(memory))
    assert not fsspec.filesystem("memory").store
    # ... and after it was.
    fsspec.filesystem("memory").store.update(before)
    assert {one.status for one in written(memory, "1", "2")} <= {"done", "already"}
    list(take_back_keys(memory))
    assert not fsspec.filesystem("memory").store


def test_a_source_that_is_gone_or_another_one(memory: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    operations = [
        Operation("copy", str(tmp_path / "none"), "1"),
        Operation("copy", str(tmp_path / "x"), "2", digest="sha256:" + "0" * 64),
        Operation("copy", str(tmp_path / "x"), "3"),
    ]
    with KeyJournal(memory) as journal:
        assert [one.status for one in journal.apply(operations)] == ["vanished", "changed", "done"]


@pytest.mark.parametrize("target", ["../1", "/1", "a/../../1", ""])
def test_no_target_leads_out(memory: str, target: str) -> None:
    with KeyJournal(memory) as journal, pytest.raises(UsageError):
        list(journal.apply([Operation("create", "x", target)]))


def test_a_store_has_no_moves(memory: str) -> None:
    with KeyJournal(memory) as journal, pytest.raises(InputError, match="no move; use --mode copy"):
        list(journal.apply([Operation("move", "x", "1")]))


@pytest.mark.parametrize(
    "line",
    [
        b"no json\n",
        b'{"record":"change","kind":"put","id":0,"target":"../../x","digest":"sha256:","bytes":1}\n',
        b'{"record":"change","kind":"move","id":0,"target":"x","digest":"sha256:","bytes":1}\n',
    ],
)
def test_a_journal_of_a_stranger_is_refused_whole(memory: str, line: bytes) -> None:
    written(memory, "1")
    put_new(f"{memory}/.burnish/journal-00000000-000000-done.jsonl", line)
    with pytest.raises(InputError, match="damaged; nothing was changed"):
        list(take_back_keys(memory))
    assert below(memory) == ["1"]


def test_a_store_that_fails_stops_and_says_how_to_go_on(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from curate.media.storage import remote

    def broken(url: str, data: bytes) -> str | None:
        if "/.burnish/" in url:
            return None
        raise TimeoutError(110, "the store answered 503, 6 times")

    monkeypatch.setattr(remote, "put_new", broken)
    with pytest.raises(
        BurnishError, match="stopped: the store answered 503, 6 times, in memory://set; nothing is lost"
    ):
        written(memory, "1")
    assert not exists(f"{memory}/1")
