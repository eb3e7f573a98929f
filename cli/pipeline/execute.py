"""Running the tasks of a pipeline, one after the other, and remembering what was done."""

import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cli.effects import FILES_WRITTEN
from cli.io import terminal
from cli.pipeline.child import Ended, run_child
from cli.pipeline.files import Files, count_lines
from cli.pipeline.keys import inputs_of, result_of, why_run
from cli.pipeline.state import Done, Result, State, save_state
from cli.pipeline.tasks import Task
from curate.ground.program import program_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.pipeline.view import View

_GATE = 1
_RUN_FILES = ("run.json", "metrics.json", "predictions.jsonl", "model.skops")


class Runner:
    """Runs tasks.

    Args:
        work: The work folder.
        state: What it remembers.
        lock: Descriptor of its lock.
        view: Shows what happens.
    """

    def __init__(self, work: str, state: State, lock: int, view: "View") -> None:
        self._work, self._state, self._lock, self._view = work, state, lock, view
        self._files = Files(state.stamps())

    def run(self, tasks: "Sequence[Task]", first: "Task | None" = None) -> list[Result]:
        """Run what has to run, up to the first step that fails and does not say `keep_going`.

        Args:
            tasks: In order.
            first: This one and all after it run in any case.
        """
        results: list[Result] = []
        for place, task in enumerate(tasks):
            # After a failure nothing runs, also what does not depend on it: the user is to see one thing to mend. A
            # gate that may be passed is a finding about the data; what a step could not do ends the run in any case.
            if any(result.code and not (result.code == _GATE and result.task.step.keep_going) for result in results):
                results.append(Result(task, "not run"))
            else:
                results.append(self._one(task, forced=first is not None and place >= tasks.index(first)))
            self._view.end(results[-1])
        return results

    def plan(self, tasks: "Sequence[Task]", first: "Task | None" = None) -> list[Result]:
        """Return what would run and why, without running anything."""
        results: dict[str, Result] = {}
        for place, task in enumerate(tasks):
            # What stands behind a step that runs can be told only when that step has run: it may give the same as the
            # last time.
            waiting = [other.step.id for other in task.upstream if results[other.step.id].status != "cached"]
            forced = first is not None and place >= tasks.index(first)
            reason, _ = self._why(task, forced=forced, guess=bool(waiting))
            status = "would run" if reason else "cached"
            if waiting and not reason:
                status, reason = "may run", f"if what {' and '.join(dict.fromkeys(waiting))} gives changes"
            results[task.step.id] = Result(task, status, reason)
        return list(results.values())

    def _why(self, task: Task, *, forced: bool, guess: bool = False) -> tuple[str, dict[str, str]]:
        """Return why a task has to run, and what its result depends on.

        Args:
            task: The task.
            forced: It has to run in any case.
            guess: The steps that it depends on may still run; take what they gave the last time.
        """
        done = self._state.steps.get(task.step.id)
        if task.as_many_as and (counted := self._state.steps.get(task.as_many_as.step.id)):
            # Counted, not planned: what was rejected or left out of the targeted ones is not made up for here.
            task.chosen["budget"] = [str(sum(counted.made.values()))]
        inputs = inputs_of(task, self._files, program_digest())
        if done and forced:
            return "asked for by --from", inputs
        if guess and done:
            # What the steps before it will make is not known yet: suppose that it is what they made the last time.
            from_steps = {*map(result_of, task.used), *(["input"] if task.manifest_of else [])}
            inputs |= {name: value for name, value in done.inputs.items() if name in from_steps}
        return why_run(task, done, inputs, self._files), inputs

    def _one(self, task: Task, *, forced: bool) -> Result:
        reason, inputs = self._why(task, forced=forced)
        done = self._state.steps.get(task.step.id)
        if not reason and done:
            # A step that counts its files did none now; one that counts nothing shows nothing.
            worked = 0 if done.worked is not None else None
            cached = Result(task, "cached", "", done.samples_in, done.samples_out, worked)
            cached.made, cached.remarks = done.made, tuple(done.remarks)
            return cached
        self._view.begin(task, reason)
        return self._work_on(task, reason, inputs)

    def _work_on(self, task: Task, reason: str, inputs: dict[str, str]) -> Result:
        began = time.monotonic()
        self._drop_foreign_output(task)
        report = task.output if task.command.writes == "report" else ""
        # --verbose of run goes down to the steps, whose tracebacks are then in their logs.
        words = [*task.words()[:1], *(["--verbose"] if terminal.verbose else []), *task.words()[1:]]
        ended = run_child(words, report=report, log=task.log, lock=self._lock, tick=self._view.tick)
        seconds = time.monotonic() - began
        result = Result(task, "run", reason, _samples(task.manifest), seconds=seconds, code=ended.code)
        result.warnings = tuple(line for line in ended.lines if line.startswith("warning: "))
        # It ended in the middle: what it wrote before may be anything, and nothing is remembered.
        if ended.code not in {0, _GATE}:
            result.status, result.reason = "stopped", _last_words(task, ended)
            return result
        result.samples_out = _samples(task.output) if task.command.writes == "manifest" else None
        result.worked, result.put_off = ended.outcome.worked, ended.outcome.put_off
        result.made, result.remarks = ended.outcome.made, tuple(ended.outcome.remarks)
        if result.put_off:
            put_off = f"warning: {result.put_off:,} files were put off (time-outs, crashes, files not readable now)"
            result.warnings += (f"{put_off}; the next run does this step again",)
        # Its output is whole and is remembered, but the step runs again as long as the gate does not hold.
        if ended.code == _GATE:
            result.status, result.reason = "failed", _last_words(task, ended)
        self._remember(result, inputs)
        return result

    def _drop_foreign_output(self, task: Task) -> None:
        """Remove a manifest that is not as the step left it: scan would take what it says for measured."""
        done = self._state.steps.get(task.step.id)
        stamp = done.files.get(task.output) if done else None
        found = self._files.stamp(task.output) if task.output else None
        if found and stamp and found.digest != stamp.digest:
            with suppress(OSError):
                os.unlink(task.output)

    def _remember(self, result: Result, inputs: dict[str, str]) -> None:
        task = result.task
        written = [task.output, *(os.path.join(task.run, name) for name in _RUN_FILES if task.run)]
        options = task.command.options
        written += [
            word for name, words in task.chosen.items() if options[name].effect in FILES_WRITTEN for word in words
        ]
        stamps = {path: stamp for path in written if path and (stamp := self._files.stamp(path))}
        # What was put off is not what the step gives: cached, a time-out of one busy afternoon would stay for ever.
        status = "failed" if result.status == "failed" else "incomplete" if result.put_off else "done"
        self._state.steps[task.step.id] = Done(
            command=task.words(),
            status=status,
            when=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(result.seconds or 0, 3),
            inputs=inputs,
            files=stamps,
            folders={task.into: self._files.digest(task.into)} if os.path.isdir(task.into) else {},
            samples_in=result.samples_in,
            samples_out=result.samples_out,
            worked=result.worked,
            put_off=result.put_off,
            made=result.made,
            remarks=list(result.remarks),
            control_of=task.step.control_of,
        )
        save_state(self._work, self._state)


def _samples(manifest: str) -> int | None:
    return count_lines(manifest) if manifest and os.path.isfile(manifest) else None


def _last_words(task: Task, ended: Ended) -> str:
    """Return why a step failed: its last line, without the program's name."""
    if ended.code < 0:
        return f"was ended by signal {-ended.code}" + (", perhaps for want of memory" if ended.code == -9 else "")
    said = ended.lines[-1] if ended.lines else f"ended with exit code {ended.code}"
    return said.removeprefix(f"burnish {task.step.command}: ").removeprefix("burnish: ")
