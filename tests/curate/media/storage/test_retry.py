"""Retries: what may help, what never does, and that no error tells more than it may."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from curate.media.storage import retry
from curate.media.storage.retry import TRIES, explain, with_retries

if TYPE_CHECKING:
    from collections.abc import Iterator


class AnsweredError(Exception):
    """As aiohttp's error of a status; its text holds an address with a secret."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status}, url='https://h/x?sig=secret'")
        self.status = status


class BotoError(Exception):
    """As botocore's ClientError."""

    def __init__(self, status: int) -> None:
        super().__init__("secret")
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}, "Error": {"Code": "SlowDown"}}


class AuthenticationException(Exception):  # noqa: N818 - as paramiko's
    __module__ = "paramiko.ssh_exception"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_BASE_S", 0.0)


def tried(*errors: Exception) -> tuple[object, int]:
    """Return what a call that fails with these errors comes to, and how often it was made."""
    left: Iterator[Exception] = iter(errors)
    calls = 0

    async def call() -> str:
        nonlocal calls
        calls += 1
        if (error := next(left, None)) is not None:
            raise error
        return "good"

    try:
        return asyncio.run(with_retries(call)), calls
    except OSError as error:
        return error, calls


@pytest.mark.parametrize(
    "error",
    [
        AnsweredError(503),
        AnsweredError(500),
        AnsweredError(429),
        BotoError(503),
        TimeoutError(),
        ConnectionResetError(),
        AuthenticationException("Authentication timeout."),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}",
)
def test_tried_again_until_it_is_good(error: Exception) -> None:
    assert tried(error, error) == ("good", 3)


def test_not_for_ever() -> None:
    told, calls = tried(*[AnsweredError(503)] * (TRIES + 1))
    assert isinstance(told, TimeoutError)
    assert told.strerror == f"the store answered 503, {TRIES} times"
    assert calls == TRIES


def test_a_host_that_lets_nobody_in_is_silent_and_one_that_refuses_says_so() -> None:
    silent, _ = tried(*[AuthenticationException("Authentication timeout.")] * TRIES)
    refusing, _ = tried(AuthenticationException("Authentication failed."))
    assert [one.strerror for one in (silent, refusing) if isinstance(one, OSError)] == [
        f"it did not answer in time, {TRIES} times",
        "the host lets us not in: check the user and the keys in ~/.ssh",
    ]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AnsweredError(403), PermissionError),
        (AnsweredError(401), PermissionError),
        (AnsweredError(404), FileNotFoundError),
        (AnsweredError(412), FileExistsError),
        (AnsweredError(400), OSError),
        (BotoError(403), PermissionError),
        (PermissionError("secret"), PermissionError),
        (FileNotFoundError("secret"), FileNotFoundError),
        (AuthenticationException("Authentication failed."), PermissionError),
    ],
    ids=str,
)
def test_never_tried_again(error: Exception, kind: type[OSError]) -> None:
    told, calls = tried(error)
    assert type(told) is kind
    assert calls == 1
    assert "secret" not in str(told)


def test_a_mistake_of_the_program_is_not_hidden() -> None:
    assert explain(TypeError("ours")) == (None, False)
    with pytest.raises(TypeError, match="ours"):
        tried(TypeError("ours"))


def test_waits_are_drawn_and_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[float] = []
    monkeypatch.setattr(retry, "_BASE_S", 0.2)

    def drawn(_: float, bound: float) -> float:
        bounds.append(bound)
        return 0

    monkeypatch.setattr("random.uniform", drawn)
    tried(*[AnsweredError(503)] * (TRIES + 1))
    assert bounds == pytest.approx([0.4, 0.8, 1.6, 3.2, 5.0])
