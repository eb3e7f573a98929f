"""The frames of FLAC: found by their sync code, believed for their checksums (RFC 9639, section 9)."""

from typing import TYPE_CHECKING, NamedTuple

from curate.media.audio_formats.decoded import Buffer

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_FRAME_BYTES = 1 << 20
_CANDIDATES = 16
"""A sync code with a good checksum turns up by chance in one of 256 places that look like one."""


class Frame(NamedTuple):
    """The last frame of a file.

    Attributes:
        start: Number of the first sample in the frame.
        end: Number of the sample behind the frame.
        whole: Its checksum agrees.
    """

    start: int
    end: int
    whole: bool = False


def _table(bits: int, polynomial: int) -> tuple[int, ...]:
    def entry(register: int) -> int:
        for _ in range(8):
            register = register << 1 ^ (polynomial if register >> (bits - 1) else 0)
            register &= (1 << bits) - 1
        return register

    return tuple(entry(byte << (bits - 8)) for byte in range(256))


_CRC8 = _table(8, 0x07)
_CRC16 = _table(16, 0x8005)


def last_frame(data: Buffer) -> Frame | None:
    """Return the last frame, a whole one if any of the last candidates is; None where there is no frame."""
    found: Frame | None = None
    at = len(data)
    floor = max(0, len(data) - _LONGEST_FRAME_BYTES)
    for _ in range(_CANDIDATES):
        at = max(data.rfind(b"\xff\xf8", floor, at), data.rfind(b"\xff\xf9", floor, at))
        if at < 0:
            break
        frame = _frame(data[at : at + 16], data)
        if frame is None:
            continue
        if _crc16(data[at:]) == 0:
            return frame._replace(whole=True)
        found = found or frame
    return found


def frame_ends(data: Buffer, samples: int) -> "Iterator[int]":
    """Yield where the frame may end that holds the last of so many samples: wherever its checksum comes out.

    Args:
        data: The file, with anything behind that frame.
        samples: How many there are, as the header counts them.
    """
    at = len(data)
    while (at := max(data.rfind(b"\xff\xf8", 0, at), data.rfind(b"\xff\xf9", 0, at))) >= 0:
        frame = _frame(data[at : at + 16], data)
        if frame is None or frame.end != samples:
            continue
        register = 0
        for place, byte in enumerate(data[at : at + _LONGEST_FRAME_BYTES], at + 1):
            register = (register << 8 & 0xFFFF) ^ _CRC16[register >> 8 ^ byte]
            if register == 0:
                yield place


def _frame(head: bytes, data: Buffer) -> Frame | None:
    """Return the frame that begins with these bytes, or None if none does."""
    if len(head) < 6:
        return None
    number, used = _coded_number(head[4:11])
    size_code, rate_code = head[2] >> 4, head[2] & 15
    at = 4 + used
    extra = {6: 1, 7: 2}.get(size_code, 0)
    end = at + extra + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if not used or size_code == 0 or rate_code == 15 or end >= len(head) or _crc8(head[: end + 1]):
        return None
    size = int.from_bytes(head[at : at + extra], "big") + 1 if extra else _block_size(size_code)
    if not head[1] & 1:
        # Frames of one size are counted instead of their samples; the header says the size.
        info = data.find(b"fLaC")
        number *= int.from_bytes(data[info + 10 : info + 12], "big")
    return Frame(number, number + size)


def _block_size(code: int) -> int:
    if code == 1:
        return 192
    return 576 << (code - 2) if code < 6 else 256 << (code - 8)


def _coded_number(code: bytes) -> tuple[int, int]:
    """Return a number in UTF-8's way of coding, stretched to 36 bits, and how many bytes it takes (0: not one)."""
    first = code[0]
    if first < 0x80:
        return first, 1
    length = 8 - (~first & 0xFF).bit_length()
    if not 2 <= length <= 7 or len(code) < length:
        return 0, 0
    number = first & (0x7F >> length)
    for byte in code[1:length]:
        number = number << 6 | byte & 0x3F
    return number, length


def _crc8(data: bytes) -> int:
    register = 0
    for byte in data:
        register = _CRC8[register ^ byte]
    return register


def _crc16(data: bytes) -> int:
    register = 0
    for byte in data:
        register = (register << 8 & 0xFFFF) ^ _CRC16[register >> 8 ^ byte]
    return register
