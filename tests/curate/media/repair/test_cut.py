"""Every format: what is appended goes to the byte, or the file is left with a reason; nothing else ever happens."""

import io
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from PIL import Image

from curate.media.repair.behind import what_is_behind
from curate.media.repair.cut import cut_behind
from curate.media.repair.picture_ends import PICTURE_ENDS
from curate.media.repair.refused import CannotRepairError
from curate.media.repair.sound_ends import SOUND_ENDS


def pixels(mode: str = "RGB", size: tuple[int, int] = (37, 23)) -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(noise).convert(mode)


def image(form: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    pixels(mode).save(file, form, **options)
    return file.getvalue()


def animation() -> bytes:
    file = io.BytesIO()
    pixels("P").save(file, "GIF", save_all=True, append_images=[pixels("P").rotate(90)])
    return file.getvalue()


def sound(form: str, subtype: str | None = None, seconds: float = 0.5) -> bytes:
    file = io.BytesIO()
    samples = 0.1 * np.random.default_rng(0).standard_normal(int(16000 * seconds))
    soundfile.write(file, samples, 16000, subtype, format=form)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(zipfile.ZipInfo("hidden.txt"), "x" * 5000)
    return file.getvalue()


def sgi_rows() -> bytes:
    head = struct.pack(">HBBHHHH", 474, 0, 1, 3, 37, 23, 3).ljust(512, b"\0")
    return head + bytes(37 * 23 * 3)


def photoshop(packing: int) -> bytes:
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 4, 8, 8, 3) + bytes(12)
    row = b"\x07abcdefgh"
    body = bytes(range(96)) if packing == 0 else struct.pack(">12H", *[len(row)] * 12) + row * 12
    return head + struct.pack(">H", packing) + body


PICTURES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpeg": ("JPEG", lambda: image("JPEG")),
    "progressive": ("JPEG", lambda: image("JPEG", progressive=True)),
    "png": ("PNG", lambda: image("PNG")),
    "gif": ("GIF", lambda: image("GIF", "P")),
    "animated": ("GIF", animation),
    "bmp": ("BMP", lambda: image("BMP")),
    "bmp-palette": ("BMP", lambda: image("BMP", "P")),
    "webp": ("WEBP", lambda: image("WEBP")),
    "webp-lossless": ("WEBP", lambda: image("WEBP", lossless=True)),
    "avif": ("AVIF", lambda: image("AVIF")),
    "jp2": ("JPEG2000", lambda: image("JPEG2000")),
    "codestream": ("JPEG2000", lambda: image("JPEG2000", no_jp2=True)),
    "pgm": ("PPM", lambda: image("PPM", "L")),
    "pbm": ("PPM", lambda: image("PPM", "1")),
    "ppm": ("PPM", lambda: image("PPM")),
    "ico": ("ICO", lambda: image("ICO")),
    "sgi": ("SGI", lambda: image("SGI")),
    "sgi-rows": ("SGI", sgi_rows),
    "psd": ("PSD", lambda: photoshop(0)),
    "psd-runs": ("PSD", lambda: photoshop(1)),
    "qoi": ("QOI", lambda: image("QOI")),
}
COMPRESSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "flac": ("FLAC", lambda: sound("FLAC")),
    "vorbis": ("OGG", lambda: sound("OGG", "VORBIS")),
    "opus": ("OGG", lambda: sound("OGG", "OPUS")),
    "mp3": ("MP3", lambda: sound("MP3")),
}
PLAIN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "wav": ("WAV", lambda: sound("WAV")),
    "wav-float": ("WAV", lambda: sound("WAV", "FLOAT")),
    "rf64": ("RF64", lambda: sound("RF64")),
    "w64": ("W64", lambda: sound("W64")),
    "aiff": ("AIFF", lambda: sound("AIFF")),
    "au": ("AU", lambda: sound("AU")),
    "caf": ("CAF", lambda: sound("CAF")),
}
CERTAIN = PICTURES | COMPRESSED | PLAIN
UNCERTAIN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "tiff": ("TIFF", lambda: image("TIFF")),
    "tga": ("TGA", lambda: image("TGA")),
    "pcx": ("PCX", lambda: image("PCX")),
    "dds": ("DDS", lambda: image("DDS")),
}


@pytest.mark.parametrize("case", CERTAIN)
def test_a_sound_file_has_nothing_behind_its_end(case: str) -> None:
    name, make = CERTAIN[case]
    assert cut_behind(make(), name) is None


@pytest.mark.parametrize("case", CERTAIN)
def test_an_archive_goes_to_the_byte_and_is_named(case: str) -> None:
    name, make = CERTAIN[case]
    data, behind = make(), archive()
    cut = cut_behind(data + behind, name)
    assert cut is not None
    assert (cut.data, cut.behind, cut.bytes) == (data, "a zip archive", len(behind))


@pytest.mark.parametrize("rest", [bytes(700), b"\n", b"<?php system($_GET[1]); ?>"], ids=["zeros", "line", "code"])
@pytest.mark.parametrize("case", PICTURES)
def test_anything_goes_behind_a_picture(case: str, rest: bytes) -> None:
    name, make = PICTURES[case]
    data = make()
    cut = cut_behind(data + rest, name)
    assert cut is not None
    assert cut.data == data


@pytest.mark.parametrize(
    "rest", [bytes(9000), bytes(range(1, 251)) * 40, b"words " * 50], ids=["zeros", "bytes", "text"]
)
@pytest.mark.parametrize("case", PLAIN)
def test_what_may_be_sound_stays(case: str, rest: bytes) -> None:
    name, make = PLAIN[case]
    with pytest.raises(CannotRepairError, match=r"may be sound|do not agree|no size"):
        cut_behind(make() + rest, name)


def test_a_recorder_that_died_loses_nothing() -> None:
    data = bytearray(sound("WAV"))
    half = (len(data) - 44) // 4 * 2
    data[40:44], data[4:8] = half.to_bytes(4, "little"), (36 + half).to_bytes(4, "little")
    with pytest.raises(CannotRepairError, match="may be sound"):
        cut_behind(bytes(data), "WAV")


@pytest.mark.parametrize("case", COMPRESSED)
@pytest.mark.parametrize("rest", [b"\xff\xfb", bytes(range(1, 251)) * 4], ids=["sync", "bytes"])
def test_compressed_sound_says_where_it_ends(case: str, rest: bytes) -> None:
    name, make = COMPRESSED[case]
    data = make()
    cut = cut_behind(data + rest, name)
    assert cut is not None
    assert cut.data == data


@pytest.mark.parametrize("case", COMPRESSED | PLAIN)
def test_tags_of_players_are_a_part_of_a_recording(case: str) -> None:
    name, make = CERTAIN[case]
    tag = b"TAG" + b"A song".ljust(125, b"\0")
    assert cut_behind(make() + tag, name) is None


def test_tags_behind_what_is_behind_are_not_lost() -> None:
    with pytest.raises(CannotRepairError, match="tags of players"):
        cut_behind(sound("MP3") + b"junk" * 50 + b"TAG".ljust(128, b"\0"), "MP3")


@pytest.mark.parametrize("case", UNCERTAIN)
def test_formats_without_an_end_are_left(case: str) -> None:
    name, make = UNCERTAIN[case]
    with pytest.raises(CannotRepairError):
        cut_behind(make() + archive(), name)


@pytest.mark.parametrize(
    ("marker", "body"),
    [(0xE2, b"MPF\0MM\0*"), (0xE1, b"http://ns.adobe.com/xap/1.0/\0<GCamera:MicroVideoOffset/>")],
    ids=["MPF", "film"],
)
def test_what_a_jpeg_names_itself_is_a_part_of_it(marker: int, body: bytes) -> None:
    data = image("JPEG")
    data = data[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body + data[2:]
    with pytest.raises(CannotRepairError, match="its own"):
        cut_behind(data + image("JPEG"), "JPEG")


def test_a_second_picture_of_a_ppm_is_one() -> None:
    with pytest.raises(CannotRepairError, match="another picture"):
        cut_behind(image("PPM") * 2, "PPM")


@pytest.mark.parametrize("case", CERTAIN)
def test_a_file_that_is_cut_or_broken_is_never_made_shorter(case: str) -> None:
    name, make = CERTAIN[case]
    data = make()
    for broken in (data[: len(data) * 2 // 3], data[: len(data) // 3] + bytes(40) + data[len(data) // 3 + 40 :]):
        try:
            cut = cut_behind(broken, name)
        except CannotRepairError:
            continue
        assert cut is None


@pytest.mark.parametrize("case", CERTAIN)
def test_heads_of_any_bytes_end_in_a_reason(case: str) -> None:
    name, make = CERTAIN[case]
    random = np.random.default_rng(1)
    # Behind its two numbers, any bytes are the pixels of a bitmap.
    for length in (0, 1, 4, *(() if case == "pbm" else (9, 13, 30))):
        data = make()[:length] + random.bytes(200)
        try:
            cut = cut_behind(data, name)
        except CannotRepairError:
            continue
        assert cut is None, length


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        (b"junk" + archive(), "a zip archive"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        (b"\n<html><script>alert(1)</script>", "a page or code (HTML, PHP, a script)"),
        (b"\0\0\0\x18ftypmp42", "a film (MP4)"),
        (b"\x01\x02" * 40 + b"SEFT", "Samsung's own data (SEFT)"),
        ("größer".encode()[:-1], "text"),
        (b"\x91\x92\x93", "bytes of no known kind"),
        (b" \n", "white space"),
    ],
)
def test_what_stands_there_is_said(rest: bytes, name: str) -> None:
    assert what_is_behind(rest) == name


@pytest.mark.parametrize("case", ["png", "animated", "wav", "flac"])
def test_a_wrong_end_is_found_out(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a walk believes: what is left has to decode, and to the same."""
    name, make = CERTAIN[case]
    data = make()
    ends = PICTURE_ENDS if case in PICTURES else SOUND_ENDS
    monkeypatch.setitem(ends, name, lambda found: len(found) * 3 // 4)
    with pytest.raises(CannotRepairError, match=r"does not decode|something else"):
        cut_behind(data, name)


def test_a_shorter_sound_that_decodes_cleanly_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(sound("AU"))
    data[8:12] = b"\xff" * 4  # as from a pipe: as many samples as there are
    monkeypatch.setitem(SOUND_ENDS, "AU", lambda found: len(found) - 1000)
    with pytest.raises(CannotRepairError, match="something else"):
        cut_behind(bytes(data), "AU")


def test_the_same_sound_with_a_new_fault_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    note = b"LIST" + struct.pack("<I", 64) + b"INFOINAM" + struct.pack("<I", 52) + b"a name".ljust(52, b"\0")
    data = bytearray(sound("WAV") + note)
    data[4:8] = struct.pack("<I", len(data) - 8)
    assert cut_behind(bytes(data), "WAV") is None
    monkeypatch.setitem(SOUND_ENDS, "WAV", lambda found: len(found) - 20)
    with pytest.raises(CannotRepairError, match="does not decode cleanly"):
        cut_behind(bytes(data), "WAV")
