"""Parts of recordings become files of their own, sample by sample."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from curate.exchange.annotated import Annotated, Part
from curate.exchange.parts import cut_parts
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from curate.journal import Outcome

RATE = 8000


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    samples = (np.arange(2 * RATE) % 30000).astype(np.int16)
    soundfile.write("a.wav", samples, RATE, subtype="PCM_16")
    soundfile.write("b.ogg", np.sin(np.arange(RATE) / 9).astype(np.float32) / 2, RATE)


def items() -> list[Annotated]:
    return [
        Annotated("a.wav", "x", part=Part("u/1", 0.0, 0.5), fields={"kaldi": {"utterance": "u/1"}}),
        Annotated("c.wav", "whole"),
        Annotated("a.wav", "y", text="t", part=Part("u_1", 0.5, None)),
        Annotated("b.ogg", "z", part=Part("v", 0.25, 9.0)),
    ]


def test_parts_are_the_samples_of_their_source_and_a_repeat_changes_nothing() -> None:
    failures: list[Outcome] = []
    made = list(cut_parts(items(), "cut", "", failures))
    assert [one.path for one in made] == ["cut/u_1.wav", "c.wav", "cut/u_1-2.wav", "cut/v.flac"]
    assert [one.part for one in made] == [None] * 4
    assert made[0].fields["origin"] == {"source": "a.wav", "start_s": 0.0, "end_s": 0.5}
    assert made[0].fields["kaldi"] == {"utterance": "u/1"}
    assert made[2].fields["origin"] == {"source": "a.wav", "start_s": 0.5}
    whole = soundfile.read("a.wav", dtype="int16")[0]
    halves = [soundfile.read(one.path, dtype="int16")[0] for one in (made[0], made[2])]
    assert [len(half) for half in halves] == [RATE // 2, 3 * RATE // 2]
    assert np.array_equal(np.concatenate(halves), whole)
    assert soundfile.info("cut/v.flac").frames == 3 * RATE // 4
    assert list(cut_parts(items(), "cut", "", failures)) == made
    assert not failures


def test_a_recording_that_is_not_there_is_told_and_the_others_are_cut() -> None:
    failures: list[Outcome] = []
    gone = Annotated("gone.wav", None, part=Part("g", 0, 1))
    made = list(cut_parts([items()[0], gone, items()[3]], "cut", "", failures))
    assert [one.path for one in made] == ["cut/u_1.wav", "cut/v.flac"]
    assert [one.operation.target for one in failures] == ["g"]


def test_a_part_behind_the_end_is_refused() -> None:
    with pytest.raises(InputError, match=r"late begins at 2 s, behind the end of a\.wav"):
        list(cut_parts([Annotated("a.wav", None, part=Part("late", 2.0, 3.0))], "cut", "", []))
