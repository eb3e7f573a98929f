"""imagededup's perceptual hash on a folder, two processes: `imagededup_phash.py FOLDER [OUT.json]`."""

import json
import sys

from without_torch import PHash

if __name__ == "__main__":
    found = PHash(verbose=False).find_duplicates(image_dir=sys.argv[1], num_enc_workers=2, num_dist_workers=2)
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            json.dump(found, file)
