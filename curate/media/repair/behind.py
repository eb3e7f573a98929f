"""What stands behind the end of a file, as far as its first bytes tell."""

import re

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"%PDF-", "a PDF"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a program of Windows or DOS"),
    (b"\xca\xfe\xba\xbe", "a program (Java or macOS)"),
    (b"#!", "a script"),
    (b"\xff\xd8\xff", "another JPEG"),
    (b"\x89PNG\r\n\x1a\n", "a PNG"),
    (b"GIF8", "a GIF"),
    (b"RIFF", "a RIFF file"),
    (b"fLaC", "a FLAC"),
    (b"OggS", "an Ogg stream"),
    (b"ID3", "a tag of players (ID3)"),
    (b"TAG", "a tag of players (ID3)"),
    (b"APETAGEX", "a tag of players (APE)"),
    (b"LYRICSBEGIN", "a tag of players (Lyrics3)"),
)
_CODE = re.compile(rb"<\?php|<script|<!doctype html|<html|<%", re.IGNORECASE)
_END_OF_ZIP_BYTES = 22 + (1 << 16)
"""The record at the end of an archive with its longest comment (APPNOTE 4.3.16): a zip is read from its end."""
_SEARCHED_BYTES = 1 << 20
NOTHING = ("zeros", "white space")
"""What nobody put there on purpose."""


def what_is_behind(rest: bytes) -> str:
    """Return in words what the bytes behind the end of a file are; `bytes of no known kind` where nothing tells.

    Archives and code come before everything else: a picture that is also a zip or a page of PHP is there for a reason.
    """
    if not rest.strip(b"\0"):
        return NOTHING[0]
    if not rest.strip(b"\0\t\n\r "):
        return NOTHING[1]
    found = next((name for mark, name in _MARKS if rest.startswith(mark)), "")
    if not found and rest.rfind(b"PK\x05\x06", max(0, len(rest) - _END_OF_ZIP_BYTES)) >= 0:
        found = "a zip archive"
    if not found and _CODE.search(rest[:_SEARCHED_BYTES]):
        found = "a page or code (HTML, PHP, a script)"
    if not found and rest[4:8] == b"ftyp":
        found = "a film (MP4)"
    if not found and rest.endswith(b"SEFT"):
        found = "Samsung's own data (SEFT)"
    return found or ("text" if _is_text(rest[:4096]) else "bytes of no known kind")


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut.
        return error.start > len(head) - 4 and _is_text(head[: error.start])
    return bool(text) and all(char.isprintable() or char.isspace() for char in text)
