"""`OneOf` and `SomeOf`: a choice among operations, checked when the recipe is read and drawn for each sample."""

import math
from typing import TYPE_CHECKING

from augment.operations.documentation import Documented, parameters_of_settings
from augment.operations.registry import Kind, ParameterError
from augment.recipe.types import Choice, WrittenOneOf, WrittenSomeOf

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

CHOICES: "Mapping[str, type[WrittenOneOf]]" = {"OneOf": WrittenOneOf, "SomeOf": WrittenSomeOf}
"""By their names in albumentations and audiomentations, whose own do not say what they drew."""
MOST_DEEP = 3
"""Choices in each other: what a person can still read, and a plan still tell."""


def checked_choice(name: str, written: WrittenOneOf) -> Choice:
    """Return a choice, its branches still to be read.

    Args:
        name: `OneOf` or `SomeOf`.
        written: As the recipe has it.

    Raises:
        ParameterError: There is nothing to choose, weights are not one for each branch, or so many cannot be drawn.
    """
    number = len(written.of)
    fewest, most = 1, 1
    if isinstance(written, WrittenSomeOf):
        fewest, most = written.n if isinstance(written.n, tuple) else (written.n, written.n)
    elif number < 2:
        raise ParameterError("of", f"{name}: {number or 'no'} branch is no choice; name two or more")
    if not number:
        raise ParameterError("of", f"{name}: there is no branch to choose")
    if not 0 <= fewest <= most or most < 1:
        raise ParameterError("n", f"{name}.n: [{fewest}, {most}] is no range of 0 or more to 1 or more")
    if most > number:
        raise ParameterError("n", f"{name}.n: {most} of {number} branches cannot be drawn; each is drawn once at most")
    weights = [1.0] * number if written.weights is None else written.weights
    if len(weights) != number:
        raise ParameterError("weights", f"{name}.weights: {len(weights)} for {number} branches; one for each is needed")
    if (drawable := sum(weight > 0 for weight in weights)) < most:
        raise ParameterError("weights", f"{name}.weights: {drawable} are above 0, and {most} branches may be drawn")
    if not math.isfinite(sum(weights)):
        raise ParameterError("weights", f"{name}.weights: they are too large to be added")
    return Choice((), tuple(weights), fewest, most)


def documented_choice(name: str) -> tuple[Documented, ...]:
    """Return the description of a choice among recordings' operations, and of one among pictures'; none of others."""
    if name not in CHOICES:
        return ()
    kinds: dict[Kind, str] = {"audio": "[{bandlimit: {}}, {codec: {}}]", "image": "[{haze: {}}, [{defocus: {}}, jpeg]]"}
    several = name == "SomeOf"
    return tuple(
        Documented(
            name=name,
            kind=kind,
            source="burnish",
            summary=(
                "Some of the branches, drawn for each sample, done in the order of the recipe; the origin says which."
                if several
                else "One of the branches, drawn for each sample; the origin says which. A list is short for `of`."
            ),
            parameters=parameters_of_settings(CHOICES[name]),
            example=f"- SomeOf: {{n: [1, 2], of: {branches}, weights: [2, 1]}}" if several else f"- OneOf: {branches}",
        )
        for kind, branches in kinds.items()
    )


def draw_branches(choice: Choice, generator: "np.random.Generator") -> list[int]:
    """Return the places of the branches that are drawn for a sample, in the order of the recipe.

    Efraimidis and Spirakis (2006), "Weighted random sampling with a reservoir": of keys Exp(1) / weight the smallest
    are a weighted draw without replacement; of one branch, in proportion to the weights.
    """
    number = choice.most
    if choice.fewest < choice.most:
        number = int(generator.integers(choice.fewest, choice.most, endpoint=True))
    keys = [
        (-math.log1p(-float(chance)) / weight if weight else math.inf, place)
        for place, (chance, weight) in enumerate(
            zip(generator.random(len(choice.weights)), choice.weights, strict=True)
        )
    ]
    return sorted(place for _, place in sorted(keys)[:number])
