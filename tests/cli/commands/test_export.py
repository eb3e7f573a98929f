"""`burnish export` and what comes back by `burnish import`."""

import json
from pathlib import Path

import pytest

from tests.conftest import Burnish

PICTURES = [
    {
        "path": "a b/1.png", "label": "x", "kind": "image", "split": "train", "tags": ["k=v"], "theirs": [1],
        "image": {"width": 4, "height": 3},
    },
    {
        "path": "b/1.png", "label": "<&\">", "kind": "image", "prediction": "x", "confidence": 0.5,
        "digest": f"sha256:{1:064x}",
    },
    {"path": "ü.png", "kind": "image", "findings": [{"check": "dark", "severity": "warning"}]},
]  # fmt: skip


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "set.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in PICTURES))
    return file


@pytest.mark.parametrize(
    ("form", "name", "onto"),
    [
        ("label-studio", "tasks.json", ()),
        ("fiftyone", "folder", ()),
        ("cvat", "a.xml", ("--manifest", "set.jsonl")),
        ("csv", "a.csv", ("--manifest", "set.jsonl")),
    ],
)
def test_what_goes_out_comes_back_byte_for_byte(
    burnish: Burnish, tmp_path: Path, manifest: Path, form: str, name: str, onto: tuple[str, ...]
) -> None:
    burnish("export", manifest, "--to", form, "-o", name)
    assert burnish("import", name, "--from", form, *onto).stdout == manifest.read_text()


def test_label_studio_gets_a_configuration_of_its_classes(burnish: Burnish, tmp_path: Path, manifest: Path) -> None:
    shown = burnish("export", manifest, "--to", "label-studio", "--config", "c.xml", "--prefix", "https://h/").stdout
    tasks = json.loads(shown)
    assert [one["data"]["image"] for one in tasks] == [
        "https://h/a%20b/1.png", "https://h/b/1.png", "https://h/%C3%BC.png",
    ]  # fmt: skip
    assert (tmp_path / "c.xml").read_text().count("<Choice value=") == 2


def test_one_list_also_of_nothing(burnish: Burnish) -> None:
    assert json.loads(burnish("export", "--to", "label-studio", stdin="").stdout) == []


def test_a_label_that_looks_like_a_formula_is_kept_and_said(burnish: Burnish) -> None:
    result = burnish("export", "--to", "csv", stdin='{"path": "a.png", "label": "=1+1"}\n')
    assert "a.png,=1+1," in result.stdout
    assert "begin like a formula" in result.stderr


@pytest.mark.parametrize(
    ("words", "given", "message"),
    [
        ((), "", "which format?"),
        (("--to", "fiftyone"), "", "makes a folder: name it with -o"),
        (("--to", "csv", "--config", "c.xml"), "", "--config goes with --to label-studio"),
        (("--to", "cvat"), '{"path": "a.wav", "kind": "audio"}\n', "cvat holds image files, and a.wav is none"),
        (
            ("--to", "label-studio"),
            '{"path": "a.wav", "kind": "audio"}\n{"path": "a.png", "kind": "image"}\n',
            "shows one kind of files",
        ),
        (("--to", "fiftyone", "-o", "."), "", "the folder is not empty"),
        (("--to", "csv", "-o", "gone/x.csv"), "", "there is no folder"),
    ],
)
def test_what_makes_no_sense(
    burnish: Burnish, tmp_path: Path, words: tuple[str, ...], given: str, message: str
) -> None:
    (tmp_path / "file").touch()
    assert message in burnish("export", *words, stdin=given, code=2).stderr
