"""Integrated loudness of each file, as pyloudnorm's README shows it: `pyloudnorm_loudness.py FOLDER`."""

import os
import sys

import pyloudnorm
import soundfile

if __name__ == "__main__":
    for name in sorted(os.listdir(sys.argv[1])):
        data, rate = soundfile.read(os.path.join(sys.argv[1], name))
        print(name, pyloudnorm.Meter(rate).integrated_loudness(data))
