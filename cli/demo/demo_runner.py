"""Runs commands one after the other, each a process of its own, and shows them as a person would type them."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.pipeline.child import binder
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.demo.loop import Step

_PROGRAM = str(Path(__file__).resolve().parents[2] / "burnish.py")
_INTERRUPTED = {130, -2}


class Stage:
    """The folder that commands run in.

    Args:
        folder: The folder.
        lock: Descriptor that each process holds as well, so that the folder stays locked until the last one ended.
        quiet: Show neither the commands nor what they say, unless they fail.
    """

    def __init__(self, folder: str, lock: int, *, quiet: bool) -> None:
        self._folder, self._lock, self._quiet = folder, lock, quiet
        self._show(f"$ cd {shlex.quote(folder)}")

    def play(self, steps: "Sequence[Step]") -> None:
        """Run the steps.

        Raises:
            BurnishError: One of them failed.
            KeyboardInterrupt: One of them was interrupted.
        """
        for step in steps:
            self._show(f"\n# {step.why}\n$ burnish {shlex.join(step.words)}")
            code = self._run(step.words)
            if code in _INTERRUPTED:
                raise KeyboardInterrupt
            if code:
                raise BurnishError(
                    f"its command burnish {step.words[0]} ended with {code}: in {self._folder}, try again"
                )

    def _show(self, text: str) -> None:
        if not self._quiet:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    def _run(self, words: "Sequence[str]") -> int:
        """Run one command and return its exit code; it is ended if this process is."""
        silence = ["--quiet"] if self._quiet else []
        process = subprocess.Popen(  # noqa: S603 - a list of words for this same program
            [sys.executable, _PROGRAM, *words, *silence],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self._quiet else None,
            cwd=self._folder,
            pass_fds=(self._lock,),
            preexec_fn=binder(),  # noqa: PLW1509 - there are no threads
        )
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
