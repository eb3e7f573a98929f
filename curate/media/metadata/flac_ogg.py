"""FLAC, and Vorbis, Opus and FLAC in Ogg, without comments and pictures; frames and packets stay as they are."""

from typing import TYPE_CHECKING

from curate.media.audio_formats.ogg import page_of, rewritten_page
from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown, what_is
from curate.media.metadata.id3 import without_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

_STREAM_INFO, _PADDING, _APPLICATION, _SEEK_TABLE, _COMMENT, _PICTURE = 0, 1, 2, 3, 4, 6
_LAST = 0x80
_CHANNELS = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK"
"""The one comment that says how the sound is to be played (RFC 9639, 8.6.2)."""
_MOST_COMMENTS = 100_000
_PAGE_SEGMENTS = 255
_BEGIN_OF_STREAM = 2


def strip_flac(data: bytes) -> Stripped:
    """Return a FLAC file with its stream info and its seek table, and the frames.

    Raises:
        CannotStripError: The metadata blocks do not end within the file.
    """
    start, end, found = without_tags(data)
    if data[start : start + 4] != b"fLaC":
        raise CannotStripError("the FLAC file does not begin with its mark")
    at, kept, is_last = start + 4, list[bytes](), False
    while not is_last:
        if at + 4 > end:
            raise CannotStripError("the metadata blocks of the FLAC file do not end within it")
        is_last, kind = bool(data[at] & _LAST), data[at] & ~_LAST
        body = data[at + 4 : at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")]
        if kind in {_STREAM_INFO, _SEEK_TABLE}:
            kept.append(bytes((kind,)) + len(body).to_bytes(3, "big") + body)
        elif kind == _COMMENT:
            bare, said = _bare_comments(body)
            found += said
            if _CHANNELS in bare:
                kept.append(bytes((kind,)) + len(bare).to_bytes(3, "big") + bare)
        elif kind == _PICTURE:
            found.append(Found("thumbnail", "FLAC picture", f"{len(body):,} bytes"))
        elif kind != _PADDING or body.strip(b"\0"):
            found.append(Found("other", f"FLAC block {kind}", shown(body[:4])))
        at += 4 + len(body)
    kept[-1] = bytes((kept[-1][0] | _LAST,)) + kept[-1][1:]
    return Stripped(b"fLaC" + b"".join(kept) + data[at:end], bounded(found))


def strip_ogg(data: bytes) -> Stripped:
    """Return a single Vorbis, Opus or FLAC stream in Ogg with an empty comment header.

    The pages of the headers are made anew; of those behind them only number and checksum change, if at all.

    Raises:
        CannotStripError: There are several streams, or another codec.
    """
    pages = list(_pages(data))
    first = data[pages[0][0] + 28 : pages[0][1]]
    headers = 3 if first.startswith(b"\x01vorbis") else 2 if first.startswith(b"OpusHead") else 0
    if first.startswith(b"\x7fFLAC"):
        headers = 1 + int.from_bytes(first[7:9], "big")
    if headers < 2:
        raise CannotStripError("the Ogg file holds another codec than Vorbis and Opus, or FLAC that counts no headers")
    packets, behind = _header_packets(data, pages, headers)
    kept, found = [packets[0]], list[Found]()
    for packet in packets[1:]:
        bare, said = _strip_packet(packet, first)
        kept += [bare] if bare is not None else []
        found += said
    if first.startswith(b"\x7fFLAC"):
        kept[0] = first[:7] + (len(kept) - 1).to_bytes(2, "big") + first[9:]
    serial = data[pages[0][0] + 14 : pages[0][0] + 18]
    made = [*_laced(kept[:1], serial, 0, _BEGIN_OF_STREAM), *_laced(kept[1:], serial, 1, 0)]
    for start, _ in pages[behind:]:
        made.append(rewritten_page(data, start, number=len(made).to_bytes(4, "little")))
    end = pages[-1][1]
    if len(data) > end:
        found.append(Found("other", "behind the end", f"{len(data) - end:,} bytes"))
    return Stripped(b"".join(made), bounded(found))


def _pages(data: bytes) -> "Iterator[tuple[int, int]]":
    at, serial = 0, data[14:18]
    while (page := page_of(data, at)) is not None:
        if not page.intact or data[at + 14 : at + 18] != serial or (page.first and at):
            raise CannotStripError(f"the page at byte {at} is damaged, or begins another stream of the Ogg file")
        yield at, page.end
        at = page.end
    if at == 0:
        raise CannotStripError("the Ogg file has no whole page")


def _header_packets(data: bytes, pages: list[tuple[int, int]], count: int) -> tuple[list[bytes], int]:
    """Return the first packets, and the number of the page behind them."""
    packets, packet = list[bytes](), bytearray()
    for number, (start, _) in enumerate(pages):
        at = start + 27 + data[start + 26]
        for length in data[start + 27 : at]:
            packet += data[at : at + length]
            at += length
            if length < 255:
                packets.append(bytes(packet))
                packet.clear()
        if len(packets) == count and not packet:
            return packets, number + 1
        if len(packets) > count:
            break
    # Sound begins on a page of its own (Vorbis I, A.2; RFC 7845, 3).
    raise CannotStripError("the headers of the Ogg file do not end with a page")


def _strip_packet(packet: bytes, first: bytes) -> tuple[bytes | None, list[Found]]:
    """Return a header packet without what it says, None for one that is left out, and what it says."""
    if first.startswith(b"\x7fFLAC"):
        kind = packet[0] & ~_LAST
        if kind == _COMMENT:
            # The mapping asks for this block, so it stays, empty (RFC 9639, 10.1).
            bare, said = _bare_comments(packet[4:])
            return bytes((kind | (packet[0] & _LAST),)) + len(bare).to_bytes(3, "big") + bare, said
        if packet[0] & _LAST or kind == _SEEK_TABLE:
            # Which one is the last says its own first byte: it stays, as padding if need be.
            if kind in {_SEEK_TABLE, _PADDING} and not (kind == _PADDING and packet[4:].strip(b"\0")):
                return packet, []
            return bytes((_LAST | _PADDING,)) + packet[1:4] + bytes(len(packet) - 4), [_block_of(kind, packet)]
        return None, [] if kind == _PADDING else [_block_of(kind, packet)]
    for mark, end in ((b"\x03vorbis", b"\x01"), (b"OpusTags", b"")):
        if packet.startswith(mark):
            bare, said = _bare_comments(packet[len(mark) :])
            return mark + bare + end, said
    return packet, []


def _block_of(kind: int, packet: bytes) -> Found:
    name = "picture" if kind == _PICTURE else f"block {kind}"
    return Found("thumbnail" if kind == _PICTURE else "other", f"FLAC {name}", f"{len(packet):,} bytes")


def _bare_comments(body: bytes) -> tuple[bytes, list[Found]]:
    """Return a block of Vorbis comments with the encoder's name and the channel mask alone, and what the others say."""
    try:
        at = 4 + int.from_bytes(body[:4], "little")
        vendor, count = body[4:at], int.from_bytes(body[at : at + 4], "little")
        if at + 4 > len(body) or count > _MOST_COMMENTS:
            raise CannotStripError("the comments do not end within their block")
        kept, found, at = list[bytes](), list[Found](), at + 4
        for _ in range(count):
            end = at + 4 + int.from_bytes(body[at : at + 4], "little")
            if end > len(body):
                raise CannotStripError("the comments do not end within their block")
            name, _, value = body[at + 4 : end].partition(b"=")
            if name.upper() == _CHANNELS:
                kept.append(body[at:end])
            else:
                key = shown(name).upper()
                picture = key in {"METADATA_BLOCK_PICTURE", "COVERART"}
                what = what_is(key)
                what = "thumbnail" if picture else "text" if what == "other" else what
                found.append(Found(what, f"Vorbis {key}", "" if picture else shown(value)))
            at = end
    except IndexError:
        raise CannotStripError("the comments do not end within their block") from None
    return b"".join((len(vendor).to_bytes(4, "little"), vendor, len(kept).to_bytes(4, "little"), *kept)), found


def _laced(packets: list[bytes], serial: bytes, number: int, flags: int) -> "Iterator[bytes]":
    """Yield pages of packets, of 255 segments at most (RFC 3533, 6); their position is 0, as that of all headers."""
    segments = [length for packet in packets for length in (*[255] * (len(packet) // 255), len(packet) % 255)]
    body, at = b"".join(packets), 0
    for begin in range(0, len(segments), _PAGE_SEGMENTS):
        table = segments[begin : begin + _PAGE_SEGMENTS]
        size = sum(table)
        is_continued = begin > 0 and segments[begin - 1] == 255
        # A page on which no packet ends has no position.
        granule = (0 if any(length < 255 for length in table) else (1 << 64) - 1).to_bytes(8, "little")
        head = b"OggS\0" + bytes((flags | is_continued,)) + granule + serial + bytes(8)
        page = head + bytes((len(table),)) + bytes(table) + body[at : at + size]
        yield rewritten_page(page, 0, number=(number + begin // _PAGE_SEGMENTS).to_bytes(4, "little"))
        at += size
