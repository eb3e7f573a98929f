"""Samples as columns: all of few, a fair draw of many."""

import io

import numpy as np
import pytest

from curate.drift.rows import MOST_ROWS, Reservoir, Rows, check_versions, fill, joined_rows, view
from curate.ground.errors import InputError, ManifestError
from curate.records.reader import read_as
from curate.split.grouping import make_grouping
from tests.curate.drift.sets import photo, photos


def test_few_samples_are_all_there_in_their_order() -> None:
    rows = photos([0.5, None, 0.25], label=["a", None, "b"], tags=[("x=1",), (), ("y",)])
    assert (rows.seen, rows.kept) == (3, 3)
    np.testing.assert_array_equal(rows.columns["image.brightness"], [0.5, np.nan, 0.25])
    assert rows.columns["label"].tolist() == ["a", None, "b"]
    assert rows.columns["tags"].tolist() == [("x=1",), (), ("y",)]
    assert rows.columns["path"].tolist() == ["0.jpg", "1.jpg", "2.jpg"]


def test_of_many_every_one_is_as_likely_and_no_row_is_torn() -> None:
    hits = np.zeros(400)
    for seed in range(200):
        rows = fill(Reservoir(50, seed=seed), (photo(f"{n}", float(n)) for n in range(400)))
        assert (rows.seen, rows.kept) == (400, 50)
        kept = rows.columns["image.brightness"].astype(int)
        assert [str(one) for one in kept] == rows.columns["path"].tolist()
        hits[kept] += 1
    # 25 of 200 are expected of each; of the first, the middle and the last alike
    assert [hits[part].mean() for part in (slice(0, 133), slice(133, 266), slice(266, 400))] == pytest.approx(
        [25] * 3, rel=0.1
    )


def test_blocks_of_other_kinds_leave_facts_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.drift.rows.BLOCK_SAMPLES", 2)
    lines = b'{"path":"a","audio":{"snr_db":7}}\n{"path":"b","audio":{"snr_db":8}}\n{"path":"c","image":{"width":9}}\n'
    rows = fill(Reservoir(), read_as(io.BytesIO(lines), view(None)))
    np.testing.assert_array_equal(rows.columns["audio.snr_db"], [7, 8, np.nan])
    np.testing.assert_array_equal(rows.columns["image.width"], [np.nan, np.nan, 9])
    assert rows.columns["kind"].tolist() == ["audio", "audio", "image"]


def test_generated_samples_stay_out_of_a_reference_and_are_counted() -> None:
    lines = (
        b'{"path":"a"}\n{"path":"b","origin":{"recipe":"r"}}\n{"path":"c","origin":{"recipe":"r","replaces":true}}\n'
    )
    rows = fill(Reservoir(), read_as(io.BytesIO(lines), view(None)), generated=False)
    assert (rows.columns["path"].tolist(), rows.generated) == (["a", "c"], 1)
    assert fill(Reservoir(), read_as(io.BytesIO(lines), view(None))).kept == 3


def test_samples_without_a_group_are_left_out_and_counted() -> None:
    rows = fill(Reservoir(grouping=make_grouping("who")), [photo("a", 1, tags=("who=x",)), photo("b", 1)])
    assert (rows.columns["group"].tolist(), rows.ungrouped) == (["x"], 1)


def test_a_field_of_the_users_is_read_by_its_name() -> None:
    rows = fill(Reservoir(), read_as(io.BytesIO(b'{"path":"a","at time":"x"}\n{"path":"b"}\n'), view("at time")))
    assert rows.columns["named"].tolist() == ["x", None]
    with pytest.raises(InputError, match="field label is not free"):
        view("label")


@pytest.mark.parametrize("wrong", [b'{"path":"a","confidence":"high"}', b'{"path":"a","prediction":[1]}', b"?"])
def test_a_malformed_line_has_its_number(wrong: bytes) -> None:
    with pytest.raises(ManifestError, match=":2: not a sample"):
        fill(Reservoir(), read_as(io.BytesIO(b'{"path":"a"}\n' + wrong), view(None)))


def test_a_prediction_that_is_a_number_is_a_name_and_an_empty_one_is_missing() -> None:
    lines = b'{"path":"a","prediction":7}\n{"path":"b","prediction":""}\n{"path":"c","prediction":null}'
    assert fill(Reservoir(), read_as(io.BytesIO(lines), view(None))).columns["prediction"].tolist() == ["7", None, None]


@pytest.mark.parametrize(
    ("a", "b", "words"), [({4}, {5}, "version 4 and the new set of version 5"), ({None}, {5}, "headers only")]
)
def test_facts_of_other_versions_are_refused(a: set[int | None], b: set[int | None], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_versions(Rows(facts_versions=a), Rows(facts_versions=b))
    check_versions(Rows(facts_versions=a), Rows())


def test_joined_rows_lack_what_one_side_does_not_have() -> None:
    first, second = photos([0.1]), fill(Reservoir(), read_as(io.BytesIO(b'{"path":"z","label":"q"}'), view(None)))
    both = joined_rows(first, second)
    np.testing.assert_array_equal(both.columns["image.brightness"], [0.1, np.nan])
    assert both.columns["label"].tolist() == [None, "q"]
    assert both.seen == 2
    assert MOST_ROWS >= 50_000
