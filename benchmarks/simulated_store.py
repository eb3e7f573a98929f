"""An S3 of so many keys, whose listing is made up as it is asked for: what a listing costs, without a million objects.

    python -m benchmarks.simulated_store [--keys 1000000]

Prints, for the listing alone and for the walk that a scan makes of it, seconds and the growth of memory after the first
page.
"""

import argparse
import asyncio
import os
import time
from typing import Any

import fsspec
from fsspec.asyn import AsyncFileSystem

from curate.media.storage.remote import pages
from curate.scan.labels import Labeller
from curate.scan.walk import walk

FOLDERS = 100


class Simulated(AsyncFileSystem):  # type: ignore[misc]
    """Answers listings of `s3://bucket/set`, as s3fs does; the class `keys` says how many there are.

    Attributes:
        keys: How many.
        asked: After which key each page was asked for.
        failing: Is shown the number of each request, and says whether it fails.
    """

    protocol = "s3"
    anon = True
    keys = 1_000_000
    asked: list[str] = []  # noqa: RUF012 - shared by all, as the store is
    failing: Any = staticmethod(lambda _: False)

    async def _call_s3(self, method: str, **said: Any) -> dict[str, Any]:
        assert method == "list_objects_v2"
        await asyncio.sleep(0)
        type(self).asked.append(said.get("StartAfter", ""))
        if self.failing(len(self.asked)):
            raise ConnectionResetError("as it happens")
        last = said.get("StartAfter", "")
        first = int(last.rpartition("/")[2].partition(".")[0]) + 1 if last else 0
        # Numbers in the folders, so that their order is that of the names.
        found = [
            {"Key": self.key(number), "Size": 100_000 + number % 1000, "ETag": f'"{number:032x}"'}
            for number in range(first, min(first + said["MaxKeys"], self.keys))
        ]
        return {"Contents": found, "IsTruncated": first + len(found) < self.keys}

    async def _info(self, path: str, **_: Any) -> dict[str, Any]:
        raise FileNotFoundError(path)

    @classmethod
    def key(cls, number: int) -> str:
        """Return the name of a key."""
        return f"set/{number * FOLDERS // cls.keys:03d}/{number:09d}.jpg"


def install() -> None:
    """Put it in the place of s3fs."""
    fsspec.register_implementation("s3", Simulated, clobber=True)


def _resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=1_000_000)
    Simulated.keys = parser.parse_args().keys
    install()

    def names() -> Any:
        Labeller().prepare((entry.path, entry.root) for entry in walk(["s3://bucket/set"]))
        yield from walk(["s3://bucket/set"])

    next(names())
    for what, found in (
        ("listing", (one for page in pages("s3://bucket/set") for one in page)),
        ("walk of a scan, which lists twice", names()),
    ):
        before, began, most, count = _resident_mb(), time.monotonic(), 0.0, 0
        for count, _ in enumerate(found, 1):
            if count % 1000 == 0:
                most = max(most, _resident_mb())
        print(f"{what}: {count:,} keys, {time.monotonic() - began:.1f} s, memory grew by {most - before:.1f} MB")


if __name__ == "__main__":
    main()
