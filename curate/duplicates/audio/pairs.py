"""Confirm many pairs of recordings in worker processes, reading each file as few times as possible."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter

from curate import engine
from curate.duplicates.audio.landmarks import NONE, Landmarks, find_landmarks
from curate.duplicates.audio.match import AudioMatch, Sound, compare, listen
from curate.duplicates.audio.speed import FASTER, at_speed
from curate.duplicates.pairs import by_neighbourhood, compare_pairs
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.audio import load_audio
from curate.media.storage import read_media, read_paths_ahead

_CACHE_BYTES = 1 << 27
"""For each worker: some 2,000 clips of two seconds, or over an hour of one recording at 8 kHz."""

_CHUNK = 64
_PRELOAD = ("numpy", "soundfile", "soxr", "curate.media.audio")


def confirm_pairs(
    pairs: Sequence[tuple[str, str]], jobs: int | None = None, progress: Progress = unseen, *, speeds: bool = True
) -> list[AudioMatch]:
    """Return for each pair of files what their comparison found, in the order given.

    A file that cannot be read or decoded, or that ends its worker, is a match with none; the reason says why.

    Args:
        pairs: Paths of two recordings each.
        jobs: Number of worker processes; None: as many as this process may use processors.
        progress: Is told how far it is.
        speeds: As `compare` takes it.
    """
    order = by_neighbourhood(pairs)
    sorted_pairs = [pairs[place] for place in order]
    matches = compare_pairs(
        partial(_confirm_files, speeds=speeds),
        lambda reason: AudioMatch("none", reason=reason),
        sorted_pairs,
        sorted_pairs,
        jobs=jobs,
        chunk_size=_CHUNK,
        preload=_PRELOAD,
        progress=progress,
    )
    return [match for _, match in sorted(zip(order, matches, strict=True), key=itemgetter(0))]


def landmarks_of_files(
    paths: Sequence[str], jobs: int | None, progress: Progress
) -> Iterator[tuple[Landmarks, Landmarks]]:
    """Yield the landmarks of each recording, and those of it played `FASTER`; none of what cannot be heard."""
    work, ahead = _landmarks_of_file, read_paths_ahead
    heard = engine.run(work, paths, jobs=jobs, chunk_size=_CHUNK, preload=_PRELOAD, ahead=ahead)
    with progress("listen", partial(len, paths)) as counted:
        for found in counted(heard):
            yield (NONE, NONE) if isinstance(found, engine.Failure) else found


def _landmarks_of_file(path: str) -> tuple[Landmarks, Landmarks]:
    sound = _hear(path)
    if isinstance(sound, str) or sound.problem:
        return NONE, NONE
    return find_landmarks(sound.signal), find_landmarks(at_speed(sound.signal, 1 / FASTER))


def _confirm_files(pair: tuple[str, str], *, speeds: bool = True) -> AudioMatch:
    heard = []
    for path in pair:
        sound = _heard(path)
        if isinstance(sound, str):
            return AudioMatch("none", reason=f"{path}: {sound}")
        heard.append(sound)
    return compare(*heard, speeds=speeds)


_cache: "OrderedDict[str, Sound | str]" = OrderedDict()
"""Of this worker, whose life is one call of `confirm_pairs`: the recordings it heard last, or why it could not."""


def _heard(path: str) -> Sound | str:
    if path in _cache:
        _cache.move_to_end(path)
        return _cache[path]
    sound = _cache[path] = _hear(path)
    held = sum(one.signal.nbytes for one in _cache.values() if isinstance(one, Sound))
    # The one just heard and its partner stay, whatever their size.
    while held > _CACHE_BYTES and len(_cache) > 2:
        # Least recently heard first: pairs come by neighbourhood, so what was heard long ago is hardly asked for again.
        _, oldest = _cache.popitem(last=False)
        held -= oldest.signal.nbytes if isinstance(oldest, Sound) else 0
    return sound


def _hear(path: str) -> Sound | str:
    try:
        return listen(*load_audio(read_media(path) or b""))
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    except InputError as error:
        return str(error)
    except MemoryError:
        return "too long for the memory"
