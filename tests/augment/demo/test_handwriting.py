import csv
import io
from collections import Counter

import pytest
from PIL import Image

from augment.demo.damage import PAGE
from augment.demo.handwriting import TRAINED, make_pictures


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make_pictures(0)


@pytest.fixture(scope="module")
def writing(files: dict[str, bytes]) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(files["images/metadata.csv"].decode()))
    return {f"images/{row['file_name']}": row["writing"] for row in rows}


def test_the_classes_are_uneven_in_training_and_even_in_the_test(files: dict[str, bytes]) -> None:
    tested = Counter(name.split("/")[2] for name in files if name.startswith("images/test/"))
    assert tested == dict.fromkeys("0123456789", 40)
    trained = Counter(name.split("/")[2] for name in files if name.startswith("images/train/"))
    assert sum(trained.values()) == sum(TRAINED) + 12 + 2, "with the copies of test pictures and those under two labels"
    assert max(trained.values()) > 3 * min(trained.values())


def test_a_fifth_of_the_test_is_faint_and_a_fifth_turned_and_next_to_nothing_of_training(
    files: dict[str, bytes], writing: dict[str, str]
) -> None:
    assert writing.keys() <= files.keys()
    places = Counter((name.split("/")[1], kind) for name, kind in writing.items())
    assert places["test", "faint"] == places["test", "turned"] == 80
    assert 0 < sum(count for (place, _), count in places.items() if place != "test") < 40


def test_copies_of_test_pictures_stand_in_training(files: dict[str, bytes]) -> None:
    numbers = {name.split("/")[-1].split(".")[0]: name for name in files if "/test/" in name}
    leaks = [name for name in files if "/train/" in name and name.split("/")[-1].split(".")[0] in numbers]
    same = [name for name in leaks if files[name] == files[name.replace("/train/", "/test/")[:-3] + "png"]]
    assert (len(leaks), len(same)) == (12, 8)
    assert {name[-3:] for name in set(leaks) - set(same)} == {"jpg"}


def test_files_are_broken_in_five_ways_three_of_each(files: dict[str, bytes]) -> None:
    pictures = {name: data for name, data in files.items() if name.endswith(".png")}
    kinds = Counter(_kind(data) for data in pictures.values())
    assert kinds["empty"] == kinds["page"] == kinds["jpeg"] == 3
    assert kinds["broken"] == 6


def test_the_same_seed_gives_the_same_bytes_and_another_other_ones(files: dict[str, bytes]) -> None:
    assert make_pictures(0) == files
    assert make_pictures(1).items().isdisjoint(item for item in files.items() if "/test/" in item[0])


def _kind(data: bytes) -> str:
    if not data or data == PAGE:
        return "page" if data else "empty"
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return "jpeg" if image.format == "JPEG" else "whole"
    except (OSError, SyntaxError):
        return "broken"
