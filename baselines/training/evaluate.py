"""Evaluate the predictions of any other model: an older system, the one in production, a person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baselines.data.group_guess import guess_groups
from baselines.data.labelled_samples import LabelledSample, LeftOut, group_of, kind_of, label_of, labelled
from baselines.data.predictions import Prediction, describe_file, read_external_predictions
from baselines.data.train_test_partition import DEFAULT_TEST_SPLIT, by_fold, check_test_split
from baselines.metrics.metrics import measure
from baselines.runs.run_record import Counts, Groups
from baselines.runs.save_run import Result
from curate.ground.errors import InputError, did_you_mean
from curate.media.storage.address import join
from curate.scan.file_names import NameIndex
from curate.split.grouping import Grouping, make_grouping

if TYPE_CHECKING:
    from baselines.data.predictions import ExternalPrediction

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


def evaluate(
    samples: Iterable[LabelledSample],
    file: str,
    test_split: str | None = None,
    group: str | None = None,
    root: str | None = None,
) -> Evaluated:
    """Hold predictions against labels: on the test split where there is one, else on all samples with a label.

    Samples without a prediction, and predictions without a sample, are left out and counted. A label that no sample
    has counts as wrong.

    Args:
        samples: Of a manifest.
        file: A .csv or .jsonl with `path`, `prediction` and, if there is one, `confidence`.
        test_split: Its name; None: `test`, if there is one.
        group: What ties samples together, as for `burnish split --group`.
        root: What the paths of the samples are relative to; None: the working directory. The file may have absolute
            paths, or spell them otherwise.

    Raises:
        InputError: The file is malformed, or names none of the tested samples.
        UsageError: No sample is in that test split, or in any group.
    """
    external, left_out = read_external_predictions(file), LeftOut()
    everything = by_fold(samples, test_split)
    external, respelt = _by_path_of_sample(external, everything, root or "")
    examples = labelled(everything, left_out)
    check_test_split(examples, test_split)
    name: str | None = test_split or DEFAULT_TEST_SPLIT
    if not any(one.split == name for one in examples):
        # A model from elsewhere was not trained on this manifest as far as anyone knows: all of it is a test.
        name = None
    tested = list(_tested(examples, name, external, left_out))
    if not tested:
        raise InputError(_why_none(file, external, examples))
    grouping = make_grouping(group) if group else None
    predictions = [_prediction(one, external[one.path], grouping) for one in tested]
    known = {found.group for found in predictions} - {None}
    if grouping and not known:
        grouping.check_found()
    counts = Counts(0, len(predictions), left_out=dict(left_out.counts.most_common()))
    evaluation = "test split" if name else "all samples with a label"
    result = Result(
        predictions,
        measure(predictions),
        counts,
        evaluation,
        source=describe_file(file),
        groups=Groups(group, len(known)) if group else None,
    )
    notes = [f"paths that {file} spells otherwise: {respelt:,}"] if respelt else []
    return Evaluated(result, left_out, [*notes, *_notes(everything, predictions, external), *_untied(predictions)])


def _by_path_of_sample(
    external: "Mapping[str, ExternalPrediction]", samples: Sequence[LabelledSample], root: str
) -> "tuple[dict[str, ExternalPrediction], int]":
    """Return the predictions by the paths of the manifest, and how many the file spells otherwise."""
    rest = {one.path: join(root, one.path) for one in samples if one.path not in external}
    known = {one.path for one in samples}
    index = NameIndex(frozenset(external.keys() - known))
    if not rest or not index.names:
        return dict(external), 0
    found = {path: name for path in rest if (name := index.find(path)) is not None}
    of_end = {whole: path for path, whole in rest.items() if path not in found}
    by_end = index.find_by_ends(of_end, index.names - set(found.values()))
    found |= {of_end[whole]: name for whole, name in by_end.items()}
    taken = set(found.values())
    kept = {path: one for path, one in external.items() if path not in taken}
    return kept | {path: external[name] for path, name in found.items()}, len(found)


def _tested(
    examples: Sequence[LabelledSample],
    name: str | None,
    external: "Mapping[str, ExternalPrediction]",
    left_out: LeftOut,
) -> "Iterator[LabelledSample]":
    for one in examples:
        if name and one.split != name:
            continue
        # Never a test, as in `train`: a score on what a recipe made says how well the model knows the recipe.
        if one.generated:
            left_out.add("generated, which are no test", one.path)
        elif one.path not in external:
            left_out.add("without a prediction", one.path)
        else:
            yield one


def _prediction(one: LabelledSample, found: "ExternalPrediction", grouping: Grouping | None) -> Prediction:
    return Prediction(
        path=one.path,
        label=label_of(one),
        prediction=found.prediction,
        confidence=found.confidence,
        tags=one.tags,
        digest=one.digest,
        kind=kind_of(one),
        probabilities=dict(found.probabilities),
        group=group_of(grouping, one),
    )


def _why_none(file: str, external: "Mapping[str, ExternalPrediction]", examples: Sequence[LabelledSample]) -> str:
    """Return why no tested sample has a prediction."""
    if any(one.path in external for one in examples):
        return f"{file} has predictions of none of the tested samples, only of others"
    theirs = next(iter(external))
    return (
        f"{file} names none of the samples: it says {theirs}, and the manifest {examples[0].path}; paths have to agree"
    )


def _untied(predictions: Sequence[Prediction]) -> "Iterator[str]":
    """Yield what looks like a group and was not named."""
    if all(found.group is None for found in predictions):
        for words in guess_groups((found.path, found.label, found.tags) for found in predictions):
            yield f"looks like a group, and the intervals take its samples for independent: {words}"


def _notes(
    everything: Sequence[LabelledSample],
    predictions: Sequence[Prediction],
    external: "Mapping[str, ExternalPrediction]",
) -> "Iterator[str]":
    """Yield what was in the file and did not count, or counted as wrong."""
    # Against all lines of the manifest, also those left out: a file that it has is not one that it does not have.
    known = {one.path for one in everything}
    unknown = [path for path in external if path not in known]
    if unknown:
        shown = ", ".join(unknown[:_SHOWN])
        yield f"predictions of files that the manifest does not have: {len(unknown):,}, such as {shown}"
    if others := len(external) - len(unknown) - len(predictions):
        yield f"predictions of samples that are not tested: {others:,}"
    # With a hint only where labels are few: of thousands, one is always near, and the search takes its time.
    labels = {one.label for one in everything if one.label}
    strange = Counter(one.prediction for one in predictions if one.prediction not in labels)
    for label, count in strange.most_common(_SHOWN):
        hint = did_you_mean(label, labels) if len(labels) <= _FEW else ""
        yield f"predictions of {label!r}, which is no label of the manifest: {count:,}, all counted as wrong{hint}"
    if len(strange) > _SHOWN:
        yield f"further labels that the manifest does not have: {len(strange) - _SHOWN:,}"
