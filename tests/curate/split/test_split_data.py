"""Split on real data: speakers, languages, and the list files of Speech Commands."""

import itertools
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from curate.scan.labels import compile_pattern
from curate.split.columns import Seen
from curate.split.split import make_plan
from curate.split.wish import make_wish

SHARES = (0.8, 0.1, 0.1)
Counts = dict[str, Counter[str | None]]


def fsdd(data: Path) -> list[Seen]:
    pattern = compile_pattern("{label}_{speaker}_{take}")
    found = []
    for path in sorted((data / "fsdd").rglob("*.wav")):
        fields = pattern.fields(str(path)) or {}
        found.append(Seen(str(path), fields["label"], (f"group={fields['speaker']}",)))
    return found


def voice_prompts(data: Path) -> list[Seen]:
    root = data / "voice_prompts"
    return [
        Seen(str(path), path.stem, (f"group={path.relative_to(root).parts[0]}",))
        for path in sorted(root.rglob("*.wav"))
    ]


def distance(groups: Counts, places: dict[str, int]) -> tuple[int, float]:
    """Return how far a way to place the groups is from the shares: empty splits, then the sum of squares."""
    total: Counter[str | None] = sum(groups.values(), Counter())
    far = 0.0
    sizes = [0, 0, 0]
    for label, count in total.items():
        reached = [0, 0, 0]
        for group, counts in groups.items():
            reached[places[group]] += counts[label]
        sizes = [size + here for size, here in zip(sizes, reached, strict=True)]
        far += sum((here - count * share) ** 2 for here, share in zip(reached, SHARES, strict=True))
    far += sum((size - total.total() * share) ** 2 for size, share in zip(sizes, SHARES, strict=True))
    return 3 - len(set(places.values())), far


@pytest.mark.parametrize(("read", "groups"), [(fsdd, 6), (voice_prompts, 5)], ids=["speakers", "languages"])
@pytest.mark.parametrize("stratify", ["label", "none"])
def test_whole_groups_come_as_near_as_they_can(data: Path, read: object, groups: int, stratify: str) -> None:
    samples: list[Seen] = read(data)  # type: ignore[operator]
    plan = make_plan(samples, make_wish(group="group", stratify=stratify))
    places = {seen.tags[0]: code for seen, code in zip(samples, plan.split.tolist(), strict=True)}
    assert all(places[seen.tags[0]] == code for seen, code in zip(samples, plan.split.tolist(), strict=True))
    assert len(places) == groups
    counts: Counts = defaultdict(Counter)
    for seen in samples:
        counts[seen.tags[0]][seen.label if stratify == "label" else None] += 1
    ways = (dict(zip(counts, way, strict=True)) for way in itertools.product(range(3), repeat=groups))
    best = min(distance(counts, way) for way in ways)
    assert distance(counts, places) == pytest.approx(best, abs=0.01)


def test_hash_agrees_with_the_lists_of_speech_commands(data: Path) -> None:
    root = data / "speech_commands"
    listed = {
        name: set((root / f"{file}_list.txt").read_text().split())
        for name, file in (("val", "validation"), ("test", "testing"))
    }
    here = [str(path.relative_to(root)) for path in sorted(root.glob("*/*.wav"))]
    assert len(here) == 300
    absent = sorted((listed["val"] | listed["test"]) - set(here))
    samples = [Seen(path, path.split("/")[0]) for path in (*here, *absent)]
    plan = make_plan(samples, make_wish(group="{speaker}_nohash_{}", method="hash"))
    for seen, code in zip(samples, plan.split.tolist(), strict=True):
        expected = next((name for name, paths in listed.items() if seen.path in paths), "train")
        assert plan.report.names[code] == expected, seen.path
    assert len(samples) > 13_000
