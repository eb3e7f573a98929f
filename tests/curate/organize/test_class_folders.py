"""What torchvision, Keras and Ultralytics see of folders of classes."""

import pytest

from curate.ground.errors import UsageError
from curate.ground.yaml import load_yaml
from curate.organize.class_folders import ClassFolders, YoloFiles
from curate.records.sample import Sample


def placed(*targets: str, kind: str = "image") -> list[tuple[str, Sample]]:
    return [(one, Sample(one, one.split("/")[1], (), one.split("/")[0], kind)) for one in targets]


def test_a_class_that_one_folder_lacks_shifts_the_numbers_there() -> None:
    folders = ClassFolders()
    assert list(folders.watch(placed("train/a/1.jpg", "train/b/2.JPG", "test/b/3.png"))) != []
    assert folders.notes() == [
        "test/ has no file of 1 of 2 classes (a): torchvision and Keras number the classes of each folder by "
        "themselves, so give them one list of names"
    ]


def test_endings_that_a_trainer_passes_over() -> None:
    folders = ClassFolders()
    list(folders.watch(placed("train/a/1.webp", "train/a/2.gif", "train/a/3.jpeg", "train/a/4.avif")))
    assert folders.notes() == [
        "torchvision's ImageFolder reads no .avif, .gif, and passes over 2 files",
        "Keras reads no .avif, .webp, and passes over 2 files",
    ]


@pytest.mark.parametrize("kind", ["audio", "image"])
def test_other_layouts_and_recordings_are_none_of_their_business(kind: str) -> None:
    folders = ClassFolders()
    targets = ("train/a/1.wav", "test/b/2.wav") if kind == "audio" else ("train/a/deep/1.jpg", "test/b/2.jpg")
    list(folders.watch(placed(*targets, kind=kind)))
    assert folders.notes() == []


def test_the_yaml_of_ultralytics() -> None:
    files, notes = YoloFiles(), list[str]()
    samples = placed("train/no/1.jpg", "train/1/2.jpg", "test/no/3.jpg", "test/new/4.gif")
    files.survey(iter(samples), notes)
    (name, data), *more = files.contents(iter(samples)).items()
    assert (name, more, files.names) == ("data.yaml", [], ("data.yaml",))
    content = load_yaml(data, name).content
    assert content == {"path": ".", "train": "train", "test": "test", "names": {"0": "1", "1": "no"}}
    assert notes == [
        "no sample is in the split val, so Ultralytics validates on test/ if it is there",
        "classes that train/ does not have, and Ultralytics does not know: new",
        "Ultralytics passes over 1 files (gif)",
    ]


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (placed("train/a/1.wav", kind="audio"), "wants pictures as train/CLASS/NAME, and train/a/1.wav is none"),
        (placed("train/a/b/1.jpg"), "train/a/b/1.jpg is none; split and label all"),
        (placed("dev2/a/1.jpg"), "has no split 'dev2', only train, val, test"),
        (placed("test/a/1.jpg"), "needs train/"),
        ([("train/1.jpg", Sample("1.jpg", None, (), "train", "image"))], "train/1.jpg is none"),
    ],
)
def test_what_ultralytics_would_not_read_is_refused(samples: list[tuple[str, Sample]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        YoloFiles().survey(iter(samples), [])
