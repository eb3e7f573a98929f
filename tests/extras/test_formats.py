"""Formats that extras read: decoded strictly, measured, and what is made of them is in a format that the base can read.

Without an extra a test is skipped; `make test-extras` installs all of them beside the environment.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.media.audio import decode_audio
from curate.media.image import decode_image
from curate.media.repair.cut import cut_behind
from curate.media.repair.refused import CannotRepairError
from curate.media.sniff import VIDEO
from tests.conftest import Burnish

RATE, SECONDS = 16000, 3.0
SOUNDS = {
    "m4a": ("mp4", "aac"),
    "alac": ("mp4", "alac"),
    "aac": ("adts", "aac"),
    "wma": ("asf", "wmav2"),
    "webm": ("webm", "libopus"),
    "wv": ("wv", "wavpack"),
    "tta": ("tta", "tta"),
}
"""Container and codec, as FFmpeg calls them."""
PICTURES = {"heic": "HEIF", "jxl": "JXL"}


def sound_of(name: str) -> bytes:
    av = pytest.importorskip("av", reason="the extra `av` is not installed")
    form, codec = SOUNDS[name]
    generator = np.random.default_rng(0)
    samples = (0.2 * generator.standard_normal((1, int(RATE * SECONDS)))).astype(np.float32)
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        rate = 48000 if codec == "libopus" else RATE
        stream = container.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 64_000
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format, "mono", rate, stream.codec_context.frame_size or None)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


def picture_of(name: str, **options: Any) -> bytes:
    if name == "heic":
        pytest.importorskip("pillow_heif", reason="the extra `heif` is not installed").register_heif_opener()
    else:
        pytest.importorskip("pillow_jxl", reason="the extra `jxl` is not installed")
    noise = np.random.default_rng(0).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((320, 240), Image.Resampling.BICUBIC).save(file, PICTURES[name], **options)
    return file.getvalue()


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_decoded_whole(name: str) -> None:
    decoded = decode_audio(sound_of(name), None if name != "aac" else "AAC")
    assert decoded.findings == ()
    assert decoded.header.duration_s == pytest.approx(SECONDS, abs=0.2)
    assert decoded.samples is not None
    assert np.sqrt(np.square(decoded.samples).mean()) == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_that_was_cut_is_found(name: str) -> None:
    data = sound_of(name)
    (finding,) = decode_audio(data[: int(0.6 * len(data))], "AAC").findings
    assert finding.check in {"truncated", "damaged", "unreadable"}


@pytest.mark.parametrize("name", ["m4a", "alac", "wv", "tta"])
def test_a_sound_with_wrong_bytes_is_found(name: str) -> None:
    data = bytearray(sound_of(name))
    for place in range(20):
        data[len(data) // 2 + 13 * place] ^= 0x55
    assert decode_audio(bytes(data), None).findings


def test_a_video_is_called_one() -> None:
    av = pytest.importorskip("av", reason="the extra `av` is not installed")
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * level, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (finding,) = decode_audio(file.getvalue(), None).findings
    assert (finding.check, finding.detail) == ("unreadable", VIDEO)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_decoded(name: str) -> None:
    decoded = decode_image(picture_of(name, quality=90), PICTURES[name])
    assert decoded.findings == ()
    assert (decoded.header.format, decoded.header.width, decoded.header.height) == (PICTURES[name], 320, 240)
    assert decoded.pixels is not None


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("left", [0.6, -2])
def test_a_picture_that_was_cut_is_found(name: str, left: float) -> None:
    data = picture_of(name, quality=90)
    (finding,) = decode_image(data[: int(left * len(data)) if left > 0 else int(left)], PICTURES[name]).findings
    assert finding.check in {"truncated", "damaged", "unreadable"}
    assert "build" not in finding.detail


def test_generated_files_can_be_read_without_an_extra(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.m4a").write_bytes(sound_of("m4a"))
    (tmp_path / "data" / "b.heic").write_bytes(picture_of("heic", quality=90))
    (tmp_path / "r.yaml").write_text("kind: augment\naudio: [gain]\nimage: [{jpeg: {quality: 50}}]\n")
    burnish("scan", "data", "--label", "none", "-o", "set.jsonl")
    burnish("augment", "r.yaml", "set.jsonl", "--into", "made", "--split", "all", "-o", "more.jsonl")
    made = [json.loads(line) for line in (tmp_path / "more.jsonl").read_text().splitlines() if '"origin"' in line]
    assert sorted(Path(sample["path"]).suffix for sample in made) == [".png", ".wav"]


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.media.audio.find_spec", lambda name: None)
    monkeypatch.setattr("curate.media.image_formats.pillow.find_spec", lambda name: None)


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(
    ("decode", "head", "extra"),
    [
        (decode_audio, b"\0\0\0\x20ftypM4A " + bytes(40), "av"),
        (decode_audio, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(40), "av"),
        (decode_audio, b"\x1a\x45\xdf\xa3" + bytes(40), "av"),
        (decode_image, b"\0\0\0\x18ftypheic" + bytes(40), "heif"),
        (decode_image, b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40), "jxl"),
    ],
)
def test_without_an_extra_the_finding_names_it(decode: Callable[..., Any], head: bytes, extra: str) -> None:
    (finding,) = decode(head, None).findings
    assert finding.check == "unreadable"
    assert f"pip install 'burnish[{extra}]'" in finding.detail


@pytest.mark.parametrize(("name", "form"), [("m4a", "MP4"), ("alac", "MP4"), ("heic", "HEIF")])
def test_what_stands_behind_the_last_box_goes(name: str, form: str) -> None:
    data = picture_of(name) if name in PICTURES else sound_of(name)
    behind = b"PK\x03\x04" + bytes(90)
    cut = cut_behind(data + behind, form)
    assert cut is not None
    assert (cut.data, cut.behind, cut.bytes) == (data, "a zip archive", len(behind))
    assert cut_behind(data, form) is None


def test_a_bare_jpeg_xl_gives_no_end() -> None:
    with pytest.raises(CannotRepairError, match="does not say how long"):
        cut_behind(picture_of("jxl") + bytes(90), "JXL")
