"""Models by their names at timm and Hugging Face: loaded with torch, exported to ONNX, and run like any other model.

torch is only needed for the export, in this process; what workers run is the exported network, in OpenCV. Weights come
from the hub's own cache, or are downloaded by timm or transformers, which say so.
"""

import io
import warnings
from importlib import import_module
from typing import Any

from baselines.embeddings.network import Network
from baselines.embeddings.preprocessing import ImagePreprocessing
from curate.ground.errors import InputError, UsageError

HUBS = {"timm": ("timm", "torch", "onnx"), "hf": ("transformers", "torch", "onnx")}
"""What stands before the colon, and the packages that it takes."""
_OPSET = 17
_PIL_BOX_SIDE = 224


def is_hub_name(name: str) -> bool:
    """Return whether a name of `--package` is one of a hub: `timm:NAME` or `hf:NAME`."""
    return name.partition(":")[0] in HUBS and ":" in name


def load_hub_model(name: str) -> tuple[Network, ImagePreprocessing]:
    """Return the exported network of a model, without its classifier, and what it is given.

    Args:
        name: `timm:resnet18.a1_in1k` or `hf:facebook/dinov2-small`; `hf:` also takes a folder with a saved model.

    Raises:
        UsageError: The name is empty, or a package is not installed; says how to install it.
        InputError: The hub has no such model, it cannot be had, or it is none of pictures.
    """
    hub, _, model = name.partition(":")
    if not model:
        raise UsageError(f"--package {name} needs the name of a model, like timm:resnet18.a1_in1k")
    for package in HUBS[hub]:
        try:
            import_module(package)
        except ImportError:
            raise UsageError(
                f"--package {name} needs {', '.join(HUBS[hub])}: pip install {' '.join(HUBS[hub])} (no extra of "
                "burnish brings torch, which takes gigabytes); or --model FILE.onnx"
            ) from None
        except Exception as error:
            # torchvision built for another torch: RuntimeError, "operator torchvision::nms does not exist".
            raise UsageError(f"--package {name}: {package} is installed and broken: {_first_line(error)}") from None
    load = {"timm": _timm, "hf": _hugging_face}[hub]
    try:
        module, preprocessing = load(model)
    except (UsageError, InputError):
        raise
    except Exception as error:
        # A missing name, no network, a gated model, weights that do not fit: each library has its own exceptions.
        raise InputError(
            f"--package {name}: {_first_line(error)}; is the name right, and is there a network?"
        ) from None
    try:
        return Network("onnx", export(module, preprocessing)), preprocessing
    except Exception as error:
        raise InputError(f"--package {name} cannot be exported to ONNX: {_first_line(error)}") from None


def export(module: Any, preprocessing: ImagePreprocessing) -> bytes:
    """Return a torch module as an ONNX file, for batches of any size.

    Args:
        module: Takes float32 of shape (batch, 3, height, width).
        preprocessing: Says which size.
    """
    torch: Any = import_module("torch")
    width, height = preprocessing.size if isinstance(preprocessing.size, tuple) else (preprocessing.size,) * 2
    file = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        # Tracing warns of every branch that a network takes by its shape, and from 2.9 on of itself.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            (torch.zeros(1, 3, height, width),),
            file,
            input_names=["pixels"],
            output_names=["vector"],
            dynamic_axes={"pixels": {0: "batch"}, "vector": {0: "batch"}},
            opset_version=_OPSET,
            # The exporter by tracing: the newer one needs onnxscript, and writes weights beside the file.
            dynamo=False,
        )
    return file.getvalue()


def _timm(name: str) -> tuple[Any, ImagePreprocessing]:
    timm: Any = import_module("timm")
    # Without a classifier the output is the pooled vector, whatever the family of the network.
    module = timm.create_model(name, pretrained=True, num_classes=0)
    config = timm.data.resolve_model_data_config(module)
    _, height, width = config["input_size"]
    return module, ImagePreprocessing(
        size=(int(width), int(height)), mean=_three(config["mean"]), std=_three(config["std"])
    )


def _hugging_face(name: str) -> tuple[Any, ImagePreprocessing]:
    transformers: Any = import_module("transformers")
    processor = transformers.AutoImageProcessor.from_pretrained(name).to_dict()
    model = transformers.AutoModel.from_pretrained(name)
    # Of CLIP and its like, the tower that sees; of the others the model itself.
    model = getattr(model, "vision_model", model)
    size = processor.get("crop_size") or processor.get("size") or {}
    side = size.get("shortest_edge", _PIL_BOX_SIDE)
    normalized = processor.get("do_normalize", True)
    preprocessing = ImagePreprocessing(
        size=(int(size.get("width", side)), int(size.get("height", side))),
        mean=_three(processor["image_mean"]) if normalized else 0.0,
        std=_three(processor["image_std"]) if normalized else 1.0,
    )
    return _pooled(model), preprocessing


def _pooled(model: Any) -> Any:
    """Return a module whose output is one vector for each picture."""
    torch: Any = import_module("torch")

    class Pooled(torch.nn.Module):  # type: ignore[misc] # torch may not be there
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, pixels: Any) -> Any:
            found = self.model(pixel_values=pixels, return_dict=True)
            pooled = getattr(found, "pooler_output", None)
            # Transformers without a pooler: the mean over patches; (batch, patches, length).
            return found.last_hidden_state.mean(dim=1) if pooled is None else pooled.flatten(1)

    return Pooled()


def _three(values: Any) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
