"""A million random 64-bit hashes with 10,000 planted near pairs: are all found, how fast, in how much memory?

python benchmarks/hashes.py [DISTANCE]
"""

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from curate.duplicates.image.hash_candidates import near_pairs


def main() -> None:
    """Plant, search, count."""
    distance = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    generator = np.random.default_rng(0)
    hashes = generator.integers(0, 2**64, 1_000_000, dtype=np.uint64)
    places = generator.choice(len(hashes), (10_000, 2), replace=False)
    for one, other in places:
        bits = generator.choice(64, generator.integers(1, distance + 1), replace=False)
        hashes[other] = hashes[one] ^ np.bitwise_or.reduce(np.uint64(1) << bits.astype(np.uint64))
    began = time.perf_counter()
    found: set[tuple[int, int]] = set()
    for pairs in near_pairs(hashes, distance):
        found.update(map(tuple, pairs.tolist()))
    seconds = time.perf_counter() - began
    planted = {(int(min(pair)), int(max(pair))) for pair in places}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"distance {distance}: {len(planted & found):,} of {len(planted):,} planted pairs, {len(found):,} in all, "
        f"{seconds:.1f} s, {peak:.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
