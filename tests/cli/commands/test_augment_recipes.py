"""`burnish augment` and `burnish preview` with several recipes, and with targets for tags of another name."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Burnish

SOUND = """\
kind: augment
targets:
  level=low: {audio: [{gain: {gain_db: [-30, -20]}}]}
output: {audio: {format: FLAC}}
"""
PICTURES = """\
kind: augment
targets:
  blurry: {image: [motion_blur]}
  dark: {image: [low_light]}
accept: {image: {min_width: 8}}
"""
WEAK = {"tags": [{"tag": "level=low", "gain": 0.3}, {"tag": "lighting=dark", "gain": 0.1}]}


@pytest.fixture
def folder(tmp_path: Path, burnish: Burnish, picture: Callable[..., Path], recording: Callable[..., Path]) -> Path:
    for number in range(4):
        recording(tmp_path / "data" / "cat" / f"{number}.wav", seed=number, duration_s=0.4)
        picture(tmp_path / "data" / "dog" / f"{number}.jpg", seed=number)
    (tmp_path / "sound.yaml").write_text(SOUND)
    (tmp_path / "pictures.yml").write_text(PICTURES)
    (tmp_path / "weak.json").write_text(json.dumps(WEAK))
    burnish("scan", "data", "-o", "set.jsonl")
    return tmp_path


def made(path: Path) -> list[dict[str, Any]]:
    return [sample for sample in map(json.loads, path.read_text().splitlines()) if "origin" in sample]


def test_recipes_in_one_call_make_what_each_makes_alone(folder: Path, burnish: Burnish) -> None:
    burnish("augment", "pictures.yml", "sound.yaml", "set.jsonl", "--into", "both", "-o", "both.jsonl")
    alone = []
    for recipe in ("sound.yaml", "pictures.yml"):
        burnish("augment", recipe, "set.jsonl", "--into", f"{recipe}-new", "-o", "one.jsonl")
        alone += made(folder / "one.jsonl")

    def known(samples: list[dict[str, Any]]) -> set[tuple[str, ...]]:
        return {
            (one["digest"], one["origin"]["recipe"], one["origin"]["recipe_digest"], *one["tags"]) for one in samples
        }

    both = made(folder / "both.jsonl")
    assert known(both) == known(alone)
    assert len(both) == 12
    assert {one["path"].rpartition(".")[2] for one in both} == {"flac", "jpg"}


def test_the_budget_is_shared(folder: Path, burnish: Burnish) -> None:
    arguments = ("sound.yaml", "pictures.yml", "--weak", "weak.json", "--map", "lighting=dark=dark", "--budget", "8")
    # Without a manifest among the places, it comes from standard input.
    result = burnish("augment", *arguments, "--into", "new", stdin=(folder / "set.jsonl").read_text())
    samples = [one for one in map(json.loads, result.stdout.splitlines()) if "origin" in one]
    assert Counter(one["origin"]["plan"]["target"] for one in samples) == {"level=low": 5, "lighting=dark": 3}
    assert {one["origin"]["recipe"] for one in samples} == {"sound", "pictures"}
    plan = json.loads(burnish("augment", *arguments, "set.jsonl", "--dry-run", "--json").stdout)
    assert [(one["tag"], one["recipe"], one["mapped_from"], one["samples"]) for one in plan["targets"]] == [
        ("level=low", "sound", None, 5),
        ("lighting=dark", "pictures", "dark", 3),
    ]


def test_a_mapped_sample_has_the_weak_tag_only(folder: Path, burnish: Burnish) -> None:
    arguments = ("pictures.yml", "set.jsonl", "--weak", "weak.json", "--map", "lighting=dark=dark")
    burnish("augment", *arguments, "--into", "new", "-o", "out.jsonl")
    samples = made(folder / "out.jsonl")
    assert {tuple(one["tags"]) for one in samples} == {("lighting=dark", "augmented")}
    assert {one["origin"]["mapped_from"] for one in samples} == {"dark"}
    # A second call finds all of it there.
    again = burnish("augment", *arguments, "--into", "new", "-o", "again.jsonl").stderr
    assert f"{len(samples)} were there already" in again


def test_the_map_to_add_is_said(folder: Path, burnish: Burnish) -> None:
    result = burnish("augment", "sound.yaml", "pictures.yml", "set.jsonl", "--weak", "weak.json", "--dry-run")
    said = "lighting=dark is weak, but sound + pictures has no target for it; "
    assert f"{said}if a target means the same, add --map lighting=dark=dark" in result.stderr
    plan = json.loads(
        burnish(
            "augment", "sound.yaml", "pictures.yml", "set.jsonl", "--weak", "weak.json", "--dry-run", "--json"
        ).stdout
    )
    assert plan["may_be_mapped_to"] == {"lighting=dark": ["dark"]}
    assert [one["tag"] for one in plan["targets"]] == ["level=low"]


def test_a_target_of_a_recipe_that_ships_is_named(folder: Path, burnish: Burnish) -> None:
    (folder / "weak.json").write_text(
        json.dumps({"tags": [{"tag": "level=low", "gain": 1}, {"tag": "w=fog", "gain": 1}]})
    )
    result = burnish("augment", "sound.yaml", "set.jsonl", "--weak", "weak.json", "--dry-run")
    assert (
        "if weather=fog of photos-scene means the same, use that recipe with --map w=fog=weather=fog" in result.stderr
    )


def test_where_nothing_is_made_the_map_is_said(folder: Path, burnish: Burnish) -> None:
    (folder / "weak.json").write_text(json.dumps({"tags": [{"tag": "night=dark", "gain": 1}]}))
    (folder / "tagged.jsonl").write_text(burnish("tag", "set.jsonl", "--set", "night=dark=image.width > 0").stdout)
    said = burnish("augment", "pictures.yml", "tagged.jsonl", "--weak", "weak.json", "--into", "new").stderr
    assert (
        "recipe pictures makes nothing here: no weak tag has a target in it; night=dark may be one by "
        "another name: --map night=dark=dark"
    ) in said


def test_control_has_all_targets_under_the_names_that_they_are_given(folder: Path, burnish: Burnish) -> None:
    arguments = ("pictures.yml", "set.jsonl", "--weak", "weak.json", "--map", "lighting=dark=dark", "--control")
    plan = json.loads(burnish("augment", *arguments, "--dry-run", "--json").stdout)
    assert sorted(one["tag"] for one in plan["targets"]) == ["blurry", "lighting=dark"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["sound.yaml", "picture.ym", "set.jsonl"], "picture.ym is no recipe (a .yaml file, or the name of one that"),
        (["sound.yaml", "set.jsonl", "more.jsonl"], "set.jsonl is no recipe"),
        (["sound.yaml", "gone.yaml", "set.jsonl"], "there is no recipe gone.yaml"),
        (["sound.yaml", "sound.yaml", "set.jsonl"], "sound.yaml and sound.yaml are the same recipe"),
        (["sound.yaml", "set.jsonl", "--map", "a=levl=low"], "(did you mean 'level=low'?)"),
        (
            ["sound.yaml", "pictures.yml", "set.jsonl", "--target", "drak"],
            "recipe sound.yaml + pictures.yml has no such",
        ),
        (["sound.yaml", "set.jsonl", "--set", "a=1"], "there is no variable 'a'"),
        (["sound.yaml", "pictures.yml", "set.jsonl", "--set", "a=1"], "there is no variable 'a'"),
    ],
    ids=str,
)
@pytest.mark.parametrize("command", ["augment", "preview"])
def test_mistakes(folder: Path, burnish: Burnish, command: str, arguments: list[str], problem: str) -> None:
    where = ["--into", "new"] if command == "augment" else ["-o", "page.html"]
    error = burnish(command, *arguments, *where, code=2).stderr
    assert problem in error
    assert len(error.splitlines()) == 1
    assert not (folder / "new").exists()


def test_a_manifest_may_come_before_the_last_recipe(folder: Path, burnish: Burnish) -> None:
    burnish("augment", "sound.yaml", "set.jsonl", "pictures.yml", "--into", "new", "-o", "out.jsonl")
    assert len(made(folder / "out.jsonl")) == 12


def test_preview_shows_what_all_recipes_make(folder: Path, burnish: Burnish) -> None:
    arguments = ("--map", "lighting=dark=dark", "--target", "lighting=dark", "--target", "level=low")
    burnish("preview", "sound.yaml", "pictures.yml", "set.jsonl", *arguments, "-o", "page.html")
    page = (folder / "page.html").read_text()
    assert "sound + pictures" in page
    assert "lighting=dark" in page
    assert "level=low" in page
    assert "blurry" not in page


def test_a_pipeline_takes_a_list_of_recipes_and_a_mapping(folder: Path, burnish: Burnish) -> None:
    steps = "{recipe: [sound.yaml, pictures.yml], weak: weak.json, map: {lighting=dark: dark}, budget: 8}"
    (folder / "loop.yaml").write_text(f"kind: pipeline\nsteps:\n  - scan: {{paths: [data]}}\n  - augment: {steps}\n")
    burnish("run", "loop.yaml", "-q")
    (out,) = (folder / "work").glob("*-augment.jsonl")
    assert Counter(one["origin"]["plan"]["target"] for one in made(out)) == {"level=low": 5, "lighting=dark": 3}
    assert "augment: cached" in burnish("run", "loop.yaml").stderr
    # The second recipe is a part of what the step depends on.
    (folder / "pictures.yml").write_text(PICTURES.replace("low_light", "exposure"))
    assert "file pictures.yml changed" in burnish("run", "loop.yaml", "--dry-run").stdout
