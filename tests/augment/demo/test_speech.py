import csv
import io
from collections import Counter

import numpy as np
import pytest
import soundfile

from augment.demo.damage import PAGE
from augment.demo.speech import NEW, TESTED, make_recordings


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make_recordings(0)


@pytest.fixture(scope="module")
def noise(files: dict[str, bytes]) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(files["speech/metadata.csv"].decode()))
    return {f"speech/{row['file_name']}": row["noise"] for row in rows}


def test_only_the_test_has_noise_a_fifth_of_it_each_kind(files: dict[str, bytes], noise: dict[str, str]) -> None:
    assert noise.keys() <= files.keys()
    assert Counter(noise.values()) == {"babble": 60, "street": 60, "machine": 60}
    assert all(name.startswith("speech/test/") for name in noise)
    assert sum(name.startswith("speech/test/") for name in files) == 300


def test_the_speakers_of_the_test_are_no_others_apart_from_the_copies(files: dict[str, bytes]) -> None:
    said = Counter((name.split("/")[1], name.split("_")[1]) for name in files if "_" in name)
    assert {speaker for place, speaker in said if place == "test"} == set(TESTED)
    assert {speaker for place, speaker in said if place == "new"} == set(NEW)
    assert sum(count for (place, speaker), count in said.items() if place == "train" and speaker in TESTED) == 8


def test_the_classes_are_uneven_in_training(files: dict[str, bytes]) -> None:
    counts = Counter(name.split("/")[2][0] for name in files if name.startswith("speech/train/"))
    assert max(counts.values()) > 2.5 * min(counts.values())


def test_noises_to_train_with_are_whole_recordings_and_not_among_the_data(files: dict[str, bytes]) -> None:
    names = {name for name in files if name.startswith("noise/")}
    assert names == {f"noise/{kind}/{number}.flac" for kind in ("babble", "street", "machine") for number in range(4)}
    for name in names:
        samples, rate = soundfile.read(io.BytesIO(files[name]))
        assert (rate, len(samples)) == (8000, 48000)
        assert np.sqrt(np.mean(np.square(samples))) == pytest.approx(0.08, rel=0.02)


def test_files_are_broken_in_six_ways_two_of_each(files: dict[str, bytes]) -> None:
    found = Counter(_kind(data) for name, data in files.items() if name.startswith("speech/train/"))
    assert (found["empty"], found["page"], found["silent"]) == (2, 2, 2)
    assert found["wav"] == 2 + 3, "two have the name of a FLAC file, three are copies that are less loud"
    assert found["broken"] >= 2


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_other_ones(files: dict[str, bytes]) -> None:
    assert make_recordings(0) == files
    assert make_recordings(1)["noise/street/0.flac"] != files["noise/street/0.flac"]


def _kind(data: bytes) -> str:
    if not data or data == PAGE:
        return "page" if data else "empty"
    if data[:4] == b"RIFF":
        return "wav"
    try:
        samples, _ = soundfile.read(io.BytesIO(data))
    except soundfile.LibsndfileError:
        return "broken"
    return "sound" if np.any(samples) else "silent"
