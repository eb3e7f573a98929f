"""What the commands about releases show: what was made, what there is, what differs, what is left."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table, Worded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curate.release.difference import Change, Difference, Part
    from curate.release.folder import Listed
    from curate.release.make import Released
    from curate.release.verify import Verification

_NOTES, _DIGITS = 10, 19
"""`sha256:` and twelve digits: enough to tell releases apart by eye."""


def made_report(found: "Released") -> Report:
    """Return what was released, and how it differs from what was current before."""
    made = found.made
    columns = [
        Column("release", "release"),
        Column("state", "state"),
        Column("samples", "n", "count"),
        Column("digest", "digest"),
        Column("current", "current"),
    ]
    row = Row((made.release.name, made.state, made.release.samples, made.release.digest, made.pointer.release))
    tables = _tables(found.difference) if found.difference else []
    # The same tables whatever was found, so that the CSV has the same columns.
    return Report([Table("release", "Release", columns, [row]), *tables], _made_sentences(found))


def _made_sentences(found: "Released") -> list[str]:
    release, pointer = found.made.release, found.made.pointer
    said = {
        "new": f"{release.name} is the current release",
        "completed": f"{release.name} was there, and is the current release now",
        "same": f"{release.name} is there with the same content; nothing was changed",
    }[found.made.state]
    lines = [said]
    if pointer.release != release.name:
        lines.append(f"the current release is {pointer.release}; to go on to {release.name}: burnish release rollback")
    if found.validated_by is None:
        lines.append("no schema, so nothing was validated: burnish schema MANIFEST -o FILE, and --schema FILE here")
    if release.media == "trust":
        lines.append("no file was read: the digests are those of the manifest; burnish release check reads them")
    return lines if found.difference is None else [*lines, *_sentences(found.difference)]


def list_report(found: "Listed") -> Report:
    """Return the releases of a folder."""
    columns = [
        Column("release", "release"),
        Column("current", "current"),
        Column("samples", "n", "count"),
        Column("made", "made (UTC)", "text", 3),
        Column("previous", "after", "text", 2),
        Column("media", "files", "text", 4),
        Column("digest", "digest", "text", 1),
    ]
    now = found.pointer.release if found.pointer else ""
    rows = [
        Row(
            (
                one.name,
                "current" if one.name == now else "",
                one.samples,
                one.made[:16].replace("T", " "),
                one.previous or "",
                one.media,
                Worded(one.digest, one.digest[:_DIGITS]),
            ),
            "better" if one.name == now else "",
        )
        for one in found.releases
    ]
    notes = [] if rows else ["no releases; make one: burnish release set.jsonl --as v1"]
    return Report([Table("release", "Releases", columns, rows, most=len(rows))], notes)


def difference_report(found: "Difference") -> Report:
    """Return what differs between two releases."""
    return Report(_tables(found), _sentences(found), titled=True)


def _tables(found: "Difference") -> list[Table]:
    return [
        _parts("label", "By class", found.per_label),
        _parts("tag", "By tag", found.per_tag),
        _parts("split", "By split", found.per_split),
        _changes(found.changes),
    ]


def _sentences(found: "Difference") -> list[str]:
    old, new = found.samples
    said = [f"{count:,} {kind}" for kind, count in found.counts.items() if count]
    return [
        f"{found.old} ({old:,} samples) to {found.new} ({new:,}): {', '.join(said) or 'nothing differs'}; "
        f"{found.same:,} are the same"
    ]


def _parts(key: str, title: str, parts: "Mapping[str, Part]") -> Table:
    columns = [
        Column("name", key.replace("label", "class")),
        Column("before", "before", "count"),
        Column("after", "after", "count"),
        Column("added", "added", "count", 1),
        Column("removed", "removed", "count", 1),
        Column("came", "came", "count", 2),
        Column("left", "left", "count", 2),
        Column("resplit", "re-split", "count", 3),
    ]
    rows = [
        Row(
            (
                name or Worded(None, "(none)"),
                one.before,
                one.after,
                one.added,
                one.removed,
                one.came,
                one.left,
                one.resplit,
            ),
            weight=one.added + one.removed + one.came + one.left + one.resplit,
        )
        for name, one in parts.items()
    ]
    return Table(key, title, columns, rows)


def _changes(changes: "Sequence[Change]") -> Table:
    columns = [
        Column("path", "sample"),
        Column("kinds", "what"),
        Column("was", "was at", "text", 4),
        Column("old_label", "class before", "text", 1),
        Column("new_label", "class after", "text", 1),
        Column("old_split", "split before", "text", 2),
        Column("new_split", "split after", "text", 2),
        Column("gained", "tags gained", "text", 3),
        Column("lost", "tags lost", "text", 3),
    ]
    rows = [
        Row((
            one.path, ", ".join(one.kinds), one.was, *_pair(one.labels), *_pair(one.splits), " ".join(one.gained),
            " ".join(one.lost),
        ))
        for one in changes
    ]  # fmt: skip
    return Table("sample", "By sample", columns, rows)


def _pair(values: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    """Return both values where they differ: what stayed says nothing of a change."""
    return values if values[0] != values[1] else (None, None)


def check_report(found: "Verification") -> Report:
    """Return what is left of releases."""
    columns = [
        Column("release", "release"),
        Column("state", "state"),
        Column("samples", "n", "count"),
        Column("files", "files as they were", "count"),
        Column("lost", "cannot be read", "count"),
        Column("changed", "changed", "count"),
        Column("problem", "problem", "text"),
    ]
    rows = [
        Row(
            (
                one.name,
                "sound" if one.is_sound else "broken",
                one.samples,
                one.files if one.read else None,
                len(one.lost) or None,
                len(one.changed) or None,
                "; ".join(one.problems),
            ),
            "" if one.is_sound else "error",
        )
        for one in found.releases
    ]
    return Report([Table("release", "Releases", columns, rows, most=len(rows))], _check_notes(found))


def _check_notes(found: "Verification") -> list[str]:
    """Return the files that are not what was released, the first ones, and whether any was looked at."""
    notes = [
        f"{one.name}: {path}: {why}"
        for one in found.releases
        for path, why in (*one.lost.items(), *((path, "other bytes than were released") for path in one.changed))
    ]
    notes = [*notes[:_NOTES], *([f"and {len(notes) - _NOTES:,} files more: --json has all"] if notes[_NOTES:] else [])]
    if any(one.is_sound and not one.read for one in found.releases):
        notes.append("no file of a sample was read")
    return notes
