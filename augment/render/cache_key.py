"""What a generated file depends on, as a key: the same key, the same bytes."""

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

from augment.operations.registry import OPERATIONS, Kind, find
from augment.recipe.types import Step, Target, operations_of
from curate.ground.json import encode_for_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from augment.plan.slice_facts import Goal

RENDER_VERSION = 2
"""Raised whenever every recipe makes other bytes than before; of one operation it is the `VERSION` of its module."""
_SEARCH_VERSION = 4
"""Raised whenever the same goals are met by other bytes; what has no goals keeps its name and its draws."""

NAME_DIGITS = 24
_LIBRARY: dict[Kind, str] = {"audio": "audiomentations", "image": "albumentations"}


def chain_digest(target: Target, kind: Kind) -> bytes:
    """Return the digest of everything in a recipe that decides what one target makes of one kind of media.

    Files that operations read count by their content, libraries by their version; other targets, paths and the
    layout of the recipe's file do not count.
    """
    steps = target.steps[kind]
    libraries = {
        _LIBRARY[step.kind]: version(_LIBRARY[step.kind])
        for step in operations_of(steps)
        if step.name not in OPERATIONS[step.kind]
    }
    # Names of versions, not of files: a folder that was moved makes the same bytes, a library that was updated may not.
    content: list[object] = [
        RENDER_VERSION,
        list(map(_identity, steps)),
        libraries,
        sorted(limit for limit in target.accept if limit.kind == kind),
        getattr(target.output, kind),
        target.tag,
    ]
    return sha256(encode_for_digest(content)).digest()


def _identity(step: Step) -> list[object]:
    """Return what a step depends on: an operation by its settings, a choice by its branches and how they are drawn."""
    if step.choice is None:
        made_anew = find(step.kind, step.name).version
        # What an operation made in its first version keeps its name and its draws.
        return [step.name, step.prepared.identity, *([made_anew] if made_anew > 1 else [])]
    branches, weights, fewest, most = step.choice
    return [step.name, [[list(map(_identity, branch)) for branch in branches], list(weights), fewest, most]]


def sample_key(chain: bytes, seed: int, source_digest: str, copy: int, goals: "Sequence[Sequence[Goal]]" = ()) -> bytes:
    """Return the key of one generated sample, 32 bytes: it names the file and seeds what is drawn for it.

    What its facts are to become is a part of it: another real slice asks for other files.
    """
    content = b"%s %d %s %d" % (chain.hex().encode(), seed, source_digest.encode(), copy)
    return sha256(content + (b" " + encode_for_digest((_SEARCH_VERSION, goals)) if goals else b"")).digest()


@lru_cache(maxsize=4096)
def name_of(key: bytes, part: int = 0, parts: int = 1) -> str:
    """Return the name of a file, without its ending."""
    name = key.hex()[:NAME_DIGITS]
    return name if parts == 1 else f"{name}-{part}"


def seed_of(key: bytes, attempt: int) -> tuple[int, ...]:
    """Return what the draws of a sample begin with."""
    # Words of 32 bits, the form in which numpy's SeedSequence takes entropy.
    return (*(int.from_bytes(key[at : at + 4], "big") for at in range(0, 32, 4)), attempt)
