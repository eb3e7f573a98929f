"""`burnish scan --init`: what names say of labels and groups, written down as the project file of this folder."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cli.io.summary import top
from cli.io.terminal import say
from cli.project import FILE
from curate.ground.errors import InputError, UsageError
from curate.ground.json import Decoder
from curate.media.sniff import format_of_name
from curate.media.storage.address import is_shard, is_url
from curate.records.sample import View
from curate.scan.folders import find_levels
from curate.scan.name_pattern import guess_patterns
from curate.scan.walk import places, walk
from curate.split.leakage import Watch

if TYPE_CHECKING:
    from curate.split.group_guess import Suspect


class _Named(View):
    """What is looked at of each sample; the split is made up."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None


_named = Decoder(_Named)


class ProjectGuess:
    """What a scan finds out for a project file.

    Args:
        paths: What is scanned.
        pattern: Of the file names, where it was typed.

    Attributes:
        pattern: The one that was typed, or else is guessed where all files are in one folder.

    Raises:
        UsageError: There is a project file already, or the paths are not on a disk.
        InputError: One cannot be written here.
    """

    def __init__(self, paths: Sequence[str], pattern: str | None) -> None:
        if os.path.lexists(FILE):
            raise UsageError(f"--init: {FILE} is here already and stays as it is; to begin anew, move it away first")
        if not os.access(os.curdir, os.W_OK | os.X_OK):
            raise InputError(f"--init: {FILE} cannot be written in this folder, {os.getcwd()}")
        if any(is_url(place) or is_shard(place) for place in places(paths)):
            raise UsageError("--init looks at the names of files on a disk; write burnish.toml by hand for a store")
        self.pattern, self._classes, self._watch = pattern, "", Watch()
        levels = find_levels((entry.path, entry.root) for entry in walk(paths) if format_of_name(entry.path))
        if pattern is None and levels.flat and (guesses := guess_patterns(levels.names)):
            self.pattern, self._classes = guesses[0].pattern, top(guesses[0].classes)

    def watch(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the lines of a manifest on, and look for groups among them."""
        for number, line in enumerate(lines):
            sample = _named.decode(line)
            # Groups are told by whether they straddle splits; here they would, whatever the split.
            sample.split = str(number % 2)
            self._watch.add(sample)
            yield line

    def write(self) -> None:
        """Write the project file and say what is in it; where nothing was found out, say so and write none."""
        suspects: list[Suspect] = self._watch.suspects()
        found: list[tuple[str, str, str]] = []
        if self.pattern:
            found.append(("pattern", self.pattern, f"guessed: {self._classes}" if self._classes else "as typed"))
        if suspects:
            one = suspects[0]
            found.append(
                ("group", one.group.strip("'"), f"{one.values:,} of them, {one.name}; each stays in one split")
            )
        if not found:
            say("--init: nothing to write down: labels come from folders, and nothing looks like a group")
            return
        text = "# Defaults for all burnish commands in this folder and below; what is typed goes before them.\n"
        text += "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}  # {why}\n" for key, value, why in found)
        try:
            # Another process may have written one since it was looked for.
            with open(FILE, "x", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError as error:
            raise InputError(f"--init: cannot write {FILE}: {error.strerror}; the manifest was written") from None
        say(f"wrote {FILE}, which every command here reads from now on; look at it, guesses may be wrong:")
        for key, value, why in found:
            say(f"  {key} = {json.dumps(value, ensure_ascii=False)}: {why}")
