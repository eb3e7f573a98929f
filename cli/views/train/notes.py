"""What `burnish train` and its siblings say on stderr: who took no part, what to know, and what leaks."""

from typing import TYPE_CHECKING

from baselines.runs.run_folder import check_run_folder
from cli.io.terminal import say
from curate.ground.command_line import call, quoted
from curate.ground.errors import GateError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baselines.data.labelled_samples import LeftOut
    from curate.split.group_guess import Suspect


def named_folder(run: str | None) -> str:
    """Return the folder that `--run` names.

    Raises:
        UsageError: It names none, or one that holds something else than a run.
    """
    if run is None:
        raise UsageError("name the folder of the run: --run runs/first")
    check_run_folder(run)
    return run


def say_nothing_to_do(*, allowed: bool) -> None:
    """Say that the manifest is empty.

    Args:
        allowed: `--allow-empty`.

    Raises:
        GateError: It is not allowed: what comes next would read the run of another day.
    """
    if not allowed:
        raise GateError("there are no samples, so no run was made; if that is right: --allow-empty")
    say("no samples, so no run was made")


def say_nothing_to_learn(*, allowed: bool) -> None:
    """Say that the manifest is empty, and that a model can therefore fit it.

    Args:
        allowed: `--allow-empty`.

    Raises:
        GateError: It is not allowed.
    """
    if not allowed:
        raise GateError("there are no samples, so nothing was fitted; if that is right: --allow-empty")
    say("no samples, so there is nothing to fit")


def say_left_out(left_out: "LeftOut") -> None:
    """Say how many samples took no part and why, with examples."""
    for reason, count in left_out.counts.most_common():
        say(f"left out, {reason}: {count:,}, such as {left_out.examples[reason]}")


def say_notes(notes: "Iterable[str]") -> None:
    """Say what the user should know."""
    for note in notes:
        say(f"note: {note}")


def say_suspects(suspects: "Iterable[Suspect]", *, split: bool) -> None:
    """Say what looks like a group and is learned from as well as tested.

    Args:
        suspects: What was found.
        split: Whether there is a test split, and a new split is the cure.
    """
    for found in suspects:
        cure = call("split", "--force", "--group", found.group) if split else f"--group {quoted(found.group)}"
        say(
            f"warning: {found.name} looks like a group ({found.values:,} values, {found.samples:,.0f} samples each) "
            f"and is both learned from and tested, so the score is too good for new ones; the honest figure: {cure}"
        )


def say_untied(guesses: "Iterable[str]") -> None:
    """Say what looks like a group and was not named, so that intervals are narrower than they should be."""
    for words in guesses:
        say(f"note: looks like a group, and the intervals take its samples for independent: {words}")
