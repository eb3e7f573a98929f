"""The silence around each recording, by librosa: `librosa_trim.py FOLDER`."""

import os
import sys

import librosa
import soundfile

if __name__ == "__main__":
    for name in sorted(os.listdir(sys.argv[1])):
        data, _ = soundfile.read(os.path.join(sys.argv[1], name), dtype="float32")
        print(name, librosa.effects.trim(data, top_db=40)[1])
