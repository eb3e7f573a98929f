"""The commands: what `burnish --help` shows, without importing any of them."""

import builtins
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Entry(NamedTuple):
    """One command.

    Attributes:
        panel: The group that it is shown in, named after the folder that does its work.
        summary: One line.
    """

    panel: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "scan": Entry("Curate", "Decode every image and audio file under folders, and write a manifest of facts."),
    "clean": Entry("Curate", "Apply the checks to the facts, drop what is broken, and set it aside."),
    "dedup": Entry("Curate", "Drop duplicates: same bytes, same content, and near-duplicates that were confirmed."),
    "split": Entry("Curate", "Part the samples into train, val and test: stratified, and without leaks."),
    "organize": Entry("Curate", "Arrange files in folders for training, with a plan first and a way back."),
    "undo": Entry("Curate", "Take back what clean, organize, augment or scrub did to files, by its journal."),
    "tag": Entry("Curate", "Add tags: from facts, from expressions, from a metadata file."),
    "select": Entry("Curate", "Keep the samples that match a label, a tag, a split or an expression."),
    "balance": Entry("Curate", "Show how evenly the samples are spread over classes."),
    "stats": Entry("Curate", "Show the input metrics: every fact with its spread, per class if you like."),
    "augment": Entry("Augment", "Make realistic samples for weak tags or short classes, as a recipe says."),
    "preview": Entry("Augment", "Show some samples before and after on a page, with what was drawn and what changed."),
    "tune": Entry("Augment", "Try narrower ranges of a recipe, and keep those that help a weak tag in validation."),
    "transforms": Entry("Augment", "Show every operation that recipes can use, with parameters, units and defaults."),
    "embed": Entry("Baselines", "Make a vector for each file, by a model of yours or one that a package carries."),
    "coverage": Entry("Baselines", "Show what of a test set lies outside of the training set, by embeddings."),
    "train": Entry("Baselines", "Train a quick baseline, and test it beside the majority guess."),
    "evaluate": Entry("Baselines", "Make a run from the predictions of any other model, or of a person."),
    "overfit": Entry("Baselines", "Check that a model can fit a handful of samples at all."),
    "weak": Entry("Baselines", "Rank tags by what there is to gain: gap to human level x share of the data."),
    "audit": Entry("Baselines", "Show what a run gets wrong: metrics per class and tag, confusions, mistakes."),
    "slices": Entry("Baselines", "Find where a run is weak on data without tags, and write it back as tags."),
    "compare": Entry("Baselines", "Tell whether a second run is better, worse, or neither: over all and on each tag."),
    "agreement": Entry("Baselines", "Hold annotators against each other: kappas, alpha, human level per tag."),
    "runs": Entry("Baselines", "List the runs under a folder: when, data, code, parameters, score."),
    "predict": Entry("Baselines", "Apply the model of a run to other samples, as fields in the pipe."),
    "issues": Entry("Label", "Find labels that are wrong, ambiguous or in conflict, and say how good the list is."),
    "review": Entry("Label", "Ask a person by keys: is the label right, keep or reject, which copy stays."),
    "relabel": Entry("Label", "Change labels to what people decided, with a record in the sample and a way back."),
    "export": Entry("Label", "Write the samples for another tool: Label Studio, CVAT, FiftyOne, or a table."),
    "import": Entry("Label", "Read labels back from another tool, as a manifest and as answers."),
    "schema": Entry("Watch", "Learn what samples are like, as a file that people read, change and keep."),
    "validate": Entry("Watch", "Hold new samples against a schema: named anomalies, gates, rejects."),
    "drift": Entry("Watch", "Tell whether new samples are like a reference: drifted, steady, or cannot tell."),
    "feedback": Entry("Watch", "Join predictions with outcomes that came later, to new labelled samples."),
    "card": Entry("Release", "Write what is known of a dataset and a model: Hugging Face, Croissant, a list to do."),
    "scrub": Entry("Release", "Take out what files, names and tags say about people, with a report and a way back."),
    "gate": Entry("Release", "Tell from prediction logs whether a new model may be promoted: shadow, canary, switch."),
    "automate": Entry("Release", "Tell from which confidence on a model may decide alone, and what people keep."),
    "release": Entry("Release", "Make a manifest a release by name, checked, and the current one in one stroke."),
    "release rollback": Entry("Release", "Make an earlier release the current one again, in one stroke."),
    "release list": Entry("Release", "List the releases of a folder, and which one is the current one."),
    "release diff": Entry(
        "Release", "Show what differs between two releases: samples, labels, splits, class by class."
    ),
    "release check": Entry("Release", "Read releases and all their files again, and say what is not as it was."),
    "release restore": Entry("Release", "Put files of a release back in their places, from the copies that it kept."),
    "release path": Entry("Release", "Print where the manifest of the current release lies, for whoever reads it."),
    "run": Entry("Recipes", "Run a pipeline: the steps of a recipe, and only those that have something to do."),
    "recipes": Entry("Recipes", "List the recipes that ship, print one, or write their schema for editors."),
    "report": Entry("Recipes", "Make one page of a work folder or of runs: health, balance, weak tags, comparison."),
    "demo": Entry("Recipes", "Make a small messy dataset, and run the whole loop on it before your eyes."),
}
"""In the order in which `--help` shows them; the module of a command is `cli.commands.NAME`, its function `NAME`.

Commands of two words are those of a family: a folder below `cli.commands`, with the command of the first word in it.
"""

_FAMILIES = frozenset(name.split()[0] for name in COMMANDS if " " in name)


def command_of(words: "Sequence[str]") -> str:
    """Return the command that a command line begins with, of one word or two; empty where it is none."""
    two = " ".join(words[:2])
    if two in COMMANDS:
        return two
    return words[0] if words and words[0] in COMMANDS else ""


def function_of(name: str) -> "Callable[..., None]":
    """Return the function of a command; only now its module is imported."""
    first, *rest = name.split()
    word = rest[0] if rest else first
    # `import` is a word of Python's own, `list` a name that a module needs: their module and function have a _ behind.
    place = f"{word}_" if iskeyword(word) or hasattr(builtins, word) else word
    folder = f"{first}." if first in _FAMILIES else ""
    function: Callable[..., None] = getattr(import_module(f"cli.commands.{folder}{place}"), place)
    return function
