"""Metadata out of every format: nothing of it is left in the bytes, and every pixel and sample is the same."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from curate.media.image import load_pixels
from curate.media.metadata.exif import oriented
from curate.media.metadata.found import CannotStripError
from curate.media.metadata.strip import check_same, format_of, strip

SECRET = "Ann Smith"
"""What no file may say afterwards."""
XMP = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description exif:GPSLatitude="48,12N">'
    f"<dc:creator><rdf:Seq><rdf:li>{SECRET}</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
).encode()
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x50\0\x09" + SECRET.encode()
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return name + struct.pack(f"{order}I", len(body)) + body + bytes(len(body) & 1)


def exif(orientation: int = 1) -> Image.Exif:
    block = Image.Exif()
    block[0x0112], block[0x010F], block[0x013B] = orientation, "Canon", SECRET
    block[0x8769] = {0x927C: b"Canon\0serial 12345", 0x9003: "2024:05:06 07:08:09", 0xA431: "SN-778"}
    block[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 0.0)}
    return block


def picture(mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def jpeg(orientation: int, **options: object) -> bytes:
    data = saved(picture(), "JPEG", exif=exif(orientation), icc_profile=ICC, comment=SECRET, xmp=XMP, **options)
    segments = b"".join(
        b"\xff" + bytes((marker,)) + (len(body) + 2).to_bytes(2, "big") + body
        for marker, body in ((0xED, IPTC), (0xE0, b"JFXX\0\x10" + b"\xff\xd8\xff\xd9"), (0xEC, b"Ducky\0" + b"x" * 9))
    )
    # A thumbnail in JFIF, and a second picture behind the end, as in MPF and motion photos.
    at = 20
    head = bytearray(data[:at])
    head[4:6] = (16 + 3 * 4).to_bytes(2, "big")
    head[18:20] = b"\x02\x02"
    return bytes(head) + bytes(range(12)) + segments + data[at:] + data + SECRET.encode()


def png(orientation: int, mode: str = "RGB", **options: object) -> bytes:
    text = PngInfo()
    text.add_text("Author", SECRET)
    text.add_text("Comment", SECRET * 9, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    text.add(b"tIME", struct.pack(">H5B", 2024, 5, 6, 7, 8, 9))
    text.add(b"prVt", SECRET.encode())
    data = saved(picture(mode), "PNG", pnginfo=text, exif=exif(orientation), icc_profile=ICC, dpi=(300, 300), **options)
    return data + SECRET.encode()


def webp(orientation: int, **options: object) -> bytes:
    return saved(picture(), "WEBP", exif=exif(orientation), xmp=XMP, icc_profile=ICC, **options)


def gif() -> bytes:
    frames = [picture().convert("P"), picture(size=(24, 16)).rotate(90).convert("P")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0, comment=SECRET.encode())
    at = data.index(b"\x21\xfe")
    # An XMP block stands without sub-blocks, and ends with a trail of 258 bytes that any reader falls through.
    trail = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return data[:at] + b"\x21\xff\x0bXMP DataXMP" + XMP + trail + data[at:]


def tiff(orientation: int = 1, mode: str = "RGB", **options: object) -> bytes:
    fields = TiffImagePlugin.ImageFileDirectory_v2()
    fields[270], fields[315], fields[305], fields[700], fields[65000] = SECRET, SECRET, "Soft 1.0", XMP, SECRET
    fields[274] = orientation
    if "compression" not in options:  # libtiff, which compresses, takes no directory of Exif
        fields[34665] = {0x927C: b"Canon\0" + SECRET.encode(), 0x9003: "2024:05:06 07:08:09"}
        fields[34853] = {1: "N", 2: (48.0, 12.0, 30.0)}
    return saved(picture(mode), "TIFF", tiffinfo=fields, icc_profile=ICC, dpi=(300, 300), **options)


def pages() -> bytes:
    more = [picture("L"), picture("1")]
    return saved(picture(), "TIFF", save_all=True, append_images=more, description=SECRET, software="x" * 9)


def avif(orientation: int) -> bytes:
    return saved(picture(size=(64, 48)), "AVIF", exif=exif(orientation), xmp=XMP, icc_profile=ICC)


def jpeg2000() -> bytes:
    data = saved(picture(size=(64, 64)), "JPEG2000", comment=SECRET)
    at = data.index(b"jp2c") - 4
    return data[:at] + struct.pack(">I4s", 8 + len(XMP), b"xml ") + XMP + data[at:]


def ppm() -> bytes:
    return b"P6\n# " + SECRET.encode() + b"\n24 16 # " + SECRET.encode() + b"\n255\n" + picture().tobytes()


def samples() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, (4000, 2)).astype(np.float32)


def sound(form: str, subtype: str | None = None, *, tags: bool = True) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 16000, 2, subtype, format=form) as out:
        if tags:
            out.artist, out.title, out.comment = SECRET, SECRET, SECRET
        out.write(samples())
    return file.getvalue()


def id3() -> bytes:
    fields = {b"TPE1": SECRET.encode(), b"COMM": b"eng\0" + SECRET.encode(), b"APIC": b"image/png\0x"}
    frames = b"".join(name + struct.pack(">IH", len(body) + 1, 0) + b"\0" + body for name, body in fields.items())
    size = bytes((len(frames) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frames


def wave(order: str = "<", *, is_64: bool = False) -> bytes:
    pcm = (samples() * 32000).astype(f"{order}i2").tobytes()
    bext = SECRET.encode().ljust(256, b"\0") + b"Recorder".ljust(64, b"\0") + b"2024-05-0607:08:09" + bytes(256)
    info = b"INFO" + chunk(b"IART", SECRET.encode() + b"\0", order) + chunk(b"ICRD", b"2024\0", order)
    parts = [
        chunk(b"bext", bext, order),
        chunk(b"fmt ", struct.pack(f"{order}HHIIHH", 1, 2, 16000, 64000, 4, 16), order),
        chunk(b"LIST", info, order),
        chunk(b"data", pcm, order),
        chunk(b"id3 ", id3(), order),
        chunk(b"iXML", b"<BWFXML><NOTE>" + SECRET.encode() + b"</NOTE></BWFXML>", order),
    ]
    body = b"".join(parts)
    if is_64:
        body = chunk(b"ds64", struct.pack("<QQQI", 4 + 36 + len(body), len(pcm), len(samples()), 0), order) + body
        at = body.index(b"data") + 4
        body = body[:at] + b"\xff" * 4 + body[at + 4 :]
    size = 0xFFFFFFFF if is_64 else 4 + len(body)
    mark = b"RF64" if is_64 else b"RIFF" if order == "<" else b"RIFX"
    return mark + struct.pack(f"{order}I", size) + b"WAVE" + body


def mp3() -> bytes:
    tag = b"TAG" + SECRET.encode().ljust(30, b"\0") * 2 + bytes(65)
    return id3() + sound("MP3", tags=False) + tag


def flac() -> bytes:
    data = sound("FLAC")
    artwork = struct.pack(">II", 3, 9) + b"image/png" + bytes(24)
    at = 4 + 4 + 34
    mask = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x3"
    comments = struct.pack("<I", 3) + b"ref" + struct.pack("<II", 2, len(mask)) + mask
    comments += struct.pack("<I", 7 + len(SECRET)) + b"ARTIST=" + SECRET.encode()
    two = ((6, artwork), (4, comments))
    blocks = b"".join(bytes((kind,)) + len(body).to_bytes(3, "big") + body for kind, body in two)
    # libsndfile's own comments go, since there may be only one block of them.
    ahead = at
    while data[ahead] & 0x7F != 4:
        ahead += 4 + int.from_bytes(data[ahead + 1 : ahead + 4], "big")
    behind = ahead + 4 + int.from_bytes(data[ahead + 1 : ahead + 4], "big")
    is_last = data[ahead] & 0x80
    last = bytes((0x80 | 1,)) + (9).to_bytes(3, "big") + SECRET.encode() if is_last else b""
    return id3() + data[:at] + blocks + data[at:ahead] + last + data[behind:]


def caf() -> bytes:
    data = sound("CAF", tags=False)
    at = data.index(b"data")
    return data[:at] + b"info" + struct.pack(">q", len(SECRET)) + SECRET.encode() + data[at:]


def aiff() -> bytes:
    data, more = sound("AIFF"), chunk(b"ID3 ", id3(), ">")
    return data[:4] + struct.pack(">I", len(data) - 8 + len(more)) + data[8:] + more


def au() -> bytes:
    data = sound("AU", tags=False)
    note = SECRET.encode().ljust(16, b"\0")
    return data[:4] + struct.pack(">I", 24 + len(note)) + data[8:24] + note + data[24:]


FILES: dict[str, Callable[[], bytes]] = {
    "turned.jpg": lambda: jpeg(6),
    "plain.jpg": lambda: jpeg(1),
    "progressive.jpg": lambda: jpeg(8, progressive=True),
    "restarts.jpg": lambda: jpeg(3, restart_marker_rows=1),
    "cmyk.jpg": lambda: saved(picture("CMYK"), "JPEG", exif=exif(6), comment=SECRET),
    "turned.png": lambda: png(6),
    "alpha.png": lambda: png(1, "RGBA"),
    "palette.png": lambda: png(3, "P"),
    "sixteen.png": lambda: png(1, "I;16"),
    "animated.png": lambda: png(1, save_all=True, append_images=[picture().rotate(180)]),
    "turned.webp": lambda: webp(6),
    "lossless.webp": lambda: webp(1, lossless=True),
    "animated.webp": lambda: webp(1, save_all=True, append_images=[picture().rotate(180)]),
    "two.gif": gif,
    "turned.tif": lambda: tiff(6),
    "alpha.tif": lambda: tiff(1, "RGBA"),
    "lzw.tif": lambda: tiff(3, compression="tiff_lzw"),
    "deflated.tif": lambda: tiff(1, "I;16", compression="tiff_adobe_deflate"),
    "jpeg.tif": lambda: tiff(1, compression="jpeg"),
    "big.tif": lambda: tiff(6, big_tiff=True),
    "pages.tif": pages,
    "turned.avif": lambda: avif(6),
    "plain.avif": lambda: avif(1),
    "comment.jp2": jpeg2000,
    "comment.ppm": ppm,
    "tags.wav": wave,
    "tags.rifx.wav": lambda: wave(">"),
    "tags.rf64": lambda: wave(is_64=True),
    "float.wav": lambda: sound("WAV", "FLOAT"),
    "tags.flac": flac,
    "plain.flac": lambda: sound("FLAC"),
    "vorbis.ogg": lambda: sound("OGG", "VORBIS"),
    "opus.ogg": lambda: sound("OGG", "OPUS"),
    "tags.mp3": mp3,
    "tags.aiff": aiff,
    "info.caf": caf,
    "note.au": au,
}


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_said_any_more_and_the_content_is_the_same(name: str) -> None:
    before = FILES[name]()
    said = {XMP, SECRET.encode(), b"Canon", b"2024"}
    assert any(word in before for word in said), "the file says something, else this tests nothing"
    stripped = strip(before, name)
    assert stripped.found
    for word in (SECRET.encode(), SECRET.encode("utf-16-le"), b"Canon", b"SN-778", b"2024", b"GPSLatitude"):
        assert word not in stripped.data
    check_same(before, stripped.data, name)
    again = strip(stripped.data, name)
    assert again.found == (), "a second time there is nothing"
    assert again.data == stripped.data


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(("jpg", "png", "webp", "tif", "avif"))])
def test_a_picture_keeps_its_profile_and_its_side_up(name: str) -> None:
    before = FILES[name]()
    after = strip(before, name).data
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as two:
        assert two.info.get("icc_profile") == one.info.get("icc_profile")
        assert dict(two.getexif()).get(274, 1) == one.getexif().get(274, 1)
        assert set(two.getexif()) <= {274} or name.endswith("tif")
        assert not two.getexif().get_ifd(0x8825)
        # Without a density of JFIF, Pillow takes that of Exif, or makes one up.
        assert name == "plain.jpg" or two.info.get("dpi") == one.info.get("dpi")
    assert np.array_equal(load_pixels(before, None), load_pixels(after, None))


def test_what_was_found_is_named_by_kind() -> None:
    found = strip(jpeg(6), "a.jpg").found
    kinds = {one.what for one in found}
    assert {"location", "person", "device", "time", "thumbnail", "text"} <= kinds
    where = {one.where: one for one in found}
    assert where["EXIF Artist"].example == SECRET
    assert where["EXIF GPSLatitude"].what == "location"
    assert where["EXIF MakerNote"].what == "device"
    assert where["EXIF BodySerialNumber"].example == "SN-778"
    assert where["IPTC by-line"].example == SECRET
    assert where["XMP exif:GPSLatitude"].what == "location"
    assert where["XMP dc:creator"].what == "person"


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_or_changed_never_ends_in_a_crash(name: str) -> None:
    data = FILES[name]()
    chance = np.random.default_rng(0)
    cuts = [int(at) for at in chance.integers(0, len(data), 60)]
    for at in cuts:
        changed = bytearray(data)
        changed[at] ^= int(chance.integers(1, 256))
        for hostile in (data[:at], bytes(changed)):
            try:
                strip(hostile, name)
            except CannotStripError:
                continue


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def items_of(infos: bytes, places: bytes, more: bytes = b"") -> bytes:
    """Return a picture of HEIF with the bodies of the boxes that list items and say where they lie."""
    meta = box(b"meta", bytes(4) + box(b"iinf", infos) + box(b"iloc", places))
    return box(b"ftyp", b"avif\0\0\0\0avifmif1") + meta + more


def info(number: int) -> bytes:
    return box(b"infe", b"\2\0\0\0" + number.to_bytes(2, "big") + b"\0\0mime\0text/plain\0")


def test_extents_of_no_bytes_take_no_time() -> None:
    """65,535 items of 65,535 extents each, whose offset, length and index have no bytes: 400 kB, four billion turns."""
    items = b"".join(number.to_bytes(2, "big") + bytes(2) + b"\xff\xff" for number in range(65_535))
    data = items_of(bytes(6) + info(1), bytes(4) + bytes(2) + b"\xff\xff" + items)
    with pytest.raises(CannotStripError, match="more than 100,000 parts"):
        strip(data, "a.avif")


def test_items_that_share_their_bytes_are_refused() -> None:
    """Ten thousand items, each of which is the whole megabyte: blanking would write ten gigabytes."""
    size = 1 << 20
    count = 10_000
    item = bytes(2) + b"\0\1" + bytes(4) + size.to_bytes(4, "big")
    places = bytes(4) + b"\x44\0" + count.to_bytes(2, "big")
    places += b"".join(number.to_bytes(2, "big") + item for number in range(count))
    infos = bytes(4) + count.to_bytes(2, "big") + b"".join(map(info, range(count)))
    with pytest.raises(CannotStripError, match="more bytes than the file"):
        strip(items_of(infos, places, box(b"mdat", bytes(size))), "a.avif")


def png_chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


SHORT = {
    "no time.m4a": box(b"ftyp", b"M4A \0\0\0\0M4A ") + box(b"moov", box(b"mvhd", b"")),
    "no pixels.png": b"\x89PNG\r\n\x1a\n"
    + png_chunk(b"IHDR", bytes(13))
    + png_chunk(b"eXIf", oriented(6))
    + png_chunk(b"IEND", b""),
    "far.tif": b"II+\0\x08\0\0\0" + b"\xff" * 8,
    "no flags.webp": b"RIFF" + struct.pack("<I", 12) + b"WEBP" + chunk(b"VP8X", b""),
    "no stream.flac": b"fLaC\x81\0\0\0",
    "no version.wav": b"RIFF" + struct.pack("<I", 16) + b"WAVE" + chunk(b"id3 ", b"ID3"),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_part_that_is_too_short_is_refused(name: str) -> None:
    with pytest.raises(CannotStripError, match="shorter than its format asks for"):
        strip(SHORT[name], name)


def test_a_picture_that_would_turn_is_refused() -> None:
    turned = jpeg(6)
    after = strip(turned, "a.jpg").data
    without = after.replace(oriented(6), oriented(1))
    with pytest.raises(CannotStripError, match="decodes to something else"):
        check_same(turned, without, "a.jpg")


@pytest.mark.parametrize("name", ["xmp.png", "magick.png", "xmp.webp"])
def test_an_orientation_is_kept_wherever_it_stands(name: str) -> None:
    packet = XMP.replace(b"exif:GPS", b'tiff:Orientation="6" exif:GPS')
    text = PngInfo()
    if name == "xmp.png":
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
    elif name == "magick.png":
        block = (b"Exif\0\0" + oriented(6)).hex()
        text.add_text("Raw profile type exif", f"\nexif\n{len(block) // 2:8}\n{block}\n", zip=True)
    data = saved(picture(), "WEBP", xmp=packet) if name == "xmp.webp" else saved(picture(), "PNG", pnginfo=text)
    stripped = strip(data, name)
    assert stripped.data != data
    check_same(data, stripped.data, name)
    with Image.open(io.BytesIO(stripped.data)) as image:
        assert image.getexif()[0x0112] == 6


def test_a_jpeg_that_only_xmp_turns_is_shown_as_before() -> None:
    data = saved(picture(), "JPEG", xmp=XMP.replace(b"exif:GPS", b'tiff:Orientation="6" exif:GPS'))
    stripped = strip(data, "a.jpg").data
    check_same(data, stripped, "a.jpg")
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(stripped)) as after:
        assert before.getexif()[0x0112] == after.getexif()[0x0112] == 6
    assert SECRET.encode() not in stripped
    assert strip(stripped, "a.jpg") == (stripped, (), ())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_exif_that_says_upright_stands_above_xmp(form: str) -> None:
    packet = XMP.replace(b"exif:GPS", b'tiff:Orientation="6" exif:GPS')
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.decode())
    more: dict[str, object] = {"pnginfo": text} if form == "PNG" else {"xmp": packet}
    data = saved(picture(), form, exif=exif(1), **more)
    stripped = strip(data, f"a.{form.lower()}").data
    check_same(data, stripped, f"a.{form.lower()}")
    with Image.open(io.BytesIO(stripped)) as image:
        assert image.getexif().get(0x0112, 1) == 1


def test_a_file_that_says_nothing_is_the_same_to_the_byte() -> None:
    bare = Image.Exif()
    bare[0x0112] = 6
    for data in (saved(picture(), "JPEG", exif=bare), saved(picture(), "PNG", exif=bare), sound("FLAC", tags=False)):
        assert strip(strip(data, "a").data, "a").data == strip(data, "a").data
    data = saved(picture(), "JPEG", exif=bare)
    assert strip(data, "a.jpg") == (data, (), ())


def test_bytes_that_hide_in_an_exif_block_are_found() -> None:
    block = b"Exif\0\0" + oriented(6) + SECRET.encode() * 9
    data = saved(picture(), "JPEG", exif=block)
    stripped = strip(data, "a.jpg")
    assert SECRET.encode() not in stripped.data
    assert stripped.found[0].where == "EXIF"


def test_a_format_without_a_way_is_refused_by_name() -> None:
    with pytest.raises(CannotStripError, match="format PSD says cannot be taken out here"):
        strip(b"8BPS" + bytes(60), "a.psd")
    with pytest.raises(CannotStripError, match="not known here"):
        strip(b"hello", "a.txt")


def test_the_format_is_that_of_the_bytes() -> None:
    assert format_of(id3() + sound("FLAC"), "a.mp3").name == "FLAC"
    assert format_of(mp3(), "a.mp3").name == "MP3"
    assert format_of(jpeg(1), "a.png").kind == "image"


def test_png_text_that_is_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    plain = saved(picture(), "PNG")
    body = b"Comment\0\0" + bomb
    part = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    assert strip(plain[:33] + part + plain[33:], "a.png").data == plain
