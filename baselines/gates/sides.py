"""What two systems are held against each other by: the same cases, or each its own; the gate asks both the same."""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, Protocol

from baselines.gates.evidence import weigh_arms, weigh_pairs
from baselines.gates.sample_size import arm_needed, pairs_needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from baselines.gates.cases import Answer, Case
    from baselines.gates.evidence import Evidence, Question

_LEAST_DISCORDANT = 0.01
"""Where two systems have not differed yet, they may still do so in some cases of a hundred."""


class Sides(Protocol):
    """Cases of two systems."""

    @property
    def size(self) -> int:
        """How many cases there are of each system, of unequal arms of the smaller one."""

    def by_tag(self) -> "Mapping[str, Sides]":
        """Return the cases with each tag."""

    def weigh(self, question: "Question", tag: str = "") -> "Evidence":
        """Return what they say; `tag` is what all of them carry. There has to be one of each system."""

    def needed(self, margin: float, alpha: float) -> int:
        """Return about how many of each system would tell that equal systems differ by less than the margin."""


class PairedSides(NamedTuple):
    """Cases that both systems saw."""

    cases: "list[Case]"

    @property
    def size(self) -> int:
        """How many."""
        return len(self.cases)

    def by_tag(self) -> "dict[str, PairedSides]":
        """Return those with each tag."""
        found: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases:
            for tag in case.tags:
                found[tag].append(case)
        return {tag: PairedSides(part) for tag, part in found.items()}

    def weigh(self, question: "Question", tag: str = "") -> "Evidence":
        """Return what they say."""
        return weigh_pairs(self.cases, question, tag)

    def needed(self, margin: float, alpha: float) -> int:
        """Return how many pairs, where as many differ as did so far."""
        differ = sum(case.gain != 0 for case in self.cases)
        return pairs_needed(margin, max(differ / self.size, _LEAST_DISCORDANT), alpha)


class ArmSides(NamedTuple):
    """Cases of which each was seen by one of the systems."""

    old: "list[Answer]"
    new: "list[Answer]"

    @property
    def size(self) -> int:
        """How many the smaller arm has."""
        return min(len(self.old), len(self.new))

    def by_tag(self) -> "dict[str, ArmSides]":
        """Return those with each tag."""
        found: dict[str, ArmSides] = defaultdict(lambda: ArmSides([], []))
        for place, arm in enumerate(self):
            for answer in arm:
                for tag in answer.tags:
                    found[tag][place].append(answer)
        return dict(found)

    def weigh(self, question: "Question", tag: str = "") -> "Evidence":  # noqa: ARG002 # groups of arms need no tag
        """Return what they say."""
        return weigh_arms(self.old, self.new, question)

    def needed(self, margin: float, alpha: float) -> int:
        """Return how many of each arm, where both are right as often as both together were so far."""
        answers = [*self.old, *self.new]
        # All right so far means one wrong in as many at most.
        share = (sum(answer.right for answer in answers) + 0.5) / (len(answers) + 1)
        return arm_needed(margin, share, alpha)
