"""How to train: the options of `burnish train`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from baselines.features.reading import Reading
from baselines.runs.run_record import Parameter
from baselines.training.like import HeldStill

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baselines.data.labelled_samples import LabelledSample

MOST_REPEATS = 100
"""Values of `--repeats`; what more of them would tell is less than the first ten do."""

MOST_WEIGHT = 100
"""Values of `--generated-weight`."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train.

    Attributes:
        model: One of `baselines.models.models.MODELS`.
        folds: Of cross-validation, where there is no test split.
        test_split: Name of the test split; None: `test`, if there is one.
        group: What must not be on both sides, as for `burnish split --group`.
        families: Families of features to use; none: all.
        seed: Where chance begins.
        like: What is held still as in another run; None: nothing.
        repeats: How many other draws of the training part to try, with other seeds.
        generated_weight: What a generated sample weighs beside a real one; None: it is chosen in validation.
        reading: How files are read.
    """

    model: str = "auto"
    folds: int = 5
    test_split: str | None = None
    group: str | None = None
    families: tuple[str, ...] = ()
    seed: int = 0
    like: HeldStill | None = None
    repeats: int = 0
    generated_weight: float | None = None
    reading: Reading = field(default_factory=Reading)

    def has_choice(self, examples: "Iterable[LabelledSample]") -> bool:
        """Return whether anything is to be chosen, so that a validation split would be asked."""
        model = self.like is None and (self.model == "auto" or "auto" in self.families)
        return model or (self.generated_weight is None and any(one.generated for one in examples))

    def parameters(self) -> dict[str, Parameter]:
        """Return those that decide what comes out, for the record of the run."""
        return {
            "model": self.model,
            "folds": self.folds,
            "test_split": self.test_split,
            "group": self.group,
            "feature": list(self.families),
            "seed": self.seed,
            **({"like": self.like.run} if self.like else {}),
            **({"repeats": self.repeats} if self.repeats else {}),
            **({} if self.generated_weight is None else {"generated_weight": self.generated_weight}),
        }
