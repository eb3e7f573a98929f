"""Generated samples on the page: some of each target beside their sources, with what was drawn."""

from typing import TYPE_CHECKING

from augment.preview.generation_report import Seen, Target, look, survey
from cli.views.preview.page import look_values
from cli.views.preview.words import changes, parameters
from curate.records.reader import open_manifest, read

if TYPE_CHECKING:
    from cli.views.report.thumbnails import Album

_SCALES = "The drawings of a pair have one scale of time, level and pitch (in mel). Colours span 80 dB; bright is loud."


def measure(manifest: str, pairs: int) -> list[Target]:
    """Return what was generated in a manifest, with up to so many pairs to show."""
    with open_manifest(manifest) as file:
        return survey(read(file), most=pairs)


def section(targets: list[Target], album: "Album") -> dict[str, object]:
    """Return the section; there is a target or more."""
    seen = look(targets, album.root)
    return {
        "kind": "samples",
        "title": "Generated samples",
        "note": note(targets),
        "targets": [_target(*item, album) for item in zip(targets, seen, strict=True)],
    }


def note(targets: list[Target]) -> str:
    """Return in words what was generated."""
    total = sum(target.samples for target in targets)
    recipes = " and ".join(sorted({target.recipe for target in targets}))
    many = f"{len(targets):,} targets" if len(targets) > 1 else "one target"
    return f"{total:,} samples were generated for {many} of the recipe {recipes}."


def _target(target: Target, seen: list[Seen], album: "Album") -> dict[str, object]:
    gain = f"; the tag had {100 * target.gain:.2f} points to gain" if target.gain is not None else ""
    audio = any(one.sample.kind == "audio" for one in seen)
    return {
        "name": target.name,
        "note": f"{len(seen):,} of {target.samples:,} samples{gain}.",
        "scales": _SCALES if audio else "",
        "pairs": [_pair(one, album) for one in seen],
    }


def _pair(seen: Seen, album: "Album") -> dict[str, object]:
    sample, origin = seen.sample, seen.sample.origin or {}
    looks = [(look, name) for look, name in ((seen.before, "before"), (seen.after, "after")) if look]
    # Both or none: a picture without the one beside it shows no change.
    fits = album.takes(sum(len(look.data) + len(look.spectrogram) for look, _ in looks))
    source, operations = str(origin.get("source", "")), origin.get("operations")
    return {
        "kind": sample.kind or "image",
        "label": sample.label,
        "path": sample.path,
        "source": source,
        "short": "/".join(source.split("/")[-2:]),
        "looks": [
            {"name": name, **look_values(look, f"{name}: {sample.path if name == 'after' else source}"), "detail": ""}
            for look, name in looks
            if fits
        ],
        "problem": seen.problem or ("" if fits else "left out, so that the page stays small"),
        "operations": [
            {"name": str(one.get("name")), "parameters": parameters(one)}
            for one in (operations if isinstance(operations, list | tuple) else ())
            if isinstance(one, dict) and "name" in one
        ],
        "changes": changes(seen.source, sample) if seen.source else [],
    }
