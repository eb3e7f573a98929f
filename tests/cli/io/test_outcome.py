"""The line of JSON that a child answers with."""

import json
import os

import pytest

from cli.io import outcome
from cli.io.outcome import Outcome, parse


def test_what_is_sent_is_what_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    monkeypatch.setattr(outcome, "_PARENT", str(theirs))
    monkeypatch.setattr(outcome, "outcome", Outcome(samples_out=3, worked=2, reused=1, rejected=0, put_off=10**6))
    outcome.send()
    os.close(theirs)
    line = os.read(ours, 1 << 16)
    os.close(ours)
    assert parse(line) == Outcome(3, 2, 1, 0, 10**6)
    assert json.loads(line)["complete"] is False
    assert line.endswith(b"}\n")


def test_a_child_that_was_killed_counted_nothing() -> None:
    assert parse(b"") == parse(b'{"samples_out": 1') == Outcome()
    assert Outcome().complete
