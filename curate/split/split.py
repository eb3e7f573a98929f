"""Split: which sample trains, which validates, which tests, with nothing of one side on the other.

What belongs together always goes together: samples with the same digest, copies that `dedup --report` named, a
generated sample and its source, and the groups that the user named. A generated sample whose source validates or tests
does so too: in training it would tell what is tested.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

from curate.ground.errors import UsageError, did_you_mean
from curate.ground.json import Decoder
from curate.records.reader import decode_line
from curate.records.writer import change_line
from curate.split.columns import Seen, read_columns
from curate.split.grouping import Grouping, make_grouping
from curate.split.leakage import Watch
from curate.split.ratio import Ratio, parse_ratio
from curate.split.report import SplitReport

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Method = Literal["exact", "hash"]
Stratify = Literal["label", "none"]
DEFAULT_RATIO = "train=0.8,val=0.1,test=0.1"

_seen = Decoder(Seen)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        ratio: The splits and their shares.
        grouping: What makes a group, beyond what always belongs together.
        stratify: Whether each class is to have its shares, and not only the whole set.
        method: `exact`: as near to the shares as can be; `hash`: so that a sample never changes sides.
        force: Forget the splits that samples have.
        seed: Where chance begins.
    """

    ratio: Ratio
    grouping: Grouping | None = None
    stratify: bool = True
    method: Method = "exact"
    force: bool = False
    seed: int = 0


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


def make_wish(
    ratio: str = DEFAULT_RATIO,
    stratify: str | None = None,
    group: str | None = None,
    method: str = "exact",
    *,
    force: bool = False,
    seed: int = 0,
) -> Wish:
    """Return what the options ask for.

    Raises:
        UsageError: One of them makes no sense, or they contradict each other.
    """
    how: Method = "hash" if _known("--method", method, get_args(Method)) == "hash" else "exact"
    by = _known("--stratify", stratify or "label", get_args(Stratify))
    if how == "hash" and stratify == "label":
        raise UsageError(
            "--method hash looks at one group at a time and cannot stratify; leave --stratify out, "
            "or take --method exact"
        )
    grouping = make_grouping(group) if group is not None else None
    return Wish(parse_ratio(ratio), grouping, by == "label", how, force, seed)


def make_plan(samples: Iterable[Seen], wish: Wish) -> Plan:
    """Return where each sample goes; all of the manifest is looked at, in columns.

    Raises:
        UsageError: No sample is in a group.
    """
    # Before the samples are read, which in a pipe are still on their way.
    from curate.split.assign import solve

    place = None
    if wish.method == "hash":
        from curate.split.hash_split import place as place_of

        place = partial(place_of, seed=wish.seed)
    columns = read_columns(samples, wish.grouping, place)
    return Plan(wish, *solve(columns, wish))


def carry_out(lines: Iterable[bytes], plan: Plan) -> Iterator[bytes]:
    """Yield the line of each sample with its split, and look for leaks on the way.

    Args:
        lines: Of the manifest that the plan was made for.
        plan: Its report learns the names of the groups that it speaks of.
    """
    names, report = plan.report.names, plan.report
    wanted = {*report.torn_examples, *(group.sample for group in report.large)}
    for index, (line, code) in enumerate(zip(lines, plan.split.tolist(), strict=True)):
        seen, name = decode_line(line, _seen), names[code]
        if index in wanted:
            report.group_names[index] = _name_of_group(seen, plan.wish.grouping)
        new = line if seen.split == name else change_line(line, split=name)
        seen.split = name
        plan.watch.add(seen)
        yield new


def _name_of_group(sample: Seen, grouping: Grouping | None) -> str:
    values = grouping.values(sample.path, sample.tags) if grouping else ()
    return " + ".join(values) or f"of {sample.path}"


def _known(option: str, value: str, values: tuple[str, ...]) -> str:
    if value not in values:
        raise UsageError(f"{option} {value!r} is unknown{did_you_mean(value, values)}")
    return value
