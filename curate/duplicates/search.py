"""How to look for duplicates, and what was met."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from curate.duplicates.groups import OnConflict
from curate.duplicates.item import Item
from curate.ground.progress import Progress, unseen


class Part(Struct, frozen=True):
    """Two samples that are the same in a part: one holds more than the other, or was changed somewhere.

    Attributes:
        first: Path of one, the earlier in the manifest.
        second: Path of the other.
        share: Of the picture, or of the sound, that both have; of the one that holds less of it: 0 to 1.
        change: What else was done, such as `flipped`.
        labels: Their labels, where they differ.
        splits: Their splits, where they differ.
    """

    first: str
    second: str
    share: float
    change: str = ""
    labels: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()


@dataclass(slots=True)
class Search:
    """How to look, and what was met.

    Attributes:
        exact: Only the same bytes or the same decoded content.
        distance: Bits in which the hashes of candidates may differ; None: the default of the kind.
        keep: Which copy stays: rules, the most important first.
        on_conflict: What becomes of copies with different labels.
        base: What the paths are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.
        flips: Whether a mirror image is a copy; never where the labels differ.
        turns: Whether a turned or rotated picture is one; never where the labels differ.
        across: Compare only samples of different folders, labels, splits or values of a tag.
        within: Compare only samples of the same.
        reference: Samples that never go: what equals one of them does.
        progress: Is told how far it is.
        in_part: Whether to look closer, at every file, for what has only a part in common with another.
        parts: What has only a part in common with another.
        unconfirmed: Pairs that could not be compared, with the reason.
        unmeasured: Samples without a digest and without an error that explains it.
        others: Samples of other kinds, of which only the bytes are compared.
        samples: How many the manifest has.
    """

    exact: bool = False
    distance: int | None = None
    keep: tuple[str, ...] = ("best",)
    on_conflict: OnConflict = "drop"
    base: str = ""
    jobs: int | None = None
    flips: bool = True
    turns: bool = True
    across: str | None = None
    within: str | None = None
    reference: Sequence[Item] = ()
    progress: Progress = unseen
    in_part: bool = False
    parts: list[Part] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    unmeasured: int = 0
    others: Counter[str] = field(default_factory=Counter)
    samples: int = 0

    @property
    def limited(self) -> bool:
        """Whether not every sample may be compared with every other."""
        return bool(self.across or self.within)
