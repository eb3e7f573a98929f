"""YAML files: what plain words mean, where everything stands, what is refused, and variables."""

from typing import Any

import pytest

from curate.ground.errors import InputError, UsageError
from curate.ground.yaml import RecipeError, VariableError, load_yaml, override, plain_value, substitute

RECIPE = b"""# a comment
kind: pipeline
vars: {data: data, work: work}
steps:
  - scan: {paths: ["${data}"]}
  - clean:
      fail_on:
        - damaged
        - dark
"""


def content(text: str) -> Any:
    return load_yaml(text.encode(), "a.yaml").content


def test_it_becomes_plain_objects() -> None:
    assert load_yaml(RECIPE, "a.yaml").content == {
        "kind": "pipeline",
        "vars": {"data": "data", "work": "work"},
        "steps": [{"scan": {"paths": ["${data}"]}}, {"clean": {"fail_on": ["damaged", "dark"]}}],
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("kind",), 2),
        (("vars", "work"), 3),
        (("steps", 0), 5),
        (("steps", 0, "scan", "paths", 0), 5),
        (("steps", 1, "clean", "fail_on", 1), 9),
        (("steps", 1, "clean", "absent", "deeper"), 6),
        (("absent",), 2),
    ],
    ids=str,
)
def test_everything_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert load_yaml(RECIPE, "a.yaml").line(*path) == line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-12", -12),
        ("010", 10),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-31", "2024-01-31"),
        ("9" * 5000, "9" * 5000),
    ],
    ids=lambda value: str(value)[:12],
)
def test_plain_words_mean_what_yaml_1_2_says(text: str, value: Any) -> None:
    found = content(f"[{text}, x]")[0] if text else content("a:")["a"]
    assert (found, type(found)) == (value, type(value))
    assert plain_value(text) == value


def test_not_a_number_is_a_number() -> None:
    assert content("- .nan")[0] != content("- .nan")[0]


def test_quotes_and_tags_keep_a_text_a_text() -> None:
    assert content("""["7", 'true', !!str 7, !!str true, !!int 7, !!float 7]""") == ["7", "true", "7", "true", 7, 7.0]
    assert content("a: |\n  7\n") == {"a": "7\n"}


def test_keys_are_texts() -> None:
    assert content("no: 1\n7: 2\ntrue: 3\n<<: 4") == {"no": 1, "7": 2, "true": 3, "<<": 4}


def test_nothing_is_none() -> None:
    assert content("") is None
    assert content("# only a comment\n") is None


def test_aliases_may_repeat_a_part() -> None:
    file = load_yaml(b"a: &x\n  - 1\n  - 2\nb: *x\n", "a.yaml")
    assert file.content == {"a": [1, 2], "b": [1, 2]}
    assert file.line("b", 1) == 3


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 3, "'a' is here a second time (first on line 1)"),
        ("a: [1,\n", 2, "expected the node content"),
        ("a: b: c", 1, "mapping values are not allowed here"),
        ("a: 1\n\tb: 2", 2, "found character '\\t' that cannot start any token"),
        ("a: 1\n---\nb: 2", 2, "found another document"),
        ("- 1\n- ? [1]\n  : 2", 2, "a key has to be a word"),
        ("? \n: 2", 1, "a key has to be a word"),
        ("a: !!python/object/apply:os.system [ls]", 1, "the tag !!python/object/apply:os.system is not allowed"),
        ("a: !thing 3", 1, "the tag !thing is not allowed here; leave it out"),
        ("a: !!int x", 1, "the tag !!int is not allowed"),
        ("a: !!set {x}", 1, "the tag !!set is not allowed"),
        ("a: 1\nb: *gone", 2, "found undefined alias"),
        ("a: &x\n  b: *x", 1, "its aliases repeat too much"),
        (LAUGHS, 1, "its aliases repeat too much"),
        ("a: 1\nb: \x07", 2, "a character that YAML does not allow: '\\x07'"),
        ("[" * 5000, 1, "it is nested more than 100 deep"),
        ("a:\n" + "  - [x]\n" * 2 + "  - " + "[" * 99, 4, "it is nested more"),
        ("# " + "x" * (1 << 20), 1, "it has more than 1,048,576 bytes"),
    ],
    ids=lambda value: value[:18] if isinstance(value, str) else str(value),
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(RecipeError) as caught:
        content(text)
    assert isinstance(caught.value, InputError)
    assert str(caught.value).startswith(f"a.yaml:{line}: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(RecipeError, match=r"^a\.yaml:2: byte 8 is not UTF-8; save the file as UTF-8$"):
        load_yaml(b"a: 1\nb: \xff\n", "a.yaml")
    assert load_yaml(b"\xef\xbb\xbfa: 1\n", "a.yaml").content == {"a": 1}


def test_variables_keep_their_type_when_they_stand_alone() -> None:
    found = substitute({"a": "${n}", "b": ["${n}/x", "${flag}"], "c": 5, "d": "$${n}"}, {"n": 3, "flag": True})
    assert found == {"a": 3, "b": ["3/x", True], "c": 5, "d": "${n}"}
    assert substitute("{label}_{speaker} ${flag}!", {"flag": True}) == "{label}_{speaker} true!"
    assert substitute("${list}", {"list": [1, 2]}) == [1, 2]


def test_what_a_variable_says_is_not_looked_at_again() -> None:
    assert substitute("${a} ${b}", {"a": "${b}", "b": "x"}) == "${b} x"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("${wrk}", "there is no variable ${wrk} (did you mean 'work'?)"),
        ("a/${zzz}", "there is no variable ${zzz} (known: items, nothing, work)"),
        ("a/${items}", "${items} is a list, so it cannot be part of a text"),
        ("a/${nothing}", "${nothing} is empty, so it cannot be part of a text"),
    ],
)
def test_a_variable_without_a_value_is_named(text: str, problem: str) -> None:
    variables = {"work": "w", "items": [1], "nothing": None}
    with pytest.raises(VariableError) as caught:
        substitute({"steps": ["x", text]}, variables)
    assert str(caught.value) == problem
    assert caught.value.path == ("steps", 1)
    file = load_yaml(f"steps:\n  - x\n  - {text}\n".encode(), "a.yaml")
    with pytest.raises(RecipeError) as placed:
        file.substituted(variables)
    assert str(placed.value) == f"a.yaml:3: {problem}"


def test_settings_take_the_type_of_what_they_replace() -> None:
    variables = {"work": "w", "budget": 500, "noise": None, "pattern": None, "digits": [7]}
    settings = ["work=12", "budget=20", "noise=a/b=c", "pattern={label}_{take}", "digits=[8, no]"]
    found = {"work": "12", "budget": 20, "noise": "a/b=c", "pattern": "{label}_{take}", "digits": [8, "no"]}
    assert override(variables, settings) == found
    assert variables["budget"] == 500


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("work", "--set 'work' is not KEY=VALUE"),
        ("wrok=1", "--set wrok=1: there is no variable 'wrok' (did you mean 'work'?)"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        override({"work": "w"}, [setting])
    assert str(caught.value) == problem
