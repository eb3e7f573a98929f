"""`burnish recipes`: what ships."""

import json

from tests.conftest import ROOT, Burnish

PIPELINES = ("clean-audio", "clean-images", "image-loop", "monitor", "speech-loop")


def test_it_lists_what_ships(burnish: Burnish) -> None:
    found = {recipe["name"]: recipe for recipe in json.loads(burnish("recipes", "--json").stdout)["recipes"]}
    assert {*found} == {path.stem for path in (ROOT / "recipes").glob("*.yaml")}
    assert all(recipe["description"] for recipe in found.values())
    assert tuple(name for name in found if found[name]["kind"] == "pipeline") == PIPELINES
    assert found["clean-images"]["steps"] == ["scan", "clean", "dedup", "balance", "stats"]
    assert "noise=babble" in found["speech-noise"]["targets"]
    text = burnish("recipes").stdout
    assert all(f"\n{name} " in text for name in found)


def test_one_of_them_is_printed_as_it_is(burnish: Burnish) -> None:
    assert burnish("recipes", "clean-images").stdout == (ROOT / "recipes" / "clean-images.yaml").read_text()
    assert json.loads(burnish("recipes", "clean-images", "--json").stdout)["variables"] == {
        "data": "data",
        "work": "work",
    }


def test_an_unknown_one_is_named_with_the_nearest(burnish: Burnish) -> None:
    error = burnish("recipes", "clean-image", code=2).stderr
    assert error.startswith("burnish recipes: there is no recipe clean-image")
    assert "(did you mean 'clean-images'?)" in error


def test_the_schema_is_json(burnish: Burnish) -> None:
    schema = json.loads(burnish("recipes", "--schema").stdout)
    assert schema["required"] == ["kind"]
    error = burnish("recipes", "x", "--schema", code=2).stderr
    assert error == "burnish recipes: --schema is for all recipes; leave the name out\n"
