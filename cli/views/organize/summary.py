"""What `burnish organize` says on stderr: the tree that it would make, and what did not get there."""

from collections.abc import Sequence

from cli.io.terminal import say
from curate.journal import Outcome
from curate.organize.plan import Plan

_FOLDERS = 40
_FAILURES = 10


def say_plan(plan: Plan, metadata: dict[str, bytes], *, apply: bool) -> None:
    """Say where the files go: folders with their counts, sizes, and what is unusual."""
    folders = sorted(plan.folders().items())
    for folder, count in folders[:_FOLDERS]:
        say(f"  {f'{folder}/' if folder else './':40} {count:8,} files")
    if len(folders) > _FOLDERS:
        say(f"  … and {len(folders) - _FOLDERS:,} more folders")
    if metadata:
        say(f"  metadata: {', '.join(sorted(metadata))}")
    for name in plan.left_out:
        say(f"  no sample has a {name}, so the layout goes without it")
    if plan.renamed:
        say(f"  {plan.renamed:,} names get a suffix, because several files would have had one name")
    verb = {"copy": "copy", "move": "move", "hardlink": "link", "symlink": "link"}[plan.mode]
    size = f"{plan.bytes / 1e6:,.1f} MB"
    say(
        f"{verb} {len(plan.targets):,} files ({size}) into {plan.into}, in {len(folders):,} folders"
        f"{'' if apply else '; do it with --apply'}"
    )


def say_result(plan: Plan, failures: Sequence[Outcome]) -> None:
    """Say how it can be taken back, and what is not at its place and why."""
    if len(failures) < len(plan.targets):
        say(f"take it back with: burnish undo {plan.into}/journal.jsonl")
    for outcome in failures[:_FAILURES]:
        say(f"  not done: {outcome.operation.source}: {outcome.status}: {outcome.detail}")
    if len(failures) > _FAILURES:
        say(f"  not done: {len(failures) - _FAILURES:,} more")
