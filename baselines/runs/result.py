"""What a run found out, before it is kept."""

from collections.abc import Sequence

from msgspec import Struct

from baselines.data.predictions import Prediction
from baselines.metrics.metrics import Metrics
from baselines.runs.run_record import Counts, ModelRecord


class Result(Struct, frozen=True):
    """What `train` or `evaluate` found out.

    Attributes:
        predictions: Of the tested samples.
        metrics: Of these.
        counts: Who took which part.
        evaluation: In words.
        model: None for predictions that came from elsewhere.
        saved: The model as a .skops file.
        source: Name and digest of the file of predictions.
    """

    predictions: Sequence[Prediction]
    metrics: Metrics
    counts: Counts
    evaluation: str
    model: ModelRecord | None = None
    saved: bytes | None = None
    source: str | None = None
