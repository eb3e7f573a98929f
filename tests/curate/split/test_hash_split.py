"""`hash`: the formula of Speech Commands, and stability."""

import hashlib
import re

import pytest

from curate.records.origin import Origin
from curate.split.columns import Seen
from curate.split.hash_split import SCALE, place
from curate.split.split import make_plan
from curate.split.wish import make_wish


def which_set(name: str, validation: float, testing: float) -> str:
    """The convention, written down a second time as REFERENCES has it."""
    base = re.sub(r"_nohash_.*$", "", name)
    percentage = (int(hashlib.sha1(base.encode()).hexdigest(), 16) % (2**27)) * (100.0 / (2**27 - 1))
    if percentage < validation:
        return "val"
    return "test" if percentage < validation + testing else "train"


def splits(samples: list[Seen], **options: object) -> dict[str, str]:
    plan = make_plan(samples, make_wish(method="hash", **options))  # type: ignore[arg-type]
    return {seen.path: plan.report.names[code] for seen, code in zip(samples, plan.split.tolist(), strict=True)}


def test_the_place_is_the_low_end_of_sha1() -> None:
    assert place("0c40e715", 0) & SCALE == int(hashlib.sha1(b"0c40e715").hexdigest(), 16) % 2**27
    assert place("0c40e715", 1) != place("0c40e715", 0)


@pytest.mark.parametrize(("validation", "testing"), [(10, 10), (25, 5), (1, 49)])
def test_groups_by_pattern_follow_the_convention(validation: int, testing: int) -> None:
    samples = [Seen(f"w/{n:08x}_nohash_{take}.wav") for n in range(500) for take in range(2)]
    ratio = f"train={(100 - validation - testing) / 100},val={validation / 100},test={testing / 100}"
    found = splits(samples, group="{speaker}_nohash_{}", ratio=ratio)
    assert found == {path: which_set(path.split("/")[1], validation, testing) for path in found}
    assert len(set(found.values())) == 3


def test_a_tag_gives_the_same_as_the_pattern() -> None:
    by_tag = splits([Seen(f"{n}.wav", tags=(f"speaker={n:08x}",)) for n in range(50)], group="speaker")
    assert by_tag == {f"{n}.wav": which_set(f"{n:08x}_nohash_0.wav", 10, 10) for n in range(50)}


def test_nothing_changes_sides_when_data_is_added() -> None:
    old = [Seen(f"{n}.wav", digest=f"sha256:{n}", tags=(f"speaker={n % 40}",)) for n in range(200)]
    new = [Seen(f"new/{n}.wav", digest=f"sha256:n{n}", tags=(f"speaker={n % 70}",)) for n in range(300)]
    for group in (None, "speaker"):
        before = splits(old, group=group)
        assert before.items() <= splits([*new, *old], group=group).items()
        assert len(set(before.values())) == 3


def test_what_is_derived_follows_and_does_not_pull() -> None:
    sources = [Seen(f"{n}.wav", digest=f"sha256:{n}") for n in range(100)]
    before = splits(sources)
    made = [
        Seen(f"a/{n}.wav", digest=f"sha256:a{n}", origin=Origin(f"{n}.wav", f"sha256:{n}", "r")) for n in range(100)
    ]
    copies = [Seen(f"c/{n}.wav", digest=f"sha256:c{n}", duplicate_of=f"{n}.wav") for n in range(100)]
    after = splits([*copies, *made, *sources])
    assert before.items() <= after.items()
    assert all(after[f"a/{n}.wav"] == after[f"c/{n}.wav"] == after[f"{n}.wav"] for n in range(100))
    assert splits(made) == {f"a/{n}.wav": before[f"{n}.wav"] for n in range(100)}, "also without the sources"


def test_joined_groups_do_not_crowd_into_the_first_split() -> None:
    samples = [Seen(f"{n}.wav", tags=tuple(f"s={n}.{i}" for i in range(8))) for n in range(400)]
    counts = list(splits(samples, group="s").values())
    assert 290 <= counts.count("train") <= 350
