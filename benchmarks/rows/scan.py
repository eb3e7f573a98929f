"""Scanning."""

from benchmarks import inputs, manifests
from benchmarks.measure import job
from benchmarks.peers import burnish, peer, shell
from benchmarks.row import Row, Sized


def scan_images(sized: Sized) -> Row:
    count = sized(1000)
    photos = inputs.photos(count)
    return Row(
        f"scan {count:,} JPEGs of 110 KB",
        job(burnish("scan", photos, "-j2")),
        ">= 10 times as fast, <= 1.2 times the limit",
        count,
        job(peer("cleanvision_find_issues.py", photos)),
        job(peer("bare_image_load.py", photos)),
        ("cleanvision", "bare Pillow decode, 2 processes"),
    )


def scan_audio(sized: Sized) -> Row:
    count = sized(3000)
    clips = inputs.clips(count)
    return Row(
        f"scan {count:,} WAVs of 1 s",
        job(burnish("scan", clips, "-j2")),
        "<= 2.5 times the limit",
        count,
        limit=job(peer("bare_audio_read.py", clips)),
        names=("", "bare soundfile.read + SHA-256, 2 processes"),
    )


def scan_levels(sized: Sized) -> Row:
    count = sized(3000)
    clips = inputs.clips(count)
    return Row(
        f"scan {count:,} WAVs of 1 s, --facts of loudness, peak and clipping",
        job(burnish("scan", clips, "-j2", "--facts", "loudness_lufs,peak_dbfs,clipping_ratio")),
        "",
        count,
        limit=job(peer("bare_audio_read.py", clips)),
        names=("", "bare soundfile.read + SHA-256, 2 processes"),
    )


def scan_garments(sized: Sized) -> Row:
    count = sized(1000)
    photos = inputs.garments(count)
    return Row(
        f"scan {count:,} JPEGs of 20 to 40 KB",
        job(burnish("scan", photos, "-j2")),
        "<= 1.2 times the limit",
        count,
        limit=job(peer("bare_image_load.py", photos)),
        names=("", "bare Pillow decode, 2 processes"),
    )


def scan_small(sized: Sized) -> Row:
    count = sized(100_000)
    tree = inputs.many_files(count)
    return Row(
        f"scan {count:,} WAVs of 50 ms",
        job(burnish("scan", tree, "-j2")),
        "<= 200 µs a file",
        count,
        limit=job(peer("bare_audio_read.py", tree)),
        names=("", "bare soundfile.read + SHA-256, 2 processes"),
    )


def rescan(sized: Sized) -> Row:
    count = sized(100_000)
    tree = inputs.many_files(count)
    return Row(
        f"scan {count:,} unchanged files again",
        job(burnish("scan", tree, "-o", manifests.scanned(tree))),
        ">= 20,000 files/s",
        count,
        limit=job(shell("stat_all.sh", tree)),
        names=("", "find, which looks at each file"),
    )


ROWS = {
    "scan-images": scan_images,
    "scan-garments": scan_garments,
    "scan-audio": scan_audio,
    "scan-levels": scan_levels,
    "scan-small": scan_small,
    "rescan": rescan,
}
