"""Where a sample comes from: the one definition that split, train, augment and the reports share.

A sample comes from the file that its origin names as `source` or `source_digest`, whether it was added to the dataset
or made to take that file's place: what was made from a test sample must not be trained on in either case.
"""

from collections.abc import Mapping

import msgspec


class Origin(msgspec.Struct, gc=False):
    """The part of an origin that burnish looks at; typed loosely, because other programs write origins too.

    Attributes:
        source: Path of the file that the sample was made from.
        source_digest: Its digest, `sha256:…`.
        recipe: Name of the recipe that made the sample; None: it was not generated.
        recipe_digest: Its digest.
        replaces: Whether the sample was made to take the place of its source.
        organized_from: Path before `organize`.
        standardized_from: Path of the generated sample that this one was made from in turn.
        plan: What it was planned for: `target` is the tag that it was made to have.
        repaired_from: Path before `clean --fix`.
        repaired_digest: Digest before `clean --fix`.
    """

    source: object = None
    source_digest: object = None
    recipe: object = None
    recipe_digest: object = None
    replaces: object = None
    organized_from: object = None
    standardized_from: object = None
    plan: object = None
    repaired_from: object = None
    repaired_digest: object = None

    @property
    def made_for(self) -> str | None:
        """The tag that a generated sample was made to have, where that is known."""
        target = self.plan.get("target") if isinstance(self.plan, Mapping) else None
        return target if isinstance(target, str) else None

    @property
    def is_generated(self) -> bool:
        """Whether the sample is an addition to the dataset, which must not be tested on.

        What a recipe made to take the place of its source (trimmed, levelled) is the dataset itself, no addition.
        """
        return self.recipe is not None and not self.replaces

    @property
    def parents(self) -> tuple[str, ...]:
        """The digest and the path of what the sample comes from, as far as they are known."""
        # A file that was mended is what it was: what was made from it before still knows it by its old names.
        names = (self.source_digest, self.source, self.repaired_digest, self.repaired_from)
        return tuple(name for name in names if isinstance(name, str))

    @property
    def scanned_as(self) -> str | None:
        """The path that the sample had before it was moved or replaced; None: the one that it has."""
        moved = self.organized_from or self.repaired_from or (self.source if self.replaces else None)
        return moved if isinstance(moved, str) else None


NOWHERE = Origin()
"""The origin of a sample that has none."""


def ties_of(path: str, digest: str | None, duplicate_of: str | None, origin: Origin | None) -> list[str]:
    """Return the names that a sample shares with its copies, with what it comes from and with what comes from it.

    Two samples that share one belong on the same side of every split: the digest (if known, the first), the path,
    what it was made from, whether as an addition or to take that file's place, and the copy that `dedup` named.
    """
    # Most samples come from nowhere, and this runs for each of them.
    names = (digest, path, *origin.parents, duplicate_of) if origin else (digest, path, duplicate_of)
    return [name for name in names if name]


def origin_of(written: Mapping[str, object] | None) -> Origin:
    """Return the origin of a sample that was read whole, with all that other programs wrote of it."""
    return msgspec.convert(written, Origin) if written else NOWHERE
