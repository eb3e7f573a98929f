"""Which folder of a path is the label: the level whose folders differ, seen over all files of a scan."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}

NOT_A_CLASS = {*SPLIT_NAMES, "_background_noise_"}
"""Folders that never give a label: splits, and the noise that comes with Speech Commands."""

_CONTAINERS = {
    "audio", "audios", "clips", "data", "dataset", "files", "images", "image", "imgs", "img", "input", "jpeg", "jpg",
    "media", "mp3", "photos", "pictures", "png", "raw", "recordings", "samples", "sounds", "wav", "wavs",
}  # fmt: skip
"""Names that say what kind of files are in a folder; as the only folder, such a one is no class."""

_Chain = tuple[str, ...]


@dataclass(slots=True)
class FolderLevels:
    """Where labels are among the folders of a scan.

    Attributes:
        roots_differ: Whether several folders or files were named: then their own names count, as in `scan cats dogs`.
        above: How many folders above the last one the label is; 0 is the usual.
        everywhere: The name that all last folders have, where the label is above them.
        flat: Whether no folder tells one file from another; then there are no labels.
        names: Some names of files, for a guess at their pattern; of a flat folder only.
    """

    roots_differ: bool = False
    above: int = 0
    everywhere: str = ""
    flat: bool = False
    names: list[str] = field(default_factory=list)

    def label(self, folder: str, root: str) -> str | None:
        """Return the label that a folder gives, below the root that was named."""
        chain, _ = self._chain(folder, root)
        if self.flat or len(chain) <= self.above or chain[-1].lower() in NOT_A_CLASS:
            return None
        return chain[-1 - self.above]

    def _chain(self, folder: str, root: str) -> tuple[_Chain, bool]:
        """Return the folders that may be classes, from the top, and whether a split lies below the last of them."""
        parts = folders_below(folder, root)
        if not self.roots_differ:
            # The one folder that was named, itself or by its files, holds all alike: it tells none from another.
            parts = parts[not folder.startswith(root) or os.path.basename(root) not in {"", ".", ".."} :]
        chain = tuple(part for part in parts if part.lower() not in SPLIT_NAMES)
        return chain, bool(parts) and parts[-1].lower() in SPLIT_NAMES


def folders_below(folder: str, root: str) -> list[str]:
    """Return the names of the folders that count for a file, from the root that was named downwards.

    What lies above the root is the user's own order, in which a folder `test` may mean anything.
    """
    # Of `data/train/cat` under the root `data`: data, train, cat.
    below = folder[len(root) :].strip("/") if folder.startswith(root) else ""
    parts = [part for part in (os.path.basename(root), *below.split("/")) if part not in {"", ".", ".."}]
    if not folder.startswith(root):  # the argument was the file itself
        parts = [os.path.basename(folder)] if folder not in {"", "."} else []
    return parts


def find_levels(files: Iterable[tuple[str, str]], most_names: int = 2000) -> FolderLevels:
    """Return where the labels are among the folders of all media files.

    Usually the last folder is the label. Where all last folders have one name (`crack/Imgs`, `free/Imgs`), it is the
    next level above whose folders differ. Where none differ the set is flat, unless it is one folder with the name of a
    class.

    Args:
        files: Path, and the root under which it was found, of every media file.
        most_names: How many names of files are kept for a guess.
    """
    folders: dict[tuple[str, str], None] = {}
    names: list[str] = []
    roots: dict[str, None] = {}
    for path, root in files:
        folder, _, name = path.rpartition("/")
        folders[folder, root.rstrip("/") or "/"] = None
        roots[folder if path == root else root] = None
        if len(names) < most_names:
            names.append(name)
    levels = FolderLevels(roots_differ=len({os.path.basename(root.rstrip("/")).lower() for root in roots}) > 1)
    found = [levels._chain(folder, root) for folder, root in folders]
    chains = [chain for chain, _ in found if chain and chain[-1].lower() not in NOT_A_CLASS]
    for above in range(max(map(len, chains), default=0)):
        at = {chain[-1 - above].casefold() for chain in chains if len(chain) > above}
        if len(at) > 1:
            levels.above = above
            levels.everywhere = next(chain[-above] for chain in chains) if above else ""
            return levels
    # None differ. One folder below the root may be a class of which there is no other yet; a container is none.
    only = [chain for chain, before_split in found if chain and not before_split]
    above = next((n for n, name in enumerate(reversed(only[0])) if name.lower() not in _CONTAINERS), -1) if only else -1
    levels.flat, levels.above = above < 0, max(above, 0)
    levels.names = names if levels.flat else []
    return levels
