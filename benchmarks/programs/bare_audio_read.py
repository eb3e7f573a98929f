"""The limit of scanning recordings with soundfile: read and hash each, two processes, nothing else."""

import hashlib
import os
import sys
from multiprocessing import Pool

import soundfile


def read(path: str) -> None:
    with open(path, "rb") as file:
        hashlib.sha256(file.read()).hexdigest()
    soundfile.read(path)


if __name__ == "__main__":
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names]
    with Pool(2) as pool:
        pool.map(read, paths, chunksize=16)
