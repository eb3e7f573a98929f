"""Telling a failed allocation from a damaged file: decoders in C say so in words only."""

import errno

_WORDS = (
    "insufficient memory",  # libjpeg and OpenCV
    "out of memory",  # libpng, libtiff, libavif
    "not enough memory",
    "cannot allocate",
    "failed to allocate",
    "unable to allocate",
    "could not allocate",
    "malloc failed",  # libsndfile, in several spellings
    "malloc () failed",
    "psf_allocate () failed",
    "std::bad_alloc",
    "error -4 while",  # zlib's Z_MEM_ERROR as Python words it
)


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an exception means that memory could not be had, whatever its type."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    text = str(error).lower()
    return any(words in text for words in _WORDS)


def raise_out_of_memory(error: BaseException) -> None:
    """Let a failed allocation pass as MemoryError where other exceptions become a verdict on the file.

    It says nothing of the file: with more memory it may be sound, so no decoder may call it damaged.

    Raises:
        MemoryError: The exception is a failed allocation.
    """
    if is_out_of_memory(error):
        raise MemoryError(str(error)) from error
