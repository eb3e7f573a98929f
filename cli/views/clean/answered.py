"""What `burnish clean --answers` says of the answers: what they decide, and which of them decide nothing and why."""

from typing import TYPE_CHECKING

from cli.io.terminal import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.review.rejections import Rejections

_SHOWN = 3


def say_rejections(found: "Rejections", notes: "Sequence[str]") -> None:
    """Say what the answers come to for this manifest."""
    for note in notes:
        say(f"note: {note}")
    say(f"answers: {len(found.rejected):,} samples rejected, {len(found.spared):,} kept")
    for paths, what in (
        (found.undecided, "people disagree, so that the answers decide nothing"),
        (found.held, "rejected, but of the test split, which loses samples by --rule adjudicated only"),
        (found.void, "void, the file is not the one that was seen"),
        (found.strangers, "answers about files that the manifest does not have"),
    ):
        say_paths(what, paths)


def say_paths(what: str, paths: "Sequence[str]") -> None:
    """Say how many there are of something, with examples; nothing where there is none."""
    if paths:
        say(f"  {what}: {len(paths):,}, such as {', '.join(paths[:_SHOWN])}")
