"""Small files that promise, or unpack to, far more than any picture needs; `python image_bombs.py NAME` tries one.

What comes out is one line: the check, the peak memory above that of the imports in bytes, the processor time in s.
"""

import io
import os
import resource
import struct
import sys
import time
import zlib
from collections.abc import Callable

from PIL import Image

SIDE = 60_000


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *chunks: bytes, bits: int = 1, colour: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"".join((b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")))


def zeros(number: int) -> bytes:
    """Return so many zeros deflated.

    After a full flush the same bytes mean the same again, so one block is packed and repeated: gigabytes at once.
    """
    blocks, rest = divmod(number, 1 << 22)
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1 << 22)) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, wbits=-15)
    end = packer.compress(bytes(rest)) + packer.flush()
    adler = (number % 65521) << 16 | 1  # RFC 1950: of zeros, the sum of the sums is their number
    return b"\x78\xda" + block * blocks + end + struct.pack(">I", adler)


def png_one_bit() -> bytes:
    return png(SIDE, SIDE, chunk(b"IDAT", zeros(SIDE * (SIDE // 8 + 1))))


def png_text(kind: bytes, head: bytes) -> Callable[[], bytes]:
    return lambda: png(8, 8, *[chunk(kind, head + zeros(1 << 28))] * 40, chunk(b"IDAT", zlib.compress(bytes(16))))


def png_many_small_texts() -> bytes:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000)))
    return png(8, 8, *[text] * 2000, chunk(b"IDAT", zlib.compress(bytes(16))))


def png_more_data_than_rows() -> bytes:
    return png(8, 8, chunk(b"IDAT", zeros(1 << 28)))


def apng() -> bytes:
    control = [
        chunk(b"fcTL", struct.pack(">IIIIIHHBB", max(0, number * 2 - 1), 13_000, 13_000, 0, 0, 1, 1, 0, 0))
        for number in range(200)
    ]
    data = zeros(13_000 * 1626)
    frames = [chunk(b"fdAT", struct.pack(">I", number * 2) + data) for number in range(1, 200)]
    pairs = [part for pair in zip(control[1:], frames, strict=True) for part in pair]
    return png(13_000, 13_000, chunk(b"acTL", struct.pack(">II", 200, 0)), control[0], chunk(b"IDAT", data), *pairs)


def gif(number: int, side: int) -> Callable[[], bytes]:
    frame = b"\x21\xf9\x04\x08\x01\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6)
    return lambda: head + frame * number + b";"


def webp_animation() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "WEBP", lossless=True)
    picture = file.getvalue()[12:]
    frame = bytes(6) + (7).to_bytes(3, "little") * 2 + bytes(4) + picture
    canvas = (12_999).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<IB3x", 10, 2) + canvas + b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    body += (b"ANMF" + struct.pack("<I", len(frame)) + frame) * 200
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(*directories: dict[int, tuple[int, int]], data: bytes = b"", following: bool = True) -> bytes:
    """Return a little TIFF: each directory is of {tag: (type, value)}, the data begin at byte 8."""
    at, parts = 8 + len(data), [data]
    for number, fields in enumerate(directories, 1):
        end = at + 2 + 12 * len(fields) + 4
        entries = [struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in sorted(fields.items())]
        last = number == len(directories) or not following
        parts += [struct.pack("<H", len(fields)), *entries, struct.pack("<I", 0 if last else end)]
        at = end
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + b"".join(parts)


def page(width: int, height: int, compression: int, length: int, **more: tuple[int, int]) -> dict[int, tuple[int, int]]:
    fields = {256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, compression), 262: (3, 1), 277: (3, 1)}
    extra = {int(tag.lstrip("t")): value for tag, value in more.items()}
    return fields | ({} if "t322" in more else {273: (4, 8), 278: (4, height), 279: (4, length)}) | extra


def tiff_huge() -> bytes:
    return tiff(page(SIDE, SIDE, 8, 100), data=zlib.compress(bytes(100)))


def tiff_strip() -> bytes:
    data = zeros(1 << 28)
    return tiff(page(8, 8, 8, len(data)), data=data)


def tiff_tile() -> bytes:
    data = zeros(20_000**2)
    tile = {"t322": (4, 20_000), "t323": (4, 20_000), "t324": (4, 8), "t325": (4, len(data))}
    return tiff(page(8, 8, 8, 0, **tile), data=data)


def tiff_pages() -> bytes:
    data = zeros(12_000 * 12_000)
    return tiff(*[page(12_000, 12_000, 8, len(data))] * 300, data=data)


def tiff_repeated_tags() -> bytes:
    data = struct.pack("<I", 8) * 1_000_000
    entry = struct.pack("<HHII", 273, 4, 1_000_000, 8)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", 60_000) + entry * 60_000 + bytes(4)


def tiff_overlapping_directories() -> bytes:
    """Return one of a chain of directories of 2730 entries that begin 12 bytes apart: each entry is in many of them."""
    number, count = 20_000, 2730
    body = bytearray(struct.pack("<I", 8) * 3 * (number + count + 2))
    for index in range(number):
        at = 8 + 12 * index
        struct.pack_into("<H", body, at - 8, count)
        struct.pack_into("<I", body, at - 8 + 2 + 12 * count, at + 12)
    return b"II*\0" + struct.pack("<I", 8) + bytes(body)


def jpeg2000() -> bytes:
    file = io.BytesIO()
    Image.new("L", (64, 64)).save(file, "JPEG2000")
    data = bytearray(file.getvalue())
    at = data.index(b"\xff\x51") + 6  # the header of the codestream, and not that of the container
    struct.pack_into(">IIIIIIII", data, at, SIDE, SIDE, 0, 0, SIDE, SIDE, 0, 0)
    return bytes(data)


def avif() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "AVIF")
    data = bytearray(file.getvalue())
    struct.pack_into(">II", data, data.index(b"ispe") + 8, SIDE, SIDE)
    return bytes(data)


def ico() -> bytes:
    picture = png_one_bit()
    return b"\0\0\1\0\1\0" + struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 1, len(picture), 22) + picture


def bmp_run_lengths() -> bytes:
    head = struct.pack("<IiiHHIIIIII", 40, SIDE, SIDE, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 14 + 40 + 1024) + head + bytes(1024) + b"\xff\0" * 100_000 + b"\0\1"


def psd() -> bytes:
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 29_000, 29_000, 8, 3)
    return head + bytes(12) + b"\0\1" + struct.pack(">H", 2) * 87_000 + b"\x81\0" * 1000


def sgi() -> bytes:
    return struct.pack(">HBBHHHHII", 474, 1, 1, 3, SIDE, SIDE, 4, 0, 255) + bytes(1000)


BOMBS: dict[str, tuple[str | None, Callable[[], bytes]]] = {
    "png-one-bit": ("PNG", png_one_bit),
    "png-text": ("PNG", png_text(b"zTXt", b"Comment\0\0")),
    "png-international-text": ("PNG", png_text(b"iTXt", b"Comment\0\1\0\0\0")),
    "png-profile": ("PNG", png_text(b"iCCP", b"Profile\0\0")),
    "png-many-small-texts": ("PNG", png_many_small_texts),
    "png-more-data-than-rows": ("PNG", png_more_data_than_rows),
    "apng": ("PNG", apng),
    "gif-200-frames": ("GIF", gif(200, 13_000)),
    "gif-canvas": ("GIF", gif(1, 60_000)),
    "gif-100000-frames": ("GIF", gif(100_000, 20)),
    "webp-animation": ("WEBP", webp_animation),
    "tiff-huge": ("TIFF", tiff_huge),
    "tiff-strip": ("TIFF", tiff_strip),
    "tiff-tile": ("TIFF", tiff_tile),
    "tiff-pages": ("TIFF", tiff_pages),
    "tiff-repeated-tags": ("TIFF", tiff_repeated_tags),
    "tiff-overlapping-directories": ("TIFF", tiff_overlapping_directories),
    "jpeg2000": ("JPEG2000", jpeg2000),
    "avif": ("AVIF", avif),
    "ico": ("ICO", ico),
    "bmp-run-lengths": ("BMP", bmp_run_lengths),
    "psd": ("PSD", psd),
    "sgi": ("SGI", sgi),
    "ppm": ("PPM", lambda: b"P6 60000 60000 255\n" + bytes(1000)),
    "qoi": ("QOI", lambda: b"qoif" + struct.pack(">IIBB", SIDE, SIDE, 3, 0) + b"\xfd" * 1000 + bytes(7) + b"\1"),
    "tga": ("TGA", lambda: struct.pack("<BBB5xHHHHBB", 0, 0, 10, 0, 0, SIDE, SIDE, 24, 32) + b"\xff\0\0\0" * 1000),
    "pcx": ("PCX", lambda: b"\x0a\5\1\10" + struct.pack("<HHHH", 0, 0, 59_999, 59_999) + bytes(116)),
}


def main() -> None:
    """Tell of each bomb what it costs, in a process of its own that is forked with the decoders loaded."""
    from curate.media.image import decode_image

    decode_image(b"\xff\xd8\xff")
    for name in sys.argv[1:]:
        child = os.fork()
        if not child:
            try:
                tell(name)
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(child, 0)


def tell(name: str) -> None:
    from curate.media.image import decode_image

    form, make = BOMBS[name]
    data = make()
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    findings = decode_image(data, form).findings
    seconds = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024)
    print(name, findings[0].check if findings else "-", grown, round(seconds, 3), len(data), *findings, sep="\t")


if __name__ == "__main__":
    main()
