"""Every line that a command prints to go on with can be pasted, whatever the folder and the manifest are called."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.app import load
from cli.catalog import command_of
from tests.conftest import Burnish

FOLDER = "a b'c"
SET = f"{FOLDER}/set.jsonl"
HINT = re.compile(r"(?:: +|  |^)(burnish [a-z].*)$")
OUTPUTS = {"-o", "--output", "--run", "--into", "--rejects", "--html"}

LOOP: tuple[tuple[str, ...], ...] = (
    ("scan", f"{FOLDER}/d", "-o", SET),
    ("clean", SET, "--quarantine", f"{FOLDER}/q", "--apply", "-o", SET),
    ("dedup", SET, "-o", SET),
    ("split", SET, "--ratio", "train=0.5,test=0.5", "-o", SET),
    ("tag", SET, "--set", "odd=image.width > 30", "-o", SET),
    ("balance", SET),
    ("evaluate", SET, "--predictions", f"{FOLDER}/p.csv", "--run", f"{FOLDER}/run"),
    ("weak", f"{FOLDER}/run"),
    ("audit", f"{FOLDER}/run"),
    ("organize", SET, "--into", f"{FOLDER}/out", "--apply", "-o", f"{FOLDER}/out.jsonl"),
    ("scrub", SET, "--into", f"{FOLDER}/scrubbed", "--apply", "-o", f"{FOLDER}/s.jsonl"),
    ("export", SET, "--to", "csv", "-o", f"{FOLDER}/t.csv"),
    ("organize", SET, "--into", f"{FOLDER}/yolo", "--metadata", "yolo", "--apply", "-o", f"{FOLDER}/y.jsonl"),
    ("import", f"{FOLDER}/yolo", "--from", "yolo", "-o", f"{FOLDER}/said.jsonl"),
    (FOLDER,),
    (f"{FOLDER}/run",),
)


@pytest.fixture
def said(burnish: Burnish, tmp_path: Path) -> str:
    """All that the loop says on a folder with an odd name."""
    rng = np.random.default_rng(0)
    for label, level in (("dark 1", 60), ("light", 190)):
        (tmp_path / FOLDER / "d" / label).mkdir(parents=True)
        for number in range(8):
            pixels = np.clip(rng.normal(level, 25, (40, 28 + number, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / FOLDER / "d" / label / f"{number} 'x.png")
    (tmp_path / FOLDER / "d" / "light" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    rows = (f'"{FOLDER}/d/{label}/{number} \'x.png",light' for label in ("dark 1", "light") for number in range(8))
    (tmp_path / FOLDER / "p.csv").write_text("\n".join(("path,prediction", *rows)) + "\n")
    results = [burnish(*words) for words in LOOP]
    return "\n".join(result.stdout + result.stderr for result in results)


def hints(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if found := HINT.search(line):
            yield found[1]


def test_every_hint_of_the_loop_can_be_pasted(said: str, tmp_path: Path, burnish: Burnish) -> None:
    found = list(dict.fromkeys(hints(said)))
    verbs = {one.split()[1] for one in found}
    assert {"undo", "dedup", "weak", "audit", "scan", "stats", "balance", "report"} <= verbs, found
    assert len(found) >= 10
    for one in found:
        program, *words = shlex.split(one)
        name = command_of(words)
        assert (program, bool(name)) == ("burnish", True), one
        # As the program itself would read it: one word too many, from a blank that is not in quotes, is refused.
        load(name).make_context(name, words[len(name.split()) :])
        named = [word for before, word in pairwise(words) if before not in OUTPUTS]
        for word in named:
            assert word != "MANIFEST", one
            if FOLDER in word:
                assert (tmp_path / word).exists(), one
    ways_back = [shlex.split(one)[1:] for one in found if one.startswith("burnish undo ")]
    for words in ways_back:
        burnish(*words)
    assert len(ways_back) == 4
    assert not (tmp_path / FOLDER / "out").exists()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("balance", FOLDER), ["scan", FOLDER]),
        ((SET,), ["balance", SET]),
        (("weak", f"{FOLDER}/gone"), ["train", "SET", "--run", f"{FOLDER}/gone"]),
    ],
)
def test_hints_of_errors_are_quoted_too(
    burnish: Burnish, tmp_path: Path, words: tuple[str, ...], hint: list[str]
) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / SET).write_text("")
    errors = burnish(*words, code=2).stderr
    assert shlex.split(errors[errors.index("burnish ", 8 + errors.index(":")) :])[1:] == hint
