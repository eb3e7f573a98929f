"""What the words of pages mean: columns explained below their table, and remarks made sentences of one voice."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cli.io.table import Column

_PLAIN = re.compile(r"([a-z]{2,}|a)[,:;]? (?!=)")
"""A word that a sentence may begin with: no option, path or tag, and no symbol or term that is about to be defined."""
_MEANINGS = {
    "% of class": "share of the samples of the class that were taken for the other one, in percent",
    "% sure": "probability that the model gives its answer, in percent",
    "95 % interval": "range that holds the true value in 95 of 100 such measurements; wide where samples are few",
    "Cohen's kappa": "agreement of two people beyond chance: 1 all, 0 no more than chance",
    "F1": "harmonic mean of precision and recall, in percent",
    "JSD": "Jensen-Shannon divergence, 0 (same) to 1 (nothing in common); for reading only",
    "L-inf": "largest difference of the share of one value",
    "McNemar p": "chance of so many samples turning one way if both runs were equally good (McNemar's test)",
    "P(new more)": "chance that a new sample has the larger value of two drawn; 0.5: no shift",
    "PSI": "population stability index; for reading only",
    "PSI by chance": "the index that equal sets of this size have on average",
    "accuracy": "share of the samples that are right",
    "adj. p": "p after adjusting for all rows (Holm); below 0.05 it is no accident of having looked at many",
    "allowed, %": "share that the schema allows, in percent",
    "alone": "answers that the model gives without a person",
    "alpha": "how often this may alarm where nothing changed",
    "at most": "the effect is surely no larger than this",
    "balanced accuracy": "mean of the recall of all classes",
    "difference": "accuracy of the second run less that of the first, in points",
    "effect": "size of the change, 0 to 1: D of numbers, total variation of names, difference of shares",
    "from confidence": "smallest confidence at which the model answers alone",
    "gain": "what the whole would gain if the gap were closed: gap x share, in points",
    "gap": "target less accuracy, in points",
    "gate": "verdict by adjusted p, the one that --fail-if reads",
    "goes with new": "correlation with being new, -1 to 1",
    "groups": "groups that the samples come from, such as speakers",
    "halves": "halves of the test samples on which it was found and held",
    "human level": "share on which people agree with the reference label, in percent",
    "in training": "training samples that have it",
    "label, % likely": "probability that the model gives the label as it stands, in percent",
    "log-odds": "how much more a sample looks like the new set than like the reference; 0: neither",
    "macro F1": "mean of the F1 of all classes",
    "majority guess": "accuracy of always guessing the largest class",
    "margin": "a smaller effect does not matter",
    "missing": "samples that it lacks to be as large as the largest class",
    "n": "number of samples",
    "n new": "new samples",
    "n ref.": "samples of the reference",
    "needed": "samples of each side that would tell",
    "others near": "share of the nearest neighbours that have another label, in percent",
    "outside": "test samples farther from training than 99 % of the training samples are from each other",
    "own p": "p of this row alone, before adjusting",
    "p": "chance of so large an effect if nothing had changed",
    "precision": "share of what was taken for the class that is of it, in percent",
    "rather": "label that models which did not learn the sample find most likely",
    "recall": "share of the samples of the class that were found, in percent",
    "rest": "accuracy on all other samples, in percent",
    "risk at most, %": "upper bound of the share of these that are wrong (95 %, exact), in percent",
    "score": "probability of the label as it stands; the lower, the more doubtful",
    "share": "part of the samples, in percent",
    "sure": "the gap less its uncertainty; a budget is shared out by sure x share",
    "target": "accuracy that the tag is held against, in percent",
    "verdict": "what the figures allow to say; cannot tell: too few samples, or no change",
    "worth": "independent samples that so many in groups are worth",
}
"""By the head of a column; what two tables mean different things by is not among them."""


def meanings(columns: "Sequence[Column]") -> list[tuple[str, str]]:
    """Return the heads of columns that need a word, each with what it means, in their order."""
    heads = dict.fromkeys(column.title for column in columns if column.kind != "drawing")
    found = [(head, _MEANINGS.get(head) or _MEANINGS.get(head.removesuffix(", %"), "")) for head in heads]
    known = [(head, meaning) for head, meaning in found if meaning]
    # "n: number of samples" alone would be a lesson that nobody asked for.
    return known if [head for head, _ in known] != ["n"] else []


def sentence(remark: str, names: "Collection[str]" = ()) -> str:
    """Return a remark of the terminal as a sentence.

    Args:
        remark: As the terminal has it, beginning small and without a full stop.
        names: That a remark may begin with; a name stays as it is written.
    """
    first, last = remark.partition(" ")[0], remark.rpartition(" ")[2]
    if _PLAIN.match(remark) and first.rstrip(",:;") not in names:
        remark = remark[:1].upper() + remark[1:]
    # A full stop behind an option would be copied with it.
    return remark if remark.endswith((".", "!", "?", ":")) or last.startswith("-") else f"{remark}."
