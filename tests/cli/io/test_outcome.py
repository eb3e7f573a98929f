"""The line of JSON that a child answers with."""

import json
import os

import pytest

from augment.plan.remarks import Remark
from cli.io import outcome, parent
from cli.io.outcome import Outcome, line_of, parse


def test_what_is_sent_is_what_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    monkeypatch.setattr(parent, "_PARENT", str(theirs))
    monkeypatch.setattr(outcome, "outcome", Outcome(samples_out=3, worked=2, reused=1, rejected=0, put_off=10**6))
    parent.send()
    os.close(theirs)
    line = os.read(ours, 1 << 16)
    os.close(ours)
    assert parse(line) == Outcome(3, 2, 1, 0, 10**6)
    assert json.loads(line)["complete"] is False
    assert line.endswith(b"}\n")


def test_a_child_that_was_killed_counted_nothing() -> None:
    assert parse(b"") == parse(b'{"samples_out": 1') == Outcome()
    assert Outcome().complete


def test_what_was_made_and_why_not_arrives_whatever_it_is_called() -> None:
    remarks = [Remark("noise=\udcff", "no-target", "no target\n", cure="--map a=b"), Remark("", "rejected", "x", True)]
    sent = Outcome(made={"noise=ü\udcff": 3}, remarks=remarks)
    assert parse(line_of(sent)) == sent


def test_a_line_always_fits_into_the_pipe_and_the_sum_stays() -> None:
    many = [Remark(f"tag-{number}", "uncertain", "x" * 100) for number in range(1000)]
    fewer = parse(line_of(Outcome(worked=5, made={"a": 3}, remarks=many)))
    assert (fewer.worked, fewer.made, fewer.remarks) == (5, {"a": 3}, many[:20])
    names = {"t" * 100 + str(number): 2 for number in range(2000)}
    bare = parse(line_of(Outcome(made=names, remarks=many)))
    assert (bare.made, bare.remarks) == ({"": 4000}, [])
    assert all(len(line_of(Outcome(made=names, remarks=rest))) < 65_536 for rest in ([], many))
