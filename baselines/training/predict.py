"""What the saved model of a run says of other samples, part by part as they are read."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from baselines.data.labelled_samples import LabelledSample, LeftOut, kind_of
from baselines.features.reading import Reading
from baselines.models.calibration import probabilities
from baselines.models.models import scores
from baselines.training.like import hold_still
from baselines.training.model_file import load_model
from baselines.training.run_features import FeatureReader, make_feature_reader
from curate.ground.errors import InputError
from curate.ground.json import Decoder
from curate.records.reader import decode_line
from curate.records.writer import extend_line

if TYPE_CHECKING:
    from collections import Counter

    from numpy.typing import NDArray

    from baselines.models.models import Estimator
    from baselines.runs.run_record import ModelRecord

    Shares = NDArray[np.float64]

PART = 512
"""Samples that are read together: enough to keep workers busy, few enough that a pipe does not wait long."""
MOST_KEPT = 100
"""Classes whose probabilities are kept, the likeliest, as in the predictions of a run."""
_DIGITS = 4


class Said(NamedTuple):
    """What the model says of one sample, as `predictions.jsonl` has it.

    Attributes:
        prediction: The class.
        confidence: Its probability, 0 to 1.
        probabilities: Of each class, or of the likeliest.
    """

    prediction: str
    confidence: float
    probabilities: dict[str, float]


class Predictor:
    """The model of a run, ready for other samples.

    Args:
        run: Folder of the run.
        reading: How files are read.

    Raises:
        InputError: There is no model, or its file is not what was written.
        UsageError: Other versions made it, or it learned from what these files have not.
    """

    def __init__(self, run: str, reading: Reading) -> None:
        self.run = run
        self._model, self.record = _checked(run)
        self._features: FeatureReader = make_feature_reader(hold_still(run, "auto", (), option="the run"), reading)

    def say(self, samples: Sequence[LabelledSample]) -> list[Said | None]:
        """Return what the model says of samples of its kind; None where the file cannot be read."""
        values, readable = self._features.read(samples)
        found: list[Said | None] = [None] * len(samples)
        if not readable.any():
            return found
        rows = self._probabilities(values[readable].astype(np.float64))
        for at, row in zip(np.flatnonzero(readable).tolist(), rows.tolist(), strict=True):
            found[at] = _said(row, self.record.labels)
        return found

    def _probabilities(self, values: "Shares") -> "Shares":
        asked = getattr(self._model, "n_features_in_", values.shape[1])
        if asked != values.shape[1]:
            raise InputError(
                f"the model of {self.run} takes {asked:,} numbers a file, and its features have {values.shape[1]:,}; "
                "train it again"
            )
        return probabilities(scores(self._model, values, len(self.record.labels)), self.record.temperature)


def _checked(run: str) -> "tuple[Estimator, ModelRecord]":
    model, record = load_model(run)
    classes = np.asarray(getattr(model, "classes_", ()))
    # Places in the labels: a record that was changed by hand must not name the wrong class.
    if not len(classes) or classes.min() < 0 or classes.max() >= len(record.labels) or record.temperature <= 0:
        raise InputError(f"the model of {run} and its record do not fit each other; train it again")
    return model, record


def _said(row: list[float], labels: Sequence[str]) -> Said:
    likeliest = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:MOST_KEPT]
    # Of equal probabilities the first class by name, as in a run.
    best = max(range(len(row)), key=row.__getitem__)
    kept = {labels[at]: round(row[at], _DIGITS) for at in sorted(likeliest)}
    return Said(labels[best], round(row[best], _DIGITS), kept)


def predict_lines(
    lines: Iterable[bytes], predictor: Predictor, left_out: LeftOut, counts: "Counter[str]"
) -> Iterator[bytes]:
    """Yield the lines of a manifest with `prediction`, `confidence` and `probabilities`, in their order.

    Samples that cannot be predicted pass without them, also where they had some: those were of another model.

    Args:
        lines: Without their ends.
        predictor: The model.
        left_out: Samples without a prediction are counted here.
        counts: Counts the predicted classes.

    Raises:
        LineError: A line is no sample.
    """
    rest = iter(lines)
    decoder = Decoder(LabelledSample)
    while part := list(islice(rest, PART)):
        samples = [decode_line(line, decoder) for line in part]
        said = _part(samples, predictor, left_out)
        for line, one in zip(part, said, strict=True):
            if one is None:
                known = b'"prediction"' in line or b'"probabilities"' in line or b'"confidence"' in line
                yield extend_line(line, prediction=None, confidence=None, probabilities=None) if known else line
            else:
                counts[one.prediction] += 1
                yield extend_line(line, **one._asdict())


def _part(samples: Sequence[LabelledSample], predictor: Predictor, left_out: LeftOut) -> list[Said | None]:
    able = []
    for at, one in enumerate(samples):
        if any(found.severity == "error" for found in one.findings):
            left_out.add("with an error finding", one.path)
        elif kind_of(one) != predictor.record.kind:
            left_out.add(f"not of kind {predictor.record.kind}", one.path)
        else:
            able.append(at)
    found: list[Said | None] = [None] * len(samples)
    said = predictor.say([samples[at] for at in able]) if able else []
    for at, answer in zip(able, said, strict=True):
        found[at] = answer
        if answer is None:
            left_out.add("unreadable", samples[at].path)
    return found
