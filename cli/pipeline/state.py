"""What a work folder remembers: which steps were done, of what, and what came out."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from augment.plan.remarks import Remark
from cli.pipeline.files import Stamp
from curate.ground.atomic import atomic_write
from curate.ground.errors import BurnishError, InputError
from curate.ground.json import decode, encode_indented

if TYPE_CHECKING:
    from cli.pipeline.tasks import Task

NAME = "state.json"


class Done(msgspec.Struct, kw_only=True):
    """A step that ran.

    Attributes:
        command: The words of its command line.
        status: `done`; `failed` for one whose gate did not hold; `incomplete` for one that put something off.
        when: When it ended, ISO 8601, UTC.
        seconds: How long it took.
        inputs: What its result depends on: values and digests by name.
        files: Stamps of the files that it wrote, by path.
        folders: Digests of the lists of what is in the folders that it made, by path.
        samples_in: Samples of the manifest that it read.
        samples_out: Samples of the manifest that it wrote.
        worked: Files that it decoded or made; None where that is not known.
        put_off: Files that may do better the next time, such as those that took too long.
        made: New samples by the target that made them, of augment.
        remarks: What augment did not make, or not as it was to be, and why.
        control_of: The step that it does again for a control; empty for a step of the recipe.
    """

    command: list[str]
    status: str
    when: str
    seconds: float
    inputs: dict[str, str]
    files: dict[str, Stamp]
    folders: dict[str, str]
    samples_in: int | None = None
    samples_out: int | None = None
    worked: int | None = None
    put_off: int = 0
    made: dict[str, int] = {}
    remarks: list[Remark] = []
    control_of: str = ""


class State(msgspec.Struct, kw_only=True):
    """The content of `state.json`.

    Attributes:
        recipe: Name of the pipeline that the folder belongs to.
        version: Version of burnish that wrote it.
        steps: By id.
    """

    recipe: str
    version: str
    steps: dict[str, Done] = {}

    def stamps(self) -> dict[str, Stamp]:
        """Return the stamps of all files that steps wrote."""
        return {path: stamp for done in self.steps.values() for path, stamp in done.files.items()}


@dataclass(slots=True)
class Result:
    """What became of a task.

    Attributes:
        task: The task.
        status: `run`, `cached`, `failed` (its gate did not hold), `stopped` (an error), `not run`; in a dry run
            `would run` or `may run`.
        reason: Why it ran, or why it failed.
        samples_in: Samples of the manifest that it read.
        samples_out: Samples of the manifest that it wrote.
        worked: Files that it decoded or made.
        seconds: How long it took.
        code: Exit code.
        put_off: Files that may do better the next time.
        warnings: What it warned of.
        made: New samples by the target that made them, of augment.
        remarks: What augment did not make, or not as it was to be, and why.
    """

    task: "Task"
    status: str
    reason: str = ""
    samples_in: int | None = None
    samples_out: int | None = None
    worked: int | None = None
    seconds: float | None = None
    code: int = 0
    put_off: int = 0
    warnings: tuple[str, ...] = ()
    made: dict[str, int] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


def load_state(work: str, recipe: str, version: str) -> State:
    """Return what a work folder remembers; a new one remembers nothing.

    Raises:
        InputError: Its file is damaged.
        BurnishError: It belongs to another recipe.
    """
    path = os.path.join(work, NAME)
    try:
        with open(path, "rb") as file:
            state = decode(file.read(), State)
    except FileNotFoundError:
        return State(recipe=recipe, version=version)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); remove it, and all steps run again") from None
    # Two recipes in one folder would take each other's steps of one name for their own.
    if state.recipe != recipe:
        raise BurnishError(
            f"the work folder {work} belongs to the recipe {state.recipe}, not to {recipe}; "
            "name another with --work DIR"
        )
    # For people only: what has to run again is told by the digest of the code.
    state.version = version
    return state


def save_state(work: str, state: State) -> None:
    """Write what is remembered, whole or not at all."""
    with atomic_write(os.path.join(work, NAME)) as file:
        file.write(encode_indented(state, 1) + b"\n")
