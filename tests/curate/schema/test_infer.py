"""Learning: exact ranges, closed and open sets, allowed shares that depend on how many were seen."""

import pytest

from tests.curate.schema.samples import draft, line, many


def test_a_range_is_the_nearest_rank_quantiles_widened_by_half_of_the_interquartile_range() -> None:
    found = draft([line(number, image={"width": number}) for number in range(1, 1001)]).content
    # 5 and 995 are the 0.5 % and 99.5 % of 1 to 1000, 250 and 750 the quartiles.
    assert found["image"]["width"]["range"] == [5 - 250, 995 + 250]
    assert found["image"]["width"]["outside"] == 0.01


def test_few_samples_allow_more() -> None:
    found = [draft(many(count)).content["image"]["brightness"] for count in (20, 100, 1000)]
    # 1 - 0.05^(1/n): the upper limit, at 95 %, of a share of which nothing was seen; 1 % at least.
    assert [rule["missing"] for rule in found] == [0.14, 0.03, 0.003]
    assert [rule["outside"] for rule in found] == [0.14, 0.03, 0.01]


def test_under_twenty_values_no_rule_is_learnt() -> None:
    found = draft([*many(19), *(line(number, image={"format": "JPEG"}) for number in range(19, 40))]).content
    assert "brightness" not in found["image"]
    assert "mode" not in found["image"]
    assert found["image"]["format"]["values"] == ["JPEG"]


@pytest.mark.parametrize(
    ("labels", "rule"),
    [
        (["a"] * 20 + ["b"] * 30, {"closed": True, "values": {"b": 0.6, "a": 0.4}, "missing": 0}),
        (["a"] * 19 + ["b"] * 30, {"closed": False, "values": {"b": 0.612, "a": 0.388}, "outside": 0.06, "missing": 0}),
        # What comes once is as frequent as what was not met: 1 of 100, 4.7 % at most.
        (["a"] * 99 + ["b"], {"closed": False, "values": {"a": 0.99, "b": 0.01}, "outside": 0.047, "missing": 0}),
        ([str(number) for number in range(50)], {"closed": False, "missing": 0}),
        ([str(number % 200) for number in range(4000)], "closed"),
        ([str(number % 201) for number in range(4020)], {"closed": False, "missing": 0}),
        (["a"] * 30 + [None] * 70, {"closed": True, "values": {"a": 1}, "missing": 0.78}),
        (["", "a"] * 30, {"closed": True, "values": ["", "a"], "missing": 0}),
        (["x" * 101] * 30, {"closed": False, "missing": 0}),
    ],
    ids=["closed", "19 of one", "once", "free text", "200", "201", "missing", "an empty name", "a long name"],
)  # fmt: skip
def test_sets_of_labels(labels: list[str | None], rule: object) -> None:
    found = draft([line(number, label=label) for number, label in enumerate(labels)]).content["label"]
    assert (found["closed"] and len(found["values"]) == 200 and "closed") == rule or found == rule


def test_without_labels_none_are_to_come() -> None:
    found = draft(many(30, label=None, split=None)).content
    assert found["label"] == "none"
    assert "split" not in found
    assert found["environments"] == {}


def test_environments_do_without_what_is_known_only_later() -> None:
    assert draft(many(30)).content["environments"] == {"serving": {"without": ["label", "split"]}}


def test_tags_are_closed_if_all_are_frequent() -> None:
    common = draft([line(number, tags=["a=1", "dark"]) for number in range(30)]).content["tags"]
    assert common == {"closed": True, "keys": {"a": {"closed": True, "values": ["1"], "missing": 0}}, "flags": ["dark"]}
    assert not draft([*many(30), line(30, tags=["odd=1"])]).content["tags"]["closed"]
    assert not draft(many(30, tags=[])).content["tags"]["closed"]


def test_fields_of_other_programs() -> None:
    samples = [
        line(number, n=number, who="ab"[number % 2], text=str(number), ok=True, a=[1], mixed=1 if number else "x")
        for number in range(100)
    ]
    fields = draft(samples).content["fields"]
    assert fields["n"] == {"type": "number", "range": [-25, 124], "outside": 0.03, "missing": 0}
    assert fields["who"] == {"type": "text", "closed": True, "values": ["a", "b"], "missing": 0}
    assert fields["text"] == {"type": "text", "closed": False, "missing": 0}
    assert (fields["ok"], fields["a"]) == ({"type": "truth", "missing": 0}, {"type": "list", "missing": 0})
    assert fields["mixed"] == {"missing": 0}, "of two types in one field neither is right"


def test_a_text_that_looks_like_a_number_is_a_text() -> None:
    assert draft(many(40, code="7")).content["fields"]["code"]["type"] == "text"


def test_generated_samples_are_left_out_and_said() -> None:
    made = draft([*many(30), *many(5, label="fog", origin={"recipe": "fog"})])
    assert "fog" not in made.content["label"]["values"]
    assert "30 samples (5 generated ones left out)" in made.head[0]


def test_what_was_seen_stands_beside_it_and_estimates_are_said() -> None:
    made = draft(many(100))
    assert made.comments["image", "brightness"] == "0.4 to 0.499, median 0.4495"
    assert made.comments["label",] == "cat 60, dog 40"
    assert not any("estimates" in text for text in made.head)
    rough = draft([line(number, image={"brightness": number / 9973}) for number in range(9000)])
    assert "median ~0.45" in rough.comments["image", "brightness"]
    assert "estimates" in rough.head[-1]


def test_paths_that_come_twice_are_counted() -> None:
    assert draft(many(100)).content["duplicates"] == 0
    assert draft([*many(99), line(0)]).content["duplicates"] == 0.047


def test_names_without_end_are_no_fields() -> None:
    samples = [line(number, **{f"f{number}": 1}) for number in range(300)]
    assert "fields" not in draft(samples).content
    assert "fields" not in draft(many(30, **{"x" * 101: 1})).content


def test_what_would_be_too_large_to_read_is_left_open() -> None:
    tags = [
        [f"key{key}=a value that is rather long {number % 200} {key}" for key in range(190)] for number in range(200)
    ]
    found = draft([line(number, tags=tags[number % 200]) for number in range(4000)])
    assert found.content["tags"]["keys"]["key7"] == {"closed": False, "missing": 0}
    assert found.content["label"]["closed"]
    assert "Sets of more than 20 values were left open" in found.head[-1]


def test_a_key_of_tags_that_is_too_long_leaves_them_open() -> None:
    assert not draft(many(30, tags=["a=1", f"{'k' * 101}=2"])).content["tags"]["closed"]
