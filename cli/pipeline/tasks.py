"""Steps made ready to run: every option checked, every reference found, before the first of them starts."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from augment.recipe.join import Choice, load_several, names_recipe, parse_map
from augment.recipe.reader import locate
from cli.effects import FILES_WRITTEN, Effect, why_unwritable
from cli.pipeline.commands import command
from cli.pipeline.values import check_words, command_line, words_of
from curate.ground.errors import BurnishError, InputError, did_you_mean
from curate.ground.yaml import RecipeError

if TYPE_CHECKING:
    from cli.pipeline.commands import Command, Option
    from cli.pipeline.recipe import Pipeline, Step


@dataclass(slots=True)
class Task:
    """A step that is ready to run.

    Attributes:
        step: As the recipe says it.
        number: From 1.
        command: Its command.
        chosen: Its options as words, by name.
        manifest_of: The task whose manifest it reads; None: it reads none, or `manifest` is the user's own.
        manifest: The manifest that it reads.
        passes: The manifest that the step after it reads.
        passes_of: The task that makes that one.
        output: The file that it writes; empty if none.
        log: The file for what it says.
        run: The run folder that it makes; empty if none.
        into: The folder that it makes media files in; empty if none.
        needs: The tasks whose runs or reports it uses, by option.
        as_many_as: The task that it makes as many samples as, which are counted when that one has run.
    """

    step: "Step"
    number: int
    command: "Command"
    chosen: dict[str, list[str]]
    manifest_of: "Task | None" = None
    manifest: str = ""
    passes: str = ""
    passes_of: "Task | None" = None
    output: str = ""
    log: str = ""
    run: str = ""
    into: str = ""
    needs: "dict[str, list[Task]]" = field(default_factory=dict)
    as_many_as: "Task | None" = None

    @property
    def upstream(self) -> "list[Task]":
        """Return the tasks whose results it uses."""
        counted = [self.as_many_as] if self.as_many_as else []
        return [self.manifest_of, *self.used, *counted] if self.manifest_of else self.used

    @property
    def used(self) -> "list[Task]":
        """Return the tasks whose runs or reports it uses."""
        return [task for tasks in self.needs.values() for task in tasks]

    @property
    def recipes(self) -> list[str]:
        """Return the augment recipes that it reads."""
        chosen = self.chosen.items()
        return [w for name, words in chosen if self.command.options[name].effect is Effect.READS_RECIPE for w in words]

    @property
    def artifact(self) -> str:
        """Return what another step that names this one gets: its run folder, or its report."""
        return self.run or (self.output if self.command.writes == "report" else "")

    def words(self) -> list[str]:
        """Return the words of its command line after the program's name."""
        words = [self.step.command]
        if self.command.writes in {"manifest", "page"}:
            # One word, so that no name can be taken for another option.
            words.append(f"--output={self.output}")
        elif self.command.takes_json:
            words.append("--json")
        line = command_line(self.command, self.chosen)
        if not self.command.reads_manifest:
            return [*words, *line]
        where = line.index("--") if "--" in line else len(line)
        arguments = line[where + 1 :]
        # Of commands with other arguments it is the last, as of augment RECIPE [MANIFEST], or the first, as of card.
        both = [self.manifest, *arguments] if self.command.manifest_first else [*arguments, self.manifest]
        return [*words, *line[:where], "--", *both]


def make_tasks(pipeline: "Pipeline") -> list[Task]:
    """Return the tasks of a pipeline.

    Raises:
        RecipeError: A step has an option that its command has not, a value of the wrong type, lacks a required one, or
            refers to a step that is not there or comes later.
    """
    tasks: list[Task] = []
    for step in pipeline.steps:
        tasks.append(_Maker(pipeline, step, tasks).task())
    _check_places(pipeline, tasks)
    return tasks


class _Maker:
    """Makes the task of one step.

    Args:
        pipeline: The recipe.
        step: One of it.
        before: The tasks of the steps before it.
    """

    def __init__(self, pipeline: "Pipeline", step: "Step", before: list[Task]) -> None:
        self.pipeline, self.step = pipeline, step
        self.before = {task.step.id: task for task in before}
        # What a control makes is not what the next step of the recipe reads.
        self.last = next((task for task in reversed(before) if not task.step.control_of), None)
        self.command = command(step.command)

    def task(self) -> Task:
        step, work = self.step, self.pipeline.work
        number = step.position + 1
        task = Task(step, number, self.command, {})
        stem = os.path.join(work, f"{number:02d}-{step.id}")
        task.log = f"{stem}.log"
        ending = {"manifest": ".jsonl", "page": ".html", "report": ".json"}.get(self.command.writes, "")
        task.output = f"{stem}{ending}" if ending else ""
        self._set_options(task)
        # Folders that the command makes are named for the step where the recipe does not name them.
        for name, option in self.command.options.items():
            if option.effect not in {Effect.MAKES, Effect.MAKES_RUN}:
                continue
            folder = task.chosen.setdefault(name, [os.path.join(self.pipeline.work, self.step.id)])[0]
            if option.effect is Effect.MAKES_RUN:
                task.run = folder
            else:
                task.into = folder
        self._set_manifest(task)
        if step.control_of and step.command == "augment" and "control" in task.chosen:
            task.as_many_as = self.before[step.control_of]
        return task

    def _set_options(self, task: Task) -> None:
        for name, value in self.step.options.items():
            option = self._option(name)
            try:
                words = words_of(option, value)
                if option.takes_run:
                    words = [self._run(task, option, word) for word in words]
                # Only whether it is there; what is in it is checked when all tasks are known (`check_recipes`).
                if option.effect is Effect.READS_RECIPE:
                    _check_recipe_names(words)
                check_words(self.command, option, words)
            except ValueError as error:
                raise self._error(f"{self.step.command}: {name} {error}", self.step.command, name) from None
            # Has its line already, and is an InputError too, which below would put a second place in front of it.
            except RecipeError:
                raise
            except InputError as error:
                raise self._error(f"{self.step.command}: {error}", self.step.command, name) from None
            if words:
                task.chosen[name] = words
        # `runs: [a, b]` gives the arguments RUN_A and RUN_B, of which each by itself is required.
        together = task.chosen.get("runs") and self.command.options["runs"].parameter
        covered = {*task.chosen, *(part.name for part in together or ())}
        required = [option.name for option in self.command.options.values() if option.is_required]
        if missing := [name for name in required if name not in covered]:
            raise self._error(f"{self.step.command} needs {' and '.join(missing)}", self.step.command)

    def _option(self, name: str) -> "Option":
        """Return the option of that name; what is written with dashes is the same."""
        known = self.command.options
        if name in known:
            return known[name]
        path = (self.step.command, name)
        if name in self.command.own:
            raise self._error(f"{self.step.command}: {name} cannot be set; {self.command.own[name]}", *path)
        hint = did_you_mean(name.replace("-", "_"), known)
        raise self._error(f"{self.step.command} has no option {name!r}{hint}", *path)

    def _set_manifest(self, task: Task) -> None:
        source = self.step.input
        if source is not None and not self.command.reads_manifest:
            raise self._error(f"{self.step.command} reads no manifest, so it takes no input", "input")
        task.manifest_of, task.manifest = self._source(source)
        if self.command.reads_manifest and not task.manifest:
            problem = f"{self.step.command} reads a manifest, and no step before it makes one; begin with scan"
            raise self._error(f"{problem}, or name one: 'input: FILE'")
        # What the next step reads: the manifest that this one writes, or, past a report, the one that it read itself.
        if self.command.writes == "manifest":
            task.passes, task.passes_of = task.output, task
        else:
            task.passes, task.passes_of = task.manifest, task.manifest_of
        if not self.command.reads_manifest:
            task.manifest_of, task.manifest = None, ""

    def _source(self, source: str | None) -> tuple[Task | None, str]:
        """Return the manifest that the step reads, and the task that makes it."""
        if source is None:
            return (self.last.passes_of, self.last.passes) if self.last else (None, "")
        # A step goes before a file of the same name.
        if source not in self.before:
            self._refuse_later(source, "input")
            if os.path.isfile(source):
                return None, source
            hint = did_you_mean(source, self.before) if self.before else ""
            raise self._error(f"input: there is no step or manifest {source!r}{hint}", "input")
        found = self.before[source]
        if not found.passes:
            raise self._error(f"input: {source} makes no manifest", "input")
        return found.passes_of, found.passes

    def _run(self, task: Task, option: "Option", word: str) -> str:
        # By its id, or by the folder that it makes: `weak: {run: work/before}` depends on the step as well as `{run:
        # before}`.
        by_folder = {os.path.normpath(task.run): task for task in reversed(self.before.values()) if task.run}
        found = self.before.get(word) or by_folder.get(os.path.normpath(word))
        if found is None:
            self._refuse_later(word, self.step.command, option.name)
            # A run from elsewhere, which no step makes.
            if os.path.exists(word):
                return word
            makers = [name for name, other in self.before.items() if other.artifact]
            hint = did_you_mean(word, makers) if makers else "; no step before it makes one"
            raise ValueError(f"names {word!r}, and there is no such step or run{hint}")
        if not found.artifact:
            raise ValueError(f"names {word!r}, which is a step that makes no run")
        task.needs.setdefault(option.name, []).append(found)
        return found.artifact

    def _refuse_later(self, name: str, *path: str) -> None:
        if name == self.step.id:
            raise self._error(f"{name!r} refers to itself; it can only use the steps before it", *path)
        for other in self.pipeline.steps:
            if other.id == name:
                line = self.pipeline.source.line("steps", other.position)
                problem = f"{name!r} comes later (line {line}); a step can only use the steps before it"
                raise self._error(problem, *path)

    def _error(self, problem: str, *path: str) -> Exception:
        return self.pipeline.error(problem, self.step, *path)


def _check_recipe_names(words: list[str]) -> None:
    """Refuse recipes that are not there, and those that a command line would take for the manifest."""
    for place, word in enumerate(words):
        locate(word)
        if place and not names_recipe(word):
            raise ValueError(f"{word!r} has to end in .yaml or .yml, or be the name of a recipe that ships")


def _check_places(pipeline: "Pipeline", tasks: list[Task]) -> None:
    """Refuse a work folder inside the data, where the next scan would find what the last run made."""
    work = os.path.realpath(pipeline.work)
    for task in tasks:
        for position, path in enumerate(task.chosen.get("paths", [])):
            folder = os.path.realpath(path)
            if work == folder or work.startswith(f"{folder.rstrip('/')}/"):
                problem = f"the work folder {pipeline.work} is inside {path}, where scan would find what is made there"
                raise pipeline.error(f"{problem}; name another: --work DIR", task.step, "scan", "paths", position)
    _check_outputs(pipeline, tasks)
    _check_inputs(pipeline, tasks)
    written: dict[str, Task] = {}
    for task in tasks:
        if not task.run:
            continue
        # Two runs in one folder: the second would take the place of the first, and a comparison hold it against itself.
        other = written.setdefault(os.path.realpath(task.run), task)
        if other is not task:
            raise pipeline.error(f"{other.step.id} and {task.step.id} make the same run {task.run}", task.step)


def _check_outputs(pipeline: "Pipeline", tasks: list[Task]) -> None:
    """Refuse, before the first step, files that the last one could not write."""
    # Folders that a run makes itself are not there yet.
    made = [os.path.realpath(folder) for task in tasks for folder in (pipeline.work, task.run, task.into) if folder]
    for task in tasks:
        for name, words in task.chosen.items():
            if task.command.options[name].effect not in FILES_WRITTEN:
                continue
            for word in words:
                inside = any(os.path.realpath(word).startswith(f"{folder.rstrip('/')}/") for folder in made)
                if not inside and (why := why_unwritable(word)):
                    raise pipeline.error(f"cannot write {word}: {why}", task.step, task.step.command, name)


def _check_inputs(pipeline: "Pipeline", tasks: list[Task]) -> None:
    """Refuse, before the first step, files that the last one would not find; those that a step writes come later."""
    written: set[str] = set()
    made = [os.path.realpath(folder) for task in tasks for folder in (pipeline.work, task.run, task.into) if folder]
    for task in tasks:
        for name, words in task.chosen.items():
            option = task.command.options[name]
            # `FILE|auto` and `NAME=FILE` may be no file at all; what they name the command itself checks.
            if option.effect is Effect.READS and option.metavar.partition(".")[0] == "FILE":
                for word in words:
                    target = os.path.realpath(word)
                    later = target in written or any(target.startswith(f"{folder.rstrip('/')}/") for folder in made)
                    # Of an empty name the folder here would be taken.
                    if not word or not (later or os.path.exists(target)):
                        problem = f"cannot read {word or repr(word)}: there is no such file"
                        raise pipeline.error(problem, task.step, task.step.command, name)
            elif option.effect in FILES_WRITTEN:
                written.update(map(os.path.realpath, words))


def check_recipes(tasks: list[Task]) -> None:
    """Look through the augment recipes that tasks use, so that a fault in one is known before any work.

    Raises:
        InputError: One cannot be read, or something in it is wrong.
    """
    for task in tasks:
        if not task.recipes:
            continue
        # Which targets are wanted is only known when the weak tags are.
        wanted = () if "weak" in task.chosen else task.chosen.get("target")
        seed = next(map(int, task.chosen.get("seed", [])), None)
        try:
            mapped = parse_map(task.chosen.get("map", []), task.recipes)
            load_several(task.recipes, task.chosen.get("set", []), Choice(wanted, mapped), seed)
        except BurnishError as error:
            raise InputError(f"step {task.step.id}: {error}") from None
