"""A plan of `augment` and a model of `baselines`, brought together: neither floor knows the other."""

import os
import tempfile
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from augment.plan.judging import JudgedTarget
from cli.io import terminal
from cli.views.augment.hardness import TargetHardness, realism_of
from cli.views.preview.judged import JudgedPreview, PairAnswers
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from augment.plan.sources import Sources
    from augment.plan.targets import Order, Plan
    from augment.render.lineage import Options
    from baselines.metrics.hardness import Answer
    from baselines.training.judge import Judge
    from cli.io.replayable_pipe import Rereadable
    from curate.records.sample import Sample

MEASURED = 150
"""Of each target, where nothing is left out: an accuracy is known to 8 points."""

PREVIEWED = 60
"""Of each target, where a page is made: to 12 points, in a few seconds."""


class _Asked(NamedTuple):
    """A judge, and what the tested samples of its run came to.

    Attributes:
        judge: The run's model.
        tested: What the run says of its tested samples, by tag.
    """

    judge: "Judge"
    tested: "dict[str, list[Answer]]"

    def real(self, tag: str) -> "tuple[list[Answer], str]":
        """Return the answers to the real samples of a tag, and which samples they are."""
        if found := self.judge.of_tag(tag):
            return found, "training and validation"
        return self.tested.get(tag, []), "the run's test"


def run_to_ask(run: str | None, weak: str | None, option: str) -> str:
    """Return the run whose model is asked.

    Raises:
        UsageError: None is named.
    """
    if run is not None:
        return run
    if weak is None or not os.path.isdir(weak):
        raise UsageError(f"{option} asks a model: name its run with --run RUN (or with --weak RUN)")
    return weak


def run_with_model(run: str | None, weak: str | None) -> str | None:
    """Return the run whose model a preview asks: the one that was named, or that of the weak tags if it has a model."""
    if run is not None:
        return run
    return weak if weak is not None and os.path.isfile(os.path.join(weak, "model.skops")) else None


def _ask(run: str, manifest: "Rereadable", options: "Options") -> _Asked:
    """Return the judge of a run, for what is made of the samples of a manifest; says what it is waiting for."""
    from baselines.data.labelled_samples import LabelledSample
    from baselines.features.reading import Reading
    from baselines.metrics.hardness import Answer
    from baselines.metrics.metrics import by_tag
    from baselines.runs.run_folder import predictions_of_run
    from baselines.training.judge import make_judge
    from curate.records.reader import read_as

    manifest.seek(0)
    samples = list(read_as(manifest, LabelledSample))
    with terminal.progress("judge", lambda: len(samples)) as counted:
        judge = make_judge(samples, run, Reading(options.base, options.jobs), counted)
    tested = {
        tag: [
            Answer(
                one.prediction,
                one.confidence or 0.0,
                one.probabilities.get(one.label, 0.0),
                one.prediction == one.label,
                number,
            )
            for number, one in enumerate(several)
        ]
        for tag, several in by_tag(predictions_of_run(run)).items()
    }
    return _Asked(judge, tested)


def judge_targets(
    sources: "Sources", plan: "Plan", run: str | None, manifest: "Rereadable", options: "Options", *, limits: bool
) -> list[TargetHardness]:
    """Have what a plan makes judged, and return how hard and how real it is; with limits, the plan is changed.

    Args:
        sources: Of the manifest.
        plan: What is to be made.
        run: Whose model is asked; None: none is.
        manifest: Is read again.
        options: How samples are made.
        limits: Whether draws that are too easy or too hard are left out; else only some of each target are judged.
    """
    from augment.render.judged_plan import judge_plan

    if run is None or not plan.orders:
        return []
    asked = _ask(run, manifest, options)
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        judged = judge_plan(sources, plan, options, asked.judge, folder, None if limits else MEASURED)
        return [
            found
            for index, one in judged.items()
            if (found := _describe(sources.recipe.targets[index].tag or "", one, asked)) is not None
        ]


def judge_preview(
    sources: "Sources",
    plan: "Plan",
    shown: "Sequence[Order]",
    run: str | None,
    manifest: "Rereadable",
    options: "Options",
) -> JudgedPreview | None:
    """Return what a model says of the pairs of a preview, and of more of their kind, so that more can be told.

    Args:
        sources: Of the manifest.
        plan: What `augment` would make.
        shown: The orders of the pairs.
        run: Whose model is asked; None: none is.
        manifest: Is read again.
        options: How samples are made.
    """
    from augment.preview.preview import choose
    from augment.render.judged_plan import make_samples

    if run is None or not shown:
        return None
    asked = _ask(run, manifest, options)
    more = choose(sources, plan, PREVIEWED * len(plan.parts), options.seed)
    orders = sorted({*shown, *more}, key=lambda order: (order.target, order))
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        made = make_samples(sources, plan, orders, options, folder)
        answers = asked.judge.answers([sample for _, sample in made])
        real = {one.path: answer for one, answer in asked.judge.real}
        parts: defaultdict[Order, list[tuple[Sample, Answer | None]]] = defaultdict(list)
        for (order, sample), answer in zip(made, answers, strict=True):
            parts[order].append((sample, answer))
        pairs = {
            order: PairAnswers(real.get(sources.found[order.source].path), tuple(answer for _, answer in several))
            for order, several in parts.items()
        }
        targets = {}
        for index, part in plan.parts.items():
            several = [one for order, found in parts.items() if order.target == index for one in found if one[1]]
            said = [answer for _, answer in several if answer]
            judged = JudgedTarget(said, said, [sample for sample, _ in several])
            if (found := _describe(part.target.tag or "", judged, asked)) is not None:
                targets[index] = found
    return JudgedPreview(asked.judge.run, asked.judge.model, pairs, targets)


def _describe(tag: str, judged: "JudgedTarget[Answer]", asked: _Asked) -> TargetHardness | None:
    from baselines.metrics.hardness import hardness

    if not judged.drawn or not judged.kept:
        return None
    real, real_from = asked.real(tag)
    realism, note = None, ""
    try:
        realism = realism_of(asked.judge.realism(tag, judged.samples))
    except InputError as error:
        note = f"how real it is cannot be told: {error}"
    return TargetHardness(
        tag,
        asked.judge.run,
        asked.judge.model,
        hardness(judged.drawn, real),
        hardness(judged.kept, real),
        real_from,
        judged.easy,
        judged.hard,
        judged.most,
        realism,
        note,
    )
