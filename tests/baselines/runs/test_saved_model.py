"""The model of a run, read back."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from baselines.features.extract import extract
from baselines.features.reading import Reading
from baselines.runs.provenance import Clock
from baselines.runs.save_run import keep_run
from baselines.runs.saved_model import load_model
from baselines.training.options import Options
from baselines.training.train import train
from curate.ground.errors import InputError
from tests.baselines.samples import tones


@pytest.mark.slow
@pytest.mark.parametrize("name", ["svm", "logistic", "knn", "trees", "majority"])
def test_every_model_comes_back_and_says_the_same(tmp_path: Path, name: str) -> None:
    samples, reading = tones(tmp_path / "a", 3), Reading(cache="", jobs=1)
    options = Options(model=name, reading=reading)
    keep_run(str(tmp_path / "run"), [], options.parameters(), samples, train(samples, options).result, Clock())
    model, record = load_model(str(tmp_path / "run"))
    features = extract(samples, "audio", reading).features
    said = [record.labels[i] for i in np.asarray(model.predict(features.astype(np.float64))).tolist()]
    assert record.labels == ("high", "low")
    expected = [one.label for one in samples] if name != "majority" else ["high"] * 6
    assert said == expected


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    samples = tones(tmp_path / "a", 3)
    options = Options(model="knn", reading=Reading(cache="", jobs=1))
    keep_run(str(tmp_path / "run"), [], {}, samples, train(samples, options).result, Clock())
    path = tmp_path / "run" / "model.skops"
    path.write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match=r"model\.skops is no model of burnish's"):
        load_model(str(tmp_path / "run"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", '{"__class__": "system", "__module__": "os", "__loader__": "ObjectNode"}')
    with pytest.raises(InputError, match=r"model\.skops is no model of burnish's"):
        load_model(str(tmp_path / "run"))
    path.unlink()
    with pytest.raises(InputError, match="has no model"):
        load_model(str(tmp_path / "run"))
