"""The samples that a recipe can work on, gathered from a manifest in one pass."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from augment.operations.registry import Kind
from augment.plan.set_samples import SetSamples, kinds_taken
from augment.plan.slice_facts import Reference, Slice, facts_of
from augment.recipe.types import Recipe, Target
from curate.facts.records import KINDS
from curate.query.expression import compile_expression
from curate.query.tags import auto_rules
from curate.records.origin import origin_of, ties_of
from curate.records.sample import Sample
from curate.scan.folders import SPLIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from curate.query.expression import Expression
    from curate.split.grouping import Grouping

_SEEN = {"train", "val"}
"""Splits whose samples may be looked at: a severity that was fitted to test samples would be tested on itself."""

ALL = "all"
"""The value of `--split` that means every split."""


class Source(NamedTuple):
    """A sample that others can be made from.

    Attributes:
        path: As in the manifest.
        digest: Of its file.
        kind: `audio` or `image`.
        label: Its class.
        tags: Its tags.
        split: Its split.
        marks: What it shares with its like: all marks are drawn alike.
        origin: Of a generated sample, which is a source only of what takes its place.
        facts: Those that describe a condition, as `slice_facts.FACTS` has them; empty where nothing is to be matched.
        ties: Names that it shares with its copies and with what it comes from.
        measured: Those of its tags that its own facts give it, as `tag --auto` does.
        fold: Its fold: what is made of it is never learned where it is tested.
    """

    path: str
    digest: str
    kind: Kind
    label: str | None
    tags: tuple[str, ...]
    split: str | None
    marks: tuple[str, ...]
    origin: dict[str, object] | None = None
    facts: tuple[float | None, ...] = ()
    ties: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    fold: int | None = None


@dataclass(slots=True)
class Sources:
    """What a manifest offers to a recipe.

    Attributes:
        recipe: Its targets say which samples they are made from.
        splits: Of which samples are made; `ALL`: of all.
        grouping: What makes a group; None: the `key=value` tags of a sample.
        replaces: Whether what is made takes the place of its source: then generated samples are sources too.
        matches: Whether facts are gathered, of sources and of the real samples that have the tag of a target.
        found: Those that can be used, in the order of the manifest.
        wanted: For each target, which of `found` it can use.
        counts: Samples of each class in the splits, generated ones included.
        tags: Tags of all samples, whatever their split.
        left_out: Why samples were not taken, with numbers.
        seen: Samples of the manifest.
        has_splits: Whether any sample has a split.
        slices: The real samples of each target's tag.
        taken: Training samples, for operations that take voices or textures from the set.
        auto_tagged: Whether a sample has a tag that its facts give it: then what is made gets those of its own facts.
    """

    recipe: Recipe
    splits: frozenset[str]
    grouping: "Grouping | None" = None
    replaces: bool = False
    matches: bool = False
    found: list[Source] = field(default_factory=list)
    wanted: list[list[int]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    tags: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    has_splits: bool = False
    slices: dict[str, Slice] = field(default_factory=dict)
    taken: SetSamples = field(default_factory=lambda: SetSamples(frozenset()))
    auto_tagged: bool = False

    def gather(self, samples: "Iterable[Sample]") -> None:
        """Take in all samples of a manifest."""
        self.taken = SetSamples(kinds_taken(self.recipe))
        accepts = [_accepts(target) for target in self.recipe.targets]
        self.wanted = [[] for _ in self.recipe.targets]
        unsplit: list[tuple[Sample, list[int]]] = []
        held_out: set[str] = set()
        made = {target.tag for target in self.recipe.targets if target.tag} if self.matches else set()
        for sample in samples:
            self.seen += 1
            for tag in made.intersection(sample.tags):
                self._see_real(tag, sample)
            self.tags.update(sample.tags)
            self.taken.see(sample)
            self.has_splits = self.has_splits or sample.split is not None
            if ALL in self.splits or sample.split in self.splits:
                self._take(sample, [index for index, accept in enumerate(accepts) if accept(sample)])
            elif sample.split is None:
                unsplit.append((sample, [index for index, accept in enumerate(accepts) if accept(sample)]))
            else:
                held_out.update(_ties(sample))
        # Whether samples without a split are the whole dataset or left over is known when all have been seen.
        if self.has_splits:
            self.left_out += Counter({"without a split": len(unsplit)})
        else:
            for sample, targets in unsplit:
                self._take(sample, targets)
        self._leave_out_ties(held_out)

    def _leave_out_ties(self, held_out: set[str]) -> None:
        """Leave out what shares a file with a sample of another split, and all but the first of copies."""
        # A copy of a test sample that lies in training would carry the test into what is trained on, and of two copies
        # one is enough. Only now are all digests known: the copy may come before its original.
        met: set[str] = set()
        kept: set[int] = set()
        for index, source in enumerate(self.found):
            if source.digest in held_out:
                self.left_out["copies of samples in other splits"] += 1
            elif not held_out.isdisjoint(source.ties):
                self.left_out["made from samples in other splits, or the other way round"] += 1
            elif source.digest in met:
                self.left_out["copies of other samples"] += 1
            else:
                kept.add(index)
            met.add(source.digest)
        self.wanted = [[index for index in indexes if index in kept] for indexes in self.wanted]

    def _take(self, sample: Sample, targets: list[int]) -> None:
        kind, reason, generated = KINDS.get(sample.kind or ""), "", origin_of(sample.origin).is_generated
        if any(finding.severity == "error" for finding in sample.findings):
            reason = "damaged files"
        elif sample.kind is not None and sample.kind not in KINDS:
            reason = f"files of kind {sample.kind}"
        elif sample.kind is None or sample.digest is None:
            reason = "files that were not measured (scan without --shallow)"
        # Generated samples count for how large a class is, though nothing is made of them: else each call with
        # --balance would fill the same gap again.
        if not reason:
            self.counts[sample.label or ""] += 1
            reason = "generated samples" if generated and not self.replaces else ""
        if reason:
            self.left_out[reason] += 1
        if reason or kind is None or sample.digest is None:
            return
        for index in targets:
            self.wanted[index].append(len(self.found))
        tags = tuple(sorted(tag for tag in sample.tags if "=" in tag))
        marks = self.grouping.values(sample.path, sample.tags, sample.digest) if self.grouping else tags
        # A tag of the same name that was given by hand stays: facts that never gave it cannot take it away.
        measured = tuple(tag for tag, rule in auto_rules() if tag in sample.tags and rule.matches(sample))
        self.auto_tagged = self.auto_tagged or bool(measured)
        self.found.append(
            Source(
                sample.path,
                sample.digest,
                kind,
                sample.label,
                sample.tags,
                sample.split,
                marks,
                sample.origin if generated else None,
                tuple(facts_of(sample, kind).values()) if self.matches else (),
                _ties(sample),
                measured,
                sample.fold,
            )
        )

    def _see_real(self, tag: str, sample: Sample) -> None:
        """Take a sample of a slice for what is made to be like, unless it is a test sample or was made itself."""
        kind = KINDS.get(sample.kind or "")
        if (
            kind is None
            or origin_of(sample.origin).is_generated
            or any(one.severity == "error" for one in sample.findings)
        ):
            return
        real = self.slices.setdefault(tag, Slice(tag))
        if sample.split is None or SPLIT_NAMES.get(sample.split.lower()) in _SEEN:
            real.known.setdefault(kind, []).append(
                Reference(sample.digest or sample.path, sample.label, facts_of(sample, kind))
            )
        else:
            real.tested += 1


def _ties(sample: Sample) -> tuple[str, ...]:
    return tuple(ties_of(sample.path, sample.digest, sample.duplicate_of, origin_of(sample.origin)))


def _accepts(target: Target) -> "Callable[[Sample], bool]":
    """Return what says whether a target can use a sample."""
    sources = target.sources
    expression: Expression | None = compile_expression(sources.where) if sources.where else None
    with_tags, without, labels = set(sources.with_tags), set(sources.without_tags), set(sources.labels)

    def accept(sample: Sample) -> bool:
        kind = KINDS.get(sample.kind or "")
        return bool(
            kind is not None
            and target.steps[kind]
            and with_tags.issubset(sample.tags)
            and not without.intersection(sample.tags)
            and target.tag not in sample.tags
            and (not labels or sample.label in labels)
            and (expression is None or expression.matches(sample))
        )

    return accept
