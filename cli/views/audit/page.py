"""The page of `burnish audit`: the confusion matrix, priorities, mistakes to look at, and all metrics."""

import os
from typing import TYPE_CHECKING, Any

from cli.views.audit import confusion_matrix
from cli.views.audit.table import sentences
from cli.views.kit import html_page, run_tables
from cli.views.kit.media_figure import media
from cli.views.weak.page import priorities
from curate.describe.thumbnails import make_previews
from curate.media.sniff import format_of_name

if TYPE_CHECKING:
    from baselines.slices.audit import Audit, Mistake
    from baselines.slices.slice_ranking import SliceRanking

_CONFUSED = 20


def page(result: "Audit", weak: "SliceRanking", root: str) -> bytes:
    """Return the report as a page.

    Args:
        result: What was found.
        weak: The priorities of the same predictions.
        root: Folder that the paths of the samples are relative to.
    """
    kinds = {os.path.join(root, found.path): kind_of(found) for found in result.mistakes}
    previews = make_previews(kinds.items())
    return html_page.render(
        "audit/page",
        lead=sentences(result)[0] + ".",
        tiles=_tiles(result),
        matrix=confusion_matrix.draw(result.confusion),
        confused=[_confused(result, place) for place in range(min(_CONFUSED, len(result.confused)))],
        classes=_classes(result),
        mistakes=[
            mistake(found, media(found.path, previews[os.path.join(root, found.path)])) for found in result.mistakes
        ],
        wrong=f"{result.wrong:,}",
        notes=sentences(result)[1:],
        tags=_tags(result),
        **priorities(weak),
    )


def _tiles(result: "Audit") -> list[tuple[str, str]]:
    shares = {
        "accuracy": result.accuracy,
        "balanced accuracy": result.balanced_accuracy,
        "macro F1": result.macro_f1,
        "majority guess": result.majority_accuracy,
    }
    return [(f"{run_tables.percent(share)} %", name) for name, share in shares.items()]


def kind_of(found: "Mistake") -> str | None:
    """Return the kind of the file of a mistake; by its name where the prediction does not say it."""
    named = format_of_name(found.path)
    return found.kind or (named.kind if named else None)


def _confused(result: "Audit", place: int) -> dict[str, Any]:
    found = result.confused[place]
    name = f"{found.label} taken for {found.prediction}"
    title = f"{name}: {found.samples:,}, {run_tables.percent(found.share)} % of {found.label}"
    return {
        "name": name,
        "cells": [f"{found.samples:,}", run_tables.percent(found.share)],
        "bar": html_page.bar(found.share, title),
    }


def _classes(result: "Audit") -> list[dict[str, Any]]:
    return [
        {
            "name": label,
            "cells": run_tables.class_cells(found),
            "bar": html_page.bar(found.f1 or 0, f"F1 of {label}: {run_tables.class_cells(found)[-1]} %"),
        }
        for label, found in result.per_class.items()
    ]


def _tags(result: "Audit") -> list[dict[str, Any]]:
    return [
        {
            "name": tag,
            "cells": [f"{found.samples:,}", run_tables.percent(found.accuracy), run_tables.interval(found.interval)],
            "bar": html_page.bar(found.accuracy, f"accuracy on {tag}: {run_tables.percent(found.accuracy)} %"),
        }
        for tag, found in result.per_tag.items()
    ]


def mistake(found: "Mistake", shown: dict[str, Any]) -> dict[str, Any]:
    """Return what the templates show of a mistake; `shown` is its file."""
    return {
        "label": found.label,
        "prediction": found.prediction,
        "confidence": "" if found.confidence is None else f"{run_tables.percent(found.confidence)} % sure",
        "tags": ", ".join(found.tags),
        **shown,
    }
