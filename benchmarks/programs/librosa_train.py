"""What people write first: librosa's features of one clip after the other, then logistic regression.

`librosa_train.py MANIFEST`: trains on the samples of the split train, prints the accuracy on those of test.
"""

import json
import sys

import librosa
import numpy as np
import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def features(path: str) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32")
    cepstral = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20, n_fft=512)
    changes = librosa.feature.delta(cepstral, width=5, mode="nearest")
    mel = librosa.power_to_db(librosa.feature.melspectrogram(y=samples, sr=rate, n_mels=40, n_fft=512))
    return np.concatenate([part for one in (cepstral, changes, mel) for part in (one.mean(axis=1), one.std(axis=1))])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        samples = [json.loads(line) for line in file]
    table = np.array([features(sample["path"]) for sample in samples])
    labels = np.array([sample["label"] for sample in samples])
    train = np.array([sample["split"] == "train" for sample in samples])
    test = np.array([sample["split"] == "test" for sample in samples])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(table[train], labels[train])
    print(model.score(table[test], labels[test]))
