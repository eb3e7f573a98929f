"""Split: which sample trains, which validates, which tests, with nothing of one side on the other.

What belongs together always goes together: samples with the same digest, copies that `dedup --report` named, a
generated sample and its source, and the groups that the user named. A generated sample whose source validates or tests
does so too: in training it would tell what is tested.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from curate.ground.json import Decoder
from curate.records.reader import decode_line
from curate.records.writer import Change
from curate.split.columns import Seen, read_columns
from curate.split.folds import take_folds
from curate.split.leakage import Watch
from curate.split.report import SplitReport
from curate.split.wish import Wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_seen = Decoder(Seen)


@dataclass(slots=True)
class Plan:
    """Where each sample goes.

    Attributes:
        wish: What was asked for.
        split: Of each sample in the order of the manifest, as an index into the names of the report.
        report: What was reached.
        watch: Looks for leaks while the plan is carried out.
    """

    wish: Wish
    split: "NDArray[np.int64]"
    report: SplitReport
    watch: Watch = field(default_factory=Watch)


def make_plan(samples: Iterable[Seen], wish: Wish) -> Plan:
    """Return where each sample goes; all of the manifest is looked at, in columns.

    Raises:
        UsageError: No sample is in a group, or there are fewer groups than folds.
    """
    # Before the samples are read, which in a pipe are still on their way.
    from curate.split.assign import solve

    place = None
    if wish.method == "hash":
        from curate.split.hash_split import place as place_of

        place = partial(place_of, seed=wish.seed)
    if wish.folds:
        # What was asked to be forgotten is forgotten here: the test split is no fold, and stays.
        columns = read_columns(take_folds(samples, wish), wish.grouping, place)
        return Plan(wish, *solve(columns, replace(wish, force=False)))
    columns = read_columns(samples, wish.grouping, place, wish.ensure)
    return Plan(wish, *solve(columns, wish))


def carry_out(lines: Iterable[bytes], plan: Plan) -> Iterator[bytes]:
    """Yield the line of each sample with its split, and look for leaks on the way.

    Args:
        lines: Of the manifest that the plan was made for.
        plan: Its report learns the names of the groups that it speaks of.
    """
    names, report, watch = plan.report.names, plan.report, plan.watch.add
    wish = plan.wish
    # The last of a plan of folds is what is in none: the test split.
    folds = [code if code < wish.folds else None for code in range(len(names))] if wish.folds else []
    changes = [Change(fold=fold) for fold in folds] or [Change(split=name) for name in names]
    wanted = {*report.torn_examples, *(group.sample for group in report.large)}
    for index, (line, code) in enumerate(zip(lines, plan.split.tolist(), strict=True)):
        seen, name = decode_line(line, _seen), names[code]
        if index in wanted:
            values = wish.grouping.values(seen.path, seen.tags, seen.digest) if wish.grouping else ()
            report.group_names[index] = " + ".join(values) or f"of {seen.path}"
        # Most lines of a second call are as they were, and go on byte for byte.
        new = line if (seen.fold == folds[code] if wish.folds else seen.split == name) else changes[code].of(line)
        seen.split = name
        watch(seen)
        yield new
