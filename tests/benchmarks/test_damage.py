"""The damage benchmark does what its columns say, and counts what was found."""

import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from benchmarks.damage import COLUMNS, FORMATS, UNTOUCHED, damages, found_by_tool, table


def encoded(name: str) -> bytes:
    written = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (64, 80, 3), np.uint8)
    if FORMATS[name].ending in {"wav", "aiff", "flac"}:
        samples = noise.ravel()[:8000].astype(np.float32) / 256
        soundfile.write(written, samples, 8000, format=FORMATS[name].ending.upper(), subtype="PCM_16")
    else:
        pillow = {"JPEG baseline": "JPEG", "TIFF raw": "TIFF"}.get(name, name)
        Image.fromarray(noise).save(written, pillow)
    return written.getvalue()


@pytest.mark.parametrize("name", ["JPEG baseline", "PNG", "GIF", "TIFF raw", "BMP"])
def test_headers_promise_other_heights(name: str) -> None:
    promise, whole = FORMATS[name].promise, encoded(name)
    assert promise is not None
    with Image.open(io.BytesIO(promise(whole, 0.5))) as image:
        assert image.size == (80, 32)
    with Image.open(io.BytesIO(promise(whole, 1.25))) as image:
        assert image.size == (80, 80)


def test_png_header_has_its_checksum() -> None:
    changed = damages(FORMATS["PNG"])["more"](encoded("PNG"), random.Random(1))
    assert changed is not None
    assert zlib.crc32(changed[12:29]) == int.from_bytes(changed[29:33], "big")


@pytest.mark.parametrize(("name", "at", "form"), [("WAV", 40, "<I"), ("AIFF", 22, ">I")])
def test_headers_promise_other_lengths(name: str, at: int, form: str) -> None:
    promise, whole = FORMATS[name].promise, encoded(name)
    assert promise is not None
    before, after = (struct.unpack_from(form, data, at)[0] for data in (whole, promise(whole, 0.5)))
    assert after == before // 2


def test_flac_header_counts_other_samples() -> None:
    promise = FORMATS["FLAC"].promise
    assert promise is not None
    assert int.from_bytes(promise(encoded("FLAC"), 0.5)[18:26], "big") & (1 << 36) - 1 == 4000


@pytest.mark.parametrize("damage", [name for name in COLUMNS if name != "repaired"])
def test_damage_changes_a_file_and_is_the_same_again(damage: str) -> None:
    whole, apply = encoded("PNG"), damages(FORMATS["PNG"])[damage]
    changed = apply(whole, random.Random(7))
    assert changed != whole
    assert changed == apply(whole, random.Random(7))


def test_repaired_ends_as_a_whole_file_does() -> None:
    whole = encoded("PNG")
    changed = damages(FORMATS["PNG"])["repaired"](whole, random.Random(3))
    assert changed is not None
    assert len(changed) < len(whole)
    assert changed[-12:] == whole[-12:]


def test_a_tool_that_fails_or_complains_found_it(tmp_path: Path) -> None:
    path = tmp_path / "000.png"
    path.write_bytes(b"")
    assert found_by_tool(["test -s FILE"], path)
    assert not found_by_tool(["test -e FILE"], path)


def test_table() -> None:
    found: dict[str, tuple[int, int | None, int]] = {
        UNTOUCHED: (1, None, 100),
        "cut": (3, None, 4),
        "1 bit": (0, None, 0),
    }
    lines = table({"PNG": found}).splitlines()
    assert lines[2].startswith("| PNG | burnish | 1 of 100 | 75 | – |")
    assert lines[3].startswith("|  | pngcheck | tool missing | ? | – |")
