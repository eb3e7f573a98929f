"""Write docs/commands.md from the commands' own `--help`, or check that it is up to date (`--check`)."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "commands.md"

sys.path.insert(0, str(ROOT))

from cli.catalog import COMMANDS  # noqa: E402


def help_of(*command: str) -> str:
    """Return the help of a command as a terminal of 100 columns without colours shows it."""
    plain = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
    plain.pop("FORCE_COLOR", None)
    plain.pop("GITHUB_ACTIONS", None)  # typer forces a coloured terminal where it is set
    result = subprocess.run(
        [sys.executable, str(ROOT / "burnish.py"), *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=plain,
    )
    return "\n".join(line.rstrip() for line in result.stdout.strip("\n").splitlines())


def page() -> str:
    """Return the whole reference."""
    parts = ["# Commands", "Generated from `--help` by `make format`; `make check` fails when it is out of date."]
    for title, command in [("burnish", ()), *((f"burnish {name}", (name,)) for name in COMMANDS)]:
        parts += [f"## {title}", f"```text\n{help_of(*command)}\n```"]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    new = page()
    if "--check" not in sys.argv:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == new:
        return 0
    sys.stderr.write("docs/commands.md is out of date: run make format\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
