"""Groups as the user names them: by a tag, by the folder, or by a part of the file's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from curate.ground.errors import UsageError, did_you_mean
from curate.scan.labels import Pattern, compile_pattern

CLUSTER = "cluster:"
_KNOWN_KEYS = 1000


@dataclass(slots=True)
class Grouping:
    """What makes a group.

    Attributes:
        text: As the user typed it.
        pattern: Where the group is a part of the file's name.
        clusters: Where the group is a cluster of an embedding: its name by digest.
        known: Keys of tags that were met in vain, to name the nearest.
    """

    text: str
    pattern: Pattern | None = None
    clusters: Mapping[str, str] | None = None
    known: set[str] = field(default_factory=set)

    def values(self, path: str, tags: tuple[str, ...], digest: str | None) -> tuple[str, ...]:
        """Return the groups that a sample is in: none, one, or several that it thereby joins."""
        if self.clusters is not None:
            found = self.clusters.get(digest or "")
            return () if found is None else (found,)
        if self.pattern:
            fields = self.pattern.fields(path)
            return ("/".join(fields.values()),) if fields else ()
        if self.text == "folder":
            return (path.rpartition("/")[0],)
        return self._tagged(tags)

    def check_found(self) -> None:
        """Complain that no sample is in any group.

        Raises:
            UsageError: Always; names the nearest key, or says what the pattern was compared with.
        """
        if self.clusters is not None:
            raise UsageError(f"--group {self.text!r}: no sample has a vector there; make them: burnish embed")
        if self.pattern:
            raise UsageError(
                f"--group {self.text!r} matches no sample; it is compared with the whole name of the file without "
                "its ending, and with the folders above where it has a /"
            )
        hint = did_you_mean(self.text, self.known) if self.known else "; no sample has a tag of the form key=value"
        raise UsageError(f"--group {self.text!r}: no sample has such a tag{hint}")

    def _tagged(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        found: tuple[str, ...] = ()
        for tag in tags:
            key, equals, value = tag.partition("=")
            if key == self.text and equals:
                found += (value,)
            elif equals and len(self.known) < _KNOWN_KEYS:
                self.known.add(key)
        return found


def make_grouping(text: str) -> Grouping:
    """Return what `--group` asks for: `cluster:FILE`, a PATTERN where it has braces, `folder`, else the key of a tag.

    Raises:
        InputError: The embeddings cannot be read.
        UsageError: The pattern makes no sense, or none of its fields has a name.
    """
    if text.startswith(CLUSTER):
        return Grouping(text, clusters=_clusters(text.removeprefix(CLUSTER)))
    if "{" not in text and "}" not in text:
        return Grouping(text)
    try:
        pattern = compile_pattern(text)
    except UsageError as error:
        # The compiler of patterns speaks of the option of scan; the user typed this one.
        raise UsageError(str(error).replace("--pattern", "--group", 1)) from None
    if not pattern.expression.groupindex:
        raise UsageError(f"--group {text!r} names no field; an example: '{{speaker}}_nohash_{{}}'")
    return Grouping(text, pattern)


@lru_cache(maxsize=2)
def _clusters(path: str) -> Mapping[str, str]:
    """Return the cluster of each digest in a file of `burnish embed`: k-means on cosine, about as many as its root.

    They are made of the whole file and not of a manifest, so that a part of the samples is in the same groups as all.
    """
    import math

    from curate.embeddings.clusters import find_clusters
    from curate.embeddings.neighbours import unit
    from curate.embeddings.store import read_embeddings

    if not path or path == "embedding":
        raise UsageError("--group cluster: needs the file that burnish embed wrote, as in cluster:photos.npz")
    store = read_embeddings(path)
    found = find_clusters(unit(store.vectors, store.digests), round(math.sqrt(len(store.digests))))
    return {digest: f"cluster {one}" for digest, one in zip(store.digests, found.cluster.tolist(), strict=True)}
