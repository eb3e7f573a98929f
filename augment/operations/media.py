"""What operations take and give: a picture or a recording as an array."""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Media(NamedTuple):
    """A decoded picture or recording, on its way through the operations of a recipe.

    Attributes:
        array: A picture: uint8 RGB, upright, shape (height, width, 3). A recording: float32, shape (frames, channels),
            full scale at 1.0.
        sample_rate: Hz; None for a picture.
        noted: What the operation found out while it was applied, for the origin: `{"scale": 0.93}`.
    """

    array: "NDArray[np.uint8] | NDArray[np.float32]"
    sample_rate: int | None = None
    noted: dict[str, Any] = {}  # noqa: RUF012 - a default of a tuple, never written to

    def duration_s(self) -> float:
        """Return how long a recording lasts."""
        assert self.sample_rate
        return len(self.array) / self.sample_rate


class RejectedError(Exception):
    """An operation cannot make a sensible sample of this source; its text is the reason, a few words for people."""
