"""What `make effect` prints is right: changes, intervals over recordings, ratios, what sank; parts without leaks."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.effect import conditions, rooms, severity
from benchmarks.effect.figures import CEILING, WEAK, Outcome, Part, pooled, read, show, write
from benchmarks.effect.run import ARMS, Place, burnish, measure
from benchmarks.effect.sets import SETS, Set, build, responses


def outcome(arm: str, changed: dict[str, tuple[int, int]], seed: int = 0, name: str = "s") -> Outcome:
    """Of 40 recordings in two classes, clean all right, `dim` half right; some are gained and some lost."""
    before, after = {}, {}
    for condition in ("clean", "dim"):
        gained, lost = changed.get(condition, (0, 0))
        for number in range(40):
            path = f"d/test/{condition}/{'ab'[number % 2]}_nobody_{number:03d}.jpg"
            before[path] = condition == "clean" or number < 20
            after[path] = (before[path] and number >= lost) or (not before[path] and number < 20 + gained)
    return Outcome.of(name, "base", seed, arm, before, after)


def test_changes_are_means_over_recordings() -> None:
    part = Part([outcome("untargeted", {"dim": (2, 0)}), outcome("targeted", {"dim": (8, 0)})])
    assert part.weak == ["dim"]
    assert part.before(WEAK) == 0.5
    assert part.change("targeted", WEAK).value == pytest.approx(8 / 40)
    difference = part.change("targeted", WEAK, "untargeted")
    assert difference.value == pytest.approx(6 / 40)
    # The variance of a mean of 40 units of which 6 are 1: 40/39 · Σ (y - m)² / 40².
    expected = 40 / 39 * (6 * (1 - 0.15) ** 2 + 34 * 0.15**2) / 40**2
    assert difference.variance.value == pytest.approx(expected)
    assert difference.variance.freedom == 39


def test_a_recording_in_two_seeds_is_one_unit() -> None:
    once = Part([outcome("targeted", {"dim": (8, 0)})]).change("targeted", WEAK)
    twice = Part([outcome("targeted", {"dim": (8, 0)}, seed) for seed in (0, 1)]).change("targeted", WEAK)
    assert twice.value == pytest.approx(once.value)
    assert twice.variance.freedom == once.variance.freedom
    assert twice.variance.value == pytest.approx(once.variance.value)


def test_what_sank_is_one_family_without_the_weak_part() -> None:
    part = Part([outcome("targeted", {"clean": (0, 16), "dim": (0, 20)}), outcome("untargeted", {"clean": (0, 2)})])
    # Sixteen of forty are surely worse, two are not; and what was to be lifted is no matter of sinking.
    assert part.sunk("targeted") == ["clean -0.400", "a -0.400", "b -0.400"]
    assert part.sunk("untargeted") == []


def test_sets_count_alike_when_pooled() -> None:
    changes = [Part([outcome("targeted", {"dim": (gained, 0)})]).change("targeted", WEAK) for gained in (4, 8)]
    together = pooled(changes)
    assert together.value == pytest.approx(0.15)
    assert together.variance.value == pytest.approx(sum(one.variance.value for one in changes) / 4)


def test_the_claim_is_printed_and_survives_the_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [outcome("untargeted", {"dim": (4, 0)}), outcome("targeted", {"dim": (10, 0)})]
    write(tmp_path / "s-base-0.json", rows)
    assert read(tmp_path) == rows
    show(read(tmp_path))
    said = capsys.readouterr().out
    assert "| base | s | weak part | 40 | 0.500 | +0.100 [" in said
    assert "base, targeted - untargeted, weak part: +0.150 [" in said
    assert "ratio: mean 2.50, least 2.50" in said
    assert "sunk" not in said


def test_below_two_points_there_is_no_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    show([outcome("untargeted", {}), outcome("targeted", {"dim": (10, 0)})])
    assert "no ratio" in capsys.readouterr().out


def some(which: str, most: int, conditions: tuple[str, ...], labels: int = 3) -> Set:
    """A small part of a set."""
    whole = SETS[which]
    wanted = sorted({label for _, label, _ in whole.files()})[:labels]
    return whole._replace(
        files=lambda: (one for one in whole.files() if one[1] in wanted), most=most, conditions=conditions
    )


def test_no_recording_is_on_two_sides_and_training_is_clean(tmp_path: Path, data: Path) -> None:
    small = some("digits", 20, ("street",))
    build(small, 0, tmp_path / "a", tmp_path / "ceiling")
    build(small, 1, tmp_path / "b", tmp_path / "ceiling")
    with (tmp_path / "a" / "metadata.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    counts = Counter((row["split"], row["condition"]) for row in rows)
    assert counts == {
        ("train", "clean"): 30,
        ("val", "clean"): 12,
        ("val", "street"): 12,
        ("test", "clean"): 18,
        ("test", "street"): 18,
    }
    digests: dict[str, set[str]] = {}
    for row in rows:
        if row["condition"] == "clean":
            digest = hashlib.sha256((tmp_path / "a" / row["file_name"]).read_bytes()).hexdigest()
            digests.setdefault(row["split"], set()).add(digest)
    assert not digests["train"] & digests["test"]
    assert not digests["train"] & digests["val"]
    assert not digests["val"] & digests["test"]
    tests = [{path.name for path in (tmp_path / place / "test" / "clean").iterdir()} for place in "ab"]
    assert tests[0] != tests[1], "every seed parts anew"
    both = sorted(tests[0] & tests[1])
    assert both
    for name in both:
        assert len({(tmp_path / place / "test" / "street" / name).read_bytes() for place in "ab"}) == 1


@pytest.mark.parametrize("name", list(conditions.PHOTOS))
def test_conditions_of_photos_are_severe_and_keep_the_size(name: str) -> None:
    rows, columns = np.mgrid[0:60, 0:80]
    photo = np.stack([(rows // 10 % 2) * 0.8, (columns // 10 % 2) * 0.8, 0.1 + 0.5 * (rows > 30)], axis=-1)
    found = conditions.PHOTOS[name](photo, np.random.default_rng(0))
    assert found.shape == photo.shape
    assert np.abs(found - photo).mean() > 0.05
    again = conditions.PHOTOS[name](photo, np.random.default_rng(0))
    assert np.array_equal(found, again)


def test_rooms_are_held_apart_and_made_ones_are_those_that_ship(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[tuple[str, ...]] = []
    far = conditions.far

    def noted(
        samples: conditions.Samples, rate: int, chance: np.random.Generator, measured: list[Path]
    ) -> conditions.Samples:
        heard.append(tuple(one.stem for one in measured))
        return far(samples, rate, chance, measured)

    monkeypatch.setattr(conditions, "far", noted)
    monkeypatch.setattr(rooms, "_TRAIN", 6)
    monkeypatch.setattr(rooms, "_TEST", 2)
    monkeypatch.setattr("sys.argv", ["rooms", "--seeds", "0"])
    rooms.main()
    names = [one.stem for one in responses()]
    others = [tuple(one for one in names if one != left) for left in names]
    # Tested in each room alone; trained in all of them, or in all but the tested one.
    times: dict[tuple[str, ...], int] = {(name,): 20 for name in names} | {tuple(names): 60} | dict.fromkeys(others, 60)
    assert Counter(heard) == times
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert [row[0].strip("| ") for row in rows[2:]] == [
        "nothing", "a noise floor", "a made room", "a made room and microphone",
        "the four other measured rooms", "all five",
    ]  # fmt: skip
    assert all(len(row) == len(names) + 3 for row in rows[2:])
    sound = np.sin(np.arange(4000) / 5.0)
    dry, coloured = (
        rooms.by_recipe(*steps)(sound, 8000, np.random.default_rng(1)) for steps in (("room",), ("room", "microphone"))
    )
    assert not np.allclose(dry, coloured)


@pytest.mark.soak
def test_a_small_part_is_measured_from_end_to_end(tmp_path: Path, data: Path) -> None:
    place = Place(some("digits", 24, ("street",)), 0, tmp_path)
    build(place.which, 0, tmp_path / "set", tmp_path / "really-so")
    for manifest in (place.manifest, place.ceiling):
        burnish("scan", manifest.with_suffix(""), "-o", manifest, "-q")
    arms = [arm for arm in ARMS if arm.name in {"untargeted", "matched", CEILING}]
    found = {one.arm: one for one in measure(place, "base", 1.0, arms)}
    assert list(found) == ["untargeted", "matched", CEILING]
    part = Part(list(found.values()))
    assert part.weak == ["street"]
    # Real samples of the condition help the condition: an instrument that does not see that measures nothing.
    assert part.change(CEILING, "street").value > 0.05


@pytest.mark.slow
def test_severity_tells_what_was_drawn_and_what_it_brings(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETS, "digits", SETS["digits"]._replace(most=6))
    monkeypatch.setattr(severity, "_BUDGET", 20)
    parting = severity.Parting("digits", 0, tmp_path)
    for options in ((), ("--match", "auto")):
        origins = parting.made(options, 1)
        assert 15 <= len(origins) <= 20
        assert all(("match" in origin) == bool(options) for origin in origins)
        assert all({"noise_floor", "gain"} <= {step["name"] for step in origin["operations"]} for origin in origins)
        found = parting.accuracies()
        assert len(found) == len(responses())
        assert min(found) > 0.1, "ten classes, at random"
