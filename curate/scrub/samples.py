"""A sample under its new name and its new values, in every field of its line."""

import hashlib
import hmac
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curate.ground import json
from curate.ground.errors import InputError
from curate.media.storage.address import is_elsewhere, join
from curate.records.reader import parse
from curate.records.writer import encode

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from curate.records.sample import Sample
    from curate.scrub.pseudonyms import Replacement

ORIGINALS = ".originals"
"""Where the files are kept that were scrubbed in place: hidden, so that no scan sees them."""
_KEPT = {"path", "label", "split", "kind", "bytes", "mtime_ns", "digest", "facts_version", "image", "audio", "tags"}
"""Fields that are replaced by name or not at all."""
_PATHS = ("source", "organized_from", "standardized_from")
_DIGITS = 16


@dataclass(slots=True)
class Names:
    """Where each file goes.

    Attributes:
        common: The folder that all samples are under, as a path of the system.
        by_path: The new path of a sample, relative to the destination, by its old one.
    """

    common: str
    by_path: dict[str, str] = field(default_factory=dict)

    @classmethod
    def plan(cls, samples: "Iterable[Sample]", base: str, *, anew: bool, key: bytes, in_place: bool = False) -> "Names":
        """Decide where each file goes: under the path that it has below the common folder, or under a name made anew.

        Such a name is made of the digest of the file, keyed where there is a key: it says nothing, and stays the same
        from call to call.

        Args:
            samples: Of the manifest.
            base: What their paths are relative to; empty: the working directory.
            anew: Whether names and folders are replaced.
            key: Of the pseudonyms; empty without.
            in_place: Whether originals are set aside, by their digests.

        Raises:
            InputError: A path stands there twice, or a digest is needed that is not in the manifest.
        """
        old: dict[str, str | None] = {}
        for sample in samples:
            if sample.path in old:
                raise InputError(f"{sample.path} stands in the manifest twice; keep one line of it: burnish dedup")
            if (anew or in_place) and sample.digest is None:
                needs = "--names" if anew else "--in-place"
                raise InputError(f"{sample.path} has no digest in the manifest, which {needs} needs: burnish scan")
            if in_place and is_elsewhere(join(base, sample.path)):
                raise InputError(f"{sample.path}: only files of a disk are scrubbed in place; make copies: --into DIR")
            old[sample.path] = sample.digest
        real = {path: real_folder(os.path.join(base, path)) for path in old}
        common = os.path.commonpath([os.path.dirname(path) for path in real.values()]) if real else ""
        names = cls(common)
        taken: Counter[str] = Counter()
        for path, digest in sorted(old.items()):
            if not anew:
                names.by_path[path] = names.below(real[path])
                continue
            stem, ending = _name_of(digest or "", key), _ending(path)
            # Two files with the same bytes, in the order of their paths.
            number = taken[stem]
            taken[stem] += 1
            names.by_path[path] = f"{stem}{f'-{number}' if number else ''}{ending}"
        return names

    def below(self, path: str) -> str:
        """Return a path of the system as it is seen from the common folder."""
        return os.path.relpath(real_folder(path), self.common).replace(os.sep, "/")


def real_folder(path: str) -> str:
    """Return where a file is, links to folders followed, a link to the file itself not."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)


def _name_of(digest: str, key: bytes) -> str:
    if key:
        return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
    return hashlib.sha256(f"burnish scrub {digest}".encode()).hexdigest()[:_DIGITS]


def _ending(path: str) -> str:
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return f".{ending.lower()}" if dot and ending.isalnum() and ending.isascii() else ""


@dataclass(slots=True)
class Rewriter:
    """What becomes of the lines of a manifest.

    Attributes:
        replacement: Of values.
        paths: The new path, by the old one, as the manifest is to have it.
        anew: Whether names of files are replaced, so that no old path may stand anywhere.
        replaced: In how many samples a field held a name and was rewritten, by its name.
        left: In how many samples a field still holds a value that was replaced elsewhere, and an example.
    """

    replacement: "Replacement"
    paths: dict[str, str]
    anew: bool
    replaced: Counter[str] = field(default_factory=Counter)
    left: dict[str, tuple[int, str]] = field(default_factory=dict)

    def line_of(self, sample: "Sample", pattern: "re.Pattern[str] | None", **fields: object) -> "Sample":
        """Return the sample with its new path and values; texts of other fields have no replaced value in them.

        Args:
            sample: As it was read.
            pattern: Of the values that are replaced, from all samples.
            fields: What else changes: digest, bytes and time of the new file.
        """
        record: dict[str, object] = json.loads(encode(sample))
        record |= fields
        record["path"] = self.paths[sample.path]
        if sample.tags:
            record["tags"] = [self.replacement.tag(tag) for tag in sample.tags]
        for key in self.replacement.pseudonymized:
            if isinstance(value := record.get(key), str) and (key == "label" or key not in _KEPT):
                record[key] = self.replacement.pseudonym(value)
                self.replacement.counts[key] = self.replacement.counts.get(key, 0) + 1
        for name in sorted(record.keys() - _KEPT):
            new = self._text(record[name], pattern)
            if new != record[name]:
                self.replaced[name] += 1
            record[name] = new
        if self.anew:
            self._forget_paths(record)
        self._look(record, pattern)
        return parse(json.encode(record))

    def _text(self, value: object, pattern: "re.Pattern[str] | None") -> object:
        """Return a value of any shape with its texts rewritten: old paths by new ones, replaced words by pseudonyms."""
        if isinstance(value, str):
            if value in self.paths:
                return self.paths[value]
            return pattern.sub(lambda found: self.replacement.words[found[0]], value) if pattern else value
        if isinstance(value, list):
            return [self._text(one, pattern) for one in value]
        if isinstance(value, dict):
            return {key: self._text(one, pattern) for key, one in value.items()}
        return value

    def _forget_paths(self, record: dict[str, object]) -> None:
        """Take the paths of files out of the origin that are no samples of this manifest."""
        origin = record.get("origin")
        known = set(self.paths.values())
        if isinstance(origin, dict):
            for name in _PATHS:
                if name in origin and origin[name] not in known:
                    del origin[name]
                    self.replaced[f"origin.{name}"] += 1
        if "duplicate_of" in record and record["duplicate_of"] not in known:
            del record["duplicate_of"]
            self.replaced["duplicate_of"] += 1

    def _look(self, record: dict[str, object], pattern: "re.Pattern[str] | None") -> None:
        """Note the fields in which a replaced value still stands: those that no option was given for."""
        if pattern is None:
            return
        tags = record.get("tags")
        texts = {name: record.get(name) for name in ("path", "label", "split")}
        texts |= {f"tag {str(tag).partition('=')[0]}": tag for tag in (tags if isinstance(tags, list) else [])}
        for name, text in texts.items():
            if isinstance(text, str) and pattern.search(text):
                count, example = self.left.get(name, (0, text))
                self.left[name] = count + 1, example
