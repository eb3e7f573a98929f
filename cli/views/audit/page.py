"""The page of `burnish audit`: the confusion matrix, priorities, mistakes to look at, and all metrics."""

from typing import TYPE_CHECKING

from cli.io.table import percent
from cli.views.audit import confusion_matrix
from cli.views.audit.table import classes, confused, mistakes_title, sentences, tags
from cli.views.kit import page as pages
from cli.views.weak.table import priorities
from curate.media.sniff import format_of_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.data.predictions import Prediction
    from baselines.slices.audit import Audit, Mistake

MATRIX_NOTE = (
    "Rows are the true classes, columns what they were taken for. The darker, the larger the share of the row."
)


class MistakeShown(pages.Media):
    """What the templates show of a mistake."""

    label: str
    prediction: str
    confidence: str
    own: str
    tags: str


def page(result: "Audit", predictions: "Sequence[Prediction]", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        result: What was found.
        predictions: That it was found in.
        of: The run.
        links: Leads to the files of samples.
    """
    from baselines.slices.slice_ranking import rank_run

    media = pages.media_of(((found.path, kind_of(found)) for found in result.mistakes), links)
    shown = [mistake(found, media[found.path]) for found in result.mistakes]
    cards = pages.macro("mistake_cards", shown) if shown else ""
    matrix = pages.scrolled(confusion_matrix.draw(result.confusion), "confusion matrix")
    pairs, by_class, by_tag = (of_kind(result, predictions) for of_kind in (confused, classes, tags))
    return pages.report_page(
        "Audit",
        of,
        [
            pages.Section("Confusion matrix", matrix, MATRIX_NOTE),
            pages.Section(pairs.title, pages.table(pairs, links)),
            *priorities(rank_run(of), predictions, links),
            pages.Section(f"{mistakes_title(result)}: {len(shown)} of {result.wrong:,}", cards),
            pages.Section(by_class.title, pages.table(by_class, links)),
            pages.Section(by_tag.title, pages.table(by_tag, links)),
        ],
        lead=sentences(result)[:1],
        tiles=[
            (f"{percent(result.accuracy)} %", "accuracy"),
            (f"{percent(result.balanced_accuracy)} %", "balanced accuracy"),
            (f"{percent(result.macro_f1)} %", "macro F1"),
            (f"{percent(result.majority_accuracy)} %", "majority guess"),
        ],
        notes=sentences(result)[1:],
    )


def kind_of(found: "Mistake") -> str | None:
    """Return the kind of the file of a mistake; by its name where the prediction does not say it."""
    named = format_of_name(found.path)
    return found.kind or (named.kind if named else None)


def mistake(found: "Mistake", shown: pages.Media) -> MistakeShown:
    """Return what the templates show of a mistake; `shown` is its file."""
    return {
        "label": found.label,
        "prediction": found.prediction,
        "confidence": "" if found.confidence is None else f"{percent(found.confidence)} % sure",
        "own": "" if found.label_probability is None else f"{found.label} {percent(found.label_probability)} %",
        "tags": ", ".join(found.tags),
        **shown,
    }
