"""split-folders, as its README shows it: `splitfolders_ratio.py IN OUT`."""

import sys

import splitfolders

if __name__ == "__main__":
    splitfolders.ratio(sys.argv[1], output=sys.argv[2], seed=0, ratio=(0.8, 0.1, 0.1))
