"""What a person sees while a pipeline runs: a table that moves on a terminal, one line a step elsewhere."""

import time
from typing import TYPE_CHECKING, Self

from cli.io.terminal import console, printable, say, shows_progress
from cli.pipeline.summary import counts, shown_status

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import RenderableType
    from rich.live import Live

    from cli.pipeline.state import Result
    from cli.pipeline.tasks import Task

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAMES_A_SECOND = 10
_STYLES = {"run": "green", "cached": "dim", "failed": "red", "stopped": "red", "not run": "dim"}
_MARKS = {"run": "✔", "cached": "=", "failed": "✘", "stopped": "✘"}


class View:
    """Shows the steps; to be used with `with`.

    Args:
        tasks: All of them.
    """

    def __init__(self, tasks: "list[Task]") -> None:
        self._tasks, self._results = tasks, list["Result"]()
        self._now: Task | None = None
        self._began, self._last = 0.0, ""
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if shows_progress():
            from rich.live import Live

            # Without a thread of its own (`auto_refresh`): it could not live beside the fork of the next step.
            self._live = Live(self._draw(), console=console(stderr=True), auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        if self._live:
            self._live.stop()
            # The table is gone with the end (`transient`); warnings are worth keeping.
            for result in self._results:
                _say_warnings(result, f"{result.task.step.id}: ")

    def begin(self, task: "Task", reason: str) -> None:
        """Show that a step starts, and why."""
        self._now, self._began, self._last = task, time.monotonic(), reason
        self._refresh()

    def tick(self, last: str) -> None:
        """Show that it goes on, and what it said last."""
        self._last = last or self._last
        self._refresh()

    def end(self, result: "Result") -> None:
        """Show what became of a step."""
        self._now = None
        self._results.append(result)
        if self._live:
            self._refresh()
        else:
            say(f"[{len(self._results)}/{len(self._tasks)}] {line_of(result)}")
            _say_warnings(result, "  ")

    def _refresh(self) -> None:
        if self._live:
            self._live.update(self._draw(), refresh=True)

    def _draw(self) -> "RenderableType":
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(4):
            table.add_column(no_wrap=True)
        # Results come in the order of the tasks; those that have none yet are filled up with None.
        for task, result in zip(self._tasks, [*self._results, *[None] * len(self._tasks)], strict=False):
            if result:
                style = _STYLES.get(result.status, "")
                seconds = f"{result.seconds:.1f} s" if result.seconds is not None else ""
                mark = _MARKS.get(result.status, " ")
                table.add_row(mark, task.step.id, seconds, counts(result) or shown_status(result), style=style)
            elif task is self._now:
                passed = time.monotonic() - self._began
                frame = _FRAMES[int(passed * _FRAMES_A_SECOND) % len(_FRAMES)]
                last = Text(printable(self._last), style="dim", overflow="ellipsis")
                table.add_row(frame, Text(task.step.id, style="bold"), f"{passed:.0f} s", last)
            else:
                table.add_row("", Text(task.step.id, style="dim"), "", "")
        return table


def line_of(result: "Result") -> str:
    """Return a step in one line."""
    parts = [counts(result), f"{result.seconds:.1f} s" if result.seconds is not None else ""]
    detail = ", ".join(part for part in parts if part)
    reason = f" ({result.reason})" if result.reason else ""
    return f"{result.task.step.id}: {shown_status(result)}{reason}{f': {detail}' if detail else ''}"


def _say_warnings(result: "Result", before: str) -> None:
    for warning in result.warnings:
        say(f"{before}{warning}")
