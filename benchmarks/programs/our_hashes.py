"""Our search among COUNT random hashes, distance 10: `our_hashes.py COUNT`; see hashes.py for planted pairs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import numpy as np

from curate.duplicates.image.hash_candidates import near_pairs

if __name__ == "__main__":
    hashes = np.random.default_rng(0).integers(0, 2**64, int(sys.argv[1]), dtype=np.uint64)
    print(sum(len(pairs) for pairs in near_pairs(hashes, 10)))
