r"""JSON with lone surrogates, which msgspec refuses, and without `NaN`, which the standard library writes."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.ground.json import Decoder, encode, encode_for_digest, encode_indented, loads

texts = st.text(st.characters(codec="utf-8") | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF))
numbers = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


class Record(msgspec.Struct):
    """A record."""

    name: str
    value: float | None = None


@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    for text in (encode(value), encode_indented(value), encode_for_digest(value)):
        assert loads(text) == json.loads(text) == value
        assert Decoder[Any](object).decode(text) == value


def test_numbers_that_are_not_finite_are_null_whatever_is_beside_them() -> None:
    for name in ("a", "\udcff"):
        assert json.loads(encode(Record(name, math.nan))) == {"name": name, "value": None}
        assert json.loads(encode_indented([Record(name, -math.inf)])) == [{"name": name, "value": None}]


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    for name in ("a", "\udcff"):
        assert encode_for_digest({name: 1, "b": {2, 1}}) == encode_for_digest({"b": {1, 2}, name: 1})


def test_indents() -> None:
    assert encode_indented({"a": [1]}, 1) == b'{\n "a": [\n  1\n ]\n}'
    assert encode_indented({"a": "\udcff"}) == b'{\n  "a": "\\udcff"\n}'


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b'{"name": "\xff"}',
        b'{"name": "\\udcff"',
        b'{"name": ' + b"[" * 5000,
        b'{"name": "\\udcff", "value": NaN}',
    ],
    ids=["cut off", "not UTF-8", "cut off after a surrogate", "deep", "NaN"],
)
def test_what_is_no_json_is_a_value_error(text: bytes) -> None:
    for reader in (loads, Decoder(Record).decode):
        with pytest.raises(ValueError, match=r"."):
            reader(text)


def test_what_is_of_another_type_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Expected `str`, got `int`"):
        Decoder(Record).decode(b'{"name": 1}')


def test_nan_only_where_it_is_asked_for() -> None:
    assert math.isnan(loads(b"[NaN]", nan=True)[0])
    with pytest.raises(ValueError, match="NaN is no number"):
        loads(b"[NaN]")
