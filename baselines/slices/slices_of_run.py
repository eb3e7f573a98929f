"""The slices of a run: its predictions joined with what a manifest knows, its vectors, and the tags of the slices."""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from baselines.data.labelled_samples import kind_of
from baselines.runs.run_folder import predictions_of_run, record_of_run
from baselines.slices.find_slices import FoundSlices, find_slices, slice_tags
from baselines.slices.slice_candidates import RunSamples
from baselines.slices.slice_terms import SLICE_KEY, SliceSample
from baselines.slices.vectors_of_run import VectorSource, choose_source, read_vectors
from curate.ground.errors import InputError
from curate.records.writer import changed
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from baselines.data.predictions import Prediction
    from baselines.features.reading import Reading, Watcher
    from curate.facts.records import Kind
    from curate.records.sample import Sample


class SlicesOfRun(NamedTuple):
    """What was found, and where the vectors come from by which other samples are assigned.

    Attributes:
        found: The report and the rules.
        source: Of the vectors.
        predictions: Of the run.
    """

    found: FoundSlices
    source: VectorSource
    predictions: "Sequence[Prediction]"


class Wish(NamedTuple):
    """How to look for slices.

    Attributes:
        embeddings: A file of `burnish embed`, or `base`; None: what the run was trained with.
        reading: How files are read, where there is no embedding.
        seed: Where chance begins.
    """

    embeddings: str | None
    reading: "Reading"
    seed: int = 0


def slices_of_run(
    folder: str, known: "Sequence[SliceSample] | None", wish: Wish, watch: "Watcher" = iter
) -> SlicesOfRun:
    """Return the slices on which a run is worse than on the rest.

    Args:
        folder: Of the run.
        known: The samples of a manifest, whose facts and tags describe the tested ones; None: there is no manifest.
        wish: How to look.
        watch: Passes on what was read, and shows how far it is.

    Raises:
        InputError: There is no run, it tested files of two kinds, or samples have no vectors.
    """
    predictions = predictions_of_run(folder)
    # Predictions alone will do, as for the other reports; then nothing is known of groups and features.
    run = record_of_run(folder)
    samples, notes = _joined(predictions, known)
    source = choose_source(wish.embeddings, run, _one_kind(samples))
    vectors = read_vectors(source, samples, wish.reading, watch, all_of=True)
    kept = vectors.known.nonzero()[0].tolist()
    if len(kept) < len(samples):
        notes.append(f"tested samples whose files cannot be read, and which take no part: {len(samples) - len(kept):,}")
    group = run.parameters.get("group") if run else None
    tested = RunSamples(
        [samples[at] for at in kept],
        [predictions[at] for at in kept],
        vectors.values[vectors.known],
        standardize=not (source.stores or source.models),
        source=source.said,
        grouping=make_grouping(group) if isinstance(group, str) else None,
    )
    found = find_slices(tested, wish.seed)
    report = replace(found.report, notes=(*notes, *found.report.notes))
    return SlicesOfRun(found._replace(report=report), source, predictions)


def _joined(
    predictions: "Sequence[Prediction]", known: "Sequence[SliceSample] | None"
) -> tuple[list[SliceSample], list[str]]:
    """Return the tested samples with what a manifest knows of them, and what to know of that."""
    by_digest = {one.digest: one for one in known or () if one.digest}
    by_path = {one.path: one for one in known or ()}
    joined: list[SliceSample] = []
    missing = 0
    for one in predictions:
        found = (by_digest.get(one.digest) if one.digest else None) or by_path.get(one.path)
        missing += found is None
        # The run's own path, label and digest: that is what was tested, whatever the manifest says today.
        base = found or SliceSample(one.path)
        tags = tuple(dict.fromkeys((*one.tags, *base.tags)))
        # Of the kind the manifest knows more: it has the facts that have to fit it.
        kind, digest = base.kind or one.kind, one.digest or base.digest
        joined.append(replace(base, path=one.path, label=one.label, tags=tags, kind=kind, digest=digest))
    if known is None:
        return joined, ["facts play no part without a manifest: burnish slices RUN MANIFEST"]
    notes = [f"tested samples that are not in the manifest: {missing:,}; their facts are not known"] if missing else []
    return joined, notes


def _one_kind(samples: "Sequence[SliceSample]") -> "Kind":
    kinds = Counter(kind for one in samples if (kind := kind_of(one)))
    if len(kinds) != 1:
        what = "images and recordings" if kinds else "files that are neither images nor audio"
        raise InputError(f"the run tested {what}; slices are found among samples of one kind")
    return next(iter(kinds))


def with_slice_tags(
    samples: "Iterable[Sample]",
    known: "Sequence[SliceSample]",
    slices: SlicesOfRun,
    wish: Wish,
    counts: Counter[str],
    watch: "Watcher" = iter,
) -> "Iterator[Sample]":
    """Yield the samples of a manifest with the tags of their slices; those of an earlier call are taken away.

    Args:
        samples: Of the manifest.
        known: The same, in the same order.
        slices: What was found.
        wish: As for `slices_of_run`.
        counts: Counts the samples of each slice, and under an empty name those of the kind that have no vector.
        watch: Passes on what was read, and shows how far it is.
    """
    tags: list[tuple[str, ...]] = [() for _ in known]
    places = [at for at, one in enumerate(known) if kind_of(one) == slices.source.kind]
    if places and slices.found.rules:
        chosen = [known[at] for at in places]
        vectors = read_vectors(slices.source, chosen, wish.reading, watch, all_of=False)
        for at, found in zip(places, slice_tags(slices.found, chosen, vectors.values, vectors.known), strict=True):
            tags[at] = found
        counts[""] = len(places) - int(vectors.known.sum())
    for sample, new in zip(samples, tags, strict=True):
        counts.update(new)
        kept = tuple(tag for tag in sample.tags if not tag.startswith(f"{SLICE_KEY}="))
        yield changed(sample, tags=(*kept, *new)) if (*kept, *new) != sample.tags else sample
