"""What operations may take of the set: training samples only, whatever is augmented."""

import pytest

from augment.operations.registry import Kind
from augment.plan.set_samples import SetSamples, kinds_taken, with_set
from augment.recipe.reader import load
from curate.facts.records import Finding
from curate.ground.errors import InputError
from curate.records.sample import Sample


def seen(*samples: Sample, kinds: frozenset[str] = frozenset({"audio"})) -> list[str]:
    taken = SetSamples(kinds)  # type: ignore[arg-type]
    for sample in samples:
        taken.see(sample)
    return [one.path for one in taken.of("audio")]


def sample(path: str, split: str | None = "train", digest: str | None = None, **more: object) -> Sample:
    return Sample(path, kind="audio", digest=digest or f"sha256:{path}", split=split, **more)  # type: ignore[arg-type]


def test_training_samples_by_any_name_of_the_split() -> None:
    several = [sample("b", "training"), sample("a"), sample("v", "val"), sample("t", "test"), sample("x", "spare")]
    assert seen(*several) == ["a", "b"]


def test_all_where_there_are_no_splits_and_none_without_one_where_there_are() -> None:
    assert seen(sample("a", None), sample("b", None)) == ["a", "b"]
    assert seen(sample("a", None), sample("t", "test")) == []


def test_a_copy_of_a_test_sample_is_not_used() -> None:
    assert seen(sample("a", digest="sha256:1"), sample("b"), sample("t", "test", digest="sha256:1")) == ["b"]


@pytest.mark.parametrize(
    "origin",
    [{"source": "t"}, {"source_digest": "sha256:t", "replaces": True, "recipe": "trim"}],
    ids=["path", "digest"],
)
def test_what_was_made_from_a_test_sample_is_not_used(origin: dict[str, object]) -> None:
    assert seen(sample("a", origin=origin), sample("b"), sample("t", "test")) == ["b"]


def test_generated_damaged_and_unmeasured_ones_are_not_used() -> None:
    broken = sample("d", findings=(Finding(check="truncated", severity="error", detail="it ends early"),))
    made = sample("g", origin={"source": "a", "recipe": "r"})
    assert seen(sample("a"), broken, made, Sample("s", kind="audio", split="train")) == ["a"]


def test_nothing_is_kept_where_nothing_is_taken() -> None:
    assert seen(sample("a"), kinds=frozenset()) == []


@pytest.mark.parametrize("needed", [(), ("image",)], ids=["nothing", "pictures"])
def test_nothing_is_asked_of_a_set_that_nothing_is_made_of(needed: tuple[Kind, ...]) -> None:
    recipe = load("speech-noise", (), {"noise=babble"})
    taken = SetSamples(kinds_taken(recipe))
    assert with_set(recipe, taken, str, needed) == recipe
    taken.see(sample("t", "test"))
    with pytest.raises(InputError, match=r"^babble: there is no training sample"):
        with_set(recipe, taken, str)
