"""Samples for the tests of reviews."""

from hashlib import sha256
from typing import Any

from curate.facts.records import Finding
from curate.records.origin import Origin
from curate.review.items import Subject


def digest(name: str) -> str:
    return f"sha256:{sha256(name.encode()).hexdigest()}"


def subject(name: str, label: str | None = "cat", **more: Any) -> Subject:
    return Subject(name, label, digest=more.pop("digest", digest(name)), kind=more.pop("kind", "image"), **more)


def flagged(name: str, value: float | None = None, check: str = "wrong-label", **more: Any) -> Subject:
    return subject(name, findings=(Finding(check, "warning", value),), **more)


def made(name: str, **more: Any) -> Subject:
    return subject(name, origin=Origin(source="a", recipe="photos-wear"), **more)
