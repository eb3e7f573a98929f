"""Corpora of noises and rooms, known by the names of their folders: MUSAN, and RIRS_NOISES of OpenSLR 28.

MUSAN (Snyder et al. 2015) has the folders music, speech and noise. RIRS_NOISES (Ko et al. 2017) has pointsource_noises,
simulated_rirs, and real_rirs_isotropic_noises, where impulse responses and the noise of the same rooms lie in one
folder: sound that is convolved with one of those noises is ruined without a word, so they are told apart by name.
"""

import os
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from typing import Literal

from curate.ground.errors import InputError

Part = Literal["music", "noise", "speech"]
Sound = Literal["music", "noise", "speech", "room"]

MOST = 4000
"""Files of a corpus that are used: to decode all 60,000 simulated rooms takes minutes, and workers keep the list."""

_MUSAN: tuple[Sound, ...] = ("music", "noise", "speech")
_POINT_SOURCES, _MIXED, _SIMULATED = "pointsource_noises", "real_rirs_isotropic_noises", "simulated_rirs"


def sound_of(folder: str, path: str) -> Sound | None:
    """Return what a file of a corpus is; None where the folder is laid out as none that is known.

    Args:
        folder: That was named: the corpus, a folder that it lies in, or one of its own.
        path: Of a file below it.
    """
    folder = os.path.abspath(folder)
    below = os.path.relpath(os.path.abspath(path), folder).split(os.sep)
    # Whoever names simulated_rirs itself means RIRS_NOISES too; whoever names musan/speech wants speech, and it is not
    # asked what else MUSAN has.
    for name in (os.path.basename(folder), *below[:-1]):
        if name == _MIXED:
            return "noise" if "noise" in below[-1].lower() else "room"
        if name in {_POINT_SOURCES, _SIMULATED}:
            return "noise" if name == _POINT_SOURCES else "room"
    for depth, name in enumerate(below[:-1]):
        for sound in _MUSAN:
            if name == sound and _is_musan(os.path.join(folder, *below[:depth])):
                return sound
    return None


@cache
def _is_musan(folder: str) -> bool:
    return all(os.path.isdir(os.path.join(folder, name)) for name in _MUSAN)


def chosen_of_corpus(
    folder: str, files: Sequence[tuple[str, str]], wanted: Collection[Sound], purpose: str
) -> tuple[list[tuple[str, str]], str]:
    """Return the files of the sounds that are wanted, with those of no known corpus, and what the user should hear.

    Of a corpus with more than `MOST` files of them, some are taken.

    Args:
        folder: That was named.
        files: Path of each and what is wrong with it, in the order of their paths.
        wanted: Sounds to take.
        purpose: For the error.

    Raises:
        InputError: It is such a corpus, and has none of them.
    """
    sounds = [sound_of(folder, path) for path, _ in files]
    kept = [file for file, sound in zip(files, sounds, strict=True) if sound is None or sound in wanted]
    left = Counter(sound for sound in sounds if sound is not None and sound not in wanted)
    others = ", ".join(f"{count:,} of {sound}" for sound, count in sorted(left.items()))
    names = " and ".join(sorted(wanted))
    if left and not kept:
        raise InputError(f"{purpose}: {folder} has no {names} (but {others})")
    known = len(files) - left.total() - sounds.count(None)
    if known > MOST:
        # Evenly over their names, which are those of the corpus: of each room as many as of any other.
        spread = kept[:: -(-len(kept) // MOST)]
        return spread, f"{folder}: {len(spread):,} of {len(kept):,} files of {names} are used, spread evenly over them"
    return kept, f"{folder}: {len(kept):,} files of {names} are used; {others} are not" if left else ""
