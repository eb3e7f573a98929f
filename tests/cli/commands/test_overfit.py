"""`burnish overfit`: exit code and words."""

import json
import shutil
from pathlib import Path

from tests.baselines.samples import tones
from tests.conftest import Burnish


def test_a_sound_handful(burnish: Burnish, tmp_path: Path) -> None:
    tones(tmp_path / "d", 6)
    burnish("scan", "d", "--pattern", "{label}_{take}", "-o", "set.jsonl")
    assert burnish("overfit", "set.jsonl").stdout.startswith("12 of 12 samples of 2 classes are right (svm)\n")
    assert json.loads(burnish("overfit", "set.jsonl", "--samples", 4, "--json").stdout)["accuracy"] == 1


def test_the_same_sound_under_two_labels_fails_the_gate(burnish: Burnish, tmp_path: Path) -> None:
    tones(tmp_path / "d", 1)
    shutil.copy(tmp_path / "d/low_0.wav", tmp_path / "d/high_1.wav")
    burnish("scan", "d", "--pattern", "{label}_{take}", "-o", "set.jsonl")
    result = burnish("overfit", "set.jsonl", code=1)
    assert "\n2 of 3 samples of 2 classes are right" in result.stdout
    assert result.stderr.startswith("burnish overfit: the model gets only 2 of 3 samples right that it was trained on:")
    assert "samples that are the same have different labels" in result.stderr
    assert result.stderr.count("\n") == 1
