"""imagededup's search among COUNT random hashes, distance 10: `imagededup_hashes.py COUNT`."""

import random
import sys

from without_torch import PHash

if __name__ == "__main__":
    draw = random.Random(0)
    hashes = {str(number): f"{draw.getrandbits(64):016x}" for number in range(int(sys.argv[1]))}
    PHash(verbose=False).find_duplicates(encoding_map=hashes, max_distance_threshold=10, num_dist_workers=2)
