"""Models by their names at timm and Hugging Face: with torch one that the test makes, else what is missing."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from baselines.embeddings.embed import load_model
from baselines.embeddings.torch_models import HUBS, is_hub_name, load_hub_model
from curate.ground.errors import InputError, UsageError

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


def test_names_of_hubs() -> None:
    assert is_hub_name("timm:resnet18")
    assert is_hub_name("hf:a/b")
    assert not is_hub_name("photos")
    assert not is_hub_name("timm")
    assert not is_hub_name("other:x")


@pytest.mark.parametrize("hub", sorted(HUBS))
def test_an_empty_name_is_refused(hub: str) -> None:
    with pytest.raises(UsageError, match="needs the name of a model"):
        load_hub_model(f"{hub}:")


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
@pytest.mark.parametrize(
    ("name", "packages"), [("timm:resnet18", "timm torch onnx"), ("hf:a/b", "transformers torch onnx")]
)
def test_without_torch_the_error_says_what_to_install(name: str, packages: str) -> None:
    with pytest.raises(UsageError, match=f"pip install {packages}"):
        load_model(name, None, None)


@needs_torch
@pytest.mark.skipif(find_spec("timm") is None, reason="timm is not installed")
def test_timm_and_opencv_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    timm, torch = import_module("timm"), import_module("torch")

    torch.manual_seed(0)
    made = timm.create_model("resnet18", pretrained=False, num_classes=0).eval()
    # The test has no network: the weights are those of the model that it made.
    monkeypatch.setattr(timm, "create_model", lambda *_, **__: made)
    network, preprocessing = load_hub_model("timm:resnet18")
    batch = preprocessing.apply(np.random.default_rng(0).integers(0, 255, (300, 280, 3), np.uint8))
    with torch.no_grad():
        expected = made(torch.from_numpy(batch)).numpy()
    assert np.allclose(network.load()(batch), expected, atol=1e-3)


@needs_torch
@pytest.mark.skipif(find_spec("transformers") is None, reason="transformers is not installed")
def test_a_saved_model_of_hugging_face(tmp_path: Path) -> None:
    torch, transformers = import_module("torch"), import_module("transformers")

    config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    made = transformers.ResNetModel(config).eval()
    made.save_pretrained(tmp_path)
    transformers.ConvNextImageProcessor(size={"shortest_edge": 64}).save_pretrained(tmp_path)
    network, preprocessing = load_hub_model(f"hf:{tmp_path}")
    batch = preprocessing.apply(np.random.default_rng(0).integers(0, 255, (80, 90, 3), np.uint8))
    with torch.no_grad():
        expected = made(torch.from_numpy(batch)).pooler_output.flatten(1).numpy()
    assert np.allclose(network.load()(batch), expected, atol=1e-3)


@needs_torch
def test_a_name_that_there_is_not_is_one_line(tmp_path: Path) -> None:
    with pytest.raises((InputError, UsageError)) as caught:
        load_hub_model(f"hf:{tmp_path / 'none'}")
    assert "\n" not in str(caught.value)
