"""JPEG data inside of a TIFF: each strip or tile is a JPEG of its own, its tables stand once for all of them.

Pillow switches off the warnings of libtiff, which are all that libjpeg says of wrong codes. So each part goes through
the decoder that takes every complaint seriously as well.

Source: TIFF Technical Note 2, "Replacement TIFF/JPEG specification" (1995).
"""

from curate.facts.records import Finding
from curate.media.image_formats.jpeg import decode_jpeg, read_jpeg_header
from curate.media.image_formats.tiff import JPEG_TABLES, PLANAR, TILE_WIDTH, WIDTH

_START, _END = b"\xff\xd8", b"\xff\xd9"
_LONGEST_TABLES = 1 << 16
_COARSEST = 8


def check_jpeg_part(part: memoryview, fields: dict[int, tuple[int, ...]], rows: tuple[int, ...]) -> Finding | None:
    """Return what is wrong with a strip or tile of compression 7, or None.

    Args:
        part: Its bytes.
        fields: Of its page.
        rows: How many it may have.
    """
    stream = _with_tables(bytes(part), bytes(fields.get(JPEG_TABLES, ())[:_LONGEST_TABLES]))
    header = read_jpeg_header(stream)
    if header is None:
        return Finding("damaged", "error", detail="a strip or tile should be a JPEG, and is none")
    width = fields.get(TILE_WIDTH, fields[WIDTH])[0]
    # A plane of chroma may be smaller than the picture.
    if fields.get(PLANAR, (1,))[0] == 1 and (header.width != width or header.height not in rows):
        detail = f"a part of {header.width} x {header.height} pixels stands where {width} x {rows[0]} are promised"
        return Finding("length-mismatch", "error", float(header.height), float(rows[0]), f"{detail}: a size is wrong")
    if header.width > width or header.height > max(rows):
        return Finding("length-mismatch", "error", detail="a part is larger than the picture that the header promises")
    problem = decode_jpeg(stream, header, _COARSEST)[1]
    # Two channels, or five, are no picture of their own: libtiff has read them, and that must do.
    return None if problem and problem.check == "unreadable" else problem


def _with_tables(part: bytes, tables: bytes) -> bytes:
    if not tables.startswith(_START) or not part.startswith(_START):
        return part
    return tables.removesuffix(_END) + part[len(_START) :]
