"""`codec`: every format changes the sound a little, and neither its length nor its timing."""

import io
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import ValidationError, convert

from augment.audio.channel import codec
from augment.audio.channel.bandlimit import bandlimit
from augment.audio.channel.codec import (
    CODECS,
    Format,
    Settings,
    apply,
    draw,
    level_for,
    possible_kbps,
    prepare,
    through_codec,
)
from augment.audio.channel.resample import resample
from augment.operations.media import Media
from curate.facts.audio import measure_audio
from curate.facts.records import AudioFacts
from curate.ground.errors import InputError
from tests.augment.audio.sounds import Sound, delay, heard, noise, power_db, tone


def envelope(sound: Sound, rate: int) -> Sound:
    """The RMS over 10 ms around each sample, less its mean."""
    size = rate // 100
    smooth = np.sqrt(np.convolve(np.square(sound[:, 0]), np.ones(size) / size, "same"))
    found: Sound = (smooth - smooth.mean()).astype(np.float32)[:, None]
    return found


HERE = [name for name, made in CODECS.items() if made.container or find_spec("av")]
"""Those that can be tried here: aac and amr_nb need the extra."""


@pytest.fixture
def speech(data: Path) -> Sound:
    path = sorted((data / "speech_commands").rglob("*.wav"))[40]
    samples: Sound = soundfile.read(path, dtype="float32", always_2d=True)[0]
    return samples


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("name", HERE)
def test_length_timing_and_level_stay(speech: Sound, name: Format, rate: int) -> None:
    sound = resample(speech, 16000, rate)[:-37]
    coded = through_codec(sound, rate, name, 0.5)
    assert coded.shape == sound.shape
    assert coded.dtype == np.float32
    if name == "amr_nb":
        # It keeps the spectrum and not the wave, which may come out a period of the voice off: the envelope tells.
        assert abs(delay(envelope(sound, rate), envelope(coded, rate))) < 0.004 * rate
    else:
        assert delay(sound, coded) == 0
    assert 0.4 < coded.std() / sound.std() < 1.2
    assert not np.array_equal(coded, sound)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("rate", "kbps"),
    [
        *((8000, kbps) for kbps in (8, 16, 24, 64)),
        *((11025, kbps) for kbps in (16, 24, 32)),
        *((16000, kbps) for kbps in (16, 24, 32, 40, 64)),
        *((22050, kbps) for kbps in (32, 48, 56)),
        *((32000, kbps) for kbps in (32, 40, 64)),
        *((44100, kbps) for kbps in (32, 48, 64, 128)),
        *((48000, kbps) for kbps in (32, 48, 64)),
    ],
)
def test_mp3_of_any_bit_rate_is_in_time_and_whole(rate: int, kbps: float, channels: int) -> None:
    """In small frames there is no room for what tells a decoder of the delay: 1,105 samples, and the end was lost."""
    frames = 2 * rate + 17
    clicks = np.zeros((frames, channels), np.float32)
    # Bursts of a tone that every rate keeps, one of them at the very end.
    burst = tone(500, 0.05, rate=rate, amplitude=0.5)
    for start in (rate // 3, rate, frames - len(burst)):
        clicks[start : start + len(burst)] += burst
    coded = through_codec(clicks, rate, "mp3", None, possible_kbps("mp3", rate, channels, kbps))
    assert coded.shape == clicks.shape
    assert abs(delay(clicks, coded)) <= 1
    for start in (rate // 3, rate, frames - len(burst)):
        assert power_db(coded[start : start + len(burst)]) > power_db(burst) - 6


@pytest.mark.parametrize("frames", [1, 10, 100, 1000, 1151, 1152, 1153, 2304])
@pytest.mark.parametrize("kbps", [16, 24, 64])
def test_mp3_of_a_short_sound_begins_where_it_did(frames: int, kbps: float) -> None:
    sound = (tone(400, frames / 16000) * np.hanning(frames)[:, None]).astype(np.float32)
    coded = through_codec(sound, 16000, "mp3", None, kbps)
    assert coded.shape == sound.shape
    if frames >= 1000:
        assert abs(delay(sound, coded)) <= 1
        assert np.corrcoef(sound[:, 0], coded[:, 0])[0, 1] > 0.98


@pytest.mark.parametrize("kbps", [6, 12, 24])
@pytest.mark.parametrize("name", sorted({"aac", "mp3", "opus"}.intersection(HERE)))
def test_opposite_channels_are_not_lost(speech: Sound, name: Format, kbps: float) -> None:
    opposite = np.concatenate([speech, -speech], axis=1)
    coded = through_codec(opposite, 16000, name, None, possible_kbps(name, 16000, 2, kbps))
    assert power_db(coded) > power_db(opposite) - 6


@pytest.mark.parametrize("name", HERE)
def test_the_same_bytes_every_time(speech: Sound, name: Format) -> None:
    first, again = (through_codec(speech, 16000, name, 0.7).tobytes() for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize(("frames", "channels"), [(1, 1), (10, 2), (700, 3)])
def test_any_shape(name: Format, frames: int, channels: int) -> None:
    assert through_codec(noise(frames, channels), 16000, name).shape == (frames, channels)


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize("rate", [1000, 384_000])
def test_any_rate(name: Format, rate: int) -> None:
    assert through_codec(noise(3000, 2), rate, name).shape == (3000, 2)


@pytest.mark.parametrize("name", HERE)
def test_channels_stay_apart(name: Format) -> None:
    both = np.concatenate([tone(440, 1, 8000), np.zeros((8000, 1), np.float32)], axis=1)
    coded = through_codec(both, 8000, name, 0.3)
    assert power_db(coded[:, :1]) - power_db(coded[:, 1:] + np.float32(1e-9)) > 20


def test_telephones_have_no_treble() -> None:
    assert power_db(through_codec(tone(6000, 1), 16000, "ulaw")[800:-800]) < -60
    assert power_db(through_codec(tone(6000, 1), 16000, "vorbis", 0)[800:-800]) > -12


def test_ulaw_by_its_standard() -> None:
    # G.711 keeps the sign, three bits of exponent and four of mantissa: at most 1/32 off.
    sound = tone(300, 0.5, 8000)
    loud = np.abs(sound) > 0.1
    np.testing.assert_allclose(through_codec(sound, 8000, "ulaw")[loud], sound[loud], rtol=1 / 31)


def test_too_loud_is_clipped_and_does_not_wrap() -> None:
    coded = through_codec(np.full((8000, 1), 1.5, np.float32), 8000, "ima_adpcm")
    assert coded[1000:].min() > 0.9


@pytest.mark.parametrize("name", sorted({"aac", "mp3", "opus", "vorbis"}.intersection(HERE)))
def test_more_compression_is_more_damage(speech: Sound, name: Format) -> None:
    sound = resample(speech, 16000, 8000)
    media = Media(sound, 8000)
    light, heavy = (
        power_db(heard(apply(media, {"format": name, "compression": level})) - sound) for level in (0.1, 0.95)
    )
    assert heavy > light + 2


def test_drawn_from_a_list() -> None:
    media, generator = Media(noise(100), 8000), np.random.default_rng(0)
    settings = convert({"format": ["ulaw", "mp3"], "compression": [0.2, 0.4]}, Settings)
    drawn = [draw(settings, media, generator) for _ in range(50)]
    assert {one["format"] for one in drawn} == {"ulaw", "mp3"}
    assert all(("compression" in one) == (one["format"] == "mp3") for one in drawn)
    assert all(0.2 <= one["compression"] <= 0.4 for one in drawn if "compression" in one)
    assert apply(media, drawn[0]).array.shape == (100, 1)


@pytest.mark.parametrize("wrong", ["wma", [], ["ulaw", "wma"]], ids=["unknown", "empty", "unknown-in-list"])
def test_limits(wrong: object) -> None:
    with pytest.raises(ValidationError):
        convert({"format": wrong}, Settings)


@pytest.mark.parametrize("name", sorted({"aac", "amr_nb", "mp3", "opus"}.intersection(HERE)))
def test_a_bit_rate_is_heard_and_one_that_there_is_not_is_said(speech: Sound, name: Format) -> None:
    media = Media(speech, 16000)
    few = draw(Settings(format=name, bitrate_kbps=8), media, np.random.default_rng(0))
    assert few == {"format": name, "bitrate_kbps": 8}
    many = draw(Settings(format=name, bitrate_kbps=64), media, np.random.default_rng(0))
    off = [power_db(heard(apply(media, drawn)) - speech) for drawn in (few, many)]
    assert name == "amr_nb" or off[0] > off[1] + 6
    assert "missed" not in apply(media, few).noted
    if name == "amr_nb":
        assert apply(media, many).noted["missed"] == {
            "bitrate_kbps": {"by": -51.8, "why": "amr_nb has no such bit rate at 8000 Hz"}
        }
    loud = Media(resample(speech, 16000, 44100), 44100)
    if name == "mp3":
        assert apply(loud, few).noted["missed"]["bitrate_kbps"]["by"] == 24


def test_two_channels_share_the_bit_rates_of_mp3() -> None:
    # MPEG 1 has 32 to 320 kbit/s, MPEG 2 8 to 160, of a file: of two channels half of that each.
    def missed(channels: int, rate: int, kbps: float) -> object:
        noted = apply(Media(noise(rate, channels), rate), {"format": "mp3", "bitrate_kbps": kbps}).noted
        return noted["missed"]["bitrate_kbps"]["by"] if "missed" in noted else None

    assert missed(2, 44100, 16) is None
    assert missed(2, 44100, 200) == -40
    assert missed(2, 16000, 100) == -20
    # Three are encoded one by one.
    assert missed(3, 44100, 16) == 16


def test_aac_has_no_more_bits_than_its_blocks_hold() -> None:
    assert [possible_kbps("aac", rate, 1, 120) for rate in (8000, 16000, 44100)] == [48, 96, 120]


@pytest.mark.parametrize(("name", "rate", "kbps"), [("OPUS", 16000, 16), ("MPEG_LAYER_III", 22050, 24)])
def test_the_bit_rate_is_that_of_the_file(speech: Sound, name: str, rate: int, kbps: float) -> None:
    file, sound = io.BytesIO(), np.tile(resample(speech, 16000, rate), (10, 1))
    container = "OGG" if name == "OPUS" else "MP3"
    soundfile.write(file, sound, rate, name, format=container, closefd=False, **level_for(name, rate, kbps, 1))
    assert len(file.getvalue()) * 8 / 1000 / (len(sound) / rate) == pytest.approx(kbps, rel=0.12)


def test_the_rate_that_is_encoded_at_takes_the_treble() -> None:
    sound = tone(5000, 1)
    assert power_db(through_codec(sound, 16000, "mp3", 0.1)) > -12
    assert power_db(through_codec(sound, 16000, "mp3", 0.1, coded_rate=8000)) < -50
    # Opus works at 12 kHz then, which would let it through.
    assert power_db(through_codec(sound, 16000, "opus", 0.1, coded_rate=9000)) < -50
    settings = convert({"format": "mp3", "sample_rate": [8000, 12000]}, Settings)
    rates = {draw(settings, Media(sound, 16000), np.random.default_rng(seed))["sample_rate"] for seed in range(20)}
    assert rates == {8000, 12000}


def test_a_codec_whose_package_is_missing_is_left_out_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "find_spec", lambda name: None)
    found = prepare(Settings(format=("mp3", "aac")))
    assert found.settings.format == ("mp3",)
    assert found.notes == ("codec: aac is left out; pip install 'burnish[av]'",)
    assert found.identity == prepare(Settings(format=("mp3",))).identity
    with pytest.raises(InputError, match=r"^amr_nb needs the package av: pip install 'burnish\[av\]'$"):
        prepare(Settings(format="amr_nb"))


@pytest.mark.parametrize(("name", "encoding"), [("ulaw", "u-law"), ("alaw", "a-law"), ("gsm610", "gsm-full-rate")])
def test_a_telephone_is_like_one_by_another_program(data: Path, name: Format, encoding: str) -> None:
    """Bandwidth, SNR and loudness, as a scan measures them, of our chain and of sox's filter, resampler and codec."""
    sox = shutil.which("sox")
    if not sox:
        pytest.skip("sox is not installed")
    to_phone = [sox, "-t", "wav", "-", "-r", "8000", "-e", encoding, "-t", "wav", "-", "sinc", "-n", "255", "250-3450"]
    back = [sox, "-t", "wav", "-", "-r", "16000", "-e", "signed", "-b", "16", "-t", "wav", "-"]
    measured: dict[str, list[tuple[float, ...]]] = {"ours": [], "sox": [], "steep, no codec": []}
    for path in sorted((data / "speech_commands").rglob("*.wav"))[::30]:
        sound: Sound = soundfile.read(path, dtype="float32", always_2d=True)[0]
        coded = subprocess.run(to_phone, input=path.read_bytes(), capture_output=True, check=True).stdout
        plain = subprocess.run(back, input=coded, capture_output=True, check=True).stdout
        made = {
            "ours": through_codec(bandlimit(sound, 16000, 300, 3400, 36), 16000, name),
            "sox": soundfile.read(io.BytesIO(plain), dtype="float32", always_2d=True)[0],
            "steep, no codec": bandlimit(sound, 16000, 300, 3400),
        }
        for kind, one in made.items():
            facts = measure_audio(one, AudioFacts(sample_rate=16000))
            measured[kind].append((facts.bandwidth_hz or 0, facts.snr_db or 0, facts.loudness_lufs or 0))
    ours, theirs, steep = (np.median(measured[kind], axis=0) for kind in measured)
    assert ours[0] == pytest.approx(theirs[0], abs=100)
    assert steep[0] < theirs[0] - 250
    assert ours[1] == pytest.approx(theirs[1], abs=2)
    assert ours[2] == pytest.approx(theirs[2], abs=1)


def test_a_sample_rate_that_the_codec_does_not_have_is_noted() -> None:
    noted = apply(Media(noise(44100), 44100), {"format": "ulaw", "sample_rate": 16000}).noted
    assert noted["missed"] == {"sample_rate": {"by": -8000, "why": "ulaw works at 8000 Hz at most"}}
    # At the recording's own rate nothing was asked for, and a rate below is gone through by resampling.
    assert "missed" not in apply(Media(noise(44100), 44100), {"format": "ulaw"}).noted
    lower = apply(Media(noise(44100), 44100), {"format": "opus", "sample_rate": 11025, "compression": 0.5}).noted
    assert "missed" not in lower
