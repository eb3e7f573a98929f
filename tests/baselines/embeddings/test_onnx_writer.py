"""ONNX files as OpenCV reads them: each operation that is written, against the formula."""

import cv2
import numpy as np
import pytest

from baselines.embeddings import onnx_writer as onnx


def run(
    data: bytes, value: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(value)
    return np.array(net.forward(), np.float32)


def test_a_convolution_with_uneven_padding_a_clip_and_a_mean() -> None:
    generator = np.random.default_rng(0)
    image = generator.standard_normal((1, 2, 6, 6)).astype(np.float32)
    weights, bias = generator.standard_normal((3, 2, 3, 3)).astype(np.float32), np.array([0.1, -0.2, 5.0], np.float32)
    data = onnx.model(
        [
            onnx.node("Conv", ["x", "w", "b"], "c", kernel_shape=(3, 3), strides=(2, 2), pads=(0, 0, 1, 1), group=1),
            onnx.node("Clip", ["c", "zero", "six"], "r"),
            onnx.node("GlobalAveragePool", ["r"], "p"),
            onnx.node("Flatten", ["p"], "y", axis=1),
        ],
        [
            onnx.weight("w", weights),
            onnx.weight("b", bias),
            onnx.weight("zero", np.array(0, np.float32)),
            onnx.weight("six", np.array(6, np.float32)),
        ],
        {"x": image.shape},
        {"y": (1, 3)},
    )
    padded = np.pad(image[0], ((0, 0), (0, 1), (0, 1)))
    places = [[padded[:, i : i + 3, j : j + 3] for j in (0, 2, 4)] for i in (0, 2, 4)]
    plain = np.array(
        [[[(w * part).sum() + b for part in row] for row in places] for w, b in zip(weights, bias, strict=True)]
    )
    assert run(data, image).ravel() == pytest.approx(np.clip(plain, 0, 6).mean(axis=(1, 2)), abs=1e-5)


def test_each_channel_by_itself_and_a_sum() -> None:
    image = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)
    data = onnx.model(
        [
            onnx.node("Conv", ["x", "w"], "c", kernel_shape=(1, 1), strides=(1, 1), pads=(0, 0, 0, 0), group=2),
            onnx.node("Add", ["c", "x"], "y"),
        ],
        [onnx.weight("w", np.array([[[[10]]], [[[100]]]], np.float32))],
        {"x": image.shape},
        {"y": image.shape},
    )
    assert run(data, image).tolist() == (image * np.array([11, 101], np.float32)[:, None, None]).tolist()


@pytest.mark.parametrize(("value", "coded"), [(0, b"\x00"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")])
def test_whole_numbers_are_coded_as_protocol_buffers_do(value: int, coded: bytes) -> None:
    assert onnx._varint(value) == coded
