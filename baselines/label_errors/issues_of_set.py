"""The label issues of a manifest or of a run: which labels are looked at, and by whose probabilities."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baselines.data.labelled_samples import LabelledSample, LeftOut, kind_of, labelled
from baselines.features.reading import Watcher
from baselines.label_errors.consistency import conflicts, look_alikes
from baselines.label_errors.cross_fit import FEWER_FOLDS, FOLDS, MANY, cross_fit
from baselines.label_errors.evidence import Evidence, evidence_of_predictions
from baselines.label_errors.label_issues import (
    CHECK_OF,
    Issue,
    Issues,
    Judged,
    assemble,
    conflict_issues,
    finding_of,
    look_alike_issues,
    outlier_issues,
    wrong_labels,
)
from baselines.label_errors.planting import plant, rounds_for
from baselines.runs.run_folder import predictions_of_run, record_of_run
from baselines.runs.save_run import describe_manifest
from baselines.training.like import hold_still
from baselines.training.options import TrainingOptions
from curate.duplicates.dedup import find_groups
from curate.duplicates.item import Item
from curate.duplicates.search import Search
from curate.embeddings.neighbours import MOST
from curate.ground.errors import InputError, ManifestError
from curate.records.reader import read_as
from curate.records.sample import Sample
from curate.records.writer import changed, foreign_field, with_foreign
from curate.review.relabel import SUGGESTED
from curate.split.grouping import Grouping

if TYPE_CHECKING:
    from collections import Counter

    from baselines.runs.run_record import Run

_TURNED = ("flipped", "turned")


@dataclass(frozen=True, slots=True)
class IssueOptions:
    """How to look.

    Attributes:
        training: How models are fitted; `like` where those of a run are.
        top: How many wrong labels to list; None: as many as are estimated.
        plantings: How often errors are planted; 0: not at all; None: until `ENOUGH` are, `MOST_ROUNDS` at most.
        folds: Models that judge; None: `cross_fit.FOLDS`, of many samples fewer.
        identity: What makes samples the same thing, which must have one label.
    """

    training: TrainingOptions
    top: int | None = None
    plantings: int | None = None
    folds: int | None = None
    identity: Grouping | None = None


@dataclass(frozen=True, slots=True)
class RunToLookAt:
    """A run whose labels are looked at.

    Attributes:
        folder: Its folder.
        record: What it says of itself; None where there are predictions only.
        refits: Whether its model is to be fitted again, on a manifest; else its own predictions tell.
        why: Why it is, or is not, in words.
    """

    folder: str
    record: "Run | None"
    refits: bool
    why: str


def look_at_run(folder: str) -> RunToLookAt:
    """Return how the labels of a run are judged.

    Raises:
        InputError: There is no run, or it cannot be read.
    """
    record = record_of_run(folder)
    if record is None or record.model is None:
        return RunToLookAt(folder, record, refits=False, why=f"the predictions of {folder}, from elsewhere")
    if record.groups or record.parameters.get("group"):
        return RunToLookAt(
            folder,
            record,
            refits=True,
            why=f"the run {folder} held {record.parameters.get('group')} apart, and a model doubts the labels of a "
            "new one: its model was fitted again, in random folds",
        )
    return RunToLookAt(
        folder, record, refits=True, why=f"the model of {folder} was fitted again, in random folds over all samples"
    )


def manifest_of_run(run: RunToLookAt) -> str | None:
    """Return the manifest that a run was made of, if it is still there and still the same; else None.

    The record has the command line and the digest of the samples: of the words that name a file, that one is it whose
    samples have this digest.
    """
    record = run.record
    if record is None:
        return None
    for word in record.arguments:
        for path in dict.fromkeys((word, os.path.join(record.directory, word))):
            if not word.startswith("-") and os.path.isfile(path) and _has_digest(path, record.manifest.digest):
                return path
    return None


def _has_digest(path: str, digest: str) -> bool:
    try:
        with open(path, "rb") as file:
            return describe_manifest(read_as(file, LabelledSample)).digest == digest
    except (OSError, ManifestError):
        return False


def held_training(run: RunToLookAt, training: TrainingOptions) -> TrainingOptions:
    """Return the options with the model and the features of a run.

    Raises:
        InputError: What the run records cannot be fitted by this version.
        UsageError: An option asks for something else than the run has.
    """
    families = () if training.families == ("auto",) else training.families
    held = hold_still(run.folder, training.model, families, option="the run")
    return replace(training, model="auto", families=(), like=held)


def issues_of_predictions(run: RunToLookAt, options: IssueOptions) -> Issues:
    """Return the issues by the predictions that a run kept; no media file is read.

    Raises:
        InputError: The run has no probabilities.
    """
    predictions = predictions_of_run(run.folder)
    evidence = evidence_of_predictions(predictions, run.why)
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(evidence.samples):
        by_kind[kind_of(one) or ""].append(at)
    issues: list[Issue] = []
    judged: list[Judged] = []
    notes = ["how good the list is, is not known: planted errors need a model that can be fitted again"]
    for places in by_kind.values():
        part = evidence if len(by_kind) == 1 else _part(evidence, places)
        found = wrong_labels(part, top=options.top)
        issues += found.issues
        judged.append(found.judged)
        notes += found.notes
    issues += _contradictions(evidence.samples, (), options.identity)
    return assemble(issues, judged, evidence.samples, notes)


def _part(evidence: Evidence, places: list[int]) -> Evidence:
    samples = [evidence.samples[at] for at in places]
    return evidence._replace(
        samples=samples, given=evidence.given[places], probabilities=evidence.probabilities[places]
    )


def issues_of_samples(
    samples: Sequence[LabelledSample],
    items: Sequence[Item],
    options: IssueOptions,
    left_out: LeftOut,
    watch: Watcher = iter,
) -> Issues:
    """Return the issues of a manifest: every labelled sample of it, whatever its split.

    Args:
        samples: Of the manifest.
        items: The same, as `dedup` looks at them.
        options: How to look.
        left_out: Samples that took no part are counted here.
        watch: Passes on what was read, and shows how far it is.

    Raises:
        InputError: There is nothing to learn from.
        UsageError: An option does not fit the samples.
    """
    known = labelled(samples, left_out)
    real = [one for one in known if not one.generated]
    for one in known:
        if one.generated:
            left_out.add("generated, with the label of their source", one.path)
    if not real:
        raise InputError("all labelled samples are generated; look at those that they were made from")
    by_kind: defaultdict[str, list[LabelledSample]] = defaultdict(list)
    for one in real:
        by_kind[kind_of(one) or ""].append(one)
    issues: list[Issue] = []
    judged: list[Judged] = []
    copies, notes = _copies(real, samples, items, options)
    issues += _contradictions(real, copies, options.identity)
    for part in by_kind.values():
        found, more = _judge(part, options, left_out, watch)
        issues += found
        judged.append(more[0])
        notes += more[1]
    return assemble(issues, judged, real, notes)


def _judge(
    part: list[LabelledSample], options: IssueOptions, left_out: LeftOut, watch: Watcher
) -> tuple[list[Issue], tuple[Judged, list[str]]]:
    folds = options.folds or (FOLDS if len(part) <= MANY else FEWER_FOLDS)
    fit = cross_fit(part, replace(options.training, folds=folds), watch)
    for reason, count in fit.data.left_out.counts.items():
        left_out.counts[reason] += count
        left_out.examples.setdefault(reason, fit.data.left_out.examples[reason])
    as_read = {(one.path, one.label): one for one in part}
    # The fit knows no splits, and a person wants to see them.
    samples = [as_read[one.path, one.label] for one in fit.data.examples]
    places = fit.judged.nonzero()[0]
    evidence = Evidence(
        [samples[at] for at in places.tolist()], fit.labels, fit.given[places], fit.probabilities[places], fit.model
    )
    rounds = rounds_for(len(places)) if options.plantings is None else options.plantings
    planted = plant(fit, rounds, options.training.seed) if rounds else None
    vectors, notes = fit.embedding(), []
    if vectors is not None and len(vectors) > MOST:
        vectors, notes = None, [f"neighbours and outliers are found among up to {MOST:,} samples"]
    found = wrong_labels(evidence, None if vectors is None else vectors[places], planted, options.top)
    issues = found.issues + ([] if vectors is None else outlier_issues(samples, vectors))
    return issues, (found.judged, [*fit.notes, *notes, *found.notes])


def _contradictions(
    samples: Sequence[LabelledSample], copies: Iterable[Sequence[int]], identity: Grouping | None
) -> list[Issue]:
    from collections import Counter

    found = conflicts(samples, copies, identity)
    alike = look_alikes(Counter(one.label or "" for one in samples))
    return [*conflict_issues(samples, found), *look_alike_issues(samples, alike)]


def _copies(
    real: Sequence[LabelledSample], samples: Sequence[LabelledSample], items: Sequence[Item], options: IssueOptions
) -> tuple[list[list[int]], list[str]]:
    """Return the places of confirmed copies, and what to know of the search."""
    if not any(one.digest for one in items):
        return [], ["copies were not looked for: the manifest has no digests; measure the files: burnish scan FOLDER"]
    # Places in the manifest become places among those that take part; a label is looked for, so only labelled ones.
    place = {id(one): at for at, one in enumerate(real)}
    at_line = [place.get(id(one)) for one in samples]
    search = Search(base=options.training.reading.root, jobs=options.training.reading.jobs)
    found = []
    for group in find_groups(items, search):
        # An arrow to the left is no copy of one to the right, nor a 6 of a 9: turned ones may differ in their label.
        if any(change.startswith(_TURNED) for change in group.changes):
            continue
        members = sorted(one.index for one in (*group.kept, *group.dropped))
        found.append([at for index in members if (at := at_line[index]) is not None])
    notes = []
    if search.unconfirmed:
        notes.append(
            f"pairs of likely copies that could not be compared: {len(search.unconfirmed):,}, such as "
            f"{search.unconfirmed[0]}"
        )
    return found, notes


def with_findings(samples: Iterable[Sample], issues: Issues, counts: "Counter[str]") -> Iterator[Sample]:
    """Yield all samples with the findings of their issues; those of an earlier call are taken away.

    Args:
        samples: Of the manifest.
        issues: What was found in it.
        counts: Counts the samples by finding.
    """
    by_sample: defaultdict[tuple[str, str], list[Issue]] = defaultdict(list)
    for issue in issues.samples:
        # Two lines may have one path with two labels, which is an issue itself.
        by_sample[issue.path, issue.label].append(issue)
    # Where nothing was embedded, the outliers that clean found are not ours to take away.
    ours = {CHECK_OF[kind] for kind in CHECK_OF if kind != "outlier" or kind in issues.counts}
    for sample in samples:
        found = by_sample.get((sample.path, sample.label or ""), ())
        new = tuple(map(finding_of, found))
        counts.update(one.check for one in new)
        kept = tuple(one for one in sample.findings if one.check not in ours)
        after = changed(sample, findings=(*kept, *new)) if (*kept, *new) != sample.findings else sample
        # What a page proposes and shows beside it; of several issues that of the lowest score.
        suggested = next((one.suggested for one in found if one.suggested), None)
        near = next((one.nearest for one in found if one.nearest), None)
        if suggested or near or foreign_field(sample, SUGGESTED) is not None:
            after = with_foreign(after, suggested=suggested, neighbours=near)
        yield after
