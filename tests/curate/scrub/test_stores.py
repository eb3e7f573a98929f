"""Samples in a store: read through the one door, copied to a disk; never changed where they are."""

import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from curate.media.storage.remote import put_new
from tests.conftest import Burnish
from tests.curate.media.storage.test_remote import memory

__all__ = ["memory"]  # a fixture


def test_copies_of_keys(burnish: Burnish, tmp_path: Path, memory: str, picture: Callable[..., Path]) -> None:
    place = Image.Exif()
    place[0x010F] = "Camera of Ada"
    plain = picture(tmp_path / "plain.jpg").read_bytes()
    telling = picture(tmp_path / "telling.jpg", seed=1, exif=place).read_bytes()
    put_new(f"{memory}/cat/plain.jpg", plain)
    put_new(f"{memory}/dog/telling.jpg", telling)
    burnish("scan", memory, "-o", "set.jsonl", "-q")
    assert "1 of 2 files say something" in burnish("scrub", "set.jsonl").stderr
    burnish("scrub", "set.jsonl", "--into", "public", "--apply", "-o", "public.jsonl", "-q")
    lines = [json.loads(line) for line in (tmp_path / "public.jsonl").read_text().splitlines()]
    assert [line["path"] for line in lines] == ["public/cat/plain.jpg", "public/dog/telling.jpg"]
    assert (tmp_path / "public/cat/plain.jpg").read_bytes() == plain
    assert b"Ada" not in (tmp_path / "public/dog/telling.jpg").read_bytes()
    said = burnish("scrub", "set.jsonl", "--in-place", "--apply", code=2).stderr
    assert said == (
        f"burnish scrub: {memory}/cat/plain.jpg: only files of a disk are scrubbed in place; make copies: --into DIR\n"
    )


def test_a_release_of_keys(burnish: Burnish, tmp_path: Path, memory: str, picture: Callable[..., Path]) -> None:
    data = picture(tmp_path / "one.png").read_bytes()
    put_new(f"{memory}/cat/one.png", data)
    burnish("scan", memory, "-o", "set.jsonl", "-q")
    burnish("release", "set.jsonl", "--as", "v1", "--into", "releases", "--media", "copy", "-q")
    (kept,) = (tmp_path / "releases").rglob("*.png")
    assert kept.read_bytes() == data
    burnish("release", "check", "v1", "--into", "releases")
    burnish("release", "restore", "v1", "--into", "releases")
    from curate.media.storage.remote import remove

    remove(f"{memory}/cat/one.png")
    said = burnish("release", "restore", "v1", "--into", "releases", code=1).stderr
    assert f"{memory}/cat/one.png is not on a disk, and not as it was; put it back from releases" in said
