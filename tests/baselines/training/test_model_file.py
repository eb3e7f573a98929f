"""The saved model comes back, and nothing else does."""

import io
import json
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest

from baselines.features.extract import extract
from baselines.features.reading import Reading
from baselines.runs.run_folder import read_run
from baselines.runs.save_run import Clock, save_run
from baselines.training.model_file import load_model
from baselines.training.options import TrainingOptions
from baselines.training.train import train
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode
from tests.baselines.samples import tones
from tests.soak import some

READING = Reading(cache="", jobs=1)


def make_run(tmp_path: Path, model: str = "knn") -> Path:
    samples = tones(tmp_path / "a", 3)
    options = TrainingOptions(model=model, reading=READING)
    save_run(str(tmp_path / "run"), [], options.parameters(), samples, train(samples, options).result, Clock())
    return tmp_path / "run"


def set_digest(run: Path, digest: str | None) -> None:
    """Make the record of a run that of a file, or of a version that knew no digests."""
    (run / "run.json").write_bytes(encode(msgspec.structs.replace(read_run(str(run)), model_digest=digest)))


def write_archive(path: Path, schema: object) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))


@pytest.mark.slow
@pytest.mark.parametrize("name", some(["svm", "logistic", "majority", "knn", "trees"], 3))
def test_every_model_comes_back_and_says_the_same(tmp_path: Path, name: str) -> None:
    run = make_run(tmp_path, name)
    model, record = load_model(str(run))
    samples = tones(tmp_path / "a", 3)
    features = extract(samples, "audio", READING).features
    said = [record.labels[i] for i in np.asarray(model.predict(features.astype(np.float64))).tolist()]  # type: ignore[attr-defined]
    assert record.labels == ("high", "low")
    expected = [one.label for one in samples] if name != "majority" else ["high"] * 6
    assert said == expected


def test_a_file_that_is_not_the_one_that_was_written_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    data = bytearray((run / "model.skops").read_bytes())
    data[len(data) // 2] ^= 1
    (run / "model.skops").write_bytes(data)
    with pytest.raises(InputError, match=r"model\.skops is not the file that was written with this run"):
        load_model(str(run))


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"__class__": "system", "__module__": "os", "__loader__": "ObjectNode"}, "os.system"),
        ({"__class__": "Pipeline", "__module__": "sklearn.pipeline", "__loader__": "ObjectNode"}, "sklearn.pipeline"),
        (
            {
                "__class__": "KNeighborsClassifier",
                "__module__": "sklearn.neighbors._classification",
                "__loader__": "ObjectNode",
                "content": {"content": {"metric": {"__class__": "loadtxt", "__module__": "numpy"}}},
            },
            "numpy.loadtxt",
        ),
    ],
    ids=["a function", "trusted by skops", "inside"],
)
def test_a_type_that_is_no_part_of_such_a_model_is_named(tmp_path: Path, schema: object, named: str) -> None:
    run = make_run(tmp_path)
    set_digest(run, None)
    write_archive(run / "model.skops", schema)
    with pytest.raises(InputError, match=rf"it holds {named}.*, which is no part of such a model; train again"):
        load_model(str(run))


def test_another_model_than_the_record_names_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    set_digest(run, None)
    record = read_run(str(run))
    assert record.model is not None
    other = msgspec.structs.replace(record, model=msgspec.structs.replace(record.model, name="svm"))
    (run / "run.json").write_bytes(encode(other))
    with pytest.raises(InputError, match="KNeighborsClassifier, which is no part of such a model"):
        load_model(str(run))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    set_digest(run, None)
    (run / "model.skops").write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match=r"model\.skops is no model of burnish's"):
        load_model(str(run))
    (run / "model.skops").unlink()
    with pytest.raises(InputError, match="has no model"):
        load_model(str(run))


def test_a_file_that_unpacks_to_more_than_memory_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    set_digest(run, None)
    with zipfile.ZipFile(run / "model.skops", "w") as archive:
        archive.writestr("schema.json", "{}")
    data = bytearray((run / "model.skops").read_bytes())
    # The unpacked size that the central directory promises.
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = (0xFFFFFFF0).to_bytes(4, "little")
    (run / "model.skops").write_bytes(data)
    assert zipfile.ZipFile(io.BytesIO(bytes(data))).infolist()[0].file_size > 4_000_000_000
    with pytest.raises(InputError, match=r"larger than any model's|unpacks to more"):
        load_model(str(run))


def test_another_version_of_scikit_learn_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    record = read_run(str(run))
    (run / "run.json").write_bytes(encode(msgspec.structs.replace(record, versions={"scikit-learn": "1.2"})))
    with pytest.raises(UsageError, match=r"was made by scikit-learn 1\.2, and this is .*; train that run again"):
        load_model(str(run))
