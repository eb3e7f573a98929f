"""The partition into training and test part, and its guards: nothing of what is tested is trained on."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

from msgspec.structs import replace

from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.records.origin import ties_of
from curate.scan.folders import SPLIT_NAMES
from curate.split.wish import FOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baselines.data.labelled_samples import LabelledSample, LeftOut

DEFAULT_TEST_SPLIT = "test"
_SPLIT = "part the samples again: burnish split --force"


@dataclass(slots=True)
class TrainTestPartition:
    """The samples that are trained on and those that are tested.

    Attributes:
        examples: Those that take part, in the order of the manifest.
        tested: Of each, whether it is of the test split; None where there is none: then they test each other.
        validates: Of each, whether it is of the validation split: neither learned from nor tested, but asked when there
            is something to choose.
    """

    examples: "list[LabelledSample]"
    tested: "list[bool] | None"
    validates: "list[bool]" = field(default_factory=list)

    @property
    def train(self) -> "list[LabelledSample]":
        """Return what may be trained on."""
        used = zip(self.examples, self._tested(), self.validates or repeat(False), strict=False)
        return [one for one, tests, validates in used if not tests and not validates]

    @property
    def test(self) -> "list[LabelledSample]":
        """Return the test split."""
        return [one for one, tests in zip(self.examples, self._tested(), strict=True) if tests]

    def _tested(self) -> list[bool]:
        return [False] * len(self.examples) if self.tested is None else self.tested


def partition_samples(
    examples: "Sequence[LabelledSample]", test_split: str | None, left_out: "LeftOut", *, validate: bool = False
) -> TrainTestPartition:
    """Return the partition; samples of other splits take no part and are counted.

    Args:
        examples: Those that can take part.
        test_split: Value of `--test-split`; None: `test`, if there is one.
        left_out: Is counted up.
        validate: Whether real samples of the validation split are kept for what is to be chosen. Copies of others, and
            what was made from them, are not: the one would be right for free, the other would have seen the test.

    Raises:
        UsageError: The test split that was named is empty.
        InputError: Nothing is left to train on.
    """
    name = test_split or DEFAULT_TEST_SPLIT
    check_test_split(examples, test_split)
    others = {one for sample in examples if sample.split == name or trains(sample.split) for one in _ties(sample)}
    learned = {one.label for one in examples if trains(one.split)}
    both = []
    for one in examples:
        # A class that is not learned says nothing about what is to be chosen.
        real = not one.generated and one.label in learned
        is_validation = validate and real and validates(one.split) and one.split != name
        if one.split == name or trains(one.split) or (is_validation and others.isdisjoint(_ties(one))):
            both.append(one)
        else:
            left_out.add(f"of the split {one.split}", one.path)
    # `--test-split train` is legal and makes the training split the test, so the name is asked for before the meaning.
    tested = [one.split == name for one in both]
    asked = [one.split != name and not trains(one.split) for one in both]
    if all(test or ask for test, ask in zip(tested, asked, strict=True)):
        raise _nothing_to_train_on(examples)
    return TrainTestPartition(both, tested if any(tested) else None, asked if any(asked) else [])


def by_fold(samples: "Iterable[LabelledSample]", test_split: str | None) -> "list[LabelledSample]":
    """Return samples as they are tested and trained on where `--test-split fold=3` names a fold of `burnish split`.

    The fold is the test split, the other folds train, and all else keeps its split: a test split takes no part. What a
    recipe made from a sample of the fold takes no part either, for it must be neither tested nor learned.

    Args:
        samples: Of a manifest.
        test_split: As the user named it; where it is no fold, the samples are returned as they are.

    Raises:
        UsageError: No sample is in that fold.
    """
    found = list(samples)
    number = (test_split or "").removeprefix(FOLD)
    is_fold = test_split != number and number.isascii() and number.isdigit()
    if not is_fold or any(one.split == test_split for one in found):
        return found
    tested, folds = int(number), {one.fold for one in found if one.fold is not None}
    if tested not in folds:
        there = f"; there are {', '.join(map(str, sorted(folds)))}" if folds else ""
        raise UsageError(
            f"--test-split {test_split}: no sample is in that fold{there}; give folds: burnish split --folds 5"
        )
    placed = []
    for one in found:
        split = one.split if one.fold is None else "train"
        if one.fold == tested:
            split = f"{test_split}, generated" if one.generated else test_split
        placed.append(replace(one, split=split))
    return placed


def _nothing_to_train_on(examples: "Sequence[LabelledSample]") -> InputError:
    splits = Counter(one.split or "none" for one in examples)
    counts = ", ".join(f"{count:,} in {split}" for split, count in splits.most_common())
    return InputError(f"no sample is for training ({counts}); part them with burnish split --force")


def _ties(sample: "LabelledSample") -> set[str]:
    """Return what makes a sample the same as another one, or made from it: digests, and the paths that others name."""
    return set(ties_of(sample.path, sample.digest, sample.duplicate_of, sample.origin))


def check_test_split(examples: "Sequence[LabelledSample]", test_split: str | None) -> None:
    """Check that there is a sample in the test split that the user named, if one was named.

    Raises:
        UsageError: There is not; names the nearest.
    """
    # A typing error must not become "there is no test split", and so another evaluation than was asked for.
    known = {one.split for one in examples if one.split}
    if test_split and test_split not in known:
        hint = did_you_mean(test_split, known) if known else "; no sample has a split: burnish split"
        raise UsageError(f"--test-split {test_split!r}: no sample is in that split{hint}")


def check_labels(labels: "Sequence[str]") -> None:
    """Check that there is something to tell apart.

    Raises:
        InputError: All training samples have one label.
    """
    if len(set(labels)) == 1:
        raise InputError(
            f"all {len(labels):,} training samples have the label {labels[0]!r}: there is nothing to tell apart; "
            "see the labels with burnish balance"
        )


def check_two_of_a_class(labels: "Sequence[str]") -> None:
    """Check that some class has two training samples.

    A column of names or numbers taken for labels gives one class a sample; nothing can be learned of these, and the
    support vector machine, which fits one boundary for each two classes, never ends on a thousand of them.

    Raises:
        InputError: No class has.
    """
    if len(set(labels)) == len(labels):
        raise InputError(
            f"no class has two samples to learn from ({len(labels):,} training samples, as many labels); "
            "see the labels with burnish balance"
        )


def trains(split: str | None) -> bool:
    """Return whether the samples of a split are for training; those without a split are."""
    return split is None or SPLIT_NAMES.get(split.lower()) == "train"


def validates(split: str | None) -> bool:
    """Return whether the samples of a split are for validation."""
    return split is not None and SPLIT_NAMES.get(split.lower()) == "val"


def check_no_leaks(
    train: "Sequence[LabelledSample]",
    test: "Sequence[LabelledSample]",
    train_digests: "Sequence[str | None] | None" = None,
    test_digests: "Sequence[str | None] | None" = None,
) -> None:
    """Check that the test set is real, and that no training sample is a copy of one of it or was made from one.

    Args:
        train: Samples that are trained on.
        test: Samples that are tested on.
        train_digests: Of their files as they are now; None: those of the manifest.
        test_digests: Likewise.

    Raises:
        InputError: It is not so; names the file and the cure.
    """
    for one in test:
        if one.generated:
            raise InputError(
                f"{one.path} is generated and in the test split: a test must be real; leave it out with burnish select "
                "--where, or augment after the split"
            )
    # By digest what is the same file, whatever its name; by path what a report of dedup or a recipe named.
    digests = test_digests or [one.digest for one in test]
    held = {digest: one.path for one, digest in zip(test, digests, strict=True) if digest}
    paths = {one.path: one.path for one in test}
    made_from = {name: one.path for one in test for name in one.parents}
    real = made_from | paths | held
    mine = train_digests or [one.digest for one in train]
    for one, digest in zip(train, mine, strict=True):
        copied = held.get(digest or "") or paths.get(one.duplicate_of or "")
        if copied:
            raise InputError(
                f"{one.path} is trained on and is a copy of {copied} of the test split; "
                f"drop it with burnish dedup, or {_SPLIT}"
            )
        # Also of what took the place of its source: trimmed or levelled, it still tells what is tested.
        if source := next((real[name] for name in one.parents if name in real), None):
            raise InputError(
                f"{one.path} is trained on and was made from {source} of the test split; "
                f"augment only the training split, or {_SPLIT}"
            )
        # And the other way round: what was levelled for the test is still there as it was, and is learned by heart.
        if tested := made_from.get(digest or "") or made_from.get(one.path):
            raise InputError(f"{one.path} is trained on, and {tested} of the test split was made from it; {_SPLIT}")
