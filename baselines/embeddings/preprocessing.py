"""What is done to a file before a model of the user's sees it, as a small YAML file beside the model says it.

kind: image                # or audio
size: 224                  # or [width, height]
fit: crop                  # crop (the middle), stretch, or pad (black)
values: 0..1               # or 0..255, -1..1
mean: [0.485, 0.456, 0.406]
std: [0.229, 0.224, 0.225]
"""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from curate.ground.errors import InputError
from curate.ground.yaml import MAX_BYTES, load_yaml

if TYPE_CHECKING:
    from numpy.typing import NDArray

Three = float | tuple[float, float, float]
_RANGES = {"0..1": (1 / 255, 0.0), "0..255": (1.0, 0.0), "-1..1": (2 / 255, -1.0)}
_SMALLEST, _LARGEST = 8, 4096
_MOST_WINDOWS = 750


class ImagePreprocessing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="image"):
    """How pictures are handed to a model.

    Attributes:
        size: Side of a square, or width and height, px.
        fit: `crop`: the middle of what covers the size; `stretch`: the aspect is lost; `pad`: whole, on black.
        colour: Order of the channels.
        values: What 0 to 255 becomes, before `mean` is taken away and divided by `std`.
        mean: Of all channels, or of each.
        std: Likewise.
        layout: `nchw` as PyTorch has it, or `nhwc` as TensorFlow has it.
        output: Name of the output to take; empty: the last one.
    """

    size: int | tuple[int, int]
    fit: Literal["crop", "stretch", "pad"] = "crop"
    colour: Literal["rgb", "bgr", "grey"] = "rgb"
    values: Literal["0..1", "0..255", "-1..1"] = "0..1"
    mean: Three = 0.0
    std: Three = 1.0
    layout: Literal["nchw", "nhwc"] = "nchw"
    output: str = ""

    def __post_init__(self) -> None:
        # Not as `Meta` limits: msgspec 0.22 corrupts memory where numbers with limits stand beside tuples of them.
        sides = self.size if isinstance(self.size, tuple) else (self.size,)
        if not all(_SMALLEST <= side <= _LARGEST for side in sides):
            raise ValueError(f"size: a side is {_SMALLEST} to {_LARGEST} px")
        if not np.asarray(self.std).all():
            raise ValueError("std: 0 divides by nothing")

    def apply(self, pixels: "NDArray[np.uint8]") -> "NDArray[np.float32]":
        """Return a picture as a batch of one, float32 of shape (1, 3, height, width), or as the layout says.

        Args:
            pixels: RGB, uint8 of shape (height, width, 3), upright.
        """
        from curate.media.opencv import opencv

        cv2 = opencv()
        width, height = self.size if isinstance(self.size, tuple) else (self.size, self.size)
        fitted = _fitted(pixels, width, height, self.fit)
        if self.colour == "grey":
            fitted = cv2.cvtColor(fitted, cv2.COLOR_RGB2GRAY)[..., None]
        elif self.colour == "bgr":
            fitted = fitted[..., ::-1]
        factor, offset = _RANGES[self.values]
        scaled: NDArray[np.float32] = fitted.astype(np.float32) * np.float32(factor) + np.float32(offset)
        scaled -= np.asarray(self.mean, np.float32)
        scaled /= np.asarray(self.std, np.float32)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1) if self.layout == "nchw" else scaled)[None]


class AudioPreprocessing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="audio"):
    """How recordings are handed to a model that takes samples: mono, in windows; the mean over windows is kept.

    Attributes:
        sample_rate: Hz that the model was trained at.
        window_s: Seconds of a window; shorter clips are filled up with silence at their end.
        hop_s: Seconds between windows; None: windows do not overlap.
        full_scale: What the largest sample is: 1, or 32768 for models of 16-bit samples.
        channel: The model takes (batch, 1, samples), and not (batch, samples).
        output: Name of the output to take; empty: the last one.
    """

    sample_rate: Annotated[int, Meta(ge=1000, le=384_000)]
    window_s: Annotated[float, Meta(gt=0, le=600)]
    hop_s: Annotated[float, Meta(gt=0, le=600)] | None = None
    full_scale: Annotated[float, Meta(gt=0)] = 1.0
    channel: bool = False
    output: str = ""

    def apply(self, samples: "NDArray[np.float32]", sample_rate: int) -> "NDArray[np.float32]":
        """Return the windows of a clip, float32 of shape (windows, samples) or (windows, 1, samples).

        Args:
            samples: -1 to 1, shape (frames, channels).
            sample_rate: Hz.
        """
        import soxr

        mono = samples.mean(axis=1)
        if sample_rate != self.sample_rate:
            mono = soxr.resample(mono, sample_rate, self.sample_rate)
        size = max(1, round(self.window_s * self.sample_rate))
        hop = size if self.hop_s is None else max(1, round(self.hop_s * self.sample_rate))
        mono = np.pad(mono, (0, max(0, size - len(mono)))).astype(np.float32) * np.float32(self.full_scale)
        starts = np.arange(0, len(mono) - size + 1, hop)
        if len(starts) > _MOST_WINDOWS:
            starts = starts[np.linspace(0, len(starts) - 1, _MOST_WINDOWS).astype(np.int64)]
        windows = np.stack([mono[start : start + size] for start in starts])
        return windows[:, None] if self.channel else windows


Preprocessing = ImagePreprocessing | AudioPreprocessing


def read_preprocessing(path: str) -> Preprocessing:
    """Return the preprocessing that a file describes.

    Raises:
        InputError: It cannot be read, or says something that there is not; names the file.
    """
    try:
        with open(path, "rb") as file:
            written = load_yaml(file.read(MAX_BYTES + 1), path).content
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}; it says what a file is made into for the model, such as "
            "'{kind: image, size: 224, values: 0..1}'"
        ) from None
    try:
        return msgspec.convert(written, Preprocessing)  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {str(error).replace(' - at `$', ' at `')}") from None


def _fitted(pixels: "NDArray[np.uint8]", width: int, height: int, fit: str) -> "NDArray[np.uint8]":
    """Return a picture in exactly this size: areas are averaged where it shrinks, so that nothing aliases."""
    from curate.media.opencv import opencv

    cv2 = opencv()
    was_height, was_width = pixels.shape[:2]
    across, down = width / was_width, height / was_height
    if fit != "stretch":
        across = down = max(across, down) if fit == "crop" else min(across, down)
    inner = max(1, round(was_width * across)), max(1, round(was_height * down))
    how = cv2.INTER_AREA if min(across, down) < 1 else cv2.INTER_LINEAR
    scaled: NDArray[np.uint8] = cv2.resize(pixels, inner, interpolation=how)
    if fit == "crop":
        left, top = (inner[0] - width) // 2, (inner[1] - height) // 2
        return scaled[top : top + height, left : left + width]
    if fit == "pad":
        framed = np.zeros((height, width, 3), np.uint8)
        left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
        framed[top : top + inner[1], left : left + inner[0]] = scaled
        return framed
    return scaled
