"""The loop that people write: `audiomentations_loop.py IN OUT NOISE [PROCESSES]`: trim, add noise, make even."""

import os
import sys
import warnings

import audiomentations
import numpy as np
import soundfile

warnings.simplefilter("ignore")
CHANGE = audiomentations.Compose(
    [
        audiomentations.Trim(top_db=40, p=1.0),
        audiomentations.AddBackgroundNoise(sys.argv[3], min_snr_db=0, max_snr_db=15, p=1.0),
        audiomentations.LoudnessNormalization(min_lufs=-23, max_lufs=-23, p=1.0),
    ]
)


def change(names: tuple[str, str]) -> None:
    source, target = names
    samples, rate = soundfile.read(source, dtype="float32")
    changed = CHANGE(samples, sample_rate=rate)
    soundfile.write(target, changed / max(1.0, np.abs(changed).max()), rate, subtype="PCM_16")


if __name__ == "__main__":
    folder, out = sys.argv[1:3]
    processes = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    os.makedirs(out)
    todo = [(os.path.join(folder, name), os.path.join(out, name)) for name in sorted(os.listdir(folder))]
    if processes == 1:
        for pair in todo:
            change(pair)
    else:
        from multiprocessing import Pool

        with Pool(processes) as pool:
            pool.map(change, todo, chunksize=16)
