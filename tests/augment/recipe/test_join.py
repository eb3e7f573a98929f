"""Several recipes as one, and targets that make another tag than their own."""

from pathlib import Path

import pytest

from augment.recipe.join import Choice, load_several, map_option, names_recipe, parse_map, suggested_maps
from augment.recipe.reader import load, shipped_for
from augment.render.cache_key import chain_digest
from curate.ground.errors import InputError, UsageError
from curate.query.tags import AUTO_TAGS

SOUND = """\
kind: augment
vars: {db: -10}
targets:
  level=low: {audio: [{gain: {gain_db: "${db}"}}]}
  quiet: {sources: {without_tags: [loud]}, audio: [gain]}
accept: {audio: {min_duration_s: 0.2}}
output: {audio: {format: FLAC}}
"""
PICTURES = """\
kind: augment
vars: {quality: 20}
targets:
  blurry: {image: [motion_blur]}
  wear=compressed: {image: [{jpeg: {quality: "${quality}"}}]}
image: [exposure]
accept: {image: {min_contrast: 0.01}}
"""


@pytest.fixture
def recipes(tmp_path: Path) -> list[str]:
    places = [tmp_path / "sound.yaml", tmp_path / "pictures.yml"]
    for place, text in zip(places, (SOUND, PICTURES), strict=True):
        place.write_text(text)
    return list(map(str, places))


def test_each_target_is_what_it_is_alone(recipes: list[str]) -> None:
    both, alone = load_several(recipes), [load(name) for name in recipes]
    assert both.name == "sound + pictures"
    assert both.targets == alone[0].targets + alone[1].targets
    assert [target.recipe for target in both.targets] == ["sound", "sound", "pictures", "pictures"]
    assert [target.recipe_digest for target in both.targets] == [one.digest for one in alone for _ in range(2)]
    assert both.targets[0].output.audio.format == "FLAC"
    assert both.targets[2].output.audio.format is None
    assert [limit.fact for limit in both.targets[2].accept] == ["contrast"]
    assert load_several(recipes[:1]) == alone[0]


def test_a_setting_goes_to_the_recipes_that_have_the_variable(recipes: list[str]) -> None:
    both = load_several(recipes, ["quality=35", "db=-20"])
    assert both.targets[0] == load(recipes[0], ["db=-20"]).targets[0]
    assert both.targets[3] == load(recipes[1], ["quality=35"]).targets[1]
    with pytest.raises(UsageError, match=r"there is no variable 'qualty' \(did you mean 'quality'\?\)"):
        load_several(recipes, ["qualty=35"])


def test_a_tag_has_one_maker(recipes: list[str], tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(PICTURES.replace("blurry", "dusty").replace("[exposure]", "[dust]"))
    with pytest.raises(UsageError, match=r"pictures\.yml and .*other\.yaml both make wear=compressed"):
        load_several([*recipes, str(other)])
    # Where the tag is not wanted, nobody is asked who makes it.
    chosen = load_several([*recipes, str(other)], (), Choice({"dusty", "blurry"}))
    assert [target.tag for target in chosen.targets] == ["blurry", "dusty"]
    with pytest.raises(UsageError, match="are the same recipe"):
        load_several([recipes[0], recipes[0]])


def test_what_does_not_go_together(recipes: list[str], tmp_path: Path) -> None:
    seeded = tmp_path / "seeded.yaml"
    seeded.write_text(PICTURES.replace("kind: augment", "kind: augment\nseed: 7"))
    names = [recipes[0], str(seeded)]
    with pytest.raises(UsageError, match=r"begins with seed 0 and .* with 7: say which with --seed N"):
        load_several(names)
    assert load_several(names, seed=3).seed == 3
    with pytest.raises(UsageError, match="only one standardizes"):
        load_several(["speech-noise", "speech-standardize"], (), Choice({"quiet"}))
    with pytest.raises(InputError, match=r"no recipe photos-weer.*did you mean 'photos-wear'"):
        load_several([recipes[0], "photos-weer"])


def test_a_mapped_target_makes_the_tag_and_nothing_of_its_own(recipes: list[str]) -> None:
    (target,) = load_several(recipes, (), Choice({"volume=low"}, {"volume=low": "quiet"})).targets
    assert (target.tag, target.mapped_from, target.recipe) == ("volume=low", "quiet", "sound")
    # Those of its own conditions stay, and what has its own tag is no source of it under another name either.
    assert target.sources.without_tags == ("loud", "quiet")
    own = load(recipes[0], (), {"quiet"}).targets[0]
    assert target.steps == own.steps
    assert chain_digest(target, "audio") != chain_digest(own, "audio")


@pytest.mark.parametrize(
    ("choice", "tags"),
    [
        (Choice({"quiet", "volume=low"}, {"volume=low": "quiet"}), ["quiet", "volume=low"]),
        (Choice({"quiet"}, {"volume=low": "quiet"}), ["quiet"]),
        (Choice(None, {"volume=low": "quiet"}), ["level=low", "volume=low"]),
        (Choice(None, {"volume=low": "quiet"}, {"quiet"}), ["level=low", "quiet", "volume=low"]),
        (Choice({"a", "b"}, {"a": "quiet", "b": "quiet"}), ["a", "b"]),
        (Choice({"quiet"}, {"quiet": "level=low"}), ["quiet"]),
    ],
    ids=["both weak", "not weak", "all, renamed", "all, both kept", "one for two", "another for its own"],
)
def test_which_targets_there_are(recipes: list[str], choice: Choice, tags: list[str]) -> None:
    assert sorted(str(target.tag) for target in load_several(recipes[:1], (), choice).targets) == tags


@pytest.mark.parametrize(
    ("text", "weak", "found"),
    [
        ("dim=quiet", (), ("dim", "quiet")),
        ("light=dim=quiet", (), ("light=dim", "quiet")),
        ("volume=low=level=low", (), ("volume=low", "level=low")),
        ("low=level=low", (), ("low", "level=low")),
    ],
)
def test_a_map_is_split_where_a_target_follows(
    recipes: list[str], text: str, weak: tuple[str, ...], found: tuple[str, str]
) -> None:
    assert parse_map([text], recipes, weak) == dict([found])


def test_a_weak_tag_decides_between_two_readings(tmp_path: Path) -> None:
    both = tmp_path / "both.yaml"
    both.write_text("kind: augment\ntargets: {low: {audio: [gain]}, level=low: {audio: [gain]}}\n")
    assert parse_map(["far=level=low"], [str(both)]) == {"far": "level=low"}
    assert parse_map(["far=level=low"], [str(both)], {"far=level"}) == {"far=level": "low"}


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (["light=dim=quite"], r"has no target that this ends in \(did you mean 'quiet'\?\)"),
        (["dim=levl=low"], r"has no target that this ends in \(did you mean 'level=low'\?\)"),
        (["dim=xyz"], r"\(known: blurry, level=low, quiet, wear=compressed\)"),
        (["quiet"], "is not TAG=TARGET"),
        (["=quiet"], "is not TAG=TARGET"),
        (["dim=quiet", "dim=blurry"], "--map dim is said twice, for quiet and for blurry"),
    ],
)
def test_maps_that_make_no_sense(recipes: list[str], texts: list[str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_map(texts, recipes)


def test_targets_of_the_same_value_are_suggested() -> None:
    known = ["dark", "light=low", "level=low", "noise=street"]
    tags = ["lighting=Low", "condition=dark", "street", "noise=car"]
    assert suggested_maps(tags, known) == {
        "lighting=Low": ["light=low", "level=low"],
        "condition=dark": ["dark"],
        "street": ["noise=street"],
    }
    assert map_option("room type=dark", "dark") == "--map 'room type=dark=dark'"


def test_what_names_a_recipe() -> None:
    assert [names_recipe(place) for place in ("mine.YAML", "a/b.yml", "photos-wear", "set.jsonl", "-", "photos")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("tag", [*AUTO_TAGS, "clipped", "compressed"])
def test_every_tag_that_facts_give_can_be_made_by_a_recipe_that_ships(tag: str) -> None:
    assert shipped_for([tag])[tag]
