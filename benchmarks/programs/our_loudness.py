"""Integrated loudness of each file by our function, one process: `our_loudness.py FOLDER`."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from curate.facts.loudness import loudness_lufs
from curate.media.audio import load_audio
from curate.media.storage import read_media

if __name__ == "__main__":
    for name in sorted(os.listdir(sys.argv[1])):
        samples, rate = load_audio(read_media(os.path.join(sys.argv[1], name)) or b"")
        print(name, loudness_lufs(samples, rate))
