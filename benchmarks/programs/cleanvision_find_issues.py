"""cleanvision on a folder, two processes, as its README shows it."""

import sys

from cleanvision import Imagelab

if __name__ == "__main__":
    Imagelab(data_path=sys.argv[1]).find_issues(n_jobs=2)
