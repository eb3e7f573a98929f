"""Learning anew: what a person set, deleted or said stays; what burnish wrote is learnt again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.ground.errors import InputError
from curate.ground.yaml import load_yaml
from curate.schema.read import schema_of
from curate.schema.records import Schema
from curate.schema.update import is_untouched, updated
from curate.schema.write import text_of
from tests.curate.schema.samples import Line, draft, line, many

OLD = many(100)
NEW = [line(number, image={"format": "JPEG", "brightness": 0.2 + number / 1000}, label="fox") for number in range(100)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The schema of the old samples, as burnish wrote it."""
    made = draft(OLD)
    (tmp_path / "schema.yaml").write_text(text_of(made.content, made), encoding="utf-8")
    return tmp_path / "schema.yaml"


def change(file: Path, *pairs: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    above, written = text.split("\nwritten: ")
    for old, new in pairs:
        assert old in above, old
        above = above.replace(old, new, 1)
    file.write_text(f"{above}\nwritten: {written}", encoding="utf-8")


def update(file: Path, samples: list[Line]) -> tuple[Schema, str, list[str]]:
    text, kept = updated(str(file), draft(samples))
    file.write_text(text, encoding="utf-8")
    return schema_of(load_yaml(text.encode(), "schema.yaml")), text, kept


def test_what_nobody_touched_is_learnt_anew(file: Path) -> None:
    assert is_untouched(str(file))
    _, text, kept = update(file, NEW)
    made = draft(NEW)
    assert (text, kept) == (text_of(made.content, made), [])
    assert update(file, NEW)[1] == text, "again changes nothing"


def test_a_range_that_a_person_set_stays_and_its_neighbours_are_learnt(file: Path) -> None:
    change(file, ("brightness: {range: [0.375, 0.524]", "brightness: {range: [0, 0.9]"))
    assert not is_untouched(str(file))
    found, _, kept = update(file, NEW)
    rule = found.numbers["image.brightness"]
    assert (rule.low, rule.high, rule.outside) == (0, 0.9, 0.03)
    assert kept == ["image.brightness.range"]
    assert "image.width" not in found.numbers, "no sample has it any more"
    assert update(file, OLD)[0].numbers["image.brightness"].low == 0, "also the next time"


def test_ranges_that_were_set_for_other_facts_are_said(file: Path) -> None:
    change(file, ("range: [0.375, 0.524]", "range: [0, 0.9]"))
    kept = update(file, many(100, facts_version=6))[2]
    assert kept[-1] == "those of facts for facts of version 5; they are now of version 6, so look at them"
    assert update(file, many(100, facts_version=6))[2] == ["image.brightness.range"]


def test_sets_keep_what_was_added_and_what_was_taken_out(file: Path) -> None:
    change(file, ("values: [JPEG]", "values: [JPEG, WEBP]"), ("cat: 0.6, ", ""), ("dog: 0.4", "dog: 0.4, owl: 0.1"))
    found, _, kept = update(file, [*NEW, *OLD])
    assert list(found.names["image.format"].values) == ["JPEG", "WEBP"]
    assert list(found.names["label"].values) == ["fox", "dog", "owl"]
    assert kept == ["image.format.values", "label.values.cat (deleted)", "label.values.owl"]


def test_rules_that_a_person_deleted_or_wrote_stay_so(file: Path) -> None:
    change(
        file,
        ("split: {closed: true, values: [train], missing: 0}", ""),
        ("fields: {}", "fields: {weather: {type: text}}"),
        ("samples: 1 ", "samples: 50 "),
    )
    found, _, kept = update(file, NEW)
    assert "split" not in found.names
    assert (found.samples, list(found.fields or ())) == (50, ["weather"])
    assert kept == ["samples", "split (deleted)", "fields.weather"]


def test_a_set_that_a_person_closed_stays_closed(file: Path) -> None:
    rare = [*many(100), line(100, label="owl")]
    update(file, rare)
    change(file, ("label:  #", "label: #"), ("closed: false", "closed: true"), ("  outside: 0.047\n", ""))
    found, _, _ = update(file, [*rare, line(101, label="emu")])
    assert (found.names["label"].closed, found.names["label"].outside) == (True, 0)


def test_comments_of_people_stay_above_what_they_are_about(file: Path) -> None:
    change(
        file,
        ("kind: schema", "# ours, since May\nkind: schema"),
        ("  brightness:", "  # the new lamp\n  brightness:"),
        ("  width:", "  width: # not used\n   "),
        ("margins:", "# agreed: #7\nmargins:"),
        ("#: what burnish wrote", "# the end\n#: what burnish wrote"),
    )
    _, text, _ = update(file, NEW)
    lines = text.splitlines()
    assert lines[lines.index("# ours, since May") + 1] == "kind: schema"
    assert lines[lines.index("  # the new lamp") + 1].startswith("  brightness: ")
    assert lines[lines.index("# not used") + 1].startswith("image:"), "of a key that is gone, to the one above it"
    assert lines[lines.index("# agreed: #7") + 1].startswith("margins:")
    assert lines[lines.index("# the end") + 1].startswith("#: what burnish wrote")
    assert update(file, NEW)[1] == text


def test_a_sign_inside_of_a_text_is_no_comment(file: Path) -> None:
    odd = [line(number, label="a # b") for number in range(30)]
    _, text, _ = update(file, odd)
    assert '"a # b"' in text
    assert is_untouched(str(file))


def test_a_schema_that_a_person_wrote_is_kept_whole(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("kind: schema\nversion: 1\nlabel: {values: [x], closed: true}\n", encoding="utf-8")
    assert not is_untouched(str(file))
    found, _, kept = update(file, OLD)
    assert (list(found.names["label"].values), found.names["label"].closed) == (["x"], True)
    assert "image.brightness" in found.numbers
    assert "label.values" in kept


@pytest.mark.parametrize("text", ["", "[1]", "kind: pipeline\nsteps: []\n"])
def test_what_is_no_schema_is_neither_updated_nor_taken_for_untouched(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    assert not is_untouched(str(tmp_path / "other.yaml"))
    with pytest.raises(InputError, match="this is no schema"):
        updated(str(tmp_path / "other.yaml"), draft(OLD))


def test_what_is_kept_may_be_at_odds_with_what_is_new(file: Path) -> None:
    change(file, ("without: [label, split]", 'without: ["tag:camera"]'))
    with pytest.raises(InputError, match="tag:camera' is unknown"):
        updated(str(file), draft(many(100, tags=[])))


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), max_size=20))
def test_any_comment_survives(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("comments") / "schema.yaml"
    made = draft(OLD)
    comment = f"# {text}".strip()
    file.write_text(text_of(made.content, made, {("label",): [comment]}), encoding="utf-8")
    assert comment in updated(str(file), made)[0].splitlines()
