"""What operations take and give: a picture or a recording as an array."""

from typing import TYPE_CHECKING, NamedTuple, TypedDict, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from augment.operations.applied_params import Json


class Missed(TypedDict):
    """That an operation did not reach what was asked of it.

    Attributes:
        by: What came out less what was asked for, in the unit of the parameter.
        why: What kept it, a few words for people.
    """

    by: float
    why: str


class Noted(TypedDict, total=False):
    """What operations find out while they are applied, for the origin.

    Attributes:
        scale: What a mix was multiplied by so that it does not clip.
        gain_db: The gain that reached a level, dB.
        missed: Parameters whose value was not reached, and by how much.
        measured_rt60_s: Reverberation time of the impulse response that was used, s.
        start_s: Where in its source a part begins, s.
        end_s: Where it ends, s.
        strip_metadata: The writer of the file leaves EXIF, XMP and comments out.
        exif_orient: The recipe asked for upright pixels, which they are in any case.
        applied: Whether the `p` of a library's class let it work.
        applied_params: What that class drew, reduced to JSON.
    """

    scale: float
    gain_db: float
    missed: dict[str, Missed]
    measured_rt60_s: float
    start_s: float
    end_s: float
    strip_metadata: bool
    exif_orient: bool
    applied: bool
    applied_params: "dict[str, Json]"


class SetSample(NamedTuple):
    """A sample of the set that is augmented: what operations that take voices or textures from it need to know.

    Attributes:
        path: As in the manifest.
        file: Where its file is, seen from the working directory.
        digest: `sha256:` and the SHA-256 of the file's bytes in hexadecimal.
        tags: Its tags.
    """

    path: str
    file: str
    digest: str
    tags: tuple[str, ...] = ()


class Media(NamedTuple):
    """A decoded picture or recording, on its way through the operations of a recipe.

    Attributes:
        array: A picture: uint8 RGB, upright, shape (height, width, 3). A recording: float32, shape (frames, channels),
            full scale at 1.0.
        sample_rate: Hz; None for a picture.
        noted: What the operations found out.
        source: The sample that it is made of; None where it is of no set.
    """

    array: "NDArray[np.uint8] | NDArray[np.float32]"
    sample_rate: int | None = None
    noted: Noted = {}  # noqa: RUF012 - a default of a tuple, never written to
    source: SetSample | None = None

    @property
    def samples(self) -> "NDArray[np.float32]":
        """The array of a recording, float32 of shape (frames, channels)."""
        assert self.sample_rate is not None
        return cast("NDArray[np.float32]", self.array)

    def duration_s(self) -> float:
        """Return how long a recording lasts."""
        assert self.sample_rate
        return len(self.array) / self.sample_rate


class RejectedError(Exception):
    """An operation cannot make a sensible sample of this source; its text is the reason, a few words for people."""
