"""Reading a file that the user named, whole."""

from curate.ground.errors import InputError


def read_file(path: str, most: int | None = None) -> bytes:
    """Return the bytes of a file; of a larger one `most` and one more, by which its reader sees that it is too large.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read(-1 if most is None else most + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
