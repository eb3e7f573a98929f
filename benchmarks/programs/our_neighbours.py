"""Neighbours of random vectors, in clusters as embeddings are: `our_neighbours.py VECTORS LENGTH [K]`."""

import sys
import time

import numpy as np

from curate.embeddings.neighbours import nearest, unit

count, length = int(sys.argv[1]), int(sys.argv[2])
k = int(sys.argv[3]) if len(sys.argv) > 3 else 10
rng = np.random.default_rng(0)
centres = rng.standard_normal((100, length), np.float32)
vectors = unit(centres[rng.integers(0, 100, count)] + rng.standard_normal((count, length), np.float32))
start, cpu = time.monotonic(), time.process_time()
found = nearest(vectors, k)
print(f"{count:,} x {length}, k {k}: {time.monotonic() - start:.1f} s, {time.process_time() - cpu:.1f} s of processor")
