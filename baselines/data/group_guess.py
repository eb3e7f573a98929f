"""What looks like a group among tested samples and was not named: their intervals take them for independent."""

import hashlib
from typing import TYPE_CHECKING

from curate.records.sample import Sample
from curate.split.group_guess import is_known
from curate.split.leakage import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def guess_groups(samples: "Iterable[tuple[str, str, tuple[str, ...]]]") -> "Iterator[str]":
    """Yield, in words, what looks like a group: `speaker=… (6 values, 40 samples each): --group speaker`.

    Args:
        samples: Path, label and tags of each.
    """
    watch = Watch()
    for path, label, tags in samples:
        # The search is for what straddles two sides. Tossed into two, a group of more than a few samples always does.
        side = hashlib.sha256(path.encode("utf-8", "surrogateescape")).digest()[0] % 2
        watch.add(Sample(path, label, tags, str(side)))
    for found in watch.suspects():
        # Tags such as noise=car are conditions more often than groups, unless their key says otherwise.
        if "{" in found.group or is_known(found.group):
            yield f"{found.name} ({found.values:,} values, {found.samples:,.0f} samples each): --group {found.group}"
