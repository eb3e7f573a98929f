"""What is known of labels: the samples, and what models that did not learn them say of each class."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from baselines.data.labelled_samples import LabelledSample
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from baselines.data.predictions import Prediction

    Numbers = NDArray[np.int64]
    Shares = NDArray[np.float64]

_MUCH = 0.1


class Evidence(NamedTuple):
    """Labels, and the probabilities that they are held against.

    Attributes:
        samples: In their order.
        labels: The classes, in the order of the columns.
        given: The label of each sample, its column, int64 of shape (samples,).
        probabilities: float64, shape (samples, classes).
        source: Whose probabilities, in words.
        notes: What the user should know, a sentence each.
    """

    samples: "Sequence[LabelledSample]"
    labels: tuple[str, ...]
    given: "Numbers"
    probabilities: "Shares"
    source: str
    notes: tuple[str, ...] = ()


def evidence_of_predictions(predictions: "Sequence[Prediction]", source: str) -> Evidence:
    """Return the evidence of predictions that were kept: those of a run, its own or from elsewhere.

    Args:
        predictions: With the probability of each class, or of the likeliest and of the label.
        source: Whose, in words.

    Raises:
        InputError: None has probabilities.
    """
    able = [one for one in predictions if one.probabilities]
    if not able:
        raise InputError(
            f"{source} has no probabilities, and labels are judged by them; give them to burnish evaluate in columns "
            "p:LABEL, or as an object probabilities"
        )
    labels = sorted({one.label for one in able} | {name for one in able for name in one.probabilities})
    place = {label: at for at, label in enumerate(labels)}
    found = np.zeros((len(able), len(labels)))
    for row, one in zip(found, able, strict=True):
        row[[place[name] for name in one.probabilities]] = list(one.probabilities.values())
    # Four digits, as most tools write them, make every doubt below a twentieth of a thousandth the same.
    own = found[np.arange(len(able)), [place[one.label] for one in able]]
    notes = (
        [f"samples without probabilities, which are not judged: {rest:,}"]
        if (rest := len(predictions) - len(able))
        else []
    )
    if (zero := int((own == 0).sum())) > _MUCH * len(able):
        notes.append(f"labels whose probability is exactly 0, rounded most likely: {zero:,}; more digits rank them")
    samples = [LabelledSample(one.path, one.label, one.tags, kind=one.kind, digest=one.digest) for one in able]
    given = np.array([place[one.label] for one in able], np.int64)
    return Evidence(samples, tuple(labels), given, found, source, tuple(notes))
