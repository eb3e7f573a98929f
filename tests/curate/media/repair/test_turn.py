"""Turning a picture: the same pixels, upright without a tag, or a reason; all else in the file is kept."""

import io
import shutil
import struct
import subprocess
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from curate.media.image import decode_image, load_pixels
from curate.media.metadata.png import chunk, chunks
from curate.media.repair.refused import CannotRepairError
from curate.media.repair.turn_jpeg import turn_jpeg
from curate.media.repair.turn_lossless import turn_png, turn_webp
from curate.media.repair.upright_tags import upright_exif

needs_jpegtran = pytest.mark.skipif(shutil.which("jpegtran") is None, reason="jpegtran is not here")
ORIENTATIONS = range(2, 9)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = '<x:xmpmeta><rdf:Description tiff:Orientation="{}" dc:title="kept"/></x:xmpmeta>'


def pixels(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    ramp = np.stack((across, down, 255 - across), axis=2) + np.random.default_rng(0).normal(0, 6, (size[1], size[0], 3))
    return Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8)).convert(mode)


def saved(image: Image.Image, form: str, orientation: int, **options: object) -> bytes:
    block = Image.Exif()
    block[0x0112], block[0x010F], block[0x8769] = orientation, "Canon", {0xA002: 48, 0xA003: 32}
    file = io.BytesIO()
    image.save(file, form, exif=block, **options)
    return file.getvalue()


def says(data: bytes) -> tuple[object, ...]:
    with Image.open(io.BytesIO(data)) as image:
        block = image.getexif()
        inner = block.get_ifd(0x8769)
        return block.get(0x0112, 1), block.get(0x010F), (inner.get(0xA002), inner.get(0xA003)), image.size


@needs_jpegtran
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}], ids=["plain", "progressive", "444"]
)
def test_a_jpeg_keeps_its_coefficients(orientation: int, options: dict[str, object]) -> None:
    data = saved(pixels(), "JPEG", orientation, quality=90, icc_profile=ICC, **options)
    made = turn_jpeg(data, orientation)
    turned = orientation >= 5
    assert says(made) == (1, "Canon", (32, 48) if turned else (48, 32), (32, 48) if turned else (48, 32))
    difference = load_pixels(made).astype(int) - load_pixels(data)
    assert np.abs(difference).mean() < 1, "rounding of the decoder, nothing else"
    with Image.open(io.BytesIO(made)) as image:
        assert image.info["icc_profile"] == ICC
        assert bool(image.info.get("progressive")) == bool(options.get("progressive"))
    assert decode_image(made).findings == ()


@needs_jpegtran
def test_a_grey_jpeg_has_blocks_of_eight() -> None:
    data = saved(pixels("L", (40, 24)), "JPEG", 6)
    assert says(turn_jpeg(data, 6))[-1] == (24, 40)


@needs_jpegtran
@pytest.mark.parametrize(("orientation", "size"), [(6, (48, 30)), (3, (47, 32)), (2, (50, 32)), (8, (50, 32))])
def test_a_jpeg_whose_edge_would_be_lost_is_left(orientation: int, size: tuple[int, int]) -> None:
    with pytest.raises(CannotRepairError, match="no multiple of its blocks"):
        turn_jpeg(saved(pixels(size=size), "JPEG", orientation), orientation)


@needs_jpegtran
def test_a_jpeg_that_exif_and_xmp_turn_is_turned_once() -> None:
    made = turn_jpeg(saved(pixels(), "JPEG", 6, xmp=XMP.format(6).encode()), 6)
    assert says(made)[0] == 1
    assert b'tiff:Orientation="1" dc:title="kept"' in made


@needs_jpegtran
def test_what_stands_behind_a_jpeg_is_not_lost_in_silence() -> None:
    with pytest.raises(CannotRepairError, match="behind its end would be lost"):
        turn_jpeg(saved(pixels(), "JPEG", 6) + b"more", 6)


@needs_jpegtran
def test_a_broken_jpeg_is_left() -> None:
    data = saved(pixels(), "JPEG", 6)
    for broken in (data[: len(data) // 2], data[:-200] + bytes(100) + data[-100:]):
        with pytest.raises(CannotRepairError):
            turn_jpeg(broken, 6)


def test_without_the_program_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotRepairError, match="apt install libjpeg-turbo-progs"):
        turn_jpeg(saved(pixels(), "JPEG", 6), 6)


def test_a_program_that_loses_pixels_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A jpegtran of another name or a broken one: what comes back is held against what went in."""
    other = saved(pixels(size=(32, 48)).rotate(3), "JPEG", 6)
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", lambda *words, **more: subprocess.CompletedProcess(words, 0, other, b""))
    with pytest.raises(CannotRepairError, match="left as it is"):
        turn_jpeg(saved(pixels(), "JPEG", 6), 6)


def png(kind: str, orientation: int) -> bytes:
    text = PngInfo()
    text.add_text("Title", "kept")
    if kind in {"rgb16", "rgba16"}:
        channels = 3 if kind == "rgb16" else 4
        deep = np.random.default_rng(0).integers(0, 65535, (32, 48, channels), dtype=np.uint16)
        data = bytes(cv2.imencode(".png", deep)[1])
        at = data.index(b"IDAT") - 4
        block = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
        return data[:at] + chunk(b"eXIf", block) + data[at:]
    if kind == "grey16":
        image = Image.fromarray(np.random.default_rng(0).integers(0, 65535, (32, 48), dtype=np.uint16))
        return saved(image, "PNG", orientation, pnginfo=text)
    image = pixels({"palette4": "P"}.get(kind, kind))
    if kind == "palette4":
        image = pixels().quantize(16)
        return saved(image, "PNG", orientation, bits=4, transparency=3, pnginfo=text)
    return saved(image, "PNG", orientation, dpi=(72, 144), icc_profile=ICC, pnginfo=text)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["RGB", "RGBA", "L", "LA", "1", "P", "palette4", "grey16", "rgb16", "rgba16"])
def test_a_png_keeps_every_value(kind: str, orientation: int) -> None:
    data = png(kind, orientation)
    made = turn_png(data, orientation)
    assert says(made)[0] == 1
    assert np.array_equal(load_pixels(made), load_pixels(data))
    before, after = list(chunks(data)), list(chunks(made))
    assert before[0][1][8:12] == after[0][1][8:12], "bits and colour type"
    names = [[name for name, _, _ in parts if name != b"IDAT"] for parts in (before, after)]
    assert names[0] == names[1]
    kept = [
        [body for name, body, _ in parts if name in {b"PLTE", b"tRNS", b"iCCP", b"tEXt"}] for parts in (before, after)
    ]
    assert kept[0] == kept[1]
    density = [body for name, body, _ in before if name == b"pHYs"]
    if density and orientation >= 5:
        assert [body for name, body, _ in after if name == b"pHYs"] == [
            density[0][4:8] + density[0][:4] + density[0][8:]
        ]
    assert decode_image(made).findings == decode_image(data).findings


@pytest.mark.parametrize("packed", [False, True])
def test_a_png_that_xmp_turns(packed: bool) -> None:
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.format(8), "en", "", zip=packed)
    file = io.BytesIO()
    pixels().save(file, "PNG", pnginfo=text)
    made = turn_png(file.getvalue(), 8)
    assert decode_image(made).header.orientation == 1
    body = next(body for name, body, _ in chunks(made) if name == b"iTXt")
    packet = body[body.index(b"en\0\0") + 4 :]
    assert b'Orientation="1" dc:title="kept"' in (zlib.decompress(packet) if packed else packet)


def test_an_animated_png_is_left() -> None:
    file = io.BytesIO()
    pixels().save(file, "PNG", save_all=True, append_images=[pixels().rotate(90)])
    with pytest.raises(CannotRepairError, match="animation"):
        turn_png(file.getvalue(), 6)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossless_webp_keeps_every_value(mode: str, orientation: int) -> None:
    image = pixels(mode)
    if mode == "RGBA":
        image.putalpha(Image.fromarray(np.tile(np.arange(48, dtype=np.uint8) * 5, (32, 1))))
    data = saved(image, "WEBP", orientation, lossless=True, exact=True, icc_profile=ICC, xmp=XMP.format(1).encode())
    made = turn_webp(data, orientation)
    assert says(made)[:2] == (1, "Canon")
    assert np.array_equal(load_pixels(made), load_pixels(data))
    with Image.open(io.BytesIO(made)) as new:
        assert (new.info["icc_profile"], new.info["xmp"]) == (ICC, XMP.format(1).encode())


def test_a_lossy_webp_is_left() -> None:
    with pytest.raises(CannotRepairError, match="lossy WebP"):
        turn_webp(saved(pixels(), "WEBP", 6), 6)


@pytest.mark.parametrize(
    "block", [b"", b"II", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff" + bytes(30), b"ab" * 20]
)
def test_an_exif_block_of_any_bytes_stays_as_it_is(block: bytes) -> None:
    assert upright_exif(block, turned=True) == block
