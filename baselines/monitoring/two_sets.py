"""Two sets against each other, with everything that was asked for: one family of tests, one verdict."""

from typing import TYPE_CHECKING

from msgspec import structs

from baselines.monitoring.joint import Joint, Newest, Strong, joint_test
from curate.drift.compare import Drift, drift_of, prepare
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.drift.comparisons import Subject
    from curate.drift.rows import Rows
    from curate.drift.verdicts import Judge
    from curate.embeddings.store import Embeddings


class TwoSets(Drift, frozen=True):
    """What two sets say of each other, and what a classifier of all facts says.

    Attributes:
        strongest: Facts that the classifier goes by.
        newest: New samples that look least like the reference.
    """

    strongest: tuple[Strong, ...] = ()
    newest: tuple[Newest, ...] = ()


def two_sets(
    reference: "Rows", new: "Rows", on: "Sequence[Subject]", judge: "Judge", embeddings: "Embeddings | None" = None
) -> TwoSets:
    """Return whether two sets differ.

    Args:
        reference: What is held against.
        new: What is held against it.
        on: What is asked for.
        judge: Level, margin, seed, and the key of the groups.
        embeddings: For `features`, instead of the facts.

    Raises:
        InputError: There is nothing to compare, or the facts are of other versions.
    """
    found = prepare(reference, new, on, judge)
    joint: Joint | None = None
    if "features" in on:
        try:
            joint = joint_test(reference, new, judge, embeddings)
        except InputError as error:
            # Asked for among others it is one test less; what it lacks is said.
            found.notes.append(f"features: {error}")
    if not found.comparisons and joint is None:
        raise InputError(f"there is nothing to compare: {'; '.join(found.notes) or 'no fact, label or tag is in both'}")
    judge.extra = joint is not None
    tests = [*([joint.test] if joint else []), *judge.test(found.comparisons)]
    drift = drift_of(reference, new, found, tests, judge)
    if joint is None:
        return TwoSets(**structs.asdict(drift))
    # Of a classifier that tells nothing apart, what it goes by is chance.
    strongest = joint.strongest if joint.test.p < judge.alpha else ()
    return TwoSets(**structs.asdict(drift), strongest=strongest, newest=joint.newest)
