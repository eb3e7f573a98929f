"""Filters and reports that only read lines, alone and in a pipe."""

from benchmarks import manifests
from benchmarks.measure import job
from benchmarks.peers import burnish, peer
from benchmarks.row import Row, Sized

_BARE = ("", "bare msgspec decode + write of the lines")


def clean(sized: Sized) -> Row:
    count = sized(100_000)
    manifest = manifests.generated(count)
    return Row(
        f"clean of {count:,} samples",
        job(burnish("clean", manifest, "-q")),
        "",
        count,
        limit=job(peer("bare_lines.py", manifest)),
        names=_BARE,
    )


def balance(sized: Sized) -> Row:
    count = sized(1_000_000)
    manifest = manifests.generated(count)
    return Row(
        f"balance of {count:,} samples",
        job(burnish("balance", manifest)),
        ">= 150,000 samples/s, < 150 MB",
        count,
        limit=job(peer("bare_lines.py", manifest)),
        names=_BARE,
    )


def pipe(sized: Sized) -> Row:
    count = sized(100_000)
    manifest, root = manifests.with_files(count)
    bare = peer("bare_lines.py")
    return Row(
        f"clean, dedup --exact, split, tag --auto, balance of {count:,} samples in one pipe",
        job(
            burnish("clean", manifest, "-q"),
            burnish("dedup", "--exact", "--root", root, "-q"),
            burnish("split", "-q"),
            burnish("tag", "--auto", "-q"),
            burnish("balance", "--by", "split"),
        ),
        "<= 3 s",
        count,
        limit=job([*bare, str(manifest)], bare, bare, bare, bare),
        names=("", "five processes that decode and write each line"),
    )


ROWS = {"clean": clean, "balance": balance, "pipe": pipe}
