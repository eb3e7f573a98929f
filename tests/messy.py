"""A folder as messy as life: 870 files of pictures that several people collected on several systems over years.

Six classes of handwritten digits under German names. There are wrong endings, cut and empty files, doubles, pictures
that were saved again, misfiled ones and a table that puts them right (semicolons, byte order mark, backslashes),
umlauts in both forms of Unicode, an archive that was unpacked twice, and what macOS, Windows and network disks leave.
"""

import csv
import io
import random
import shutil
import unicodedata
import zipfile
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image

FILES = 870
CLASSES = ("Birnen", "Kürbis", "Möhren", "Nüsse", "Radieschen", "Äpfel")
_EACH = 92
_CUT, _EMPTY, _TEXT, _WRONG_ENDING = 14, 6, 6, 30
_DOUBLES, _SAVED_AGAIN, _MISFILED, _CONFLICTS, _UNPACKED = 40, 25, 24, 6, 45


class Messy(NamedTuple):
    """What is wrong with the folder.

    Attributes:
        broken: Pictures that cannot be decoded to their end, by path from the folder.
        wrong_endings: Pictures of another format than their ending says.
        misfiled: Where each misfiled picture lies, and its right class, as the table says too.
        copies: Pictures that are there twice: the same bytes, or saved again.
        media: Files that a scan takes for pictures.
    """

    broken: set[str]
    wrong_endings: set[str]
    misfiled: dict[str, str]
    copies: int
    media: int


def make_messy(folder: Path) -> Messy:
    """Write the folder, the same bytes each time, and return what is wrong with it."""
    chance = random.Random(22)
    pictures = _write_pictures(folder / "Bilder", chance)
    misfiled = _misfile(folder, pictures, chance)
    at_place = [path for path in pictures if path.exists()]
    chance.shuffle(at_place)
    rest = iter(at_place)
    broken = set()
    for number in range(_CUT + _EMPTY + _TEXT):
        path = next(rest)
        data = path.read_bytes()
        path.write_bytes(
            data[: len(data) * 2 // 3] if number < _CUT else b"" if number < _CUT + _EMPTY else b"<html>\n"
        )
        broken.add(str(path.relative_to(folder)))
    wrong = set()
    for _ in range(_WRONG_ENDING):
        path = next(rest)
        other = path.with_suffix(".png" if path.suffix == ".jpg" else ".jpg")
        path.rename(other)
        wrong.add(str(other.relative_to(folder)))
    for _ in range(_DOUBLES):
        path = next(rest)
        shutil.copy(path, path.with_name(f"{path.stem} (1){path.suffix}"))
    for _ in range(_SAVED_AGAIN):
        path = next(rest)
        Image.open(path).convert("RGB").save(path.with_name(f"WhatsApp {path.stem}.jpg"), quality=80)
    for _ in range(_CONFLICTS):
        path = next(rest)
        wrong_class = chance.choice([one for one in CLASSES if one != _class_of(path)])
        shutil.copy(path, folder / "Bilder" / wrong_class / f"Kopie von {path.name}")
    _unpack_twice(folder, [next(rest) for _ in range(_UNPACKED)])
    _write_table(folder / "Korrekturen.csv", misfiled)
    _litter(folder, chance)
    copies = _DOUBLES + _SAVED_AGAIN + _CONFLICTS + 2 * _UNPACKED
    media = len(CLASSES) * _EACH + copies
    return Messy(
        broken, wrong, {str(path.relative_to(folder)): label for path, label in misfiled.items()}, copies, media
    )


def _write_pictures(folder: Path, chance: random.Random) -> list[Path]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    written = []
    for digit, label in enumerate(CLASSES):
        for number, index in enumerate(np.flatnonzero(digits.target == digit)[:_EACH]):
            # Half of one class comes from a Mac, which decomposes umlauts, in the names of folders too.
            form: Literal["NFC", "NFD"] = "NFD" if label == "Äpfel" and number % 2 else "NFC"
            place = folder / unicodedata.normalize(form, label)
            place.mkdir(parents=True, exist_ok=True)
            grey = np.kron(digits.images[index] / 16, np.ones((8, 8)))
            noise = np.random.default_rng(1000 * digit + number).normal(0, 0.06, (64, 64, 3))
            tint = np.array([chance.uniform(0.7, 1), chance.uniform(0.7, 1), chance.uniform(0.7, 1)])
            pixels = np.clip((0.15 + 0.8 * grey[..., None]) * tint + noise, 0, 1)
            path = place / f"{('IMG', 'DSC', 'Foto')[number % 3]}_{number:04}{'.png' if number % 5 == 0 else '.jpg'}"
            # Both formats take the quality; PNG has no use for it.
            Image.fromarray((255 * pixels).astype(np.uint8)).save(path, quality=92)
            written.append(path)
    return written


def _misfile(folder: Path, pictures: list[Path], chance: random.Random) -> dict[Path, str]:
    """Move some pictures into folders of other classes; return where they lie then, and what they are."""
    moved = {}
    for path in chance.sample([path for path in pictures if path.suffix == ".jpg"], _MISFILED):
        label = _class_of(path)
        other = chance.choice([one for one in CLASSES if one != label])
        target = folder / "Bilder" / other / f"{label}_{path.name}"
        path.rename(target)
        moved[target] = label
    return moved


def _class_of(path: Path) -> str:
    return unicodedata.normalize("NFC", path.parent.name)


def _unpack_twice(folder: Path, pictures: list[Path]) -> None:
    with zipfile.ZipFile(folder / "Lieferung.zip", "w") as archive:
        for path in pictures:
            archive.write(path, f"Lieferung/{_class_of(path)}/{path.name}")
    for name in ("Lieferung", "Lieferung 2"):
        for path in pictures:
            target = folder / name / _class_of(path) / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def _write_table(path: Path, misfiled: dict[Path, str]) -> None:
    """Write what Excel saves in Germany: semicolons, a byte order mark, paths of Windows, umlauts composed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Datei", "Klasse"])
    for place, label in sorted(misfiled.items()):
        writer.writerow([f"D:\\Sammlung\\Bilder\\{_class_of(place)}\\{place.name}", label])
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())


def _litter(folder: Path, chance: random.Random) -> None:
    """Add what systems leave behind, until there are 870 files."""
    (folder / "Bilder" / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "Bilder" / "desktop.ini").write_text("[.ShellClassInfo]\n")
    (folder / "Notizen.txt").write_text("Die Fotos von Anna fehlen noch.\n")
    pictures = sorted((folder / "Bilder").rglob("*.jpg"))
    for path in chance.sample(pictures, 12):
        thumbnail = folder / "Bilder" / "@eaDir" / path.name / "SYNOPHOTO_THUMB_S.jpg"
        thumbnail.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, thumbnail)
    for path in chance.sample(pictures, 20):
        target = folder / "__MACOSX" / f"._{path.name}"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    missing = FILES - sum(path.is_file() for path in folder.rglob("*"))
    for path in chance.sample(pictures, missing):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
