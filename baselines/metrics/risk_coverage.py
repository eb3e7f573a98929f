"""How often a model is wrong where it answers, by how much it answers (El-Yaniv and Wiener 2010)."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Curve(NamedTuple):
    """A risk-coverage curve, one point for each confidence that occurs, the surest first.

    Attributes:
        threshold: Answers of that confidence or more are taken.
        answered: How many these are.
        wrong: How many of these are wrong.
    """

    threshold: "NDArray[np.float64]"
    answered: "NDArray[np.int64]"
    wrong: "NDArray[np.int64]"

    @property
    def risk(self) -> "NDArray[np.float64]":
        """Share of wrong answers at each point, 0 to 1."""
        return self.wrong / self.answered

    @property
    def area(self) -> float:
        """Mean risk over coverages, 0 to 1: of each sample, the risk at the point where it comes in."""
        import numpy as np

        each = np.diff(self.answered, prepend=0)
        return float((self.risk * each).sum() / self.answered[-1])


def risk_coverage(confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]") -> Curve:
    """Return the curve of some answers, of which there is one or more.

    Answers of the same confidence come in together: which of them is the surer one, nobody can say.
    """
    import numpy as np

    thresholds, place = np.unique(-confidence, return_inverse=True)
    answered = np.cumsum(np.bincount(place))
    wrong = np.cumsum(np.bincount(place, ~right)).astype(np.int64)
    return Curve(-thresholds, answered, wrong)
