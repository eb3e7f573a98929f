"""The ranges of a recipe, tried on a run's model: `augment` makes, `baselines` says what it is worth."""

import os
import tempfile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from augment.plan.set_samples import with_set
from augment.plan.sources import Sources
from augment.plan.targets import Request, make_plan
from augment.plan.tuning import Score, Trial, halve, steps
from augment.recipe.join import Choice, load_several
from augment.recipe.ranges import Ends, Range, draw_ends, narrowed, ranges_of
from augment.recipe.reader import locate
from augment.render.judged_plan import make_samples
from augment.render.lineage import Options
from cli.io import terminal
from curate.ground.errors import InputError
from curate.ground.files import read_file
from curate.ground.yaml import MAX_BYTES, load_yaml
from curate.media.storage.address import join
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from augment.recipe.types import Recipe
    from baselines.training.score_made import MadeScorer
    from curate.records.sample import Sample

_DRAWS = 50
"""Ends are drawn again where an operation refuses them (a kernel has to be odd): so often, before it is said."""


class Tuning(NamedTuple):
    """What is tuned.

    Attributes:
        recipe: As the user named it.
        text: Of its file.
        ranges: Of the target.
        settings: `KEY=VALUE` for its `vars`.
        tag: That is made.
        target: The target that makes it, by its name in the recipe.
        seed: Where chance begins.
    """

    recipe: str
    text: str
    ranges: "list[Range]"
    settings: "Sequence[str]"
    tag: str
    target: str
    seed: int

    def load(self, ends: "Sequence[Ends]", folder: str) -> "Recipe":
        """Return the recipe with other ends of its ranges, by a file in a workspace.

        Raises:
            InputError: An operation refuses them.
        """
        # Under its own name, which goes into the origin of what it makes.
        path = os.path.join(folder, os.path.basename(locate(self.recipe)))
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(narrowed(self.text, self.ranges, ends))
        return load_several([path], self.settings, Choice({self.tag}, {self.tag: self.target}), self.seed)


def read_tuning(recipe: str, settings: "Sequence[str]", tag: str, target: str, seed: int | None) -> Tuning:
    """Return what is to be tuned; the recipe is checked, and everything that its target reads.

    Raises:
        InputError: The recipe cannot be read, or its target declares no range.
    """
    data = read_file(locate(recipe), MAX_BYTES)
    loaded = load_several([recipe], settings, Choice({tag}, {tag: target}), seed)
    for note in loaded.notes:
        terminal.say(f"  {note}")
    ranges = ranges_of(load_yaml(data, recipe), target)
    if not ranges:
        raise InputError(
            f"target {target} of {recipe} has no range to tune: write [low, high] where an operation draws a number"
        )
    return Tuning(recipe, data.decode("utf-8-sig"), ranges, settings, tag, target, loaded.seed)


def draw_trials(tuning: Tuning, number: int) -> list[Trial]:
    """Return trials: the recipe as it is, and narrower ranges that its operations take.

    Raises:
        InputError: Of the drawn ones, its operations take none.
    """
    generator = np.random.default_rng(tuning.seed)
    trials = [Trial(0, tuple(one.ends for one in tuning.ranges))]
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        for count in range(1, number):
            problem = ""
            for _ in range(_DRAWS):
                ends = draw_ends(tuning.ranges, generator)
                try:
                    tuning.load(ends, folder)
                except InputError as error:
                    problem = str(error)
                    continue
                trials.append(Trial(count, ends))
                break
            else:
                raise InputError(f"no narrower ranges are taken by the operations of {tuning.target}: {problem}")
    return trials


class _Maker:
    """Makes what trials ask for, in workspaces."""

    def __init__(
        self, tuning: Tuning, samples: "Sequence[Sample]", group: str | None, options: Options, scorer: "MadeScorer"
    ) -> None:
        self.tuning, self.samples, self.options, self.scorer = tuning, samples, options, scorer
        self.grouping = make_grouping(group) if group else None

    def sources(self, recipe: "Recipe") -> Sources:
        """Return what the manifest offers to a recipe."""
        sources = Sources(recipe, frozenset(("train",)), self.grouping)
        sources.gather(self.samples)
        kinds = {source.kind for source in sources.found}
        base = self.options.base
        sources.recipe = with_set(recipe, sources.taken, lambda path: join(base, path), kinds)
        return sources

    def score(self, trial: Trial, number: int) -> Score:
        """Make so many samples of a trial, and return what the model says."""
        with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
            sources = self.sources(self.tuning.load(trial.ends, folder))
            plan = make_plan(sources, Request(budget=number, seed=self.options.seed))
            made = make_samples(sources, plan, plan.orders, self.options, folder)
            found = self.scorer.score([sample for _, sample in made])
        best = found.trial
        return Score(best.weak, best.rest, best.rest_loss, best.weight, found.right)


def tune(
    tuning: Tuning,
    trials: "Sequence[Trial]",
    samples: "Sequence[Sample]",
    budget: int | None,
    group: str | None,
    options: Options,
    scorer: "MadeScorer",
) -> int:
    """Score trials, the better ones with more samples; return the budget of the last rung.

    Args:
        tuning: What is tuned.
        trials: Their scores are added to them.
        samples: Of the manifest.
        budget: Samples of each trial on the last rung; None: as many as it has sources.
        group: Sources are spread evenly over it.
        options: How samples are made.
        scorer: The model.

    Raises:
        InputError: Nothing can be made, or what is made cannot be scored.
    """
    maker = _Maker(tuning, samples, group, options, scorer)
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        wanted = maker.sources(tuning.load(trials[0].ends, folder)).wanted[0]
    if not wanted:
        raise InputError(f"no training sample is a source for target {tuning.target}")
    budget = budget or len(wanted)
    with terminal.progress("tune", lambda: steps(len(trials))) as counted:
        for _ in counted(halve(trials, budget, maker.score)):
            pass
    return budget
