"""A schema: what samples are to be like, in types; `read_schema` makes one of a file.

A place in a sample is named as in `select --where`, with these beside the facts: `image.bytes` and `audio.bytes` (the
file size by kind), `kind`, `label`, `split`, `tags` (bare ones), `tag:KEY`, and the names of fields that burnish does
not know.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import fields

from curate.facts.fact_schema import CATEGORIES, KEYS, NUMBERS, fields_of
from curate.facts.records import KINDS, AudioFacts, ImageFacts

SCHEMA_VERSION = 1
DEFAULT_ALPHA = 0.01
DEFAULT_MARGIN = 0.1

Name = str | int | float | bool
"""A value that is a name, or a number of which there are few."""
FieldType = Literal["number", "text", "truth", "list", "mapping"]
FIELD_TYPES: tuple[FieldType, ...] = ("number", "text", "truth", "list", "mapping")

FACTS: dict[str, list[str]] = {kind: ["bytes", *fields_of(kind, NUMBERS)] for kind in KINDS}
"""The facts of each kind that are numbers, without its name."""
NAMES: dict[str, list[str]] = {kind: fields_of(kind, CATEGORIES) for kind in KINDS}
"""The facts of each kind that are names."""
TEXTS = frozenset(
    f"{kind}.{field.name}"
    for kind, record in (("image", ImageFacts), ("audio", AudioFacts))
    for field in fields(record)
    if field.type == str | None
)
"""The facts that are texts; all others are numbers."""
PLACES = frozenset((
    "kind", "label", "split", "tags",
    *(f"{kind}.{name}" for kind in KINDS for name in (*FACTS[kind], *NAMES[kind])),
))  # fmt: skip
"""The places that every manifest may have; `tag:KEY` and fields of other programs come with a schema."""
OF_DRIFT = frozenset({"bytes", "findings", "prediction", "confidence", "features", *(PLACES - KEYS)})
"""What can have a margin."""


class NumberRule(Struct, frozen=True):
    """What a number may be.

    Attributes:
        low: The smallest value; -inf: any.
        high: The largest value; inf: any.
        outside: Allowed share of the values that are outside, 0 to 1.
        missing: Allowed share of the samples that have no value, 0 to 1.
    """

    low: float
    high: float
    outside: float = 0.0
    missing: float = 1.0


class NamesRule(Struct, frozen=True):
    """Which of a few values something may have.

    Attributes:
        values: The known ones, with the share of each where that is known.
        closed: Whether no other value may come.
        outside: Allowed share of values that are not known, 0 to 1; of a closed set 0.
        missing: Allowed share of the samples that have no value, 0 to 1.
    """

    values: dict[Name, float | None] = {}
    closed: bool = False
    outside: float = 1.0
    missing: float = 1.0


class FieldRule(Struct, frozen=True):
    """What a field that burnish does not know may hold.

    Attributes:
        type: Of its values; None: any.
        number: What a number may be; None: any.
        names: Which values there may be; None: any.
        missing: Allowed share of the samples without the field, 0 to 1; a null counts as missing.
    """

    type: FieldType | None
    number: NumberRule | None = None
    names: NamesRule | None = None
    missing: float = 1.0


class TagRules(Struct, frozen=True):
    """Which tags samples may have.

    Attributes:
        keys: The values of `key=value` tags by key; `missing` is the share of samples without the key.
        flags: Bare tags.
        closed: Whether no other key and no other bare tag may come.
    """

    keys: dict[str, NamesRule] = {}
    flags: tuple[str, ...] = ()
    closed: bool = False


class Margins(Struct, frozen=True):
    """How large a change has to be before drift matters.

    Attributes:
        all: Of what has none of its own, 0 to 1.
        of: By the place that is compared.
    """

    all: float = DEFAULT_MARGIN
    of: dict[str, float] = {}

    def margin(self, place: str) -> float:
        """Return the margin of a place, such as `image.brightness`, `label` or `tag:speaker`."""
        return self.of.get(place, self.all)


class Schema(Struct, frozen=True):
    """What the samples of a dataset are to be like. What is None or absent says nothing.

    Attributes:
        facts_version: Which definition of the facts the ranges are of; None: of no facts that were measured.
        alpha: Of batches without any change, the share that may alarm, over all that is tested together.
        samples: A batch of fewer is too small.
        duplicates: Allowed share of the samples whose path stood there before.
        kinds: Which kinds of samples there may be.
        numbers: By place.
        names: By place, `label` and `split` included.
        unlabelled: Whether there are to be no labels.
        tags: Which tags there may be.
        fields: Fields that burnish does not know, by name; None: nothing is said of them.
        environments: By name, the places that need not be there.
        margins: For `burnish drift`.
    """

    facts_version: int | None = None
    alpha: float = DEFAULT_ALPHA
    samples: int = 1
    duplicates: float = 0.0
    kinds: NamesRule | None = None
    numbers: dict[str, NumberRule] = {}
    names: dict[str, NamesRule] = {}
    unlabelled: bool = False
    tags: TagRules | None = None
    fields: dict[str, FieldRule] | None = None
    environments: dict[str, tuple[str, ...]] = {}
    margins: Margins = Margins()


def type_of(value: object) -> FieldType:
    """Return the type of a value that JSON holds; a text that looks like a number is a text."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "mapping"
