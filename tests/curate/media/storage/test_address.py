"""Addresses: what is a file, a key or a member of a shard, and what no address may be."""

from pathlib import Path

import pytest

from curate.ground.errors import InputError, UsageError
from curate.media.storage.address import (
    Member,
    expand_braces,
    is_elsewhere,
    join,
    local_path,
    protocol_of,
    relative,
    split_member,
    without_query,
)


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        ("photos/1.jpg", False),
        ("/data/a:b/1.jpg", False),
        ("song #1.wav", False),
        ("a.tar", False),
        ("s3://b/1.jpg", True),
        ("S3://b/1.jpg", True),
        ("a.tar#1.jpg", True),
        ("A.PARQUET#image/0/1.jpg", True),
    ],
)
def test_what_is_no_file_of_a_disk(path: str, elsewhere: bool) -> None:
    assert is_elsewhere(path) is elsewhere


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("a.tar#cat/1.jpg", Member("a.tar", "cat/1.jpg")),
        ("s3://b/a.tar#cat/#1.jpg", Member("s3://b/a.tar", "cat/#1.jpg")),
        ("song #1.wav", Member("song #1.wav", "")),
        ("t.parquet#image/17/x.jpg", Member("t.parquet", "image/17/x.jpg")),
    ],
)
def test_members(path: str, member: Member) -> None:
    assert split_member(path) == member


def test_a_file_that_is_itself_called_like_a_member_is_one(tmp_path: Path) -> None:
    file = tmp_path / "a.tar#1.jpg"
    file.write_bytes(b"x")
    assert split_member(str(file)) == Member(str(file), "")


@pytest.mark.parametrize(
    "url",
    [
        "filecache::http://host/x",
        "s3a://b/x",
        "https://user:secret@host/x",
        "s3://AKIA:secret@b/x",
        "sftp://user:secret@host/x",
        "https://host/x?X-Amz-Signature=secret",
        "https://host/x?a=1&sig=secret",
        "https://host/x?token=secret",
    ],
)
def test_what_no_address_may_be_and_secrets_are_not_told(url: str) -> None:
    with pytest.raises(UsageError) as told:
        protocol_of(url)
    assert "secret" not in str(told.value)
    assert "AKIA" not in str(told.value)


def test_what_an_address_may_be() -> None:
    assert [protocol_of(url) for url in ("S3://b/x", "sftp://user@host/x", "https://h/x?page=2")] == [
        "s3",
        "sftp",
        "https",
    ]
    assert without_query("https://u:p@h/x?q=1") == "https://h/x"


@pytest.mark.parametrize(
    ("base", "path", "joined"),
    [
        ("", "a/1.jpg", "a/1.jpg"),
        ("base", "a/1.jpg", "base/a/1.jpg"),
        ("base", "s3://b/1.jpg", "s3://b/1.jpg"),
        ("s3://b/d/", "a/1.jpg", "s3://b/d/a/1.jpg"),
    ],
)
def test_joined(base: str, path: str, joined: str) -> None:
    assert join(base, path) == joined


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/x", "a//x", "./x", "a\0"])
def test_nothing_leads_out_of_a_store(path: str) -> None:
    with pytest.raises(InputError, match="leads out of s3://b/d"):
        join("s3://b/d", path)


def test_seen_from_a_base() -> None:
    assert relative("s3://b/d/a/1.jpg", "s3://b/d") == "a/1.jpg"
    assert relative("s3://b/dd/1.jpg", "s3://b/d") == "s3://b/dd/1.jpg"
    assert relative("x/a/1.jpg", "x") == "a/1.jpg"
    assert relative("x/1.jpg", "") == "x/1.jpg"


def test_braces_count_out(tmp_path: Path) -> None:
    assert list(expand_braces("s-{08..11}.tar")) == ["s-08.tar", "s-09.tar", "s-10.tar", "s-11.tar"]
    assert list(expand_braces("{0..1}/{0..1}")) == ["0/0", "0/1", "1/0", "1/1"]
    assert list(expand_braces("{a}.tar")) == ["{a}.tar"]
    odd = tmp_path / "{0..3}"
    odd.mkdir()
    assert list(expand_braces(str(odd))) == [str(odd)]
    for bad in ("{3..1}", "{0..999999999}"):
        with pytest.raises(UsageError, match="counts from"):
            list(expand_braces(bad))


def test_file_urls_are_paths() -> None:
    assert local_path("file:///data/x y") == "/data/x y"
    assert local_path("data/x") == "data/x"
    with pytest.raises(UsageError, match="whole path"):
        local_path("file://data/x")
