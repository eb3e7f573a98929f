"""A network that OpenCV's dnn module runs: ONNX or TFLite, on one thread, in batches.

OpenCV is installed with burnish anyway, and from version 5 on its dnn runs what small embedding networks consist of.
Files are handed over as bytes that were read and digested once, never by name, so what was checked is what runs.
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curate.ground.errors import InputError
from curate.ground.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Batch = NDArray[np.float32]

OLDEST_OPENCV = 5
MAX_BYTES = 2 << 30
_READERS = {"onnx": "readNetFromONNX", "tflite": "readNetFromTFLite"}


@dataclass(frozen=True, slots=True)
class Network:
    """A network as it travels to workers: its bytes.

    Attributes:
        format: `onnx` or `tflite`.
        data: The file.
        output: Name of the output to take; empty: the last one.
    """

    format: str
    data: bytes
    output: str = ""

    @property
    def digest(self) -> str:
        """`sha256:…` of the file and of the output that is taken."""
        found = hashlib.sha256(self.data)
        found.update(self.output.encode())
        return f"sha256:{found.hexdigest()}"

    def load(self) -> "Callable[[Batch], Batch]":
        """Return what runs it: float32 of shape (batch, …) to float32 of shape (batch, length).

        The mean is taken over all places of an output that still has places (batch, length, height, width).

        Raises:
            InputError: OpenCV is too old, or cannot read or run the network; says what to install instead.
        """
        import cv2
        import numpy as np

        check_opencv(cv2.__version__)
        reader = getattr(cv2.dnn, _READERS[self.format])
        try:
            net = reader(np.frombuffer(self.data, np.uint8))
        except cv2.error as error:
            raise InputError(_cannot("read", error)) from None

        def run(batch: "Batch") -> "Batch":
            net.setInput(batch)
            try:
                found = net.forward(self.output) if self.output else net.forward()
            except cv2.error as error:
                raise InputError(_cannot("run", error)) from None
            # The output belongs to the network and is overwritten by the next batch: it is copied in any case.
            found = np.array(found, np.float32).reshape(len(batch), found.shape[1] if found.ndim > 1 else 1, -1)
            return np.asarray(found.mean(axis=2))

        return run


def read_network(path: str, output: str = "") -> Network:
    """Return the network of a file; its ending says the format.

    Raises:
        InputError: It is not there, too large, or of another format.
    """
    form = path.rpartition(".")[2].lower()
    if form not in _READERS:
        raise InputError(
            f"{path}: a model is an .onnx or a .tflite file; from PyTorch: torch.onnx.export(model, example, 'm.onnx')"
        )
    data = read_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES >> 30} GiB")
    return Network(form, data, output)


def check_opencv(version: str) -> None:
    """Refuse an OpenCV whose dnn misreads networks instead of refusing them.

    Raises:
        InputError: It is older than `OLDEST_OPENCV`.
    """
    if int(version.partition(".")[0]) < OLDEST_OPENCV:
        raise InputError(
            f"embeddings need OpenCV {OLDEST_OPENCV} or newer, and this is {version}: "
            "pip install 'opencv-python-headless>=5'"
        )


def _cannot(what: str, error: Any) -> str:
    first = str(error).replace("\n", " ")[:200]
    return f"OpenCV cannot {what} this network ({first}); try another export of it, or burnish embed --from vectors"
