"""Which samples have the same content: one digest of each, of what is decoded, tells it of any number of them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from curate import engine
from curate.ground.errors import InputError
from curate.ground.progress import Progress
from curate.media.storage import read_media, read_paths_ahead

_CHUNK = 32
_PRELOAD = ("numpy", "curate.media.image"), ("numpy", "soundfile", "curate.media.audio")


def content_of_pictures(paths: Sequence[str], jobs: int | None, progress: Progress) -> Iterator[bytes | str]:
    """Yield for each picture a digest of its pixels, upright, as 8-bit RGB over one ground; or why there is none."""
    return _contents(_of_picture, paths, _PRELOAD[0], jobs, progress)


def content_of_recordings(paths: Sequence[str], jobs: int | None, progress: Progress) -> Iterator[bytes | str]:
    """Yield for each recording a digest of its samples, channels and sample rate; or why there is none."""
    return _contents(_of_recording, paths, _PRELOAD[1], jobs, progress)


def _contents(
    work: Callable[[str], bytes], paths: Sequence[str], preload: Sequence[str], jobs: int | None, progress: Progress
) -> Iterator[bytes | str]:
    found = engine.run(
        partial(_or_why_not, work), paths, jobs=jobs, chunk_size=_CHUNK, preload=preload, ahead=read_paths_ahead
    )
    with progress("compare", partial(len, paths)) as counted:
        for path, content in zip(paths, counted(found), strict=True):
            yield f"{path}: {content.detail}" if isinstance(content, engine.Failure) else content


def _or_why_not(work: Callable[[str], bytes], path: str) -> bytes | str:
    try:
        return work(path)
    except OSError as error:
        return f"{path}: cannot be read: {error.strerror or error}"
    except InputError as error:
        return f"{path}: {error}"
    except MemoryError:
        return f"{path}: too large for the memory"


def _of_picture(path: str) -> bytes:
    import numpy as np

    from curate.duplicates.image.looks import load_whole

    pixels, _ = load_whole(read_media(path) or b"", path)
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()


def _of_recording(path: str) -> bytes:
    from curate.duplicates.audio.match import identity
    from curate.media.audio import load_audio

    return identity(*load_audio(read_media(path) or b""))
