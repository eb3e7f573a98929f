"""What trainers see of `train/cat/1.jpg`: torchvision's ImageFolder, Keras and Ultralytics, each by its own rules.

All three number the classes by the sorted names of the folders, and the first two do so for each folder that they are
given: where test/ lacks a class, its numbers are not those of train/. Endings: torchvision 0.29 `folder.py`, Keras 3.15
`image_dataset_utils.py`, Ultralytics 8.4 `data/utils.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from curate.ground.errors import UsageError
from curate.records.sample import Sample

ENDINGS = {
    "torchvision's ImageFolder": frozenset(["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]),
    "Keras": frozenset(["bmp", "gif", "jpeg", "jpg", "png"]),
}
YOLO_ENDINGS = frozenset(
    ["avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"]
)
YOLO_SPLITS = ("train", "val", "test")
DATA_YAML = "data.yaml"
_SHOWN = 3


@dataclass(slots=True)
class ClassFolders:
    """The classes of each folder of a split, as files are placed.

    Attributes:
        classes: Files of each class, by the folder of the split.
        unread: Files that a trainer passes over, by its name, then by their ending.
        others: The first file that does not lie in a folder of a class in a folder of a split.
    """

    classes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unread: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    others: str = ""

    def watch(self, placed: Iterable[tuple[str, Sample]]) -> Iterator[tuple[str, Sample]]:
        """Yield what is placed, and look at the pictures among it."""
        for target, sample in placed:
            parts = target.split("/")
            if len(parts) != 3 or sample.split is None or sample.label is None:
                self.others = self.others or target
            elif sample.kind != "audio":
                self.classes[parts[0]][parts[1]] += 1
                ending = parts[2].rpartition(".")[2].lower()
                for trainer, endings in ENDINGS.items():
                    self.unread[trainer][ending] += ending not in endings
            yield target, sample

    def notes(self) -> list[str]:
        """Return what whoever trains on these folders should hear."""
        if self.others or not self.classes:
            return []
        notes = []
        everywhere = set().union(*self.classes.values())
        for folder, classes in sorted(self.classes.items()):
            if lacking := sorted(everywhere - classes.keys()):
                shown = ", ".join(lacking[:_SHOWN]) + (", …" if len(lacking) > _SHOWN else "")
                notes.append(
                    f"{folder}/ has no file of {len(lacking):,} of {len(everywhere):,} classes ({shown}): torchvision "
                    "and Keras number the classes of each folder by themselves, so give them one list of names"
                )
        for trainer, endings in self.unread.items():
            if passed := +endings:
                named = ", ".join(f".{ending}" for ending in sorted(passed)[:_SHOWN])
                notes.append(f"{trainer} reads no {named}, and passes over {passed.total():,} files")
        return notes


@dataclass(slots=True)
class YoloFiles:
    """`data.yaml` beside the folders of an Ultralytics set for classification.

    Ultralytics 8.4 takes the names from the folders of train/; the file is for what reads `names`.

    Attributes:
        names: Of the files, once the samples were surveyed.
    """

    names: tuple[str, ...] = ()
    _folders: ClassFolders = field(default_factory=ClassFolders)

    def survey(self, placed: Iterable[tuple[str, Sample]], notes: list[str]) -> None:
        """Find out which classes there are.

        Args:
            placed: Where each sample goes, relative to the destination, and the sample.
            notes: Is given what the user should hear.

        Raises:
            UsageError: A file is no picture in the folder of a class, or its split is none of Ultralytics'.
        """
        unread = Counter[str]()
        for target, sample in self._folders.watch(placed):
            if self._folders.others or sample.kind == "audio":
                raise UsageError(
                    f"Ultralytics wants pictures as train/CLASS/NAME, and {target} is none; split and label all, "
                    "and leave --layout out"
                )
            if (top := target.partition("/")[0]) not in YOLO_SPLITS:
                raise UsageError(f"Ultralytics has no split {top!r}, only {', '.join(YOLO_SPLITS)}")
            if (ending := target.rpartition(".")[2].lower()) not in YOLO_ENDINGS:
                unread[ending] += 1
        classes = self._folders.classes
        if classes and "train" not in classes:
            raise UsageError("Ultralytics needs train/, and no sample is in that split: burnish split")
        if classes and "val" not in classes:
            notes.append("no sample is in the split val, so Ultralytics validates on test/ if it is there")
        if new := sorted(set().union(*classes.values()) - classes["train"].keys()) if classes else []:
            notes.append(f"classes that train/ does not have, and Ultralytics does not know: {', '.join(new[:_SHOWN])}")
        if unread:
            notes.append(f"Ultralytics passes over {unread.total():,} files ({', '.join(sorted(unread)[:_SHOWN])})")
        self.names = (DATA_YAML,) if classes else ()

    def contents(self, placed: Iterable[tuple[str, Sample]]) -> dict[str, bytes]:
        """Return what `data.yaml` holds.

        Args:
            placed: The samples that were surveyed; all that is to be known of them is known.
        """
        import yaml

        if not self.names:
            return {}
        del placed
        there = {split: split for split in YOLO_SPLITS if split in self._folders.classes}
        names = dict(enumerate(sorted(self._folders.classes["train"])))
        text = yaml.safe_dump({"path": ".", **there, "names": names}, allow_unicode=True, sort_keys=False)
        return {DATA_YAML: text.encode("utf-8", "backslashreplace")}
