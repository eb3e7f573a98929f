"""Plans: who gets how many, from whom."""

from collections import Counter
from pathlib import Path

import pytest

from augment.plan.sources import Sources
from augment.plan.targets import Plan, Request, make_control_plan, make_plan
from augment.plan.weak_tags import WeakTag
from augment.recipe.reader import load
from augment.recipe.types import Recipe
from augment.recipe.types import Sources as Wanted
from curate.facts.records import AudioFacts, Finding
from curate.ground.errors import InputError, UsageError
from curate.records.sample import Sample

RECIPE = """\
kind: augment
targets:
  noise=car: {sources: {without_tags: [noise=car]}, audio: [gain]}
  band=narrow: {audio: [gain]}
  blurry: {image: [jpeg]}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "r.yaml").write_text(RECIPE)
    return load(str(tmp_path / "r.yaml"))


def sample(number: int, label: str, speaker: str = "x", split: str | None = "train", **more: object) -> Sample:
    fields = {"kind": "audio", "digest": f"sha256:{number:04}", "tags": (f"speaker={speaker}",), "audio": AudioFacts()}
    return Sample(f"{number}.wav", label=label, split=split, **{**fields, **more})  # type: ignore[arg-type]


def gathered(recipe: Recipe, samples: list[Sample], *splits: str) -> Sources:
    sources = Sources(recipe, frozenset(splits or ("train",)))
    sources.gather(samples)
    return sources


def made(sources: Sources, plan: Plan, tag: str) -> Counter[str | None]:
    return Counter(
        sources.found[order.source].label for order in plan.orders if sources.recipe.targets[order.target].tag == tag
    )


SET = [sample(number, "ab"[number % 5 == 0], "xyz"[number % 3]) for number in range(30)]


def test_one_copy_of_each_source_for_each_target_is_the_default(recipe: Recipe) -> None:
    sources = gathered(recipe, SET)
    plan = make_plan(sources, Request())
    assert {part.target.tag: part.total() for part in plan.parts.values()} == {"noise=car": 30, "band=narrow": 30}
    assert plan.notes == ["no sample is a source for target blurry"]
    assert all(order.copy == 0 for order in plan.orders)


def test_copies(recipe: Recipe) -> None:
    plan = make_plan(gathered(recipe, SET), Request(copies=3))
    assert Counter(order.copy for order in plan.orders) == {0: 60, 1: 60, 2: 60}


def test_the_budget_follows_the_gain_with_diminishing_returns_evenly_over_labels_and_speakers(recipe: Recipe) -> None:
    weak = [WeakTag("noise=car", 0.03), WeakTag("band=narrow", 0.01), WeakTag("clean", -0.1)]
    sources = gathered(recipe, [*SET, sample(99, "a", split="test", tags=("noise=car",))])
    plan = make_plan(sources, Request(budget=40, weak=weak))
    assert {part.target.tag: (part.total(), part.gain) for part in plan.parts.values()} == {
        # (40 + 2 k) · √3 / (1 + √3) - k, with k = 0.21 · 30; in proportion to the gain it would be 30 and 10.
        "noise=car": (27, 0.03),
        "band=narrow": (13, 0.01),
    }
    assert sorted(made(sources, plan, "noise=car").values()) == [13, 14]
    assert sorted(made(sources, plan, "band=narrow").values()) == [6, 7]
    speakers = Counter(sources.found[order.source].tags for order in plan.orders if order.target == 0)
    assert max(speakers.values()) - min(speakers.values()) <= 2, "each class by itself is even"
    assert plan.estimate is not None
    assert plan.estimate.half[0] < plan.estimate.half[1] < 1 < plan.estimate.twice[0] < plan.estimate.twice[1]


def test_without_a_budget_weak_tags_get_as_many_as_there_are_sources(recipe: Recipe) -> None:
    assert len(make_plan(gathered(recipe, SET), Request(weak=[WeakTag("noise=car", 1)])).orders) == 30
    both = make_plan(gathered(recipe, SET), Request(weak=[WeakTag("noise=car", 1), WeakTag("band=narrow", 1)]))
    assert [part.total() for part in both.parts.values()] == [15, 15]


def test_by_default_no_tag_gets_more_than_it_has_sources(recipe: Recipe) -> None:
    few = [sample(number, "a", tags=("room=hall",)) for number in range(100, 104)]
    target = recipe.targets[0]._replace(sources=Wanted(with_tags=("room=hall",)))
    narrow = recipe._replace(targets=(target, *recipe.targets[1:]))
    weak = [WeakTag("noise=car", 0.9), WeakTag("band=narrow", 0.1)]
    plan = make_plan(gathered(narrow, [*SET, *few]), Request(weak=weak))
    assert plan.parts[0].total() == plan.parts[0].sources == 4
    assert plan.parts[1].total() < plan.parts[1].sources, "what the first leaves over is not spent on the second"
    asked = make_plan(gathered(narrow, [*SET, *few]), Request(weak=weak, budget=34))
    assert len(asked.orders) == 34, "what was asked for is made"
    assert asked.parts[0].total() > 4


def test_only_the_weakest_tags_and_those_without_a_target_are_named(recipe: Recipe) -> None:
    weak = [WeakTag("speaker=x", 0.5), WeakTag("noise=car", 0.3), WeakTag("band=narrow", 0.2), WeakTag("dark", 0.1)]
    plan = make_plan(gathered(recipe, SET), Request(weak=weak, top=2, budget=10))
    assert [part.target.tag for part in plan.parts.values()] == ["noise=car"]
    assert plan.without_target == ["speaker=x"]
    assert make_plan(gathered(recipe, SET), Request(weak=weak, budget=10)).without_target == ["speaker=x", "dark"]


def test_short_classes_are_filled_up_to_the_largest(recipe: Recipe) -> None:
    sources = gathered(recipe, SET)
    plan = make_plan(sources, Request(balance=True))
    assert made(sources, plan, "noise=car") + made(sources, plan, "band=narrow") == {
        "b": 0,
        "a": 18,
    } or plan.labels() == {
        "a": 0,
        "b": 18,
    }
    assert sorted(part.total() for part in plan.parts.values()) == [9, 9]


def test_balance_within_the_weak_tags(recipe: Recipe) -> None:
    sources = gathered(recipe, SET)
    weak = [WeakTag("noise=car", 2), WeakTag("band=narrow", 1)]
    plan = make_plan(sources, Request(balance=True, weak=weak))
    assert made(sources, plan, "noise=car") == {"b": 12}
    assert made(sources, plan, "band=narrow") == {"b": 6}
    small = make_plan(sources, Request(balance=True, weak=weak, budget=6))
    assert made(sources, small, "noise=car") == {"b": 4}


def test_a_larger_budget_than_what_is_missing_goes_on_evenly(recipe: Recipe) -> None:
    plan = make_plan(gathered(recipe, SET), Request(balance=True, budget=20))
    assert plan.labels() == {"a": 1, "b": 19}


def test_the_order_of_the_manifest_does_not_matter(recipe: Recipe) -> None:
    def chosen(samples: list[Sample]) -> set[tuple[str, int, int]]:
        sources = gathered(recipe, samples)
        plan = make_plan(sources, Request(budget=17))
        return {(sources.found[order.source].path, order.target, order.copy) for order in plan.orders}

    assert chosen(SET) == chosen(SET[::-1]) == chosen([*SET[13:], *SET[:13]])


def test_another_seed_draws_others(recipe: Recipe) -> None:
    sources = gathered(recipe, SET)
    assert make_plan(sources, Request(budget=6)).orders != make_plan(sources, Request(budget=6, seed=1)).orders


def test_nothing_comes_from_another_split_nor_from_a_copy_of_what_is_there(recipe: Recipe) -> None:
    samples = [
        sample(1, "a"),
        sample(2, "a", split="test"),
        sample(3, "a", split="val"),
        sample(4, "a", split=None),
        sample(5, "a", digest="sha256:0002"),
        sample(6, "a", digest="sha256:0001"),
        sample(7, "a", findings=(Finding("truncated", "error"),)),
        sample(8, "a", digest=None),
        sample(9, "a", origin={"recipe": "r", "source": "1.wav"}),
        sample(10, "a", kind=None, audio=None),
    ]
    sources = gathered(recipe, samples)
    plan = make_plan(sources, Request())
    assert {sources.found[order.source].path for order in plan.orders} == {"1.wav"}
    assert sources.left_out == {
        "without a split": 1,
        "copies of samples in other splits": 1,
        "copies of other samples": 1,
        "damaged files": 1,
        "files that were not measured (scan without --shallow)": 2,
        "generated samples": 1,
    }


def test_unless_the_user_insists(recipe: Recipe) -> None:
    samples = [sample(1, "a"), sample(2, "a", split="test")]
    assert len(make_plan(gathered(recipe, samples, "test"), Request()).orders) == 2
    assert len(make_plan(gathered(recipe, samples, "all"), Request()).orders) == 4


def test_where_nothing_has_a_split_all_are_sources(recipe: Recipe) -> None:
    assert len(make_plan(gathered(recipe, [sample(1, "a", split=None)]), Request()).orders) == 2


def test_a_sample_that_has_the_tag_already_is_no_source(recipe: Recipe) -> None:
    sources = gathered(recipe, [sample(1, "a", tags=("band=narrow",)), sample(2, "a", tags=("noise=car",))])
    plan = make_plan(sources, Request())
    assert made(sources, plan, "noise=car") == {"a": 1}
    assert made(sources, plan, "band=narrow") == {"a": 1}


def test_weak_tags_of_another_dataset(recipe: Recipe) -> None:
    with pytest.raises(InputError, match="another dataset"):
        make_plan(gathered(recipe, SET), Request(weak=[WeakTag("camera=1", 0.5)]))
    noted = make_plan(gathered(recipe, SET), Request(weak=[WeakTag("noise=car", 0.5)]))
    assert noted.notes == ["no sample of this manifest has any of the weak tags"]


def test_wishes_that_exclude_each_other(recipe: Recipe) -> None:
    sources = gathered(recipe, SET)
    with pytest.raises(UsageError, match="--copies and --budget"):
        make_plan(sources, Request(copies=1, budget=1))
    with pytest.raises(UsageError, match="--balance"):
        make_plan(sources, Request(copies=1, balance=True))


def test_nothing_to_do(recipe: Recipe) -> None:
    assert make_plan(gathered(recipe, []), Request()).orders == []
    assert "nothing to do" in make_plan(gathered(recipe, SET), Request(weak=[WeakTag("noise=car", 0)])).notes[0]


def test_the_budget_follows_gaps_less_their_uncertainty(recipe: Recipe) -> None:
    """A gap that may be chance gets nothing, however large the share of its tag."""
    weak = [WeakTag("noise=car", 0.02, 0.1, 0.18), WeakTag("band=narrow", 0.04, 0.8, 0.0)]
    plan = make_plan(gathered(recipe, SET), Request(budget=40, weak=weak))
    (part,) = plan.parts.values()
    assert (part.target.tag, part.total()) == ("noise=car", 40)
    assert part.gain == pytest.approx(0.018)
    nothing = make_plan(gathered(recipe, SET), Request(budget=40, weak=weak[1:]))
    assert nothing.orders == []
    assert "the gap of band=narrow is within its uncertainty" in nothing.notes[0]


def test_the_control_spends_as_much_on_all_targets_alike(recipe: Recipe) -> None:
    sources = gathered(recipe, SET)
    targeted = make_plan(sources, Request(budget=21, weak=[WeakTag("noise=car", 1)]))
    assert {part.target.tag: part.total() for part in make_control_plan(sources, targeted, 0).parts.values()} == {
        "noise=car": 11,
        "band=narrow": 10,
    }


def test_a_target_that_is_refused_leaves_its_budget_to_the_others(recipe: Recipe) -> None:
    weak = [WeakTag("noise=car", 1), WeakTag("band=narrow", 1)]
    plan = make_plan(gathered(recipe, SET), Request(budget=20, weak=weak, refused={0: "why"}))
    assert {part.target.tag: part.total() for part in plan.parts.values()} == {"band=narrow": 20}


def test_samples_without_a_label_are_no_class_to_fill(recipe: Recipe) -> None:
    unlabelled = [sample(100 + n, None) for n in range(40)]  # type: ignore[arg-type]
    sources = gathered(recipe, [*SET, *unlabelled])
    plan = make_plan(sources, Request(balance=True, weak=[WeakTag("band=narrow", 1)]))
    # 24 of a, 6 of b: the 40 without a label are not the largest class either.
    assert made(sources, plan, "band=narrow") == {"b": 18}
    assert "40 sources have no label: they are no class, and nothing is made of them" in plan.notes
    plan = make_plan(sources, Request(budget=10, weak=[WeakTag("band=narrow", 1)]))
    assert made(sources, plan, "band=narrow") == {"a": 5, "b": 5}
    # Every sample once is no question of classes.
    plan = make_plan(sources, Request(copies=1))
    assert made(sources, plan, "band=narrow") == {"a": 24, "b": 6, None: 40}


def test_a_set_without_labels_has_no_class_to_fill_and_shares_a_budget_among_all(recipe: Recipe) -> None:
    sources = gathered(recipe, [sample(n, None) for n in range(8)])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="--balance: no source has a label"):
        make_plan(sources, Request(balance=True))
    plan = make_plan(sources, Request(budget=5, weak=[WeakTag("band=narrow", 1)]))
    assert made(sources, plan, "band=narrow") == {None: 5}


@pytest.mark.parametrize(
    "origin",
    [{"source": "9.wav"}, {"source_digest": "sha256:0009", "recipe": "trim", "replaces": True}],
    ids=["by path", "replaced"],
)
def test_what_was_made_from_a_test_sample_is_no_source(recipe: Recipe, origin: dict[str, object]) -> None:
    tested = sample(9, "a", split="test")
    for several in ([sample(1, "a", origin=origin), tested], [tested, sample(1, "a", origin=origin)]):
        sources = gathered(recipe, [*several, sample(2, "a")])
        assert sources.wanted[1] == [sources.found.index(one) for one in sources.found if one.path == "2.wav"]
        assert sources.left_out == {"made from samples in other splits, or the other way round": 1}


def test_a_tag_that_all_sources_share_is_said_once(recipe: Recipe, tmp_path: Path) -> None:
    samples = [sample(n, "a", tags=("condition=clean", f"speaker={n % 2}")) for n in range(4)]
    said = (
        "all sources have condition=clean, and what is made for noise=car and 1 more keeps it; "
        "if that is untrue, say so in the target: drops: [condition]"
    )
    notes = make_plan(gathered(recipe, samples), Request()).notes
    assert [note for note in notes if "condition" in note] == [said]
    (tmp_path / "d.yaml").write_text(RECIPE.replace("{audio: [gain]}", "{drops: [condition], audio: [gain]}"))
    notes = make_plan(gathered(load(str(tmp_path / "d.yaml")), samples), Request()).notes
    assert [note.replace(" and 1 more", "") for note in notes if "condition" in note] == [
        said.replace(" and 1 more", "")
    ]
