"""What a generated sample has from its source: the tags that are still true of it."""

from pathlib import Path

import pytest

from augment.plan.sources import Sources
from augment.plan.targets import Request, make_plan
from augment.recipe.reader import load
from augment.render.lineage import Heirs, Options
from augment.render.render import Made
from curate.facts.records import ImageFacts
from curate.ground.yaml import RecipeError
from curate.records.sample import Sample

DARK, LIGHT = ImageFacts(brightness_p99=0.2), ImageFacts(brightness_p99=0.9)


def inherited(
    folder: Path, target: str, tags: tuple[str, ...], before: ImageFacts, after: ImageFacts, *others: Sample
) -> tuple[str, ...]:
    """Return the tags of what a target makes of one sample with these tags, facts before and facts after."""
    (folder / "r.yaml").write_text(f"kind: augment\ntargets: {{{target}}}\n")
    sources = Sources(load(str(folder / "r.yaml")), frozenset({"train"}))
    source = Sample("a.jpg", kind="image", digest="sha256:1", split="train", tags=tags, image=before)
    sources.gather([source, *others])
    heirs = Heirs(sources, make_plan(sources, Request()), Options("made"))
    made = Made("", files=(Sample("x.jpg", kind="image", image=after),), operations=((),))
    return heirs.sample(heirs.plan.orders[0], made, 0).tags


CASES = {
    "by key": ("distance=far: {image: [jpeg]}", ("distance=near",), ("distance=far", "augmented")),
    "another key is kept": (
        "distance=far: {image: [jpeg]}", ("condition=clean",), ("condition=clean", "distance=far", "augmented"),
    ),
    "a key to drop": (
        "distance=far: {drops: [condition], image: [jpeg]}", ("condition=clean",), ("distance=far", "augmented"),
    ),
    "a tag to drop": ("far: {drops: [near], image: [jpeg]}", ("near", "nearest"), ("nearest", "far", "augmented")),
    "one value to drop": (
        "far: {drops: [condition=clean], image: [jpeg]}", ("condition=wet",), ("condition=wet", "far", "augmented"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("target", "tags", "expected"), CASES.values(), ids=CASES)
def test_tags_that_the_target_makes_untrue(
    tmp_path: Path, target: str, tags: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert inherited(tmp_path, target, tags, LIGHT, LIGHT) == expected


def test_tags_by_facts_are_those_of_the_made_file(tmp_path: Path) -> None:
    far = "distance=far: {image: [jpeg]}"
    assert inherited(tmp_path, far, ("dark",), DARK, LIGHT) == ("distance=far", "augmented")
    assert inherited(tmp_path, far, ("dark",), DARK, DARK) == ("dark", "distance=far", "augmented")
    # One that was given by hand, against the facts, is no tag by facts.
    assert inherited(tmp_path, far, ("dark",), LIGHT, LIGHT) == ("dark", "distance=far", "augmented")
    # The tag that a sample was made for stays, whether or not the facts reach its threshold.
    assert inherited(tmp_path, "dark: {image: [jpeg]}", (), LIGHT, LIGHT) == ("dark", "augmented")


def test_a_set_that_is_tagged_by_facts_has_them_on_what_is_made_too(tmp_path: Path) -> None:
    far = "distance=far: {sources: {without_tags: [dark]}, image: [jpeg]}"
    other = Sample("b.jpg", kind="image", digest="sha256:2", split="train", tags=("dark",), image=DARK)
    assert inherited(tmp_path, far, (), LIGHT, DARK) == ("distance=far", "augmented")
    assert inherited(tmp_path, far, (), LIGHT, DARK, other) == ("dark", "distance=far", "augmented")


@pytest.mark.parametrize(
    ("drops", "message"),
    [
        ("[far]", "target far drops the tag that it makes"),
        ("condition", r"drops.*array|array.*drops"),
        ("['']", r"length >= 1"),
    ],
)
def test_what_cannot_be_dropped(tmp_path: Path, drops: str, message: str) -> None:
    (tmp_path / "r.yaml").write_text(f"kind: augment\ntargets: {{far: {{drops: {drops}, image: [jpeg]}}}}\n")
    with pytest.raises(RecipeError, match=message):
        load(str(tmp_path / "r.yaml"))
