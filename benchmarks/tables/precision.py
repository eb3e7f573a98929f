"""Which of the pairs that are found are copies, and which copies are found: burnish and imagededup."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from benchmarks.copies import photos_with_copies, true_pairs
from benchmarks.peers import burnish, peer
from benchmarks.row import Sized

Pairs = set[tuple[str, str]]


def table(sized: Sized) -> Iterator[str]:
    """Yield the lines of the table."""
    photos = photos_with_copies(sized(10_000))
    names = sorted(path.name for path in photos.iterdir())
    planted = true_pairs(names)
    yield f"Copies among {len(names):,} photos ({len(planted):,} pairs planted):\n"
    yield "| | pairs found | of those planted (precision) | planted ones found (recall) |\n|---|---|---|---|"
    wrong = []
    for name, found in (("burnish scan, dedup", _burnish(photos)), ("imagededup phash, 10 bits", _imagededup(photos))):
        right = len(found & planted)
        precision, recall = right / max(1, len(found)), right / max(1, len(planted))
        yield f"| {name} | {len(found):,} | {precision:.4f} | {recall:.4f} |"
        wrong.append(f"{name}: {', '.join(' = '.join(pair) for pair in sorted(found - planted)[:5]) or 'none'}")
    yield "\nFound, but not planted (the first five):\n"
    yield "\n".join(f"- {line}" for line in wrong) + "\n"


def _burnish(photos: Path) -> Pairs:
    scan = subprocess.run(burnish("scan", photos, "-q"), check=True, capture_output=True)
    dedup = subprocess.run(burnish("dedup", "--json", "-q"), input=scan.stdout, check=True, capture_output=True)
    found: Pairs = set()
    for group in json.loads(dedup.stdout)["groups"]:
        names = sorted(Path(path).name for path in (*group["kept"], *group["dropped"]))
        found.update(combinations(names, 2))
    return found


def _imagededup(photos: Path) -> Pairs:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        subprocess.run(peer("imagededup_phash.py", photos, out), check=True, capture_output=True)
        found = json.loads(out.read_bytes())
    return {(min(one, other), max(one, other)) for one, others in found.items() for other in others}
