"""Corpora by the names of their folders, on folders of the same layout that are made here."""

from pathlib import Path

import pytest
import soundfile

from augment.audio.noise.corpora import sound_of
from augment.audio.noise.mix_noise import Noises, Settings, prepare
from augment.audio.room import reverb
from curate.ground.errors import InputError
from tests.augment.audio.sounds import noise

MUSAN = {
    "music/fma/music-fma-0000.wav": "music",
    "music/rfm/music-rfm-0001.wav": "music",
    "noise/free-sound/noise-free-sound-0000.wav": "noise",
    "noise/sound-bible/noise-sound-bible-0000.wav": "noise",
    "speech/librivox/speech-librivox-0000.wav": "speech",
}
RIRS = {
    "pointsource_noises/noise-free-sound-0001.wav": "noise",
    "real_rirs_isotropic_noises/RVB2014_type1_rir_largeroom1_far_angla.wav": "room",
    "real_rirs_isotropic_noises/RVB2014_type1_noise_largeroom1_1.wav": "noise",
    "real_rirs_isotropic_noises/air_type1_air_binaural_aula_carolina_0_1_3.wav": "room",
    "simulated_rirs/smallroom/Room001/Room001-00001.wav": "room",
    "simulated_rirs/largeroom/Room200/Room200-00100.wav": "room",
}


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    for folder, files in (("musan", MUSAN), ("RIRS_NOISES", RIRS), ("plain", {"speech/a.wav": "", "noise/b.wav": ""})):
        for seed, name in enumerate(files):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, noise(3000, seed=seed), 16000)
        (tmp_path / folder / "README").write_text("what it is")
    return tmp_path


@pytest.mark.parametrize("above", ["", "deeper/"], ids=["itself", "above-it"])
@pytest.mark.parametrize(("corpus", "files"), [("musan", MUSAN), ("RIRS_NOISES", RIRS)], ids=["musan", "rirs"])
def test_what_a_file_is(corpora: Path, above: str, corpus: str, files: dict[str, str]) -> None:
    root = corpora if above else corpora / corpus
    for name, sound in files.items():
        assert sound_of(str(root), str(corpora / corpus / name)) == sound


def test_other_folders_are_none(corpora: Path) -> None:
    assert sound_of(str(corpora / "plain"), str(corpora / "plain/speech/a.wav")) is None
    assert sound_of(str(corpora / "musan/speech"), str(corpora / "musan/speech/librivox/x.wav")) is None


def names(settings: Noises | reverb.Rooms) -> set[str]:
    return {Path(one.path).name for one in settings.recordings}


@pytest.mark.parametrize(
    ("part", "expected"),
    [("noise", {"noise"}), ("music", {"music"}), (("music", "speech"), {"music", "speech"})],
    ids=["noise", "music", "two"],
)
def test_musan_behind_speech(corpora: Path, part: str | tuple[str, ...], expected: set[str]) -> None:
    found = prepare(Settings(folder=str(corpora / "musan"), part=part))  # type: ignore[arg-type]
    assert names(found.settings) == {Path(name).name for name, sound in MUSAN.items() if sound in expected}
    assert len(found.notes) == 1
    assert "are not" in found.notes[0]


def test_a_part_that_is_named_itself(corpora: Path) -> None:
    found = prepare(Settings(folder=str(corpora / "musan" / "music")))
    assert names(found.settings) == {"music-fma-0000.wav", "music-rfm-0001.wav"}
    assert found.notes == ()


@pytest.mark.parametrize("folder", ["RIRS_NOISES", "RIRS_NOISES/real_rirs_isotropic_noises"])
def test_noises_and_rooms_of_openslr_are_told_apart(corpora: Path, folder: str) -> None:
    here = {name for name in RIRS if f"RIRS_NOISES/{name}".startswith(folder)}
    noises = prepare(Settings(folder=str(corpora / folder)))
    rooms = reverb.prepare(reverb.Settings(folder=str(corpora / folder)))
    assert names(noises.settings) == {Path(name).name for name in here if RIRS[name] == "noise"}
    assert names(rooms.settings) == {Path(name).name for name in here if RIRS[name] == "room"}


def test_a_corpus_without_what_is_wanted(corpora: Path) -> None:
    with pytest.raises(InputError, match=r"simulated_rirs has no noise \(but 2 of room\)$"):
        prepare(Settings(folder=str(corpora / "RIRS_NOISES" / "simulated_rirs")))
