"""Two sets against each other, all at once."""

from typing import TYPE_CHECKING

from msgspec import Struct

from curate.drift.comparisons import SUBJECTS, Compared, comparisons
from curate.drift.rows import check_versions
from curate.drift.tests import OneTest, Verdict
from curate.drift.verdicts import Judge, verdict_of_all
from curate.ground.errors import InputError
from curate.statistics.group_permutation import make_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.drift.comparisons import Subject
    from curate.drift.rows import Rows

DEFAULT: "tuple[Subject, ...]" = tuple(one for one in SUBJECTS if one != "features")


class Drift(Struct, frozen=True):
    """What two sets say of each other.

    Attributes:
        verdict: Of all tests: drifted if any is, steady only if all are.
        tests: In the order in which they matter: drifted first, then by effect.
        samples: Of the reference and of the new set, all of them.
        compared: How many of them took part: of very many, some are drawn.
        alpha: How often a call says drifted where nothing changed.
        margin: Effects below do not matter.
        groups: Key of the groups that were exchanged as wholes, and how many there are on each side; None: none.
        generated: Samples of the reference that a recipe made, and that were left out.
        ungrouped: Samples of both without a group, which were left out.
        notes: What could not be compared, in sentences.
    """

    verdict: Verdict
    tests: tuple[OneTest, ...]
    samples: tuple[int, int]
    compared: tuple[int, int]
    alpha: float
    margin: float
    groups: tuple[str, int, int] | None = None
    generated: int = 0
    ungrouped: int = 0
    notes: tuple[str, ...] = ()


def prepare(reference: "Rows", new: "Rows", on: "Sequence[Subject]", judge: Judge) -> Compared:
    """Return what is compared, and give the judge its groups.

    Raises:
        InputError: A side has no sample, or the facts are of other versions.
    """
    for rows, name in ((reference, "the reference"), (new, "the new set")):
        if not rows.kept:
            some = f" ({rows.generated:,} generated ones were left out)" if rows.generated else ""
            raise InputError(f"{name} has no sample to compare{some}")
    check_versions(reference, new)
    if judge.group:
        judge.units = make_units(reference.columns["group"].tolist(), new.columns["group"].tolist())
    return comparisons(reference, new, on, judge.group or None)


def drift_of(reference: "Rows", new: "Rows", found: Compared, tests: "Sequence[OneTest]", judge: Judge) -> Drift:
    """Return the report of tests that were made.

    Args:
        reference: What was compared.
        new: With what.
        found: The comparisons.
        tests: Of them, and others of the same call.
        judge: Made them.
    """
    decided = judge.decide(tests, found.comparisons)
    order = {"drifted": 0, "cannot tell": 1, "steady": 2}
    decided.sort(key=lambda one: (order[one.verdict], -one.effect, one.name))
    units = judge.units
    return Drift(
        verdict_of_all(one.verdict for one in decided),
        tuple(decided),
        (reference.seen, new.seen),
        (reference.kept, new.kept),
        judge.alpha,
        judge.margin,
        (judge.group, *units.counts) if units else None,
        reference.generated,
        reference.ungrouped + new.ungrouped,
        tuple(found.notes),
    )


def compare(reference: "Rows", new: "Rows", on: "Sequence[Subject]" = DEFAULT, judge: Judge | None = None) -> Drift:
    """Return whether two sets differ, by everything that needs no model.

    Raises:
        InputError: As `prepare`, or there is nothing to compare.
    """
    judge = judge or Judge()
    found = prepare(reference, new, on, judge)
    if not found.comparisons:
        raise InputError(f"there is nothing to compare: {'; '.join(found.notes) or 'no fact, label or tag is in both'}")
    return drift_of(reference, new, found, judge.test(found.comparisons), judge)
