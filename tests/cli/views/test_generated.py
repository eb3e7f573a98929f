"""What is said of samples that missed what an operation was asked for."""

import json
from pathlib import Path

import numpy as np
import soundfile

from tests.conftest import Burnish


def test_what_misses_its_target_is_counted_and_measured(burnish: Burnish, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    (tmp_path / "a").mkdir()
    for number in range(5):
        sound = generator.standard_normal(16000) * 0.01
        # Three of five have a click that leaves no room for more.
        sound[8000] = 0.9 if number < 3 else 0.02
        soundfile.write(tmp_path / "a" / f"{number}.wav", sound, 16000)
    (tmp_path / "loud.yaml").write_text("kind: augment\naudio:\n  - loudness: {lufs: -20}\n")
    burnish("scan", "a", "-o", "set.jsonl", "-q")
    for _ in range(2):  # and again, when all of it is there already
        said = burnish("augment", "loud.yaml", "set.jsonl", "--into", "new", "-o", "new.jsonl").stderr
        assert "3 of 5 miss loudness.lufs, by -" in said
        assert "at most: the true peak may not pass its limit" in said
    short = [
        step["missed"]["lufs"]["by"]
        for line in (tmp_path / "new.jsonl").read_text().splitlines()
        for step in (json.loads(line).get("origin") or {}).get("operations", [])
        if "missed" in step
    ]
    assert len(short) == 3
    assert max(short) < -10


def test_a_level_that_whole_numbers_do_not_hold_is_missed(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 16000)
    soundfile.write(tmp_path / "a" / "pcm.wav", sound, 16000)
    soundfile.write(tmp_path / "a" / "float.wav", sound, 16000, "FLOAT")
    (tmp_path / "loud.yaml").write_text("kind: augment\naudio:\n  - gain: {gain_db: 12}\n")
    burnish("scan", "a", "-o", "set.jsonl", "-q")
    said = burnish("augment", "loud.yaml", "set.jsonl", "--into", "new", "-o", "new.jsonl").stderr
    # Twice full scale, which files of floating point hold.
    missed = "warning: 1 of 2 miss fit.level_db, by -5.98 in the median and -5.98 at most: whole numbers would clip"
    assert missed in said.splitlines()
    (tmp_path / "line.yaml").write_text(
        "kind: pipeline\nsteps:\n  - scan: {paths: [a], label: none}\n"
        "  - augment: {recipe: loud.yaml, into: more, split: all}\n"
    )
    steps = json.loads(burnish("run", "line.yaml", "--json").stdout)["steps"]
    assert steps[1]["warnings"] == [missed]


def test_a_record_that_someone_wrote_into_is_no_miss(burnish: Burnish, tmp_path: Path) -> None:
    from augment.render.generate import GenerationTally

    tally = GenerationTally()
    tally.note_missed([{"name": "x", "missed": "much"}, {"missed": {"lufs": 3}}, {"missed": {"lufs": {"by": "far"}}}])
    assert not tally.missed
