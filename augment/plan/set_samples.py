"""What operations may take from the set itself, voices or textures: of training samples only, whatever is augmented."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from augment.operations.media import SetSample
from augment.operations.registry import find
from augment.recipe.types import KINDS, Recipe, Step, Target, each_operation, operations_of
from curate.facts.records import KINDS as KINDS_OF_SAMPLES
from curate.ground.errors import InputError
from curate.records.origin import origin_of, ties_of
from curate.scan.folders import SPLIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from augment.operations.registry import Kind
    from curate.records.sample import Sample

MOST = 4096
"""Samples that an operation is given: the first by their digests, as good as any draw and the same each time."""


@dataclass(slots=True)
class SetSamples:
    """The training samples of a set; all of its samples where it has no splits.

    Attributes:
        kinds: That operations of the recipe take something of; others are not kept.
        found: Those that may be used, by kind and digest.
        unsplit: Samples without a split, which count only where none has one.
        held_out: Names that tie samples of other splits to others: a copy of a test sample that lies in training is not
            used, nor is what was made from one.
        ties: The same of the samples that may be used, by digest.
        has_splits: Whether any sample has one.
        seen: Whether there is any sample: of an empty set nothing is made, and nothing missed.
    """

    kinds: "frozenset[Kind]"
    found: "dict[Kind, dict[str, SetSample]]" = field(default_factory=dict)
    unsplit: "dict[Kind, dict[str, SetSample]]" = field(default_factory=dict)
    held_out: set[str] = field(default_factory=set)
    ties: dict[str, set[str]] = field(default_factory=dict)
    has_splits: bool = False
    seen: bool = False

    def see(self, sample: "Sample") -> None:
        """Take a sample in, if operations may take something of it."""
        self.seen = True
        self.has_splits = self.has_splits or sample.split is not None
        kind = KINDS_OF_SAMPLES.get(sample.kind or "")
        if kind not in self.kinds or sample.digest is None:
            return
        trains = sample.split is not None and SPLIT_NAMES.get(sample.split.lower()) == "train"
        origin = origin_of(sample.origin)
        ties = ties_of(sample.path, sample.digest, sample.duplicate_of, origin)
        if sample.split is not None and not trains:
            self.held_out.update(ties)
        elif not origin.is_generated and not any(one.severity == "error" for one in sample.findings):
            kept = self.found if trains else self.unsplit
            known = SetSample(sample.path, "", sample.digest, sample.tags)
            kept.setdefault(kind, {}).setdefault(sample.digest, known)
            self.ties.setdefault(sample.digest, set()).update(ties)

    def of(self, kind: "Kind") -> list[SetSample]:
        """Return the samples of a kind that may be used, in the order of their digests; `MOST` at most."""
        kept = (self.found if self.has_splits else self.unsplit).get(kind, {})
        return [kept[digest] for digest in sorted(kept) if self.held_out.isdisjoint(self.ties[digest])][:MOST]


def kinds_taken(recipe: Recipe) -> "frozenset[Kind]":
    """Return the kinds of samples that operations of a recipe take something from."""
    steps = (step for target in recipe.targets for kind in KINDS for step in operations_of(target.steps[kind]))
    return frozenset(step.kind for step in steps if find(step.kind, step.name).takes_from_set(step.prepared.settings))


def with_set(
    recipe: Recipe, samples: SetSamples, locate: "Callable[[str], str]", needed: "Collection[Kind]" = KINDS
) -> Recipe:
    """Return a recipe whose operations have been given what they take from the set.

    Args:
        recipe: As it was read.
        samples: Of the manifest.
        locate: Returns where the file of a sample is, seen from the working directory.
        needed: Kinds that there are sources of; of others nothing is made, and nothing need be there.

    Raises:
        InputError: The set does not have what an operation needs.
    """
    given = {
        kind: [one._replace(file=locate(one.path)) for one in samples.of(kind)]
        for kind in KINDS
        if kind in samples.kinds
    }
    notes = dict.fromkeys(recipe.notes)

    def prepared(step: Step) -> Step:
        operation = find(step.kind, step.name)
        takes = operation.takes_from_set(step.prepared.settings)
        if not takes or step.kind not in needed:
            return step
        if not given[step.kind]:
            raise InputError(f"{step.name}: there is no training sample that it could take something from")
        found = operation.prepare_from_set(step.prepared.settings, given[step.kind])
        notes.update(dict.fromkeys(found.notes))
        return step._replace(prepared=found)

    def of_target(target: Target) -> Target:
        return target._replace(steps={kind: each_operation(target.steps[kind], prepared) for kind in KINDS})

    return recipe._replace(targets=tuple(map(of_target, recipe.targets)), notes=tuple(notes))
