"""Whether cases were shared out among two systems by chance: else what differs may be the cases."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.gates.cases import Answer

_LEAST = 5
_UNSET = "(none)"


class MixChange(Struct, frozen=True):
    """A key of tags of which the two arms have other shares.

    Attributes:
        key: Of the tags.
        adjusted_p: p value of chi² for equal shares, by Holm for all keys.
        value: The value whose share differs most.
        old_share: Its share of the old system's cases, 0 to 1.
        new_share: Its share of the new system's cases.
    """

    key: str
    adjusted_p: float
    value: str
    old_share: float
    new_share: float


def changed_mix(
    old: "Sequence[Answer]", new: "Sequence[Answer]", level: float, group_key: str | None = None
) -> list[MixChange]:
    """Return the keys of tags whose values have other shares in two arms than chance explains.

    Values of which fewer than five cases are expected in an arm are taken together, as the chi² distribution wants it.

    Args:
        old: Cases of the old system.
        new: Cases of the new system.
        level: For the adjusted p.
        group_key: Ties cases together, so that its own shares differ by chance more than independent ones would.
    """
    if not old or not new:
        return []
    from scipy.stats import chi2_contingency

    counts: dict[str, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    for place, arm in enumerate((old, new)):
        for answer in arm:
            for key, _, value in (tag.partition("=") for tag in answer.tags):
                counts[key][place][value] += 1
    tested: list[tuple[str, float, str, float, float]] = []
    for key, (before, after) in counts.items():
        if key == group_key:
            continue
        # A case without the key counts as well: it may be the sharing out that lost it.
        before[_UNSET], after[_UNSET] = max(0, len(old) - before.total()), max(0, len(new) - after.total())
        table = _pooled(before, after, len(old), len(new))
        if len(table) < 2:
            continue
        p = float(chi2_contingency(list(zip(*table.values(), strict=True)), correction=True).pvalue)
        apart = {value: abs(a / len(old) - b / len(new)) for value, (a, b) in table.items()}
        most = max(apart, key=lambda value: apart[value])
        tested.append((key, p, most, table[most][0] / len(old), table[most][1] / len(new)))
    adjusted = holm([p for _, p, *_ in tested])
    return [
        MixChange(key, p, value, a, b) for (key, _, value, a, b), p in zip(tested, adjusted, strict=True) if p < level
    ]


def _pooled(before: "Counter[str]", after: "Counter[str]", old: int, new: int) -> dict[str, tuple[int, int]]:
    """Return the counts of each value, the rare ones together."""
    table: dict[str, tuple[int, int]] = {}
    rest = [0, 0]
    for value in before | after:
        a, b = before[value], after[value]
        if (a + b) * min(old, new) / (old + new) >= _LEAST:
            table[value] = a, b
        else:
            rest = [rest[0] + a, rest[1] + b]
    if sum(rest) * min(old, new) / (old + new) >= _LEAST:
        table["other values"] = rest[0], rest[1]
    return table
