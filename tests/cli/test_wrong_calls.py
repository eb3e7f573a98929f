"""What a new user types: one line that names the cure, the exit code of the contract, no traceback."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Burnish

CALLS = [
    tuple(part.strip() for part in line.split(" | ", 2))
    for line in (Path(__file__).parent / "wrong_calls.txt").read_text().splitlines()
]
"""The call, its exit code, and the words of the cure."""
LEAST = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import numpy as np
    from PIL import Image

    from tests import in_process

    place = tmp_path_factory.mktemp("wrong")
    for label in "ab":
        for number in range(3):
            (place / "d" / label).mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng(10 * ord(label) + number).integers(0, 255, (6, 8, 3), dtype=np.uint8)
            Image.fromarray(noise).resize((64, 48)).save(place / "d" / label / f"{number}.png")
    (place / "notes.txt").write_text("my notes\n")
    (place / "odd.csv").write_text("nme,klass\na,b\n")
    (place / "broken.yaml").write_text("kind: pipeline\nsteps:\n  - scna: {paths: [d]}\n")
    assert in_process.call(["scan", "d", "-o", "set.jsonl"], b"", place)[0] == 0
    text = (place / "set.jsonl").read_text()
    (place / "other").mkdir()
    (place / "other" / "set.jsonl").write_text(text.replace('"d/', '"e/'))
    (place / "unlabelled.jsonl").write_text(text.replace('"label":"a",', "").replace('"label":"b",', ""))
    return place


def test_they_are_many_and_of_all_commands() -> None:
    from cli.catalog import COMMANDS

    assert len(CALLS) >= LEAST
    called = {shlex.split(call)[0] for call, _, _ in CALLS}
    called |= {name for name in COMMANDS if any(call.startswith(name) for call, _, _ in CALLS)}
    assert COMMANDS.keys() - called <= {
        "recipes",
        "demo",
        "release check",
        "release list",
        "release path",
        "release restore",
    }


@pytest.mark.parametrize(("call", "code", "cure"), CALLS, ids=[call for call, _, _ in CALLS])
def test_one_line_names_the_cure(folder: Path, call: str, code: str, cure: str) -> None:
    from tests import in_process

    before = sorted(str(path) for path in folder.rglob("*"))
    ended, output, errors = in_process.call(shlex.split(call), b"", folder)
    said = errors.decode()
    assert ended == int(code)
    assert said.startswith("burnish")
    # What a report shows goes to standard output; of the error there is one line.
    assert said.count("\n") == 1, said
    assert cure.replace("FOLDER", str(folder)) in said
    assert "internal error" not in said
    assert not output or code == "1"
    assert sorted(str(path) for path in folder.rglob("*")) == before, "nothing was made"


@pytest.mark.parametrize(
    ("call", "code", "cure"),
    [("clean st.jsonl", 2, "(did you mean 'set.jsonl'?)"), ("-V", 0, ""), ("help clean", 0, "")],
)
def test_what_is_spelt_much_like_a_file(
    burnish: Burnish, picture: Callable[..., Path], tmp_path: Path, call: str, code: int, cure: str
) -> None:
    (tmp_path / "set.jsonl").touch()
    assert cure in burnish(*call.split(), code=code).stderr
