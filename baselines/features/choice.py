"""What `--feature` asks for: families computed from the files, embeddings, side data."""

from typing import NamedTuple

from baselines.features.families import FAMILIES
from baselines.features.side_data import TABLE, TAGS
from curate.ground.errors import UsageError, did_you_mean

AUTO, BASE, EMBEDDING, PACKAGE = "auto", "base", "embedding:", "package:"


class FeatureChoice(NamedTuple):
    """What a model is to learn from.

    Attributes:
        families: Of computed features; empty: all of them, if `base`.
        embeddings: Files of `burnish embed`, side by side.
        packages: Models that extras bring, by name; their embeddings are made on the way.
        tables: CSV files with side data, side by side.
        tags: Whether tags take part.
        base: Whether computed features take part.
        chosen: Whether computed features, embeddings, side data, or any of them together are chosen in validation on
            the training part; where nothing but this is asked for, the embedding is the one that is installed.
    """

    families: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    tags: bool = False
    base: bool = True
    chosen: bool = False

    @property
    def others(self) -> bool:
        """Whether anything beside computed features is named."""
        return bool(self.embeddings or self.packages or self.tables or self.tags)


def choose_features(names: tuple[str, ...]) -> FeatureChoice:
    """Return what the values of `--feature` ask for; nothing asks for all families.

    Raises:
        UsageError: There is no such family, or a prefix stands without what it needs.
    """
    known = [AUTO, BASE, TAGS, *(name for families in FAMILIES.values() for name in families)]
    embeddings = tuple(name.removeprefix(EMBEDDING) for name in names if name.startswith(EMBEDDING))
    packages = tuple(name.removeprefix(PACKAGE) for name in names if name.startswith(PACKAGE))
    tables = tuple(name.removeprefix(TABLE) for name in names if name.startswith(TABLE))
    rest = [name for name in names if not name.startswith((EMBEDDING, PACKAGE, TABLE))]
    for name in rest:
        if name not in known:
            raise UsageError(
                f"--feature {name!r} is unknown{did_you_mean(name, known)}; or embedding:FILE, package:NAME, table:FILE"
            )
    if "" in embeddings:
        raise UsageError("--feature embedding: needs the file that burnish embed wrote, as in embedding:photos.npz")
    if "" in packages:
        raise UsageError("--feature package: needs the name of a model that an extra brings, as in package:photos")
    if "" in tables:
        raise UsageError("--feature table: needs a CSV file with a column path, as in table:patients.csv")
    families = tuple(name for name in rest if name not in {AUTO, BASE, TAGS})
    choice = FeatureChoice(families, embeddings, packages, tables, TAGS in rest, chosen=AUTO in rest)
    return choice._replace(base=bool(families) or BASE in rest or AUTO in rest or not choice.others)
