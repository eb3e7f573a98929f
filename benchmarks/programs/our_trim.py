"""The silence around each recording by our function, one process: `our_trim.py FOLDER`."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from augment.audio.trim_silence import trim_bounds
from curate.media.audio import load_audio
from curate.media.storage import read_media

if __name__ == "__main__":
    for name in sorted(os.listdir(sys.argv[1])):
        samples, _ = load_audio(read_media(os.path.join(sys.argv[1], name)) or b"")
        print(name, trim_bounds(samples, 40))
