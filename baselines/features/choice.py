"""What `--feature` asks for: families that are computed from the files, and embeddings that were made before."""

from typing import NamedTuple

from baselines.features.families import FAMILIES
from curate.ground.errors import UsageError, did_you_mean

AUTO, BASE, EMBEDDING = "auto", "base", "embedding:"


class FeatureChoice(NamedTuple):
    """What a model is to learn from.

    Attributes:
        families: Of computed features; empty: all of them, if `base`.
        embeddings: Files of `burnish embed`, side by side.
        base: Whether computed features take part.
        chosen: Whether computed features, embeddings, or both are chosen in validation on the training part.
    """

    families: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()
    base: bool = True
    chosen: bool = False


def choose_features(names: tuple[str, ...]) -> FeatureChoice:
    """Return what the values of `--feature` ask for; nothing asks for all families.

    Raises:
        UsageError: There is no such family, or `auto` has nothing to choose from.
    """
    known = [AUTO, BASE, *(name for families in FAMILIES.values() for name in families)]
    embeddings = tuple(name.removeprefix(EMBEDDING) for name in names if name.startswith(EMBEDDING))
    rest = [name for name in names if not name.startswith(EMBEDDING)]
    for name in rest:
        if name not in known:
            raise UsageError(f"--feature {name!r} is unknown{did_you_mean(name, known)}; or embedding:FILE")
    if "" in embeddings:
        raise UsageError("--feature embedding: needs the file that burnish embed wrote, as in embedding:photos.npz")
    if AUTO in rest and not embeddings:
        raise UsageError("--feature auto has nothing to choose between: add --feature embedding:FILE")
    families = tuple(name for name in rest if name not in {AUTO, BASE})
    return FeatureChoice(families, embeddings, bool(rest) or not embeddings, AUTO in rest)
