"""New labels with a record in the sample, and the way back."""

import io

import pytest

from curate.facts.records import Finding
from curate.ground.errors import InputError, UsageError
from curate.records.reader import read
from curate.records.sample import Sample
from curate.records.writer import encode, foreign_field
from curate.review.relabel import (
    Relabelled,
    Undone,
    latest_of,
    map_labels,
    parse_label_map,
    relabel,
    undo,
)
from curate.review.votes import Rule, Vote, VotesOfSet

ONE = f"sha256:{1:064x}"
WRONG = Finding("wrong-label", "warning", 0.01, detail="'dog' rather than 'cat'")
LINES = [
    b'{"path":"a.png","suggested":"dog","label":"cat","digest":"%s","findings":[{"check":"wrong-label","severity":"warning","value":0.01,'
    b'"detail":"\'dog\' rather than \'cat\'"},{"check":"dark","severity":"warning"}],"theirs":7}' % ONE.encode(),
    b'{"path":"b.png","label":"cat","origin":{"source":"c.png"}}',
    b'{"path":"c.png","label":"dog","split":"test"}',
    b'{"path":"d.png"}',
]


def samples() -> list[Sample]:
    return list(read(io.BytesIO(b"\n".join(LINES))))


def apply(
    votes: list[Vote], rule: Rule = "majority", adjudicators: frozenset[str] = frozenset(), at: str = "1"
) -> tuple[list[Sample], Relabelled]:
    result = Relabelled()
    return list(relabel(samples(), VotesOfSet(votes), rule, adjudicators, at, result)), result


def vote(path: str, label: str, annotator: str = "anna", *, digest: str | None = None, by_model: bool = False) -> Vote:
    return Vote(path, digest, annotator, label, 1, by_model)


def test_the_old_label_stands_in_the_record() -> None:
    after, result = apply([vote("a.png", "dog", digest=ONE), vote("d.png", "cow"), vote("a.png", "dog", "ben")])
    assert [one.label for one in after] == ["dog", "cat", "dog", "cow"]
    record = (after[0].origin or {})["relabelled"]
    assert isinstance(record, list)
    assert record[0]["before"] == "cat"
    assert (record[0]["by"], record[0]["rule"], record[0]["votes"]) == (["anna", "ben"], "majority", {"dog": 2})
    assert [one.check for one in after[0].findings] == ["dark"]
    assert result.changed == {("cat", "dog"): 1, ("", "cow"): 1}
    assert result.new_labels == ["cow"]
    assert after[1] is not None
    assert b'"theirs":7' in encode(after[0])
    assert foreign_field(after[0], "suggested") is None, "nobody is to be asked again"


def test_undo_gives_the_very_lines_back() -> None:
    after, _ = apply([vote("a.png", "dog", digest=ONE), vote("b.png", "dog"), vote("d.png", "cow")])
    assert latest_of(after) == "1"
    written = io.BytesIO(b"".join(encode(one) + b"\n" for one in after))
    result = Undone()
    back = list(undo(read(written), "1", result))
    assert result.taken_back == 3
    assert [one.label for one in back] == ["cat", "cat", "dog", None]
    assert back[1].origin == {"source": "c.png"}
    assert set(back[0].findings) == set(samples()[0].findings)
    assert foreign_field(back[0], "suggested") == "dog"
    assert latest_of(back) is None


def test_undo_goes_back_one_call_after_the_other() -> None:
    first, _ = apply([vote("a.png", "dog", digest=ONE)], at="1")
    second = list(map_labels(first, {"dog": "hound"}, "2", Relabelled()))
    assert latest_of(second) == "2"
    back = list(undo(second, "2", Undone()))
    assert [one.label for one in back] == ["dog", "cat", "dog", None]
    assert latest_of(back) == "1"


def test_what_was_changed_since_by_something_else_stays() -> None:
    after, _ = apply([vote("b.png", "dog")])
    from curate.records.writer import changed

    other = [changed(one, label="cow") if one.path == "b.png" else one for one in after]
    result = Undone()
    assert [one.label for one in undo(other, "1", result)][1] == "cow"
    assert (result.taken_back, result.kept) == (0, ["b.png"])


def test_a_confirmed_label_loses_its_findings_once() -> None:
    after, result = apply([vote("a.png", "cat", digest=ONE)])
    assert (result.confirmed, result.changed.total()) == (1, 0)
    assert [one.check for one in after[0].findings] == ["dark"]
    again = list(
        relabel(after, VotesOfSet([vote("a.png", "cat", digest=ONE)]), "majority", frozenset(), "2", Relabelled())
    )
    assert again == after, "said again, it is no news"


@pytest.mark.parametrize(
    ("rule", "by_model", "label"),
    [("majority", False, "dog"), ("last", False, "dog"), ("adjudicated", False, "cat"), ("adjudicated", True, "dog")],
)
def test_a_test_label_is_changed_by_adjudication_alone(rule: Rule, by_model: bool, label: str) -> None:
    after, result = apply([vote("c.png", "cat", by_model=by_model)], rule, frozenset({"anna"}))
    assert after[2].label == label
    assert result.held == (["c.png"] if rule != "adjudicated" else [])


def test_void_and_tied_answers_are_counted() -> None:
    stale = vote("a.png", "dog", digest=f"sha256:{9:064x}")
    after, result = apply([stale, vote("b.png", "dog"), vote("b.png", "cow", "ben")])
    assert after == samples()
    assert (result.void, result.tied) == (["a.png"], 1)


def test_a_renamed_class_is_renamed_in_the_test_split_too() -> None:
    result = Relabelled()
    after = list(map_labels(samples(), {"dog": "cat"}, "1", result))
    assert [one.label for one in after] == ["cat", "cat", "cat", None]
    assert result.changed == {("dog", "cat"): 1}


@pytest.mark.parametrize("text", ["cats", "=cat", "cats=", "cats= "])
def test_a_map_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="is not OLD=NEW"):
        parse_label_map([text])


def test_a_label_cannot_become_two() -> None:
    assert parse_label_map(["a=b=c", "a=b=c"]) == {"a": "b=c"}
    with pytest.raises(UsageError, match="'a' is to become 'b' and 'c'"):
        parse_label_map(["a=b", "a=c"])


@pytest.mark.parametrize("record", [7, [7], [{"before": "x"}]])
def test_a_record_of_a_stranger_is_refused(record: object) -> None:
    odd = Sample("a.png", "x", origin={"relabelled": record})
    with pytest.raises(InputError, match=r"a\.png: origin\.relabelled"):
        latest_of([odd])
