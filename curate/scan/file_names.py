"""Names of files in tables that other programs, other systems and other people wrote: found again on this disk.

What differs is how a name is spelt, not which file it means: macOS decomposes umlauts, Windows has backslashes and does
not tell case, a table from another machine has its absolute paths, and Kaggle leaves endings out. Paths are compared
part by part, never as text: `2/1.wav` is no end of `digits2/1.wav`.
"""

import os
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


def tidy(name: str) -> str:
    """Return a name without `./`, `//` and inner `..`, with `/` between its parts."""
    return os.path.normpath(name).replace(os.sep, "/")


def relative(path: str, folder: str) -> str:
    """Return a path as it is seen from a folder; both are as typed, relative to the working directory."""
    folder = folder.rstrip("/") if folder != "/" else folder
    if not folder:
        return path
    if path.startswith(f"{folder}/"):
        return path[len(folder) + 1 :]
    return os.path.relpath(path, folder)


def loose(name: str) -> str:
    """Return what is the same for two spellings of one name: composed, without case and outer blanks, with `/`."""
    return unicodedata.normalize("NFC", tidy(name.strip().replace("\\", "/"))).casefold()


@dataclass(slots=True)
class NameIndex:
    """Names of a table, to be found by other spellings.

    Attributes:
        names: All of them, as the table has them.
        respelt: Those that were found by another spelling than their own, and the path that was meant.
        ambiguous: Those that more than one file could be.
    """

    names: frozenset[str]
    respelt: dict[str, str] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    _loose: dict[str, list[str]] = field(default_factory=dict)
    _ends: dict[str, list[str]] = field(default_factory=dict)
    _endless: bool = False

    def __post_init__(self) -> None:
        """Sort the names by what they may be asked for."""
        self._endless = not any(_has_ending(name) for name in self.names)
        for name in sorted(self.names):
            key = loose(name)
            self._loose.setdefault(key, []).append(name)
            self._ends.setdefault(key.rpartition("/")[2], []).append(name)

    def find(self, name: str) -> str | None:
        """Return the name of the table that means this one, spelt as it may be; None where none or several do."""
        if name in self.names:
            return name
        key = loose(name)
        found = self._loose.get(key) or (self._loose.get(os.path.splitext(key)[0]) if self._endless else None)
        if not found:
            return None
        if len(found) > 1:
            # Two names that differ in their case only: the table tells files apart that way, so case counts.
            composed = unicodedata.normalize("NFC", name)
            found = [other for other in found if unicodedata.normalize("NFC", other.replace("\\", "/")) == composed]
        return found[0] if len(found) == 1 else None

    def find_by_ends(self, paths: Mapping[str, str], wanted: Iterable[str]) -> dict[str, str]:
        """Return which path each of the wanted names means, where one is the end of the other and no other path fits.

        Args:
            paths: Of files that no name was found for: as typed, and relative to the folder that was named.
            wanted: Names that no file was found for.
        """
        wanted = set(wanted)
        best: dict[str, list[tuple[int, str]]] = {}
        for path, inside in paths.items():
            whole, below = loose(os.path.abspath(path)).split("/"), loose(inside).split("/")
            last = os.path.splitext(whole[-1])[0] if self._endless else whole[-1]
            fitting = [(n, name) for name in self._ends.get(last, ()) if name in wanted and (n := _shared(name, whole))]
            # Either all of the name is an end of the path, or all of the path below the named folder is an end of it.
            whole_ones = [(n, name) for n, name in fitting if n >= min(len(below), len(loose(name).split("/")))]
            longest = max((n for n, _ in whole_ones), default=0)
            claims = [name for n, name in whole_ones if n == longest]
            if len(claims) > 1:
                self.ambiguous.update(claims)
            elif claims:
                best.setdefault(claims[0], []).append((longest, path))
        found: dict[str, str] = {}
        for name, candidates in best.items():
            most = max(n for n, _ in candidates)
            chosen = [path for n, path in candidates if n == most]
            if len(chosen) == 1:
                found[chosen[0]] = name
            else:
                self.ambiguous.add(name)
        return found


def _has_ending(name: str) -> bool:
    ending = os.path.splitext(name)[1][1:]
    return 2 <= len(ending) <= 4 and ending.isascii() and ending.isalnum() and not ending.isdecimal()


def _shared(name: str, parts: list[str]) -> int:
    """Return how many parts the ends of a name and of a path have in common; the last one may lack its ending."""
    own = loose(name).split("/")
    count = 0
    for mine, other in zip(reversed(own), reversed(parts), strict=False):
        if mine != other and not (count == 0 and mine == os.path.splitext(other)[0]):
            break
        count += 1
    return count
