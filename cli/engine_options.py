"""The options of the commands whose work may be done on other machines."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.effects import Effect
from cli.io.terminal import say
from curate.ground.errors import UsageError
from curate.media.storage.address import join

if TYPE_CHECKING:
    from collections.abc import Sequence

Engine = Annotated[
    Literal["local", "ray"],
    typer.Option("--engine", help="Where files are worked on: here, or on the machines of a Ray cluster."),
]
Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="HOST:PORT",
        help="With --engine ray: the head of the cluster (default: the one that this machine belongs to).",
        show_default=False,
    ),
    Effect.VALUE,
]


def choose_engine(engine: Literal["local", "ray"], address: str | None, places: "Sequence[str | None]") -> None:
    """Have the files worked on where the options say.

    Args:
        engine: Value of `--engine`.
        address: Value of `--address`.
        places: Files and folders that all machines have to see; None and standard input are none.

    Raises:
        UsageError: An address without a cluster, or Ray is not installed.
    """
    if engine == "local":
        if address is not None:
            raise UsageError(f"--address {address} is that of a Ray cluster: --engine ray")
        return
    from curate.engine.nodes import use_cluster

    use_cluster(address, [place for place in places if place and place != "-"])


def compare_files(root: str, paths: "Sequence[str]") -> None:
    """Have each machine of the cluster compare some of the files that it will be given; nothing where there is none.

    Args:
        root: What the paths are relative to; empty: the working directory.
        paths: Of the manifest's samples; the first and the last are compared.
    """
    if paths:
        from curate.engine.nodes import add_places

        add_places([join(root, paths[at]) for at in (0, -1)])


def say_nodes() -> None:
    """Say what each machine of the cluster did; nothing where there is none."""
    from curate.engine.nodes import work_of_nodes

    for one in work_of_nodes():
        say(f"  machine {one.node}: {one.items:,} files, {one.seconds:,.1f} s of work")
