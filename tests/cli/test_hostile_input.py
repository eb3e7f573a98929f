"""Depth and size of everything that is parsed are bounded: whatever it is, one line says so, and at once."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import Burnish
from tests.machine import in_time
from tests.soak import crossed

DEPTH = 3_000
ARRAYS, OBJECTS = "[" * DEPTH + "]" * DEPTH, '{"a":' * DEPTH + "1" + "}" * DEPTH
JSON = {
    "arrays": ARRAYS,
    "objects": OBJECTS,
    "an array without an end": "[" * 300_000,
    "a text without an end": '{"path":"' + "[" * 5_000_000,
    "digits": '{"path":"a.png","bytes":' + "9" * 20_000 + "}",
    "a field of arrays": '{"path":"a.png","tags":' + ARRAYS + "}",
    "a foreign field of arrays": '{"path":"a.png","kind":"image","foreign":' + ARRAYS + "}",
}
READERS_OF_MANIFESTS = {
    "clean": "clean F",
    "dedup": "dedup F",
    "split": "split F",
    "tag": "tag F --auto",
    "select": "select F --where bytes>1",
    "balance": "balance F",
    "stats": "stats F",
    "organize": "organize F --into out",
    "train": "train F --run out",
    "augment": "augment photos-low-light F --into out",
    "preview": "preview photos-low-light F -o out.html",
    "evaluate": "evaluate F --predictions predictions.csv --run out",
    "agreement": "agreement labels.csv --manifest F",
    "predictions": "evaluate set.jsonl --predictions F --run out",
    "metadata": "tag set.jsonl --metadata F",
    "journal": "undo F",
    "human level": "weak run --human F",
    "run": "runs F",
}
FIELD = '"' + "x" * 20_000_000 + '"'
TABLES = {
    "agreement": ("path,annotator,label", "agreement F"),
    "priorities": ("tag,accuracy,human,share", "weak --table F"),
    "predictions": ("path,prediction", "evaluate set.jsonl --predictions F --run out"),
    "metadata": ("file_name,x", "tag set.jsonl --metadata F"),
}
EXPRESSIONS = {
    "minuses": "-" * 1_900 + "1 > 0",
    "terms": "+".join(["bytes"] * 330) + " > 1",
    "many terms": "+".join(["bytes"] * 985) + " > 1",
    "nots": "not " * 450 + "bytes > 1",
    "brackets": "(" * 900 + "bytes" + ")" * 900 + " > 1",
    "lists": "[" * 900 + "1" + "]" * 900 + " == 1",
    "powers": "9**9**9 > 1",
    "digits": "9" * 1_900 + " > bytes",
    "digits of a float": "bytes / 3 * " + "9" * 1_900 + " > 1",
    "equals": "=" * 5_000,
    "a name": "b" * 1_900 + " > 1",
    "conditions": "bytes>1 if " * 150 + "bytes>1",
}
READERS_OF_EXPRESSIONS = {
    "select": ["select", "set.jsonl", "--where", "E"],
    "tag": ["tag", "set.jsonl", "--set", "t=E"],
}
LAUGHS = "a: &a [x, x]\n" + "".join(f"k{n}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24))
YAML = {
    "laughs": LAUGHS,
    "an alias of itself": "a: &a [*a]",
    "comment": "#" * 50_000_000 + "\nkind: augment\n",
    "lists": "[" * DEPTH,
    "mappings": "{a: " * DEPTH,
    "digits": "seed: " + "9" * 20_000,
    "a key": "? " + "x" * 500_000 + "\n: 1\n",
}
READERS_OF_YAML = {
    "augment": "augment F set.jsonl --into out",
    "preview": "preview F set.jsonl -o out.html",
    "run": "run F",
    "clean": "clean set.jsonl --config F",
    "schema": "schema set.jsonl -o F",
    "schema --update": "schema set.jsonl -o F --update",
    "validate": "validate set.jsonl --schema F",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set.jsonl").write_text('{"path":"a.png","kind":"image","label":"a","bytes":2}\n')
    (tmp_path / "predictions.csv").write_text("path,prediction\na.png,a\n")
    (tmp_path / "labels.csv").write_text("path,annotator,label\na.png,x,a\na.png,y,a\n")
    return tmp_path


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    began = time.process_time()
    yield
    assert in_time(time.process_time() - began, 5)


def refused(folder: Path, *words: str) -> None:
    """Run a command on something hostile, which it may take or refuse, but in good order."""
    code, _, stderr = in_process.call(words, b"", folder)
    said = stderr.decode()
    assert code in {0, 1, 2}
    assert "internal error" not in said
    assert len(said) < 5_000
    if code == 2:
        assert [line.startswith("burnish ") for line in said.splitlines()][-1]
        assert len(said.splitlines()) <= 3


@pytest.mark.parametrize(("line", "content"), crossed(READERS_OF_MANIFESTS, JSON), ids=str)
def test_json(folder: Path, burnish: Burnish, line: str, content: str) -> None:
    line, content = READERS_OF_MANIFESTS[line], JSON[content]
    name = "hostile.json" if "--human" in line else "hostile.jsonl"
    (folder / name).write_text(content + "\n")
    if line in {"undo F", "runs F"}:
        (folder / "hostile").mkdir()
        os.rename(folder / name, folder / "hostile" / ("journal.jsonl" if line == "undo F" else "run.json"))
        name = "hostile"
    if "weak run" in line:
        burnish("evaluate", "set.jsonl", "--predictions", "predictions.csv", "--run", "run")
    refused(folder, *[name if word == "F" else word for word in line.split()])


@pytest.mark.parametrize(
    "content", [FIELD, FIELD[:-1], '"' + "\n" * 2_000_000, "\0" * 1000], ids=["field", "open", "lines", "nul"]
)
@pytest.mark.parametrize(("header", "line"), TABLES.values(), ids=TABLES)
def test_tables(folder: Path, header: str, line: str, content: str) -> None:
    (folder / "hostile.csv").write_text(f"{header}\n{content}{',x' * header.count(',')}\n")
    refused(folder, *line.replace("F", "hostile.csv").split())
    (folder / "hostile.csv").write_text(header + "," * 100_000 + "\n")
    refused(folder, *line.replace("F", "hostile.csv").split())


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_expressions(folder: Path, expression: str) -> None:
    for words in READERS_OF_EXPRESSIONS.values():
        refused(folder, *[word.replace("E", expression) for word in words])
    recipe = f"kind: augment\ntargets:\n  t:\n    sources: {{where: '{expression}'}}\n    image: [jpeg]\n"
    (folder / "recipe.yaml").write_text(recipe)
    refused(folder, "augment", "recipe.yaml", "set.jsonl", "--into", "out")


@pytest.mark.parametrize(("line", "content"), crossed(READERS_OF_YAML, YAML), ids=str)
def test_yaml(folder: Path, line: str, content: str) -> None:
    line, content = READERS_OF_YAML[line], YAML[content]
    (folder / "hostile.yaml").write_text(content)
    refused(folder, *line.replace("F", "hostile.yaml").split())


@pytest.fixture
def deep(folder: Path, picture: Callable[..., Path]) -> Iterator[Path]:
    """A folder with a picture 1,100 folders down; taken away again by hand, for shutil.rmtree recurses too."""
    picture(folder / "a.png")
    top, here = folder / "deep", os.getcwd()
    top.mkdir()
    os.chdir(top)
    for _ in range(1_100):
        os.mkdir("d")
        os.chdir("d")
    shutil.copy(folder / "a.png", "b.png")
    os.chdir(here)
    yield top
    os.chdir(top)
    for _ in range(1_100):
        os.chdir("d")
    os.unlink("b.png")
    for _ in range(1_100):
        os.chdir("..")
        os.rmdir("d")
    os.chdir(here)


def test_folders_nested_deeper_than_python_recurses(folder: Path, burnish: Burnish, deep: Path) -> None:
    burnish("scan", deep.name, "-o", "deep.jsonl")
    assert (folder / "deep.jsonl").read_text().count("\n") == 1
    burnish("organize", "deep.jsonl", "--layout", "{name}", "--into", "flat", "--apply")
    assert (folder / "flat" / "b.png").is_file()
    refused(folder, "organize", "deep.jsonl", "--layout", "{path}/{name}", "--into", "again", "--apply")
    assert not (folder / "again").exists()
    burnish("runs", deep.name)
