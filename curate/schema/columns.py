"""The lines of a manifest as columns by place, fields that burnish does not know among them: one block at a time."""

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from curate.describe.column_blocks import BLOCK_SAMPLES, Block, Measured
from curate.facts.records import KINDS, AudioFacts, ImageFacts
from curate.ground import json
from curate.records.origin import Origin
from curate.records.reader import LineError, decode_line
from curate.records.sample import Sample
from curate.schema.records import FACTS, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray


_PARTS: dict[str, type[msgspec.Struct]] = {"image": ImageFacts, "audio": AudioFacts}
_RAW = msgspec.Raw()


class Checked(Measured, frozen=True, gc=False):
    """The part of a sample that a schema speaks of."""

    digest: str | None = None
    facts_version: int | None = None
    origin: Origin | None = None

    @property
    def is_generated(self) -> bool:
        """Whether a recipe made it, as an addition to the dataset."""
        return self.origin is not None and self.origin.is_generated


_KNOWN = frozenset(Sample.__struct_fields__) - {"text"}
"""Fields that have rules of their own; transcripts and captions are held to what any text of other programs is."""


def _names_only() -> type[msgspec.Struct]:
    """Return a record of the names that burnish knows, which no other line fits; their values are not decoded."""
    parts = {
        part: msgspec.defstruct(
            f"{part.title()}Names",
            [(name, msgspec.Raw, _RAW) for name in record.__struct_fields__],
            forbid_unknown_fields=True,
            gc=False,
        )
        | None
        for part, record in _PARTS.items()
    }
    fields = [(name, parts[name], None) if name in parts else (name, msgspec.Raw, _RAW) for name in sorted(_KNOWN)]
    return msgspec.defstruct("Names", fields, forbid_unknown_fields=True, gc=False)


_names = msgspec.json.Decoder(_names_only())
_checked = json.Decoder(Checked)
_anything = json.Decoder(dict[str, Any])


class Columns:
    """Some samples, by place.

    Attributes:
        lines: Those of all samples.
        places: Which of them are looked at: those that no recipe made as additions.
        samples: The samples that are looked at; positions are among them.
        numbers: By place: positions of the samples that could have the fact, and its values; not-a-number: missing.
        names: By place: the same with names; None: missing.
        fields: Fields that burnish does not know: positions of the samples that have one, and its values as in JSON.
        facts_version: Of the facts, as far as they were read; None: no sample said one.
    """

    def __init__(self, lines: list[bytes], samples: list[Checked], facts_version: int | None) -> None:
        self.lines = lines
        self.places = [at for at, sample in enumerate(samples) if not sample.is_generated]
        self.samples = samples = [samples[at] for at in self.places]
        self.facts_version = facts_version
        block = Block(list[Measured](samples))
        self.numbers: dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]] = {}
        self.names: dict[str, tuple[NDArray[np.intp], NDArray[np.object_]]] = {}
        everywhere = np.arange(len(samples))
        self.names["kind"] = everywhere, block.kinds
        self.names["label"] = everywhere, np.array([sample.label for sample in samples], dtype=object)
        self.names["split"] = everywhere, block.categories["split"]
        for kind in KINDS:
            here = np.flatnonzero(block.kinds == kind)
            if not len(here):
                continue
            self.numbers[f"{kind}.bytes"] = here, block.numbers["bytes"][here]
            # Where no sample of a kind has facts, a block has no columns of them: here all of them are missing.
            for place in (f"{kind}.{name}" for name in FACTS[kind] if name != "bytes"):
                column = block.numbers.get(place)
                self.numbers[place] = here, np.full(len(here), np.nan) if column is None else column[here]
            for place in (f"{kind}.{name}" for name in NAMES[kind]):
                names = block.categories.get(place)
                self.names[place] = here, np.full(len(here), None) if names is None else names[here]
        self.fields = _unknown_fields([lines[at] for at in self.places])


def columns(
    lines: "Iterable[bytes]", facts_version: int | None = None, size: int = BLOCK_SAMPLES
) -> "Iterator[Columns]":
    """Yield the samples of a manifest a block at a time.

    Args:
        lines: Without their ends and without blank ones, as `curate.records.reader.lines` gives them.
        facts_version: The version that all facts have to be of; None: that of the first sample which names one.
        size: Samples of a block.

    Raises:
        LineError: A line is no sample, or its facts are of another version: other numbers under the same names.
    """
    iterator = iter(lines)
    while part := list(islice(iterator, size)):
        samples = [decode_line(line, _checked) for line in part]
        for line, sample in zip(part, samples, strict=True):
            version = sample.facts_version
            if version is not None and version != facts_version and not sample.is_generated:
                if facts_version is not None:
                    raise _other_version(line, sample.path, version, facts_version)
                facts_version = version
        yield Columns(part, samples, facts_version)


def _other_version(line: bytes, path: str, found: int, wanted: int) -> LineError:
    problem = (
        f"the facts of {path} are of version {found}, and those they are to be compared with of version {wanted}; "
        "measure the older ones again (burnish scan; of a schema: burnish schema --update)"
    )
    return LineError(line, problem)


def _unknown_fields(lines: list[bytes]) -> dict[str, tuple[list[int], list[Any]]]:
    """Return the fields that burnish does not know, those inside of facts with the name of the kind before them."""
    found: defaultdict[str, tuple[list[int], list[Any]]] = defaultdict(lambda: ([], []))
    names_of, plain = _names.decode, 0
    for position, line in enumerate(lines):
        # Most manifests have no such field, so names alone are looked at first. Where fields are on every line this
        # only costs: after a hundred such lines it is left out.
        if plain < 100:
            try:
                names_of(line)
                continue
            except (msgspec.DecodeError, UnicodeDecodeError):
                plain += 1
        try:
            fields = _anything.decode(line)
        except ValueError as problem:  # what the view skips over may be nested deeper than can be read
            raise LineError(line, f"not a sample: {problem}") from None
        for name, value in fields.items():
            part = _PARTS.get(name)
            if part is None and name not in _KNOWN:
                _note(found, name, position, value)
            elif part is not None and isinstance(value, dict):
                for inner, fact in value.items():
                    if inner not in part.__struct_fields__:
                        _note(found, f"{name}.{inner}", position, fact)
    return dict(found)


def _note(found: dict[str, tuple[list[int], list[Any]]], name: str, position: int, value: object) -> None:
    """Note the value of a field; null is the same as no field, and a field without a name cannot be asked for."""
    if value is not None and name:
        found[name][0].append(position)
        found[name][1].append(value)
