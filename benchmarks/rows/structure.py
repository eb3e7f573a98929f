"""Parting and arranging."""

from benchmarks import inputs, manifests
from benchmarks.measure import WORK, job
from benchmarks.peers import burnish, peer, shell
from benchmarks.row import Row, Sized


def split(sized: Sized) -> Row:
    count = sized(100_000)
    manifest = manifests.generated(count)
    return Row(
        f"split of {count:,} samples, each class in its shares",
        job(burnish("split", manifest, "-q")),
        "",
        count,
        limit=job(peer("bare_lines.py", manifest)),
        names=("", "bare msgspec decode + write of the lines"),
    )


def split_folders(sized: Sized) -> Row:
    count = sized(1000)
    folder = inputs.classes(count)
    return Row(
        f"{count:,} photos from a folder of classes copied into train, val and test",
        job(
            burnish("scan", folder, "--shallow", "-q"),
            burnish("split", "-q"),
            burnish("organize", "--into", f"{WORK}/out", "--metadata", "none", "--apply", "-q"),
        ),
        "",
        count,
        job(peer("splitfolders_ratio.py", folder, f"{WORK}/out")),
        names=("split-folders", ""),
    )


def organize(sized: Sized) -> Row:
    count = sized(1000)
    photos = inputs.photos(count)
    manifest = manifests.scanned(photos, "--label", "none")
    return Row(
        f"organize of {count:,} JPEGs of 110 KB, copied and journaled",
        job(burnish("organize", manifest, "--into", f"{WORK}/out", "--apply", "-q")),
        "",
        count,
        limit=job(shell("copy_and_hash.sh", photos, f"{WORK}/out")),
        names=("", "cp -r and sha256sum"),
    )


ROWS = {"split": split, "split-folders": split_folders, "organize": organize}
