"""Plans: complete before anything is touched, and the same whatever the order of the manifest."""

import random
import tracemalloc
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import pytest

from curate.ground.errors import BurnishError
from curate.organize.plan import Plan
from curate.organize.template import compile_layout
from curate.records.dataset_root import DatasetFolders
from curate.records.sample import Sample


def planned(samples: Sequence[Sample], layout: str = "{split}/{label}/{name}", **options: str) -> Plan:
    plan = Plan(options.get("into", "out"), "copy", compile_layout(layout))
    plan.leave_out_unknown(samples)
    deque(plan.place(samples), maxlen=0)
    return plan


def targets(plan: Plan, samples: Sequence[Sample]) -> dict[str, str]:
    return {sample.path: plan.target(sample) for sample in samples}


def test_where_files_go() -> None:
    samples = [Sample("d/1.jpg", "cat", split="train", bytes=3), Sample("d/2.jpg", "dog", split="test", bytes=4)]
    plan = planned(samples)
    assert targets(plan, samples) == {"d/1.jpg": "train/cat/1.jpg", "d/2.jpg": "test/dog/2.jpg"}
    assert (plan.bytes, plan.left_out, plan.renamed) == (7, (), 0)
    assert plan.count == 2
    assert dict(plan.folders) == {"train/cat": 1, "test/dog": 1}


def test_what_no_sample_has_is_left_out() -> None:
    samples = [Sample("d/1.jpg", "cat"), Sample("d/2.jpg", "dog")]
    plan = planned(samples)
    assert targets(plan, samples) == {"d/1.jpg": "cat/1.jpg", "d/2.jpg": "dog/2.jpg"}
    assert plan.left_out == ("split",)


def test_names_that_collide_get_a_suffix_that_does_not_depend_on_the_order() -> None:
    samples = [Sample(f"{folder}/{name}", "cat") for folder in "abc" for name in ("1.jpg", f"{folder}.jpg")]
    samples.append(Sample("d/1.JPG", "cat"))
    plan = planned(samples)
    found = targets(plan, samples)
    assert len({target.casefold() for target in found.values()}) == len(samples)
    assert plan.renamed == 4
    assert found["a/a.jpg"] == "cat/a.jpg"
    random.Random(1).shuffle(samples)
    assert targets(planned(samples), samples) == found


def test_a_plan_holds_no_paths() -> None:
    samples = (Sample(f"{'long' * 75}/{number}.jpg", "long" * 60, bytes=1) for number in range(20_000))
    plan = Plan("out", "copy", compile_layout("{label}/{name}"))
    tracemalloc.start()
    deque(plan.place(samples), maxlen=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Two digests of a sample in sets of 2 to the power of 16 places; a path and a target alone would be 600 bytes.
    assert peak / 20_000 < 400
    assert (plan.count, plan.folders) == (20_000, {"long" * 60: 20_000})


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([Sample("a.jpg", "x"), Sample("a.jpg", "y")], "a.jpg stands in the manifest twice"),
        (
            [Sample("a.jpg", "x", split="train"), Sample("b.jpg", "x")],
            "1 samples have no split, such as b.jpg; split them all",
        ),
        ([Sample("a.jpg", "Cat"), Sample("b.jpg", "cat")], "'Cat' and 'cat' differ only in case"),
        ([Sample("a.jpg", "../x")], r"a.jpg: \{label\} is '../x', which has the character '/'"),
    ],
)
def test_what_is_refused(samples: list[Sample], message: str) -> None:
    with pytest.raises(BurnishError, match=message):
        planned(samples)


def test_a_destination_inside_the_dataset_is_refused(tmp_path: Path) -> None:
    for name in ("data/cat", "data/dog", "beside"):
        (tmp_path / name).mkdir(parents=True)
    samples = [Sample(f"{tmp_path}/data/{label}/1.jpg", label) for label in ("cat", "dog")]
    dataset = DatasetFolders()
    list(dataset.watch(samples))
    planned(samples, into=f"{tmp_path}/beside").refuse_what_cannot_work(dataset)
    for inside in ("data", "data/new/deep", "data/cat"):
        with pytest.raises(BurnishError, match="is inside the dataset"):
            planned(samples, into=f"{tmp_path}/{inside}").refuse_what_cannot_work(dataset)


def test_too_little_space_is_said_before_anything_is_copied(tmp_path: Path) -> None:
    plan = planned([Sample("a.jpg", "x", bytes=10**18)], into=str(tmp_path / "out"))
    with pytest.raises(BurnishError, match=r"the copies need 1,000,000,000,000.0 MB, and .* free; make room"):
        plan.refuse_what_cannot_work(DatasetFolders())


def test_the_origin_remembers_the_old_path() -> None:
    sample = Sample("d/1.jpg", "cat", origin={"recipe": "x"})
    moved = planned([sample]).moved(sample)
    assert (moved.path, moved.origin) == ("out/cat/1.jpg", {"recipe": "x", "organized_from": "d/1.jpg"})
