"""Verdicts over real pictures, good and hostile."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from curate.facts.image import measure_image
from curate.media.image import DecodedImage, decode_image
from curate.media.sniff import format_of_name

DATA = os.environ.get("BURNISH_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="BURNISH_DATA does not name the folder with real data")


def decode_file(path: Path) -> DecodedImage:
    promised = format_of_name(path.name)
    return decode_image(path.read_bytes(), promised.name if promised else None)


def files(folder: str) -> list[Path]:
    return sorted(path for path in (Path(DATA) / folder).rglob("*") if path.is_file())


@pytest.mark.parametrize("folder", ["clothing", "circuit_boards", "near_duplicates"])
def test_good_photos_have_no_finding(folder: str) -> None:
    flagged = Counter(
        path.name
        for path in files(folder)
        if (promised := format_of_name(path.name)) and promised.kind == "image" and decode_file(path).findings
    )
    assert set(flagged) == ({"ukbench09268_corrupt.jpg"} if folder == "near_duplicates" else set())


def test_png_suite() -> None:
    for path in files("hostile/pngsuite"):
        assert bool(decode_file(path).findings) == path.name.startswith("x"), path.name


def test_every_hostile_file_gets_a_verdict() -> None:
    for path in files("hostile/pillow"):
        decoded = decode_file(path)
        assert decoded.findings or decoded.pixels is not None, path.name
        if decoded.pixels is not None:
            assert measure_image(decoded.pixels, decoded.header).phash is not None


@pytest.mark.parametrize(("damage", "least"), [("cut", 200), ("zeroed", 195), ("flipped", 95)])
def test_damage_found_in_200_photos(damage: str, least: int) -> None:
    rng = np.random.default_rng(0)
    found = 0
    for path in [path for path in files("clothing") if path.suffix == ".jpg"][:200]:
        data = bytearray(path.read_bytes())
        middle = len(data) // 2
        if damage == "cut":
            data[middle:] = b"\xff\xd9"
        elif damage == "zeroed":
            data[middle : middle + 4096] = bytes(4096)
        else:
            for at in rng.integers(len(data) // 10, len(data) - 2, 5):
                data[at] ^= 1 << int(rng.integers(8))
        found += bool(decode_image(bytes(data), "JPEG").findings)
    assert found >= least
