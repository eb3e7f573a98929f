"""JPEG without what its segments say: the scans are copied byte for byte."""

from typing import TYPE_CHECKING

from curate.media.image_formats.tiff import orientation_of_exif
from curate.media.metadata.exif import PREFIX, oriented, read_exif
from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown
from curate.media.metadata.packets import orientation_of_xmp, oriented_xmp, read_iptc, read_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

_APP0, _APP1, _APP2, _APP13, _APP14, _COMMENT, _SCAN, _END = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDA, 0xD9
_ALONE = {0x01, *range(0xD0, 0xD8)}
_XMP = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_NAMES = {
    b"MPF\0": "a second picture (MPF)", b"FPXR": "FlashPix", b"JFXX": "JFIF thumbnail", b"urn:": "XMP", b"Meta": "Meta",
    b"JP\0\0": "C2PA", b"Duck": "Ducky",
}  # fmt: skip


def strip_jpeg(data: bytes) -> Stripped:
    """Return a JPEG with nothing but what decoding and colour need, and its orientation.

    Kept are the frame, its tables, the scans, JFIF without thumbnail, the ICC profile, and Adobe's colour transform.
    What stands behind the end marker goes: second pictures, depth maps, the film of a "motion photo".
    The result is no longer than the file, apart from some 40 bytes for an orientation, or 260 where it stands in XMP.

    Raises:
        CannotStripError: The segments cannot be walked up to the end marker.
    """
    parts, found = [data[:2]], list[Found]()
    by_exif, by_xmp, end = 0, 1, 0
    for marker, start, end in segments(data):
        body = data[start + 4 : end]
        if marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 14:
            # Behind the density stands a thumbnail of width x height pixels.
            if body[12] and body[13]:
                found.append(Found("thumbnail", "JFIF thumbnail"))
            parts.append(b"\xff\xe0\0\x10" + body[:12] + b"\0\0")
        elif marker == _APP2 and body.startswith(b"ICC_PROFILE\0"):
            parts.append(data[start:end])
        elif marker == _APP14 and body.startswith(b"Adobe"):
            parts.append(b"\xff\xee\0\x0e" + body[:12] if len(body) >= 12 else data[start:end])
        elif marker == _APP1 and body.startswith(PREFIX):
            # Readers take the last one where there are two, this program's own as well.
            by_exif = orientation_of_exif(body[6:], missing=by_exif)
            found += read_exif(body)
        elif marker == _APP1 and body.startswith(_XMP[0]):
            by_xmp = orientation_of_xmp(body)
            # A packet of ours says nothing else, and what says nothing stays the same to the byte.
            found += read_xmp(body) if body != _XMP[0] + oriented_xmp(by_xmp) else []
        elif _APP0 <= marker <= 0xEF or marker == _COMMENT:
            found += _read_segment(marker, body)
        else:
            parts.append(data[start:end])
    if len(data) > end:
        found.append(Found("other", "behind the end", f"{len(data) - end:,} bytes"))
    if by_exif > 1 or (not by_exif and by_xmp != 1):
        # Where XMP alone says it, some readers turn the picture and some do not: it stays in XMP, so that each goes on.
        block = PREFIX + oriented(by_exif) if by_exif else _XMP[0] + oriented_xmp(by_xmp)
        # JFIF wants to be first (T.871, 10.1); Exif goes behind it.
        at = 2 if len(parts) > 1 and parts[1][:2] == b"\xff\xe0" else 1
        parts.insert(at, b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block)
    return Stripped(b"".join(parts), bounded(found))


def segments(data: bytes) -> "Iterator[tuple[int, int, int]]":
    """Yield (marker, start, end) of each segment up to the end marker, scans with their entropy-coded data."""
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            raise CannotStripError(f"byte {at} of the JPEG should begin a segment, and does not")
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes (T.81, B.1.1.2)
            at += 1
            continue
        if marker == _END:
            yield marker, at, at + 2
            return
        if marker in _ALONE:
            yield marker, at, at + 2
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = _end_of_scan(data, end)
        if marker == 0 or end > len(data) or end < at + 4:
            raise CannotStripError(f"the segment at byte {at} of the JPEG does not end within the file")
        yield marker, at, end
        at = end
    raise CannotStripError("the JPEG ends before its end marker")


def _end_of_scan(data: bytes, at: int) -> int:
    """Return where the next marker is that is neither a stuffed FF nor a restart."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        following = data[at + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        elif following == 0xFF:
            at += 1
        else:
            return at
    return len(data) + 1


def _read_segment(marker: int, body: bytes) -> list[Found]:
    if marker == _COMMENT:
        return [Found("text", "JPEG comment", shown(body))]
    if marker == _APP1 and body.startswith(_XMP):
        return read_xmp(body)
    if marker == _APP13:
        return read_iptc(body)
    name = next((name for mark, name in _NAMES.items() if body.startswith(mark)), shown(body[:12].split(b"\0")[0]))
    return [Found("thumbnail" if "thumbnail" in name else "other", f"JPEG APP{marker & 15}", name)]
