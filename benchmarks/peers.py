"""The environment of the peers, and the command lines of the programs that run in it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
PROGRAMS = Path(__file__).resolve().parent / "programs"
REQUIREMENTS = Path(__file__).resolve().parent / "requirements-peers.txt"
WITHOUT_REQUIREMENTS = ("imagededup",)

_VERSIONS = "import importlib.metadata as m, sys; print(*(f'{n} {m.version(n)}' for n in sys.argv[1:]), sep=', ')"


def prepare_peers() -> None:
    """Make the environment if there is none, or if its requirements changed since."""
    ready = PEERS / "requirements.txt"
    if ready.exists() and ready.read_bytes() == REQUIREMENTS.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
    subprocess.run([*pip, "--no-deps", *WITHOUT_REQUIREMENTS], check=True)
    ready.write_bytes(REQUIREMENTS.read_bytes())


def burnish(*arguments: str | Path | int) -> list[str]:
    """Return the command line of the burnish that is installed beside this interpreter."""
    return [str(Path(sys.executable).parent / "burnish"), *map(str, arguments)]


def ours(program: str, *arguments: str | Path | int) -> list[str]:
    """Return the command line of a program in `programs/` that calls our functions."""
    return [sys.executable, str(PROGRAMS / program), *map(str, arguments)]


def peer(program: str, *arguments: str | Path | int) -> list[str]:
    """Return the command line of a program in `programs/`, run by the peers' interpreter."""
    return [str(PEERS / "bin" / "python"), str(PROGRAMS / program), *map(str, arguments)]


def shell(program: str, *arguments: str | Path | int) -> list[str]:
    """Return the command line of a shell script in `programs/`."""
    return ["sh", str(PROGRAMS / program), *map(str, arguments)]


def versions(interpreter: str | Path, names: list[str]) -> str:
    """Return the versions of packages in the environment of an interpreter."""
    command = [str(interpreter), "-c", _VERSIONS, *names]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
