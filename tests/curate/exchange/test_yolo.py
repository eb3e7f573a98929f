"""Ultralytics' sets for classification: folders of classes, and the names beside them."""

from pathlib import Path

import pytest

from curate.exchange.annotated import Left
from curate.exchange.yolo import read_back
from curate.ground.errors import InputError


def write(folder: Path, *names: str, yaml: str | None = None) -> str:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    if yaml is not None:
        (folder / "data.yaml").write_text(yaml)
    return str(folder)


def read(path: str, left: Left | None = None) -> dict[str, tuple[str | None, str | None]]:
    return {one.path.rpartition("/")[2]: (one.label, one.split) for one in read_back(path, "", left or Left())[1]}


def test_folders_are_classes_and_splits(tmp_path: Path) -> None:
    names = (
        "train/b/1.jpg",
        "train/a/2.png",
        "validation/a/3.jpg",
        "test/b/deep/4.jpg",
        "train/5.jpg",
        "train/a/6.txt",
    )
    left = Left()
    assert read(write(tmp_path, *names), left) == {
        "1.jpg": ("b", "train"),
        "2.png": ("a", "train"),
        "3.jpg": ("a", "val"),
        "4.jpg": ("b", "test"),
        "5.jpg": (None, "train"),
    }
    assert sorted(left.notes()) == ["other files, left out: 1", "pictures in no folder of a class: 1"]


@pytest.mark.parametrize(
    ("yaml", "labels"),
    [
        ("names: [a, b]", ["a", "b"]),
        ("names: {1: a, 0: b}", ["a", "b"]),  # another order makes no other picture of a folder that says what it is
        ("names: {0: tench, 1: goldfish}", ["tench", "goldfish"]),
        ("names: {10: goldfish, 9: tench}", ["tench", "goldfish"]),
        ("map: {a: tench, b: goldfish}\nnames: {0: x}", ["tench", "goldfish"]),
        ("train: train\nval: train", ["a", "b"]),
    ],
)
def test_names_of_folders_that_are_called_otherwise(tmp_path: Path, yaml: str, labels: list[str]) -> None:
    path = write(tmp_path, "train/a/1.jpg", "train/b/2.jpg", yaml=yaml)
    if "val" in yaml:
        yaml_file = str(tmp_path / "data.yaml")
        assert sorted(label or "" for label, _ in read(yaml_file).values()) == labels
        return
    found = read(path)
    assert [found["1.jpg"][0], found["2.jpg"][0]] == labels


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("names: [x]", "has 1 names and train/ 2 folders"),
        ("names: {a: x, b: y}", "the keys of names are no numbers"),
        ("names: {0: [x], 1: y}", "names is no list of names"),
        ("path: ../../etc", "leads out"),
        ("path: /etc", "leads out"),
        ("train: ../x", "leads out"),
        ("- a", "it has no names"),
        ("names: !!python/object/apply:os.system [ls]", "data.yaml:1"),
    ],
)
def test_the_yaml_of_a_stranger_is_checked(tmp_path: Path, yaml: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write(tmp_path, "train/a/1.jpg", "train/b/2.jpg", yaml=yaml))


def test_without_train_it_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no folder train/"):
        read(write(tmp_path, "a/1.jpg"))
