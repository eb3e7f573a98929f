"""What a plan asks of a model: the answers to what it makes, and which of them are out of the real range.

Which model that is, how it was trained and what it makes of a file is not known here: the command line joins a plan
with a judge of `baselines`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from curate.records.sample import Sample


class Answer(Protocol):
    """What a model says of one file."""

    @property
    def prediction(self) -> str:
        """The class."""

    @property
    def confidence(self) -> float:
        """Its probability, 0 to 1."""

    @property
    def label_probability(self) -> float:
        """That of the class that the file has, 0 to 1."""


Said = TypeVar("Said", bound=Answer)


class Judge(Protocol[Said]):
    """A model that has not seen what a generated sample was made of."""

    @property
    def run(self) -> str:
        """The run that it is of."""

    def answers(self, samples: "Sequence[Sample]") -> list[Said | None]:
        """Return what it says of files; None for one that it cannot judge."""

    def out_of_range(self, tag: str, answers: Sequence[Said], most: int) -> tuple[list[int], list[int]]:
        """Return the places of the answers that are too easy and of those that are too hard, `most` in all at most."""


class JudgedTarget(NamedTuple, Generic[Said]):
    """What a model says of what one target makes.

    Attributes:
        drawn: Of the first draws.
        kept: Of what is to be made: where draws were left out, of those that took their places.
        samples: What was made to be judged, in a workspace; in the order of `kept`.
        easy: How many draws were left out as too easy.
        hard: How many as too hard.
        most: How many could be left out; 0: none were to be.
    """

    drawn: list[Said]
    kept: list[Said]
    samples: "list[Sample]"
    easy: int = 0
    hard: int = 0
    most: int = 0
