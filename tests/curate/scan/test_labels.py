"""Labels, tags and splits from folders, patterns and metadata."""

from pathlib import Path

import pytest

from curate.ground.errors import UsageError
from curate.scan.labels import Description, Labeller, check_label_source, compile_pattern
from curate.scan.metadata import Metadata


@pytest.mark.parametrize(
    ("path", "root", "label", "split"),
    [
        ("data/cat/1.jpg", "data", "cat", None),
        ("data/train/cat/1.jpg", "data", "cat", "train"),
        ("data/cat/validation/1.jpg", "data", "cat", "val"),
        ("data/Valid/cat/1.jpg", "data/", "cat", "val"),
        ("data/dev/cat/1.jpg", "data", "cat", "val"),
        ("data/test/1.jpg", "data", None, "test"),
        ("data/train/test/cat/1.jpg", "data", "cat", "train"),
        ("data/1.jpg", "data", None, None),
        ("cat/1.jpg", "cat", None, None),
        ("train/cat/1.jpg", "train", "cat", "train"),
        ("./1.jpg", ".", None, None),
        ("../1.jpg", "..", None, None),
        ("1.jpg", "1.jpg", None, None),
        ("cat/1.jpg", "cat/1.jpg", None, None),
        ("/home/test/data/cat/1.jpg", "/home/test/data", "cat", None),
        ("set/_background_noise_/1.wav", "set", None, None),
    ],
)
def test_folders(path: str, root: str, label: str | None, split: str | None) -> None:
    assert Labeller().describe(path, root) == Description(label, (), split, source="folder" if label else "")
    assert Labeller("none").describe(path, root) == Description(None, (), split)


@pytest.mark.parametrize(
    ("files", "labels"),
    [
        ("mt/crack/Imgs/1 mt/free/Imgs/1", "crack free"),
        ("mt/crack/Imgs/1 mt/free/imgs/1 mt/readme", "crack free -"),
        ("mt/train/crack/Imgs/1 mt/test/free/Imgs/1", "crack free"),
        ("mt/a/deep/Imgs/1 mt/b/deep/Imgs/1", "a b"),
        ("mt/1 mt/2", "- -"),
        ("mt/images/1 mt/images/2", "- -"),
        ("mt/cat/1 mt/cat/2", "cat cat"),
        ("mt/cat/images/1", "cat"),
        ("mt/images/cat/1 mt/images/dog/1", "cat dog"),
        ("mt/cat/1 mt/dog/1 mt/3", "cat dog -"),
        ("mt/speaker1/yes/1 mt/speaker1/no/1 mt/speaker2/yes/1", "yes no yes"),
        ("mt/corpus/train/1 mt/corpus/test/1", "- -"),
        ("mt/cat/train/1 mt/dog/test/1", "cat dog"),
        ("mt/_background_noise_/1 mt/yes/1 mt/no/1", "- yes no"),
    ],
)
def test_the_level_whose_folders_differ_gives_the_label(files: str, labels: str) -> None:
    labeller, paths = Labeller(), [f"{name}.jpg" for name in files.split()]
    labeller.prepare((path, "mt") for path in paths)
    assert [labeller.describe(path, "mt").label or "-" for path in paths] == labels.split()


def test_several_folders_that_were_named_are_classes_by_their_names() -> None:
    labeller = Labeller()
    labeller.prepare([("a/cats/1.jpg", "a/cats"), ("b/dogs/1.jpg", "b/dogs/")])
    assert labeller.describe("a/cats/1.jpg", "a/cats").label == "cats"
    assert labeller.describe("b/dogs/1.jpg", "b/dogs/").label == "dogs"
    labeller.prepare([("a/1.jpg", "a/1.jpg"), ("a/2.jpg", "a/2.jpg")])
    assert labeller.describe("a/1.jpg", "a/1.jpg").label is None
    labeller.prepare([("a/1.jpg", "a/1.jpg"), ("b/2.jpg", "b/2.jpg")])
    assert labeller.describe("b/2.jpg", "b/2.jpg").label == "b"


@pytest.mark.parametrize(
    ("pattern", "path", "label", "tags"),
    [
        ("{label}_{speaker}_{take}", "d/7/7_theo_3.wav", "7", ("speaker=theo", "take=3")),
        ("{speaker}_nohash_{take}", "d/bed/0a7_nohash_0.wav", "bed", ("speaker=0a7", "take=0")),
        ("{label}", "d/x/dog.1.jpg", "dog.1", ()),
        ("{label}_{}", "d/x/dog_12.jpg", "dog", ()),
        ("{lang}/{}/{label}", "d/en/digits/7.wav", "7", ("lang=en",)),
        ("{label}_{rest}", "d/x/a_b_c.jpg", "a", ("rest=b_c",)),
        ("{label}(1)", "d/x/dog(1).jpg", "dog", ()),
    ],
)
def test_patterns(pattern: str, path: str, label: str, tags: tuple[str, ...]) -> None:
    assert Labeller(pattern=compile_pattern(pattern)).describe(path, "d")[:2] == (label, tags)


def test_a_name_that_does_not_match_has_no_label_unless_the_pattern_gives_none() -> None:
    with_label = Labeller(pattern=compile_pattern("{label}_{take}"))
    without = Labeller(pattern=compile_pattern("{speaker}_nohash_{take}"))
    assert with_label.describe("d/x/plain.jpg", "d") == Description(None, unmatched=True)
    assert without.describe("d/x/plain.jpg", "d") == Description("x", unmatched=True, source="folder")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("label", "has no fields or unpaired braces"),
        ("{label", "has no fields or unpaired braces"),
        ("{label}}", "has no fields or unpaired braces"),
        ("{a b}", "'a b' is no name for a field"),
        ("{x}_{x}", "names a field twice: x"),
    ],
)
def test_patterns_that_make_no_sense(pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compile_pattern(pattern)


def test_the_nearest_label_source_is_named() -> None:
    assert check_label_source("none") == "none"
    with pytest.raises(UsageError, match="--label 'foldr' is unknown \\(did you mean 'folder'\\?\\)"):
        check_label_source("foldr")


def test_metadata_comes_before_pattern_and_folder(tmp_path: Path) -> None:
    (tmp_path / "train" / "cat").mkdir(parents=True)
    (tmp_path / "metadata.csv").write_text(
        "file_name,label,camera,split\ntrain/cat/1_a.jpg,tiger,left,\ntrain/cat/2_a.jpg,,right,dev\n"
    )
    root = str(tmp_path)
    labeller = Labeller(pattern=compile_pattern("{number}_{}"), metadata=Metadata())
    described = {name: labeller.describe(f"{root}/train/cat/{name}.jpg", root) for name in ("1_a", "2_a", "3_a")}
    assert described == {
        "1_a": Description("tiger", ("number=1", "camera=left"), "train", source="metadata"),
        "2_a": Description(None, ("number=2", "camera=right"), "val"),
        "3_a": Description("cat", ("number=3",), "train", source="folder"),
    }


def test_metadata_without_labels_leaves_those_of_the_folders(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "metadata.jsonl").write_text('{"file_name": "1.jpg", "caption": "a cat", "weather": "rain"}\n')
    labeller = Labeller(metadata=Metadata())
    assert labeller.describe(f"{tmp_path}/cat/1.jpg", str(tmp_path)) == Description(
        "cat", ("weather=rain",), text="a cat", source="folder"
    )
    assert labeller.describe(f"{tmp_path}/2.jpg", str(tmp_path)) == Description()
