"""What goes wrong with files on their way into a dataset; every function is pure, from bytes to bytes."""

PAGE = b"<!doctype html>\n<title>404 Not Found</title>\n<p>The file that you look for is not here.\n"
"""What a download that failed leaves behind under the name of a picture or a recording."""


def cut(data: bytes, share: float = 0.5) -> bytes:
    """Return the first part of a file, as a full disk or a broken connection leaves it."""
    return data[: max(1, int(len(data) * share))]


def overwrite(data: bytes, share: float = 0.5, length: int = 64) -> bytes:
    """Return a file with zeros in the middle, as a bad sector leaves it; it is as long as before."""
    at = int(len(data) * share)
    hole = min(length, len(data) - at)
    return data[:at] + bytes(hole) + data[at + hole :]
