"""What `burnish dedup` says: every group by name, on stderr or as JSON."""

from collections.abc import Sequence
from typing import Any

from cli.io.summary import kinds_in_words
from cli.io.terminal import say
from curate.duplicates.dedup import Search
from curate.duplicates.groups import Group

_SHOWN = 5


def report_of(groups: Sequence[Group]) -> dict[str, Any]:
    """Return the groups in the shape of `dedup --json`."""
    return {
        "dropped": sum(len(group.dropped) for group in groups),
        "groups": [
            {
                "kept": [member.path for member in group.kept],
                "dropped": [member.path for member in group.dropped],
                "relation": group.relation,
                "distance": group.distance,
                "changes": list(group.changes),
                "label-conflict": list(group.label_conflict),
                "leak": list(group.leak),
            }
            for group in groups
        ],
    }


def say_groups(groups: Sequence[Group], search: Search, *, dropped: bool, listed: bool) -> None:
    """Say on stderr what was found: each group, what could not be compared, and the sum."""
    for group in groups if listed else ():
        say(_line(group))
    for reason in search.unconfirmed[:_SHOWN]:
        say(f"  not compared: {reason}")
    if len(search.unconfirmed) > _SHOWN:
        say(f"  not compared: {len(search.unconfirmed) - _SHOWN:,} more pairs")
    if search.others:
        say(f"  {kinds_in_words(search.others)}: only their bytes were compared")
    if search.unmeasured:
        say(f"  {search.unmeasured:,} samples have no digest and were not compared; measure them: burnish scan FOLDER")
    count = sum(len(group.dropped) for group in groups)
    conflicts, leaks = sum(bool(g.label_conflict) for g in groups), sum(bool(g.leak) for g in groups)
    verb = "dropped" if dropped else "would drop"
    say(
        f"{len(groups):,} groups of duplicates; {verb} {count:,} samples; "
        f"{conflicts:,} label conflicts, {leaks:,} leaks across splits"
    )


def _line(group: Group) -> str:
    kept = ", ".join(member.path for member in group.kept) or "none"
    words = [f"{group.relation} {group.distance:.3f}: kept {kept}; dropped"]
    words.append(", ".join(member.path for member in group.dropped))
    notes = [*(f"({change})" for change in group.changes)]
    if group.label_conflict:
        notes.append(f"label-conflict: {' / '.join(group.label_conflict)}")
    if group.leak:
        notes.append(f"leak: {' / '.join(group.leak)}")
    return " ".join((*words, *notes))
