"""A typer app with N commands that do nothing: `bare_typer_app.py N ARGUMENTS...`."""

import sys

import typer

app = typer.Typer()


def empty(manifest: str = "") -> None:
    """Decode every image and audio file under folders, and write a manifest of facts."""


for number in range(int(sys.argv.pop(1))):
    app.command(f"command{number}")(empty)

if __name__ == "__main__":
    app()
