"""`OneOf` and `SomeOf`: refused with file and line, drawn as their weights say, told in the origin."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.operations.media import Media
from augment.operations.registry import Prepared
from augment.plan.match import movable
from augment.plan.set_samples import kinds_taken
from augment.recipe.choice import draw_branches
from augment.recipe.reader import inputs, load
from augment.recipe.schema import schema
from augment.recipe.types import Choice, Recipe, Step, operations_of
from augment.render.cache_key import chain_digest
from augment.render.compose import apply_steps, drawn_branches
from augment.render.fact_search import dials_of
from curate.ground.errors import InputError
from curate.ground.yaml import load_yaml

SOUND = Media(np.tile(np.array([[0.25], [-0.25]], np.float32), (200, 1)), 8000)
CHAIN = """\
- OneOf:
    of:
      - gain: {gain_db: [1, 2]}
      - [{gain: {gain_db: [-4, -3]}}, {SomeOf: {n: [1, 2], of: [{gain: {gain_db: [10, 11]}}, {peak: {peak_dbfs: -6}}]}}]
    weights: [1, 3]
- peak: {peak_dbfs: [-9, -3]}
"""


def read(tmp_path: Path, items: str, *, audio: bool = True) -> Recipe:
    kind = "audio" if audio else "image"
    indented = "".join(f"  {line}\n" for line in items.splitlines())
    (tmp_path / "mine.yaml").write_text(f"kind: augment\n{kind}:\n{indented}")
    return load(str(tmp_path / "mine.yaml"))


def chain(tmp_path: Path, items: str = CHAIN) -> tuple[Step, ...]:
    return read(tmp_path, items).targets[0].steps["audio"]


BAD = {
    "unknown operation": ("- OneOf:\n  - gain\n  - codc: {}", 5, "there is no audio operation 'codc' (did you mean"),
    "bad parameter": ("- OneOf:\n  - gain\n  - [{gain: {gain_dB: 3}}]", 5, "gain has no parameter 'gain_dB' (did"),
    "unknown key": ("- OneOf:\n    of: [gain, peak]\n    weigths: [1, 2]", 5, "unknown key 'weigths' (did you mean"),
    "too few weights": ("- OneOf:\n    of: [gain, peak]\n    weights: [1]", 5, "OneOf.weights: 1 for 2 branches"),
    "weight below 0": ("- OneOf:\n    of: [gain, peak]\n    weights: [1, -2]", 5, "Expected `float` >= 0.0"),
    "weights all 0": ("- OneOf:\n    of: [gain, peak]\n    weights: [0, 0]", 5, "OneOf.weights: 0 are above 0, and 1"),
    "weights too large": (
        "- OneOf:\n    of: [gain, peak]\n    weights: [1.0e+308, 1.7e+308]",
        5,
        "too large to be added",
    ),
    "one branch": ("- OneOf: [gain]", 3, "OneOf: 1 branch is no choice; name two or more"),
    "no branch": ("- SomeOf: {n: 1, of: []}", 3, "SomeOf: there is no branch to choose"),
    "empty branch": ("- OneOf: [gain, []]", 3, "OneOf: an empty list is no branch"),
    "no list": ("- OneOf: gain", 3, "audio.0.OneOf: a mapping is expected"),
    "n is missing": ("- SomeOf: {of: [gain, peak]}", 3, "Object missing required field `n`"),
    "n of OneOf": ("- OneOf:\n    of: [gain, peak]\n    n: 2", 5, "unknown key 'n'"),
    "n above": ("- SomeOf:\n    of: [gain, peak]\n    n: 3", 5, "SomeOf.n: 3 of 2 branches cannot be drawn"),
    "n reversed": ("- SomeOf:\n    of: [gain, peak]\n    n: [2, 1]", 5, "SomeOf.n: [2, 1] is no range"),
    "n is 0": ("- SomeOf:\n    of: [gain, peak]\n    n: 0", 5, "SomeOf.n: [0, 0] is no range"),
    "n and weights": (
        "- SomeOf:\n    n: 2\n    of: [gain, peak]\n    weights: [1, 0]",
        6,
        "1 are above 0, and 2 branches",
    ),
    "too deep": (
        "- OneOf:\n  - gain\n  - OneOf:\n    - gain\n    - OneOf:\n      - gain\n      - OneOf: [gain, peak]",
        9,
        "OneOf: choices stand in each other 3 deep at most",
    ),
}


@pytest.mark.parametrize(("items", "line", "problem"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_has_its_line(tmp_path: Path, items: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, items)
    assert f"mine.yaml:{line}: " in str(refused.value)
    assert problem in str(refused.value)


def test_a_choice_of_pictures_has_operations_of_pictures_only(tmp_path: Path) -> None:
    assert read(tmp_path, "- OneOf: [jpeg, {haze: {}}]", audio=False).targets[0].steps["image"][0].choice
    with pytest.raises(InputError, match="there is no image operation 'gain'"):
        read(tmp_path, "- OneOf: [jpeg, gain]", audio=False)


def test_the_schema_takes_what_the_reader_takes() -> None:
    whole = schema()
    for text, right in (
        (CHAIN, True),
        ("- OneOf: [gain, {codec: {}}]", True),
        ("- OneOf: {of: [gain, peak], n: 2}", False),
        ("- SomeOf: {of: [gain, peak]}", False),
        ("- SomeOf: [gain, peak]", False),
    ):
        content = {"kind": "augment", "audio": load_yaml(text.encode(), "x").content}
        assert jsonschema.Draft202012Validator(whole).is_valid(content) is right, text


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=6).filter(any),
    st.integers(0, 2**32),
    st.data(),
)
def test_so_many_different_branches_are_drawn_and_none_of_weight_0(
    weights: list[float], seed: int, data: st.DataObject
) -> None:
    most = data.draw(st.integers(1, sum(weight > 0 for weight in weights)))
    fewest = data.draw(st.integers(0, most))
    choice = Choice((), tuple(weights), fewest, most)
    drawn = draw_branches(choice, np.random.default_rng(seed))
    assert fewest <= len(drawn) <= most
    assert drawn == sorted(set(drawn))
    assert all(weights[branch] > 0 for branch in drawn)
    assert drawn == draw_branches(choice, np.random.default_rng(seed))


def test_branches_are_drawn_in_proportion_to_their_weights() -> None:
    choice = Choice((), (1.0, 2.0, 5.0))
    counts = Counter(draw_branches(choice, np.random.default_rng(seed))[0] for seed in range(4000))
    # Three standard deviations of a binomial at 4,000 draws are at most 95.
    assert [counts[branch] for branch in range(3)] == pytest.approx([500, 1000, 2500], abs=95)


@given(st.integers(0, 2**32))
def test_same_seed_same_bytes_and_the_origin_says_what_was_drawn(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    steps = chain(tmp_path_factory.mktemp("r"))
    (first,), (again,) = apply_steps(SOUND, steps, (seed, 1, 2, 3, 4)), apply_steps(SOUND, steps, (seed, 1, 2, 3, 4))
    assert first.media.array.tobytes() == again.media.array.tobytes()
    assert first.operations == again.operations
    json.dumps(first.operations)
    told: list[dict[str, Any]] = [dict(one) for one in first.operations]
    assert told[0]["name"] == "OneOf"
    assert told[0]["of"] == ["gain", "gain + SomeOf"]
    assert told[-1]["name"] == "peak"
    if told[0]["chosen"] == [0]:
        assert [one["name"] for one in told] == ["OneOf", "gain", "peak"]
        assert 1 <= told[1]["gain_db"] <= 2
    else:
        inner = [["gain", "peak"][branch] for branch in told[2]["chosen"]]
        assert [one["name"] for one in told] == ["OneOf", "gain", "SomeOf", *inner, "peak"]
        assert -4 <= told[1]["gain_db"] <= -3
    # What will be drawn is known without making anything, and a place is where the step is.
    branches = set(drawn_branches(steps, (seed, 1, 2, 3, 4)))
    assert {(place[:-1]) for place, _ in first.done if len(place) > 1} <= branches
    assert (0, told[0]["chosen"][0]) in branches


def test_a_choice_leaves_the_draws_of_what_stands_beside_it(tmp_path: Path) -> None:
    plain = "- gain\n- peak: {peak_dbfs: [-9, -3]}\n"
    for seed in range(20):
        (one,), (other,) = (apply_steps(SOUND, chain(tmp_path, text), (seed,) * 5) for text in (CHAIN, plain))
        assert one.operations[-1] == other.operations[-1]


def test_only_what_was_drawn_can_be_turned(tmp_path: Path) -> None:
    steps = chain(tmp_path, "- OneOf: [{gain: {gain_db: [1, 2]}}, {bandlimit: {high_hz: 3000}}]")
    assert {"loudness_lufs", "bandwidth_hz"} <= movable(steps)
    seen = set()
    for seed in range(20):
        (made,) = apply_steps(SOUND, steps, (seed,) * 5)
        branch = made.operations[0]["chosen"]
        facts = {dial.fact: dial.step for dial in dials_of(made.done)}
        assert ("bandwidth_hz" in facts, "loudness_lufs" in facts) == (branch == [1], branch == [0])
        seen.add(str(branch))
        if branch == [0]:
            solved = apply_steps(SOUND, steps, (seed,) * 5, {(facts["loudness_lufs"], "gain_db"): 6.0})[0]
            assert solved.operations[1] == {"name": "gain", "gain_db": 6.0}
    assert seen == {"[0]", "[1]"}


def test_everything_in_a_branch_is_in_the_key(tmp_path: Path) -> None:
    texts = [
        "- OneOf: [{gain: {gain_db: 1}}, peak]",
        "- OneOf: [{gain: {gain_db: 2}}, peak]",
        "- OneOf: {of: [{gain: {gain_db: 1}}, peak], weights: [1, 2]}",
        "- OneOf: [[{gain: {gain_db: 1}}, peak], peak]",
        "- SomeOf: {of: [{gain: {gain_db: 1}}, peak], n: 2}",
        "- SomeOf: {of: [{gain: {gain_db: 1}}, peak], n: [0, 2]}",
        "- OneOf: [Gain, peak]",
    ]
    keys = [chain_digest(read(tmp_path, text).targets[0], "audio") for text in texts]
    assert len(set(keys)) == len(keys)
    same = "- OneOf: {of: [{gain: {gain_db: 1}}, peak], weights: [1.0, 1]}"
    assert chain_digest(read(tmp_path, same).targets[0], "audio") == keys[0], "as many weights of 1 are none"


def test_files_in_branches_are_read_and_hashed(tmp_path: Path) -> None:
    import soundfile

    (tmp_path / "noise").mkdir()
    soundfile.write(tmp_path / "noise" / "a.wav", np.random.default_rng(0).normal(0, 0.1, 4000), 8000)
    text = f"- OneOf: [gain, [{{mix_noise: {{folder: {tmp_path}/noise}}}}]]"
    recipe = read(tmp_path, text)
    assert inputs(recipe) == (tmp_path / "noise",)
    before = chain_digest(recipe.targets[0], "audio")
    soundfile.write(tmp_path / "noise" / "a.wav", np.random.default_rng(1).normal(0, 0.1, 4000), 8000)
    assert chain_digest(read(tmp_path, text).targets[0], "audio") != before
    (tmp_path / "noise" / "a.wav").unlink()
    with pytest.raises(InputError, match=r"mine\.yaml:3: "):
        read(tmp_path, text)


def test_a_branch_may_take_from_the_set(tmp_path: Path) -> None:
    recipe = read(tmp_path, "- OneOf: [gain, {babble: {}}]")
    assert kinds_taken(recipe) == {"audio"}
    assert [one.name for one in operations_of(recipe.targets[0].steps["audio"])] == ["gain", "babble"]
    assert operations_of([Step("audio", "gain", Prepared(None, None))])
