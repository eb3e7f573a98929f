"""JPEGs of every chroma sampling and coding process, cut and given a new end marker; damage beside the picture."""

import base64
import io
import shutil
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from curate.media.image import decode_image, load_pixels

ROWS, COLUMNS = np.mgrid[0:240, 0:320]
NOISE = np.random.default_rng(5).normal(0, 12, (240, 320, 3))
PICTURE = (np.stack([COLUMNS * 0.7, ROWS, (ROWS + COLUMNS) / 3], axis=-1) + NOISE).clip(0, 255).astype(np.uint8)
SAMPLINGS = ("1x1", "2x1", "2x2", "1x2", "3x1", "4x1", "1x4", "4x2", "2x4", "1x3", "3x2", "2x1,1x2,1x1")
PROCESSES = {
    **{sampling: ("-sample", sampling) for sampling in SAMPLINGS},
    **{f"progressive {sampling}": ("-progressive", "-sample", sampling) for sampling in SAMPLINGS},
    **{f"arithmetic {sampling}": ("-arithmetic", "-sample", sampling) for sampling in SAMPLINGS},
    "grey": ("-grayscale",),
    "rgb": ("-rgb",),
    "arithmetic progressive": ("-arithmetic", "-progressive"),
    "restart markers": ("-restart", "1"),
}
# What no encoder that is installed everywhere writes: by jpeg8_encode of imagecodecs 2026.3.6.
LOSSLESS_400X400 = (
    "eNrt0KENwlAUQNH30wQQhKQG3VWoqa/FNaARLIHsImgsCZUMAAyAZIUPSBQI5Dn2upsv+RGzxWrTrWMVb/kU5ST1qS/aMpoy6jLyEPNIKcWH8SjfYlq00UQd"
    "r3a+b6sAAAAAAAAAAAAAAAAAAIDvDsv90QUAAAAAAAAAAAAAAAAAAH6wG7rKBQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADgT/L1CePlFzc="
)
TWELVE_BITS_24X16 = (
    "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZmBiREEQCQTCLAwg0hWFhZmFjZWNjYwZufkAGJ2NjYObg5OLhAAsni4uXhAHJAhEK1MrMzMrFzsbOxcJIP/BxkE"
    "eRgEGCSYGZUYmAQZmQUZ/x9hEGdgYAY6Exnw8HIDJfQEgD5g52JjhouzMDAxs/IICjMCHcolIibulsTBLaoZGCQhmQwyiBHdIA4ubl6ghKEg0ApWFlZeuATQ"
    "GEYWoCHcgkLCQFWiTkDDpBRV1A2NXQITk/7fYuABmsQkyCzIYM8wNTShd5qwsUF8XsZEvV+h/8zEbopx3JTbbMz67XSn0Psl8Y8TzZ1PS6Y2nzmztzTmolJs"
    "yeq/ZcLCMRunua85c/rezUBVz9JL+l9vBPXcXLpaPSq5uPzvy71GPzbrn9n9dr+V8tLpf/edd6o5+TGYjc//fd6nw78vauxmycn9FJTGM/nVPhXvfb31/Wea"
    "VrCnBc53W+bV+Tzn2MOs9qz5PyuPJKkvjr44V7gzfGGQz8VEsRNXH129PLUqyTBWNSnHtGfZ6gstEjpHFqgYRAl4HGUXqHD76qptm/zaw7ZQyTZolWWgRqpZ"
    "oXOkQpxP69Iv12fxZeq7M0tMln+kGa//WCPzZubVNRkiE85EcB0K3OEVXFhiksiwhW1bZO7nr7/7V8pyrjtkGHjY3/qS5Kt3ek4GOjrbkjn11597brKxQOrQ"
    "p2PnLnD47N1V//8mAC/NukI="
)
BASELINE_AT_SOF = b"\xff\xc0"


def unpack(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def pillow(**options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PICTURE).save(file, "JPEG", **options)
    return file.getvalue()


def checks(data: bytes) -> list[str]:
    return [found.check for found in decode_image(data).findings]


@pytest.mark.skipif(shutil.which("cjpeg") is None, reason="needs cjpeg of libjpeg-turbo")
@pytest.mark.parametrize("process", PROCESSES)
def test_every_cut_with_a_new_end_marker_is_found(process: str, tmp_path: Path) -> None:
    source = tmp_path / "picture.ppm"
    Image.fromarray(PICTURE).save(source)
    data = subprocess.run(["cjpeg", *PROCESSES[process], str(source)], capture_output=True, check=True).stdout
    decoded = decode_image(data)
    assert decoded.findings == ()
    assert decoded.pixels is not None
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float64)
    assert np.abs(load_pixels(data) - expected).mean() < 2
    scan = data.find(b"\xff\xda") + 14
    cuts = [data[: scan + (len(data) - scan) * part // 22] + b"\xff\xd9" for part in range(1, 21)]
    # A download that was laid out in full and never filled: zeros are codes of a picture too, but never an end.
    cuts += [cut[:-2] + bytes(len(data) - len(cut) + 2) for cut in cuts]
    assert [decode_image(cut).findings[0].severity for cut in cuts] == ["error"] * 40


def test_progressive_cut_between_two_scans_is_damaged() -> None:
    data = pillow(progressive=True)
    last = data.rfind(b"\xff\xda")
    assert checks(data) == []
    assert checks(data[:last] + b"\xff\xd9") == ["damaged"]


def test_lossless_jpeg_is_decoded_at_a_smaller_size() -> None:
    """simplejpeg 1.9.0 dies of it (SIGSEGV) when it is asked for a scaled picture."""
    data = unpack(LOSSLESS_400X400)
    decoded = decode_image(data)
    assert decoded.findings == ()
    assert decoded.pixels is not None
    assert decoded.pixels.shape == (200, 200, 3)
    assert decoded.pixels[[0, 75, 199], 0, 0].tolist() == [90, 200, 90]
    assert checks(data[: len(data) // 2] + b"\xff\xd9") == ["damaged"]


def test_twelve_bits_are_unreadable_and_not_damaged() -> None:
    (found,) = decode_image(unpack(TWELVE_BITS_24X16)).findings
    assert found.check == "unreadable"
    assert "precision 12; convert it to PNG" in found.detail


def test_what_the_decoder_prints_does_not_reach_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    data = pillow(subsampling=0)
    at = data.index(BASELINE_AT_SOF) + 11
    odd = data[:at] + b"\x31" + data[at + 1 :]  # the same codes, read as chroma sampling 3x1: they do not fit
    assert checks(odd) == ["damaged"]
    assert capfd.readouterr().err == ""


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
BAD_PROFILE = b"\xff\xe2" + (len(PROFILE) + 16).to_bytes(2, "big") + b"ICC_PROFILE\0\2\3" + PROFILE


@pytest.mark.parametrize(
    ("before", "junk", "named"),
    [
        (b"\xff\xdb", b"junkjunk", "8 bytes at offset 20 belong to no segment"),
        (BASELINE_AT_SOF, BAD_PROFILE, "segment APP2"),
        (b"\xff\xda", BAD_PROFILE, "segment APP2"),
    ],
    ids=["junk-between-segments", "profile", "profile-behind-the-frame-header"],
)
def test_damage_beside_the_picture_is_a_warning(before: bytes, junk: bytes, named: str) -> None:
    data = pillow()
    at = data.index(before)
    decoded = decode_image(data[:at] + junk + data[at:])
    (found,) = decoded.findings
    assert (found.check, found.severity) == ("metadata-damage", "warning")
    assert named in found.detail
    assert decoded.pixels is not None
    sound = decode_image(data).pixels
    assert sound is not None
    assert np.array_equal(decoded.pixels, sound)
    cut = data[:at] + junk + data[at : len(data) * 2 // 3] + b"\xff\xd9"
    assert checks(cut) == ["damaged"]
