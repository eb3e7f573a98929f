"""Labels of the test split, which change by adjudication alone: a test that follows the model measures nothing."""

from typing import TYPE_CHECKING

from curate.records.reader import parse
from curate.review.relabel import MAPPED, history_of, is_tested

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from curate.records.sample import Sample
    from curate.release.difference import Matched


def find_unadjudicated(
    found: "Matched", open_lines: "Callable[[], Iterator[bytes]]"
) -> list[tuple[str, str | None, str | None]]:
    """Return path, old and new label of the samples whose label changed in the test split and nobody adjudicated it.

    What counts is that the old release tested on the sample: to move it to another split on the way changes nothing.

    Args:
        found: Samples of the current release and of the one to come, by which they are.
        open_lines: Gives the lines of the one to come; called only if a label changed.

    Raises:
        InputError: A record of a new label is none.
    """
    changed = {two.path: one.label for one, two in found.pairs if is_tested(one.split) and one.label != two.label}
    if not changed:
        return []
    labels = {one.label for one in (*(new for _, new in found.pairs), *found.added)}
    samples = (parse(line) for line in open_lines())
    return [
        (one.path, changed[one.path], one.label)
        for one in samples
        if one.path in changed and not _is_adjudicated(one, changed[one.path], labels)
    ]


def _is_adjudicated(sample: "Sample", before: str | None, labels: "Collection[str | None]") -> bool:
    """Return whether the records of a sample lead from its label back to the old one, by rules that may change it."""
    label = sample.label
    for record in reversed(history_of(sample)):
        # Somebody changed the label without a record; what came before that says nothing of it.
        if record.after != label:
            return False
        # A class that was renamed is not there any more. Where it still is, only some of it was "renamed".
        renamed = record.rule == MAPPED and record.before not in labels
        if record.before != record.after and record.rule != "adjudicated" and not renamed:
            return False
        label = record.before
        if label == before:
            return True
    return False
