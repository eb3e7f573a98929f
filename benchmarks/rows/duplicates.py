"""Finding copies."""

from benchmarks.copies import photos_with_copies
from benchmarks.measure import job
from benchmarks.peers import burnish, ours, peer
from benchmarks.row import Row, Sized


def dedup(sized: Sized) -> Row:
    count = sized(10_000)
    photos = photos_with_copies(count)
    return Row(
        f"scan and dedup {count:,} photos, a tenth of them copies",
        job(burnish("scan", photos, "-q", "-j2"), burnish("dedup", "-q", "-j2")),
        ">= 5 times as fast",
        count,
        job(peer("imagededup_phash.py", photos)),
        job(peer("bare_image_load.py", photos)),
        ("imagededup phash, distance 10", "bare Pillow decode, 2 processes"),
    )


def hashes(sized: Sized) -> Row:
    count = sized(50_000)
    return Row(
        f"pairs within 10 bits among {count:,} hashes",
        job(ours("our_hashes.py", count)),
        "",
        count,
        job(peer("imagededup_hashes.py", count)),
        names=("imagededup", ""),
    )


def million_hashes(sized: Sized) -> Row:
    count = sized(1_000_000)
    return Row(f"pairs within 10 bits among {count:,} hashes", job(ours("our_hashes.py", count)), "", count)


ROWS = {"dedup": dedup, "hashes": hashes, "million-hashes": million_hashes}
