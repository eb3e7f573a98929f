"""Long listings, of an S3 that makes up its keys: a page is held and no more, one that failed is asked for again."""

import tracemalloc
from collections.abc import Iterator

import pytest

pytest.importorskip("fsspec", reason="the extra `remote` is not installed")

from fsspec.registry import _registry

from benchmarks.simulated_store import Simulated
from curate.media.storage import remote, retry
from curate.media.storage.remote import pages
from curate.scan.labels import Labeller
from curate.scan.walk import walk

ROOT = "s3://bucket/set"


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> type[Simulated]:
    monkeypatch.setitem(_registry, "s3", Simulated)
    monkeypatch.setattr(remote, "_stores", {})
    monkeypatch.setattr(retry, "_BASE_S", 0.001)
    monkeypatch.setattr(Simulated, "asked", [])
    monkeypatch.setattr(Simulated, "keys", 10_000)
    return Simulated


def names() -> Iterator[str]:
    return (one.url.removeprefix("s3://bucket/") for page in pages(ROOT) for one in page)


def test_all_keys_once_in_order(simulated: type[Simulated]) -> None:
    assert list(names()) == [simulated.key(number) for number in range(10_000)]
    assert len(simulated.asked) == 10


@pytest.mark.parametrize("keys", [2_000, 10_000])
def test_a_scan_holds_a_page(simulated: type[Simulated], monkeypatch: pytest.MonkeyPatch, keys: int) -> None:
    """Two pages or ten: the same memory, and far less than 50 MB."""
    monkeypatch.setattr(simulated, "keys", keys)
    next(names())
    tracemalloc.start()
    Labeller().prepare((entry.path, entry.root) for entry in walk([ROOT]))
    count = sum(1 for _ in walk([ROOT]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == keys
    assert most < 4e6


def test_a_page_that_fails_goes_on_from_the_last_key(
    simulated: type[Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "failing", staticmethod(lambda number: number % 3 == 0))
    assert list(names()) == [simulated.key(number) for number in range(10_000)]
    starts = dict.fromkeys(simulated.asked)
    assert list(starts) == ["", *(simulated.key(number * 1000 - 1) for number in range(1, 10))]
    assert len(simulated.asked) == 14, "none but those that failed was asked for twice"


def test_a_listing_that_breaks_off_is_no_shorter_listing(
    simulated: type[Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a listing would be half a manifest; who calls again begins anew, since keys may have come before."""
    monkeypatch.setattr(simulated, "failing", staticmethod(lambda number: 5 <= number < 5 + retry.TRIES))
    seen: list[str] = []
    with pytest.raises(OSError, match="the connection was lost, 6 times"):
        seen.extend(names())
    assert simulated.asked[4:] == [simulated.key(3_999)] * retry.TRIES
    assert list(names()) == [simulated.key(number) for number in range(10_000)]
