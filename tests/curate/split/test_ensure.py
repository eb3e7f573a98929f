"""A validation part for tags that only test samples have."""

from collections import Counter

import pytest

from curate.ground.errors import UsageError
from curate.records.origin import Origin
from curate.split.columns import Seen
from curate.split.ensure import Ensured
from tests.curate.split.test_split import plan_of, splits

TRAIN = [Seen(f"train/{n}", f"{n % 3}", split="train") for n in range(30)]
CAR = [Seen(f"car/{n}", f"{n % 3}", ("noise=car",), "test") for n in range(30)]
QUIET = [Seen(f"quiet/{n}", f"{n % 3}", (), "test") for n in range(30)]


def test_a_third_goes_to_validation_and_the_classes_take_turns() -> None:
    samples = TRAIN + CAR + QUIET
    found = splits(samples, ratio="train=0.5,test=0.5", ensure=["noise=car"])
    moved = [seen for seen in samples if found[seen.path] == "val"]
    assert {seen.path.split("/")[0] for seen in moved} == {"car"}
    assert Counter(seen.label for seen in moved) in (
        {"0": 4, "1": 3, "2": 3},
        {"0": 3, "1": 4, "2": 3},
        {"0": 3, "1": 3, "2": 4},
    )
    assert plan_of(samples, ensure=["noise=car"]).report.ensured == [Ensured("noise=car", 30, 10, 10)]
    assert splits(list(reversed(samples)), ratio="train=0.5,test=0.5", ensure=["noise=car"]) == found


def test_what_validates_already_counts() -> None:
    known = [Seen(f"val/{n}", "0", ("noise=car",), "dev") for n in range(20)]
    assert plan_of(TRAIN + CAR + known, ensure=["noise=car"]).report.ensured == [Ensured("noise=car", 50, 0, 20)]
    assert plan_of(TRAIN + CAR + known[:5], ensure=["noise=car"]).report.ensured == [Ensured("noise=car", 35, 7, 12)]


def test_groups_stay_whole_and_one_is_left_to_test() -> None:
    def spoken(speakers: int) -> list[Seen]:
        return [Seen(f"{s}/{n}", "0", ("far", f"speaker={s}"), "test") for s in range(speakers) for n in range(10)]

    found = splits(TRAIN + spoken(4), group="speaker", ensure=["far"])
    assert Counter(name for path, name in found.items() if not path.startswith("train")) == {"test": 30, "val": 10}
    only = plan_of(TRAIN + spoken(1), group="speaker", ensure=["far"]).report.ensured
    assert only == [Ensured("far", 10, 0, 0)]


def test_what_trains_and_what_was_made_plays_no_part() -> None:
    trained = [Seen("t", "0", ("far",), "train")]
    made = [Seen(f"m{n}", "0", ("far",), "train", origin=Origin(source="train/0", recipe="r")) for n in range(9)]
    assert plan_of(TRAIN + trained + made, ensure=["far", "gone"]).report.ensured == [
        Ensured("far", 0, 0, 0),
        Ensured("gone", 0, 0, 0),
    ]


def test_hash_never_moves_anything() -> None:
    with pytest.raises(UsageError, match="--method hash never moves"):
        plan_of(TRAIN, method="hash", ensure=["far"])
