"""Reading a schema as if a stranger wrote it: each problem in one line, with the file and the line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.ground.errors import InputError
from curate.ground.yaml import RecipeError
from curate.schema.read import check_environment, read_schema
from curate.schema.records import FieldRule, NamesRule, NumberRule, TagRules
from curate.schema.write import _scalar
from tests.curate.schema.samples import draft, learn, many, read_text

HEAD = "kind: schema\nversion: 1\n"


def test_a_schema_that_a_person_wrote_may_be_short() -> None:
    found = read_text(
        f"{HEAD}image:\n  brightness: {{range: [0.1, .inf]}}\n  format: {{values: [JPEG], closed: true}}\n"
    )
    assert found.numbers == {"image.brightness": NumberRule(0.1, float("inf"), 0, 1)}
    assert found.names == {"image.format": NamesRule({"JPEG": None}, True, 0, 1)}
    assert (found.tags, found.fields, found.kinds, found.samples) == (None, None, None, 1)
    assert found.margins.margin("image.brightness") == 0.1


def test_all_parts() -> None:
    found = read_text(
        f"{HEAD}facts_version: 5\nlabel: {{values: {{cat: 0.6, dog: null}}, closed: true, missing: 0}}\n"
        'tags: {closed: true, keys: {who: {values: [a, "7"], missing: 0.1}}, flags: [dark]}\n'
        "fields: {n: {type: number, range: [0, 1], outside: 0.2}, t: {type: text, missing: 0}, x: {missing: 0.5}}\n"
        "environments: {serving: {without: [label, tag:who, n]}}\nmargins: {all: 0.2, label: 0.05, n: 0.3}\n"
    )
    assert found.names["label"].values == {"cat": 0.6, "dog": None}
    assert found.tags == TagRules({"who": NamesRule({"a": None, "7": None}, False, 1, 0.1)}, ("dark",), True)
    assert found.fields is not None
    assert found.fields["n"] == FieldRule("number", number=NumberRule(0, 1, 0.2, 1))
    assert (found.fields["t"].type, found.fields["x"].type) == ("text", None)
    assert found.environments == {"serving": ("label", "tag:who", "n")}
    assert [found.margins.margin(place) for place in ("label", "n", "image.width")] == [0.05, 0.3, 0.2]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: this is no schema: it has no line 'kind: schema'"),
        ("kind: augment", "1: this is no schema: its kind is 'augment'"),
        (f"{HEAD}lable: none", "3: 'lable' is unknown (did you mean 'label'?)"),
        ("kind: schema\nversion: 2", "2: version 2 is unknown; this burnish reads version 1"),
        (f"{HEAD}alpha: 2", "3: alpha is 2; a share is a number from 0 to 1"),
        (f"{HEAD}samples: 1.5", "3: samples is 1.5; write a whole number from 0"),
        (f"{HEAD}image:\n  brigthness: {{}}", "4: image: 'brigthness' is unknown (did you mean 'brightness'?)"),
        (f"{HEAD}image:\n  width:\n    range: [1]", "5: image.width.range is [1]; write two numbers"),
        (f"{HEAD}image:\n  width:\n    range: [1, x]", "5: image.width.range: 'x' is no number"),
        (
            f"{HEAD}image:\n  width:\n    range: [2, 1]",
            "5: image.width.range: the lower end 2 is above the upper end 1",
        ),
        (f"{HEAD}image:\n  width: {{range: [1, .nan]}}", "4: image.width.range: nan is no number"),
        (f"{HEAD}image:\n  width: {{range: [1, 1{'0' * 400}]}}", "is too large; write .inf for no limit"),
        (f"{HEAD}image:\n  width: {{values: [1]}}", "4: image.width: 'values' is unknown"),
        (f"{HEAD}image:\n  format: {{values: 7}}", "4: image.format.values is 7; write a list of values"),
        (f"{HEAD}image:\n  format: {{values: [[1]]}}", "4: image.format.values: [1] is no text; write it in quotes"),
        (f"{HEAD}label: {{values: [a, 7]}}", "3: label.values: 7 is no text; write it in quotes"),
        (f"{HEAD}tags: {{keys: {{take: {{values: [7]}}}}}}", "3: tags.keys.take.values: 7 is no text"),
        (f'{HEAD}audio: {{sample_rate: {{values: ["8000"]}}}}', "3: audio.sample_rate.values: '8000' is no number"),
        (f"{HEAD}audio: {{channels: {{values: {{1: 0.5}}}}}}", "3: audio.channels.values: only texts can have shares"),
        (f"{HEAD}fields: {{n: {{type: truth, values: [1]}}}}", "3: fields.n.values: 1 is no true or false"),
        (f"{HEAD}image:\n  format: {{closed: yes}}", "4: image.format.closed is 'yes'; write true or false"),
        (f"{HEAD}label: {{closed: true, outside: 0.1}}", "3: label is closed, so that no value outside is allowed"),
        (f"{HEAD}label: 7", "3: label is 7, where keys with values are to be"),
        (f"{HEAD}tags: {{flags: dark}}", "3: tags.flags is 'dark'; write a list"),
        (f"{HEAD}tags: {{flags: [7]}}", "3: tags.flags: 7 is no text; write it in quotes"),
        (f"{HEAD}fields: {{n: {{type: numbr}}}}", "3: fields.n.type 'numbr' is unknown (did you mean 'number'?)"),
        (f"{HEAD}fields: {{n: {{type: list, range: [1, 2]}}}}", "3: fields.n: 'range' is unknown"),
        (
            f"{HEAD}environments:\n  a:\n    without:\n    - lable",
            "6: environments.a: 'lable' is unknown (did you mean",
        ),
        (f"{HEAD}environments: {{a: {{with: []}}}}", "3: environments.a: 'with' is unknown"),
        (f"{HEAD}margins:\n  image.brigthness: 0.1", "4: margins: 'image.brigthness' is unknown (did you mean"),
        (f"{HEAD}kinds: [a]", "3: kinds is ['a'], where keys with values are to be"),
        (f"{HEAD}alpha: 0.1\nalpha: 0.2", "4: 'alpha' is here a second time"),
        (f"{HEAD}label: {'x' * 500}", "xxx…, where keys"),
        (f"{HEAD}a: *b", "3: "),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "schema.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=re.escape(problem)) as caught:
        read_schema(str(tmp_path / "schema.yaml"))
    assert str(caught.value).startswith(f"{tmp_path}/schema.yaml:")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(tmp_path))


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(InputError, match=r"cannot read gone.yaml: No such file"):
        read_schema("gone.yaml")


def test_an_unknown_environment_names_those_that_there_are() -> None:
    schema = learn(many(30))
    assert check_environment(schema, "serving", "s.yaml") == ("label", "split")
    with pytest.raises(
        InputError, match=r"--env servin: there is no such environment in s.yaml \(did you mean 'serving'"
    ):
        check_environment(schema, "servin", "s.yaml")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5, unique=True))
def test_any_name_survives_the_file(names: list[str]) -> None:
    text = f"{HEAD}label: {{values: [{', '.join(map(_scalar, names))}]}}"
    assert list(read_text(text).names["label"].values) == names


@pytest.mark.parametrize(
    "name", ["no", "7", "~", "a: b", "# x", "null", "\udcff", "\x1b[31m", "\U0001f600", "1:30", "é"]
)
def test_names_that_yaml_would_take_for_something_else(name: str) -> None:
    found = learn([*many(20), *many(20, label=name)])
    assert name in found.names["label"].values


def test_what_is_written_is_what_is_read() -> None:
    made = draft(many(200, weather="rain"))
    schema = learn(many(200, weather="rain"))
    assert schema.numbers["image.brightness"].high == made.content["image"]["brightness"]["range"][1]
    assert schema.facts_version == 5
    assert schema.names["split"] == NamesRule({"train": None}, True, 0, 0)
    assert schema.fields is not None
    assert schema.fields["weather"].names == NamesRule({"rain": None}, True, 0, 0)
