"""Keyed pseudonyms, groups of numbers, and keys that are none."""

import hashlib
import hmac
from pathlib import Path

import pytest

from curate.ground.errors import InputError, UsageError
from curate.records.sample import Sample
from curate.scrub.pseudonyms import Replacement, group_of, parse_groups, read_key

KEY = bytes(range(32))


def test_a_pseudonym_is_the_keyed_hash_of_the_value() -> None:
    expected = hmac.new(KEY, b"anna", hashlib.sha256).hexdigest()[:16]
    assert Replacement(KEY).pseudonym("anna") == expected
    assert Replacement(KEY[::-1]).pseudonym("anna") != expected


def test_known_value() -> None:
    # RFC 4231, test case 2: key "Jefe".
    assert Replacement(b"Jefe").pseudonym("what do ya want for nothing?") == "5bdcc146bf60754e"


@pytest.mark.parametrize(
    ("value", "width", "group"),
    [("34", 10, "30-39"), ("30", 10, "30-39"), ("39.9", 10, "30-39"), ("0", 5, "0-4"), ("-1", 10, "-10--1")],
)
def test_a_number_falls_into_its_group(value: str, width: int, group: str) -> None:
    assert group_of(value, width) == group


def test_tags_that_were_not_named_stay() -> None:
    replacement = Replacement(KEY, frozenset({"speaker"}), {"age": 10})
    pseudonym = replacement.pseudonym("anna")
    assert replacement.tag("speaker=anna") == f"speaker={pseudonym}"
    assert replacement.tag("age=34") == "age=30-39"
    assert [replacement.tag(tag) for tag in ("noise=car", "dark", "speaker", "speaker=")] == [
        "noise=car", "dark", "speaker", "speaker=",
    ]  # fmt: skip
    assert replacement.counts == {"speaker": 1, "age": 1}


def test_what_is_no_number_is_counted_and_stays() -> None:
    replacement = Replacement(groups={"age": 10})
    assert replacement.tag("age=thirties") == "age=thirties"
    assert replacement.no_numbers == {"age": (1, "thirties")}


def test_a_key_that_no_sample_has_is_refused_with_the_nearest() -> None:
    samples = [Sample("a", tags=("speaker=anna", "age=3"))]
    with pytest.raises(UsageError, match=r"--pseudonym speakr: no sample has it \(did you mean 'speaker'\?\)"):
        Replacement(KEY, frozenset({"speakr"})).learn(samples)
    with pytest.raises(UsageError, match="--aggregate agee: no sample has it"):
        Replacement(groups={"agee": 10}).learn(samples)


@pytest.mark.parametrize("written", ["age", "age:", ":10", "age:1", "age:x", "age:-5", "age:²"])
def test_groups_are_a_key_and_a_width(written: str) -> None:
    with pytest.raises(UsageError, match="name a key and the width"):
        parse_groups([written])
    assert parse_groups(["age:10", "a:b:5"]) == {"age": 10, "a:b": 5}


def test_words_are_found_whole_and_the_longest_first() -> None:
    replacement = Replacement(KEY)
    for name in ("anna", "anna-maria", "12345", "ab"):
        replacement.pseudonym(name)
    pattern = replacement.pattern()
    assert pattern is not None
    assert pattern.findall("x/anna-maria_hat_anna.wav annabel 12345 ab (anna)") == ["anna-maria", "anna", "anna"]


@pytest.mark.parametrize(("content", "why"), [(b"short", "has 5 bytes"), (b"a" * 40, "only 1 different bytes")])
def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "key").write_bytes(content + b"\n")
    with pytest.raises(InputError, match=why):
        read_key(str(tmp_path / "key"))


def test_a_key_that_others_can_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY + b"\n")
    path.chmod(0o644)
    # Its bytes begin and end with white space of ASCII, which an editor may have put there as well.
    assert read_key(str(path)) == (KEY.strip(), True)
    path.chmod(0o600)
    assert read_key(str(path)) == (KEY.strip(), False)
    with pytest.raises(InputError, match="cannot read the key"):
        read_key(str(tmp_path / "gone"))
