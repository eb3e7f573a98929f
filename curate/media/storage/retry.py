"""Calls to a store: tried again with jitter where that can help, and errors in words that hold no secret.

Messages of the libraries are never passed on: they quote addresses with their queries, headers and account names.
"""

import asyncio
import errno
import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

TRIES = 6
_BASE_S, _LONGEST_S = 0.2, 5.0
_BUSY = {408, 425, 429}
"""Answers below 500 that mean `later`."""


async def with_retries(call: "Callable[[], Awaitable[T]]") -> T:
    """Return what a call to a store gives; tried again after 5xx, time-outs and lost connections only.

    Each wait is drawn between zero and a bound that doubles: a thousand workers that were turned away at once do not
    come back at once (`Exponential Backoff And Jitter`, AWS Architecture Blog, 2015: full jitter).

    Raises:
        FileNotFoundError: There is no such key.
        PermissionError: The store refuses it, or no credentials were found.
        FileExistsError: Another writer was first.
        TimeoutError: It did not answer, however often it was asked.
        OSError: It answered something else. `strerror` is one sentence in every case.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return await call()
        except Exception as error:
            told, again = explain(error)
            if told is None:
                raise
            if not again:
                raise told from None
            if attempt == TRIES:
                raise TimeoutError(errno.ETIMEDOUT, f"{told.strerror}, {TRIES} times") from None
        await asyncio.sleep(random.uniform(0, min(_LONGEST_S, _BASE_S * 2**attempt)))
    raise AssertionError("the last try returns or raises")


def explain(error: Exception) -> tuple[OSError | None, bool]:
    """Return an error of fsspec, s3fs or aiohttp in our words, and whether it may help to try again.

    None is given for what is no answer of a store: a mistake in a program is not hidden.
    """
    status = status_of(error)
    if isinstance(error, FileNotFoundError) or status in {404, 410}:
        return FileNotFoundError(errno.ENOENT, "it is not there any more, or never was (404)"), False
    said = f" ({status})" if status else ""
    if isinstance(error, PermissionError) or status in {401, 403} or _lacks_credentials(error) or _of_ssh(error):
        why = _of_ssh(error) or f"the store refuses it{said}: check credentials and rights"
        return PermissionError(errno.EACCES, why), False
    if isinstance(error, FileExistsError) or status in {409, 412}:
        return FileExistsError(errno.EEXIST, "there is something already"), False
    if status is not None and 400 <= status < 500 and status not in _BUSY:
        return OSError(errno.EIO, f"the store answered {status}"), False
    if status is None and not isinstance(error, OSError | asyncio.TimeoutError) and not _is_of_network(error):
        return None, False
    why = f"the store answered {status}" if status else _KINDS.get(_kind(error), "the connection was lost")
    return TimeoutError(errno.ETIMEDOUT, why), True


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status in an error, or in the one that it was made of."""
    for one in (error, error.__cause__):
        status = getattr(one, "status", None)
        if isinstance(status, int):
            return status
        answer = getattr(one, "response", None)
        if isinstance(answer, dict):
            code = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return code if isinstance(code, int) else None
    return None


_KINDS = {"time-out": "it did not answer in time", "short": "it sent less than it announced"}


def _kind(error: Exception) -> str:
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name or _is_slow_to_let_in(error):
        return "time-out"
    return "short" if name in {"ClientPayloadError", "IncompleteReadError", "ResponseStreamingError"} else ""


def _lacks_credentials(error: Exception) -> bool:
    name = type(error).__name__
    return type(error).__module__.startswith("botocore") and ("Credential" in name or "Token" in name)


def _of_ssh(error: Exception) -> str:
    """Return why a host is not spoken to; empty where an error says something else."""
    if not type(error).__module__.startswith("paramiko") or _is_slow_to_let_in(error):
        return ""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "BadHostKeyException" in kinds:
        return "the host has another key than ~/.ssh/known_hosts says"
    if "not found in known_hosts" in str(error):
        return "its key is not in ~/.ssh/known_hosts: connect to it once with ssh"
    return (
        "the host lets us not in: check the user and the keys in ~/.ssh" if "AuthenticationException" in kinds else ""
    )


def _is_slow_to_let_in(error: Exception) -> bool:
    # paramiko has one class for a host that refuses and for one that does not answer in time: only the text differs.
    return type(error).__module__.startswith("paramiko") and str(error) == "Authentication timeout."


def _is_of_network(error: Exception) -> bool:
    # By the module's name: none of these libraries is imported for the sake of a question.
    modules = ("aiohttp", "botocore", "aiobotocore", "fsspec", "s3fs", "paramiko", "http", "asyncio")
    return type(error).__module__.partition(".")[0] in modules
