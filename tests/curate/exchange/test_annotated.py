"""Samples made of what other tools give back."""

from curate.exchange.annotated import Annotated, onto_manifest, samples_of
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.records.writer import encode
from curate.review.relabel import Relabelled

LINE = b'{"path":"a.png","label":"cat","theirs":1,"findings":[{"check":"wrong-label","severity":"warning"}]}'
NOBODY = frozenset[str]()


def test_what_nobody_changed_comes_back_byte_for_byte() -> None:
    result = Relabelled()
    (found,) = samples_of([Annotated("a.png", None, line=LINE)], "majority", NOBODY, result, "1")
    assert encode(found) == LINE
    (found,) = samples_of([Annotated("a.png", "cat", line=LINE)], "majority", NOBODY, result, "1")
    assert encode(found) == LINE, "a format without people confirms nothing"
    assert (result.changed.total(), result.confirmed) == (0, 0)


def test_people_decide_by_the_rule() -> None:
    several = [
        Annotated("a.png", label, True, who, line=LINE) for who, label in (("a", "dog"), ("b", "dog"), ("c", "cat"))
    ]
    (found,) = samples_of(several, "majority", NOBODY, Relabelled(), "1")
    assert found.label == "dog"
    (found,) = samples_of(several, "adjudicated", frozenset({"c"}), Relabelled(), "1")
    assert (found.label, found.findings) == ("cat", ())


def test_without_a_line_the_format_tells_all_there_is() -> None:
    told = [Annotated("b.png", "x", split="test", tags=("t",)), Annotated("c.png", None)]
    assert list(samples_of(told, "majority", NOBODY, Relabelled(), "1")) == [
        Sample("b.png", "x", ("t",), "test"),
        Sample("c.png"),
    ]


def test_onto_a_manifest_by_path_with_a_record() -> None:
    base = [parse(LINE), Sample("b.png", "cow", split="test"), Sample("c.png", "hen")]
    told = [Annotated("a.png", "dog"), Annotated("b.png", "pig"), Annotated("gone.png", "x")]
    result = Relabelled()
    found = list(onto_manifest(base, told, "majority", NOBODY, result, "1"))
    assert [one.label for one in found] == ["dog", "cow", "hen"]
    assert result.held == ["b.png"], "a test label changes by adjudication only"
    assert "relabelled" in (found[0].origin or {})
    assert found[2] is base[2]


def test_who_saw_the_model_does_not_change_a_test_label() -> None:
    test = [Sample("b.png", "cow", split="test")]
    saw = Annotated("b.png", "pig", True, "anna", seen=(("prediction", "pig"),))
    for told, label in ((saw, "cow"), (saw._replace(seen=()), "pig")):
        (found,) = onto_manifest(test, [told], "adjudicated", frozenset({"anna"}), Relabelled(), "1")
        assert found.label == label
