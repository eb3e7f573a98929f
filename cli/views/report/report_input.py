"""What a report is about."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cli.pipeline.state import Done, State


class Subject(NamedTuple):
    """One dataset on its way.

    Attributes:
        title: What it is called.
        manifests: In the order of the steps.
        rejects: Manifests of dropped samples.
        runs: Folders, the oldest first.
        work: The work folder; empty if it is not one.
        state: What the work folder remembers of its steps; None where no pipeline made it.
    """

    title: str
    manifests: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    work: str = ""
    state: "State | None" = None

    def steps(self) -> "dict[str, Done]":
        """Return the steps that the pipeline did, by id."""
        return self.state.steps if self.state else {}
