"""Duplicates among real pictures: all copies of the known ones, no pair of others."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from curate.duplicates.image.hash_candidates import candidates, hashes
from curate.duplicates.image.match import ImageMatch
from curate.duplicates.image.pairs import confirm_pairs
from curate.records.sample import Sample
from curate.scan.measure import measure
from tests.soak import some

Found = dict[tuple[Path, Path], ImageMatch]
ENDINGS = {".jpg", ".jpeg", ".png", ".gif"}


def copies(paths: Iterable[Path]) -> Found:
    """Return the confirmed pairs among files, by their candidates."""
    keys: dict[str, Sequence[str]] = {}
    for path in sorted(paths):
        sample = measure(Sample(str(path)), str(path))
        if path.suffix in ENDINGS and sample and sample.image and sample.image.phash and not sample.findings:
            facts = sample.image
            keys[str(path)] = [facts.phash or "", facts.phash_inner or "", facts.phash_disc or ""]
    names = list(keys)
    whole, inner, disc = (hashes(key[i] for key in keys.values()) for i in range(3))
    pairs = [(names[i], names[j]) for i, j in candidates(whole, inner, disc).tolist()]
    matches = zip(pairs, confirm_pairs(pairs), strict=True)
    return {(Path(a), Path(b)): match for (a, b), match in matches if match.relation != "none"}


def together(found: Found, first: Path) -> set[Path]:
    """Return all that hang together with a file."""
    group, waiting = {first}, [first]
    while waiting:
        path = waiting.pop()
        for pair in found:
            if path in pair and not group.issuperset(pair):
                new = pair[0] if pair[1] == path else pair[1]
                group.add(new)
                waiting.append(new)
    return group


def test_every_transform_of_the_one_picture_is_found_and_nothing_else(data: Path) -> None:
    folder = data / "near_duplicates"
    found = copies(folder.rglob("*"))
    group = together(found, folder / "base_images" / "ukbench00120.jpg")
    expected = {path for path in folder.rglob("*") if "ukbench00120" in path.name or "alpha" in path.name}
    assert group == expected
    assert len(group) == 11
    assert all(a.stem == b.stem or {a, b} <= group for a, b in found)
    assert {match.change for (a, _), match in found.items() if "hflip" in a.name} >= {"flipped"}


def test_a_board_and_its_defective_twin_are_no_copies(data: Path) -> None:
    twins = sorted((data / "circuit_boards").rglob("*_temp.jpg"))
    assert len(twins) == 200
    chosen = some(twins, 60)
    assert copies([*chosen, *(Path(str(twin).replace("_temp", "_test")) for twin in chosen)]) == {}


def test_boards_are_told_apart_even_if_every_twin_is_compared(data: Path) -> None:
    boards = some(sorted((data / "circuit_boards").rglob("*_temp.jpg")), 60)
    pairs = [(str(board), str(board).replace("_temp", "_test")) for board in boards]
    assert {match.relation for match in confirm_pairs(pairs)} == {"none"}


def test_one_photo_of_clothing_is_there_twice(data: Path) -> None:
    found = copies((data / "clothing" / "train").rglob("*.jpg"))
    assert [sorted(path.name[:8] for path in pair) for pair in found] == [["6075b4a5", "637a56e4"]]


CHANGES: dict[str, tuple[Callable[[Image.Image], Image.Image], float]] = {
    "again.jpg": (lambda image: image, 0.99),
    "half.jpg": (lambda image: image.resize((image.width // 2, image.height // 2)), 0.99),
    "crop.jpg": (lambda image: image.crop((5, 15, 5 + image.width * 95 // 100, 15 + image.height * 95 // 100)), 0.85),
    "flip.jpg": (ImageOps.mirror, 0.95),
    "bright.jpg": (lambda image: image.point([min(255, round(1.15 * i)) for i in range(256)] * 3), 0.99),
    "grey.jpg": (lambda image: image.convert("L"), 0.95),
    "same.png": (lambda image: image, 0.99),
}


def test_copies_of_photos_are_found(data: Path, tmp_path: Path) -> None:
    photos = sorted((data / "clothing" / "validation").rglob("*.jpg"))
    originals = some(photos[:: max(1, len(photos) // 30)][:30], 10)
    for number, path in enumerate(originals):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        image.save(tmp_path / f"{number}-original.png")
        for name, (change, _) in CHANGES.items():
            change(image).save(tmp_path / f"{number}-{name}", quality=60 if name == "again.jpg" else 90)
    found = copies(tmp_path.iterdir())
    assert all(a.name.split("-")[0] == b.name.split("-")[0] for a, b in found)
    for name, (_, least) in CHANGES.items():
        hits = [
            tmp_path / f"{number}-{name}" in together(found, tmp_path / f"{number}-original.png")
            for number in range(len(originals))
        ]
        assert np.mean(hits) >= least, name


def test_any_two_photos_of_a_class_are_told_apart_without_candidates(data: Path) -> None:
    photos = sorted((data / "clothing" / "validation" / "t-shirt").glob("*.jpg"))[:14]
    pairs = [(str(a), str(b)) for a, b in combinations(photos, 2)]
    assert {match.relation for match in confirm_pairs(pairs)} == {"none"}
