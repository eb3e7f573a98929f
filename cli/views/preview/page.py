"""The page of `burnish preview`: before and after of each pair, what was drawn, what changed, and what to ask."""

from itertools import groupby
from typing import TYPE_CHECKING, TypedDict

from cli.views.kit import page as pages
from cli.views.kit.drawing import waveform
from cli.views.preview.judged import JudgedPreview, said_of
from cli.views.preview.words import changes, parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from augment.plan.sources import Sources
    from augment.plan.targets import Plan
    from augment.preview.preview import Pair
    from augment.preview.preview_media import Look
    from curate.records.sample import Sample

QUESTIONS = {
    "audio": ("Does it sound real?", "Is the label still clear to a person?", "Is the model poor on it today?"),
    "image": ("Does it look real?", "Is the label still clear to a person?", "Is the model poor on it today?"),
}
"""What makes a generated sample worth training on, in the words of "Machine Learning in Production"."""

_SCALES = "The drawings of a pair have one scale of time, level and pitch (in mel). Colours span 80 dB; bright is loud."
_WIDEST_REM, _HIGHEST_REM = 40.0, 32.0
"""Of a picture under its slider: as wide as there is place, but no higher than a window."""


class LookShown(TypedDict):
    """What the templates show of a look."""

    data: str
    title: str
    width: int
    height: int
    small: bool
    note: str
    detail: str
    share: str
    waveform: "Markup | str"
    spectrogram: str


def page(
    sources: "Sources", plan: "Plan", pairs: "Sequence[Pair]", seed: int, judged: JudgedPreview | None = None
) -> bytes:
    """Return the page.

    Args:
        sources: Of the manifest.
        plan: What `augment` would make.
        pairs: Those of one target together.
        seed: That they were drawn with.
        judged: What a run's model says of them, where one was asked.
    """
    return pages.render(
        "preview/page",
        title="Preview",
        of=sources.recipe.name,
        description=sources.recipe.description,
        lead=_lead(sources, plan, pairs, seed),
        empty=not pairs,
        sections=[
            _section(index, list(several), plan, judged)
            for index, several in groupby(pairs, lambda pair: pair.order.target)
        ],
        judge=f"The model of {judged.run} ({judged.model}), refitted without the sources of what is made"
        if judged
        else "",
        notes=plan.notes,
    )


def _lead(sources: "Sources", plan: "Plan", pairs: "Sequence[Pair]", seed: int) -> str:
    if not sources.seen:
        return "The manifest has no samples."
    rejected = sum(bool(pair.shown.made.rejected) for pair in pairs)
    said = f" {rejected:,} of them came to nothing, and the reason is there." if rejected else ""
    return f"{len(pairs):,} of {len(plan.orders):,} samples that augment makes with seed {seed}.{said}"


def _section(index: int, pairs: "list[Pair]", plan: "Plan", judged: JudgedPreview | None) -> dict[str, object]:
    part = plan.parts[index]
    facts = [f"{len(pairs):,} of {part.total():,} new samples, from {part.sources:,} sources"]
    facts += [f"the tag has {100 * part.gain:.2f} points to gain"] if part.gain is not None else []
    return {
        "title": part.target.tag or "Every sample",
        "note": "; ".join(facts),
        "scales": _SCALES if any(pair.source.kind == "audio" for pair in pairs) else "",
        "verdict": judged.verdict(index) if judged else "",
        "beside": list(judged.more(index)) if judged else [],
        "pairs": [_pair(pair, f"{index}-{number}", judged) for number, pair in enumerate(pairs, start=1)],
    }


def _pair(pair: "Pair", name: str, judged: JudgedPreview | None) -> dict[str, object]:
    made, source, path = pair.shown.made, pair.source, pair.source.path
    before, after = pair.shown.before, pair.shown.after
    copy = f"copy {pair.order.copy + 1}" if pair.order.copy else ""
    held = "" if made.rejected else " until the limits of the recipe held"
    history = (copy, f"drawn {pair.draws} times{held}" if pair.draws > 1 else "")
    wide = ""
    if before and source.kind == "image":
        wide = f"{min(_WIDEST_REM, _HIGHEST_REM * before.size[0] / before.size[1]):.1f}"
    return {
        "id": name,
        "kind": source.kind,
        "label": source.label,
        "path": path,
        "short": "/".join(path.split("/")[-2:]),
        "before": look_values(before, f"before: {path}") if before else None,
        "after": [look_values(look, f"after: {path}") for look in after],
        "overlaid": bool(before and len(after) == 1 and _is_of_shape(before, after[0])),
        "detailed": bool(after and before and before.detail and after[0].detail),
        "width": wide,
        "rejected": made.rejected or ("" if after else "it cannot be shown"),
        "history": ", ".join(filter(None, history)),
        "results": [_result(pair, part) for part in range(len(after))],
        "more": f"{len(made.files) - len(after):,} more parts are not shown" if len(made.files) > len(after) else "",
        "model": said_of(pair, judged),
        "questions": QUESTIONS[source.kind],
    }


def _is_of_shape(before: "Look", after: "Look") -> bool:
    """Return whether one picture can be laid on the other: both have one shape, to a pixel's rounding."""
    (width, height), (other_width, other_height) = before.size, after.size
    slack = max(width, height, other_width, other_height)
    return abs(width * other_height - height * other_width) <= slack


def look_values(look: "Look", title: str) -> LookShown:
    """Return what the templates show of a look; the title is for people who do not see it."""
    width, height = look.size
    # A sound is drawn twice, waveform and spectrogram, on the axes that its pair has in common.
    picture = look.media_type.startswith("image/")
    size = f"{width:,} x {height:,} px" if picture else f"{look.span_s:.2f} s, 0 to {look.top_hz / 1000:g} kHz"
    return {
        "data": pages.data_url(look.media_type, look.data),
        "title": title,
        "width": width,
        "height": height,
        "small": picture and max(width, height) < 160,
        "note": ", ".join(filter(None, (size, look.note))),
        "detail": pages.data_url("image/jpeg", look.detail) if look.detail else "",
        "share": f"{100 * look.axis:.2f}",
        "waveform": "" if picture else waveform(look.waveform, f"waveform, {title}"),
        "spectrogram": "" if picture else pages.data_url("image/png", look.spectrogram),
    }


def _result(pair: "Pair", part: int) -> dict[str, object]:
    made = pair.shown.made
    measured: Sample | None = pair.shown.measured
    steps = [(operation["name"], parameters(operation)) for operation in made.operations[part]]
    return {
        "title": f"Part {part + 1} of {len(made.files)}" if len(made.files) > 1 else "",
        "operations": [{"name": name, "parameters": words} for name, words in steps],
        "changes": changes(measured, made.files[part]) if measured else [],
    }
