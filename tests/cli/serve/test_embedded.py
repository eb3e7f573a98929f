"""Files inside of a page: as far as there is room, each once, and what cannot be shown."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cli.serve.embedded import embed
from cli.views.kit.page import Links
from curate.review.items import Item, Neighbour, Side


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Make six pictures of noise, about 4 kB each, and return their paths by digest."""
    made = {}
    for number in range(6):
        path = tmp_path / f"{number}.png"
        Image.fromarray(np.random.default_rng(number).integers(0, 255, (36, 36, 3), np.uint8)).save(path)
        made[f"sha256:{sha256(path.read_bytes()).hexdigest()}"] = str(path)
    return made


def items_of(files: dict[str, str], *groups: tuple[int, ...]) -> list[Item]:
    digests = list(files)
    return [Item(tuple(Side(digests[at], kind="image") for at in group)) for group in groups]


def told(embedded: Any, files: dict[str, str]) -> list[str]:
    blocks = [json.loads(embedded.blocks[digest]) for digest in files if digest in embedded.blocks]
    return [block["problem"] if "problem" in block else block["address"][:10] for block in blocks]


def test_as_many_as_fit_are_embedded_and_the_others_linked(files: dict[str, str], tmp_path: Path) -> None:
    links = Links("", str(tmp_path / "page.html"))
    items = items_of(files, (0,), (1,), (2,), (3,), (1,))
    everything = embed(items, files, links, 1 << 20)
    assert (told(everything, files), everything.linked) == (["data:image"] * 4, 0)
    one = len(everything.blocks[next(iter(files))])
    some = embed(items, files, links, 2 * one + one // 2)
    assert told(some, files) == ["data:image", "data:image", "./2.png", "./3.png"]
    assert (some.linked, some.problems) == (2, 0)


def test_nothing_is_decoded_where_there_is_no_room(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("cli.serve.embedded.make_looks")
    found = embed(items_of(files, (0,), (1,)), files, Links("", str(tmp_path / "page.html")), 0)
    assert told(found, files) == ["./0.png", "./1.png"]


@pytest.mark.parametrize("room", [1 << 20, 0])
def test_what_is_gone_or_changed_is_not_linked_and_costs_only_itself(
    files: dict[str, str], tmp_path: Path, room: int
) -> None:
    (tmp_path / "1.png").unlink()
    Image.new("RGB", (9, 9)).save(tmp_path / "3.png")
    found = embed(items_of(files, (0, 1), (2, 3)), files, Links("", str(tmp_path / "page.html")), room)
    shown = "data:image" if room else "./{}.png"
    assert told(found, files) == [
        shown.format(0), "it cannot be shown: No such file or directory",
        shown.format(2), "it cannot be shown: the file is another one than when it was scanned",
    ]  # fmt: skip
    assert found.problems == 2


def test_what_cannot_be_decoded_has_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    files = {f"sha256:{sha256((tmp_path / 'a.png').read_bytes()).hexdigest()}": str(tmp_path / "a.png")}
    (problem,) = told(embed(items_of(files, (0,)), files, Links("", str(tmp_path / "page.html")), 1 << 20), files)
    assert problem.startswith("it cannot be shown: ")


def test_neighbours_that_are_not_asked_about_are_small_and_last(files: dict[str, str], tmp_path: Path) -> None:
    digests = list(files)
    near = (Neighbour(digests[1], "cat", "image"), Neighbour(digests[2], "dog", "image"))
    items = [Item((Side(digests[0], kind="image", neighbours=near),)), *items_of(files, (1,))]
    found = embed(items, files, Links("", str(tmp_path / "page.html")), 1 << 20)
    assert list(found.blocks) == digests[:3]
    assert b"data:image/jpeg" in found.blocks[digests[2]], "of 96 px, as in the list"
    assert b"data:image/png" in found.blocks[digests[1]]
