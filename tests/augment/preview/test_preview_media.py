import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from augment.preview.preview_media import DETAIL_SIDE, MAX_SIDE, look_at
from curate.ground.errors import InputError


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def write(path: Path, samples: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", rate: int, subtype: str) -> str:
    soundfile.write(path, samples, rate, subtype=subtype)
    return str(path)


def test_a_small_picture_is_shown_without_loss(tmp_path: Path, picture: Callable[..., Path]) -> None:
    path = picture(tmp_path / "a.png")
    (look,) = look_at("image", [str(path)])
    assert (look.media_type, look.size, look.note) == ("image/png", (64, 48), "")
    np.testing.assert_array_equal(np.asarray(decoded(look.data)), np.asarray(Image.open(path)))


def test_a_large_picture_is_reduced_and_says_so(tmp_path: Path, picture: Callable[..., Path]) -> None:
    (look,) = look_at("image", [str(picture(tmp_path / "a.jpg", (2000, 1000)))])
    assert look.media_type == "image/jpeg"
    assert look.size == (2000, 1000)
    assert decoded(look.data).size == (MAX_SIDE, MAX_SIDE // 2)
    assert look.note == "reduced to 640 x 320 for this page"
    assert decoded(look.detail).size == (DETAIL_SIDE, DETAIL_SIDE)
    whole = np.asarray(Image.open(tmp_path / "a.jpg")).astype(int)
    assert np.abs(whole[340:660, 840:1160] - np.asarray(decoded(look.detail))).max() <= 8, "it is the middle, unscaled"


def test_the_detail_of_a_narrow_picture_is_as_narrow(tmp_path: Path, picture: Callable[..., Path]) -> None:
    (look,) = look_at("image", [str(picture(tmp_path / "a.jpg", (2000, 100)))])
    assert decoded(look.detail).size == (DETAIL_SIDE, 100)


def test_what_a_camera_wrote_about_the_place_is_not_on_the_page(tmp_path: Path, picture: Callable[..., Path]) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    for size in ((64, 48), (500, 400)):
        (look,) = look_at("image", [str(picture(tmp_path / "a.jpg", size, exif=exif))])
        assert b"SECRETCAMERA" not in look.data


def test_sounds_are_drawn_at_one_scale(tmp_path: Path) -> None:
    tone = 0.8 * np.sin(np.arange(8000) * 0.3)
    paths = [
        write(tmp_path / "loud.wav", tone, 8000, "PCM_16"),
        write(tmp_path / "soft.wav", tone[:4000] / 4, 8000, "PCM_16"),
        write(tmp_path / "wide.wav", tone[:8000] / 2, 16000, "PCM_16"),
    ]
    loud, soft, wide = look_at("audio", paths)
    assert [look.span_s for look in (loud, soft, wide)] == [1.0, 0.5, 0.5]
    assert [look.axis for look in (loud, soft, wide)] == [1.0, 0.5, 0.5]
    assert [len(look.waveform) for look in (loud, soft, wide)] == [300, 150, 150]
    assert max(loud.waveform) == 1.0
    assert max(soft.waveform) == pytest.approx(0.25, abs=0.001)
    assert {look.top_hz for look in (loud, soft, wide)} == {8000}
    levels = [np.asarray(decoded(look.spectrogram)).max() for look in (loud, soft)]
    assert levels[0] == 255
    assert levels[1] == pytest.approx(255 * (1 - 12.04 / 80), abs=2)


@pytest.mark.parametrize("subtype", ["ULAW", "PCM_24", "FLOAT", "PCM_16"])
@pytest.mark.parametrize(("rate", "played"), [(4000, 8000), (8000, 8000), (44100, 44100), (192000, 96000)])
def test_every_sound_is_made_playable(tmp_path: Path, subtype: str, rate: int, played: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(rate // 4) / rate)
    (look,) = look_at("audio", [write(tmp_path / "a.wav", tone, rate, subtype)])
    info = soundfile.info(io.BytesIO(look.data))
    assert (info.format, info.subtype, info.samplerate) == ("WAV", "PCM_16", played)
    assert info.duration == pytest.approx(0.25, abs=0.001)


def test_of_a_long_recording_the_beginning_is_shown(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, (20 * 8000, 2))
    (look,) = look_at("audio", [write(tmp_path / "a.wav", noise, 8000, "PCM_16")])
    assert look.span_s == 15
    assert look.note == "first 15.0 s"


@pytest.mark.parametrize("steps", [0, 2], ids=["digital", "rounding-noise"])
def test_silence_looks_silent(tmp_path: Path, steps: int) -> None:
    noise = np.random.default_rng(0).integers(-steps, steps + 1, 8000) / 32768
    (look,) = look_at("audio", [write(tmp_path / "a.wav", noise, 8000, "PCM_16")])
    assert max(look.waveform) == pytest.approx(steps / 328, abs=0.001)
    assert np.asarray(decoded(look.spectrogram)).max() <= 40 * steps, "a third of the colours at most"


def test_what_cannot_be_decoded_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing")
    with pytest.raises(InputError):
        look_at("audio", [str(tmp_path / "a.wav")])
