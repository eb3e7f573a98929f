"""Tags that people's players put before and behind the sound: ID3, APE, Lyrics3."""

from curate.media.audio_formats.decoded import Buffer


def skip_id3(data: Buffer) -> int:
    """Return where the file goes on behind its ID3v2 tags, of which there may be several."""
    at = 0
    while data[at : at + 3] == b"ID3" and at + 10 <= len(data):
        footer = 10 if data[at + 5] & 0x10 else 0
        at += 10 + _synchsafe(data[at + 6 : at + 10]) + footer
    return min(at, len(data))


def before_trailing_tags(data: Buffer) -> int:
    """Return where the tags at the end of the file begin: its length where there are none."""
    end = len(data)
    while (start := _last_tag(data, end)) is not None:
        end = start
    return end


def _last_tag(data: Buffer, end: int) -> int | None:
    if data[end - 128 : end - 125] == b"TAG" and end >= 128:
        return end - 128
    if data[end - 32 : end - 24] == b"APETAGEX":
        size = int.from_bytes(data[end - 20 : end - 16], "little")
        header = 32 if data[end - 9] & 0x80 else 0
        return max(0, end - size - header)
    if data[end - 9 : end] == b"LYRICS200" and data[end - 15 : end - 9].isdigit():
        return max(0, end - 15 - int(data[end - 15 : end - 9]))
    if data[end - 10 : end - 7] == b"3DI":
        return max(0, end - 20 - _synchsafe(data[end - 4 : end]))
    return None


def _synchsafe(size: bytes) -> int:
    number = 0
    for byte in size:
        number = number << 7 | byte & 0x7F
    return number
