"""How long a command takes that has nothing to do."""

from benchmarks import manifests
from benchmarks.measure import job
from benchmarks.peers import burnish, peer
from benchmarks.row import Row, Sized


def start_help(_sized: Sized) -> Row:
    return Row(
        "--help",
        job(burnish("--help")),
        "<= 1.1 times the limit",
        limit=job(peer("bare_typer_app.py", _commands(), "--help")),
        names=("", "typer app with as many commands"),
    )


def start(_sized: Sized) -> Row:
    return Row(
        "balance of 10 lines",
        job(burnish("balance", manifests.generated(10))),
        "<= 1.5 times the limit",
        limit=job(peer("bare_typer_app.py", _commands(), "command0")),
        names=("", "empty command of a typer app"),
    )


def _commands() -> int:
    from cli.catalog import COMMANDS

    return len(COMMANDS)


ROWS = {"help": start_help, "start": start}
