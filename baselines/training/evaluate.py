"""Evaluate the predictions of any other model: an older system, the one in production, a person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baselines.data.external_predictions import describe_file, read_foreign
from baselines.data.labelled_samples import Example, LeftOut, kind_of, label_of, labelled
from baselines.data.predictions import Prediction
from baselines.data.train_test_partition import DEFAULT_TEST_SPLIT, check_test_split
from baselines.metrics.metrics import measure
from baselines.runs.result import Result
from baselines.runs.run_record import Counts
from curate.ground.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from baselines.data.external_predictions import Foreign

_SHOWN = 3
_FEW = 30


@dataclass(slots=True)
class Evaluated:
    """What came of it.

    Attributes:
        result: What is kept.
        left_out: The samples that took no part.
        notes: What the user should know, a sentence each.
    """

    result: Result
    left_out: LeftOut
    notes: list[str]


def evaluate(samples: Iterable[Example], file: str, test_split: str | None = None) -> Evaluated:
    """Hold predictions against labels: on the test split where there is one, else on all samples with a label.

    Samples without a prediction, and predictions without a sample, are left out and counted. A label that no sample
    has counts as wrong.

    Args:
        samples: Of a manifest.
        file: A .csv or .jsonl with `path`, `prediction` and, if there is one, `confidence`.
        test_split: Its name; None: `test`, if there is one.

    Raises:
        InputError: The file is malformed, or names none of the tested samples.
        UsageError: No sample is in that test split.
    """
    foreign, left_out = read_foreign(file), LeftOut()
    everything = list(samples)
    examples = labelled(everything, left_out)
    name = _test_split(examples, test_split)
    tested = list(_tested(examples, name, foreign, left_out))
    if not tested:
        raise InputError(_why_none(file, foreign, examples))
    predictions = [_prediction(one, foreign[one.path]) for one in tested]
    counts = Counts(0, len(predictions), left_out=dict(left_out.counts.most_common()))
    evaluation = "test split" if name else "all samples with a label"
    result = Result(predictions, measure(predictions), counts, evaluation, source=describe_file(file))
    return Evaluated(result, left_out, list(_notes(everything, predictions, foreign)))


def _test_split(examples: Sequence[Example], named: str | None) -> str | None:
    """Return the name of the test split; None where there is none."""
    check_test_split(examples, named)
    name = named or DEFAULT_TEST_SPLIT
    return name if any(one.split == name for one in examples) else None


def _tested(
    examples: Sequence[Example], name: str | None, foreign: "Mapping[str, Foreign]", left_out: LeftOut
) -> "Iterator[Example]":
    for one in examples:
        if name and one.split != name:
            continue
        if one.generated:
            left_out.add("generated, which are no test", one.path)
        elif one.path not in foreign:
            left_out.add("without a prediction", one.path)
        else:
            yield one


def _prediction(one: Example, found: "Foreign") -> Prediction:
    return Prediction(
        path=one.path,
        label=label_of(one),
        prediction=found.prediction,
        confidence=found.confidence,
        tags=one.tags,
        digest=one.digest,
        kind=kind_of(one),
    )


def _why_none(file: str, foreign: "Mapping[str, Foreign]", examples: Sequence[Example]) -> str:
    """Return why no tested sample has a prediction."""
    if any(one.path in foreign for one in examples):
        return f"{file} has predictions of none of the tested samples, only of others"
    theirs = next(iter(foreign))
    return (
        f"{file} names none of the samples: it says {theirs}, and the manifest {examples[0].path}; paths have to agree"
    )


def _notes(
    everything: Sequence[Example], predictions: Sequence[Prediction], foreign: "Mapping[str, Foreign]"
) -> "Iterator[str]":
    """Yield what was in the file and did not count, or counted as wrong."""
    known = {one.path for one in everything}
    unknown = [path for path in foreign if path not in known]
    if unknown:
        shown = ", ".join(unknown[:_SHOWN])
        yield f"predictions of files that the manifest does not have: {len(unknown):,}, such as {shown}"
    if others := len(foreign) - len(unknown) - len(predictions):
        yield f"predictions of samples that are not tested: {others:,}"
    labels = {one.label for one in everything if one.label}
    strange = Counter(one.prediction for one in predictions if one.prediction not in labels)
    for label, count in strange.most_common(_SHOWN):
        hint = did_you_mean(label, labels) if len(labels) <= _FEW else ""
        yield f"predictions of {label!r}, which is no label of the manifest: {count:,}, all counted as wrong{hint}"
    if len(strange) > _SHOWN:
        yield f"further labels that the manifest does not have: {len(strange) - _SHOWN:,}"
