"""The limit of scanning pictures with Pillow: open and load each, two processes, nothing else."""

import os
import sys
from multiprocessing import Pool

import PIL.Image


def load(path: str) -> None:
    PIL.Image.open(path).load()


if __name__ == "__main__":
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names]
    with Pool(2) as pool:
        pool.map(load, paths, chunksize=16)
