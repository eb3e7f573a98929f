"""Completion: a shell is given the values that there are."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("burnish tra", ["train", "transforms"]),
        ("burnish train --model s", ["svm"]),
        ("burnish dedup --keep ", ["best", "first", "largest", "newest", "oldest"]),
        ("burnish clean --drop bl", ["blurry"]),
        ("burnish clean --drop dark,bl", ["dark,blurry"]),
        ("burnish clean --set da", ["dark="]),
        ("burnish clean --fail-on err", ["error"]),
        ("burnish run image-l", ["image-loop"]),
        ("burnish augment images-", ["images-standardize"]),
        ("burnish augment photos-we", ["photos-wear"]),
        ("burnish recipes speech-l", ["speech-loop"]),
        ("burnish transforms mix_", ["mix_noise"]),
        ("burnish scan --label n", ["none"]),
    ],
)
def test_values_are_completed(line: str, offered: list[str]) -> None:
    environment = {
        **os.environ, "_BURNISH_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")),
    }  # fmt: skip
    result = subprocess.run(
        [sys.executable, str(ROOT / "burnish.py")], env=environment, capture_output=True, text=True, check=True
    )
    assert sorted(result.stdout.split()) == offered
    assert result.stderr == ""
