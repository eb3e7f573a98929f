"""The types of an augment recipe: what to generate, from which sources, and what is good enough."""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from augment.operations.registry import Kind, Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from curate.facts.records import AudioFacts, ImageFacts

KINDS: tuple[Kind, ...] = ("audio", "image")

Unread = Any
"""A part of the file that the reader turns into a type of its own; msgspec has no schema for `object`."""


class Step(NamedTuple):
    """One operation of a recipe, or a choice among some, ready to work; can be pickled.

    Attributes:
        kind: `audio` or `image`.
        name: Of the operation; `OneOf` or `SomeOf`.
        prepared: Its settings, checked against the disk; of a choice, nothing.
        reads: The files and folders that its settings name, or those of the branches.
        choice: What is chosen from; None for an operation.
    """

    kind: Kind
    name: str
    prepared: Prepared[Any]
    reads: tuple[str, ...] = ()
    choice: "Choice | None" = None


class Choice(NamedTuple):
    """What `OneOf` and `SomeOf` choose from.

    Attributes:
        branches: Operations that are done one after the other where the branch is drawn.
        weights: How often each is drawn beside the others; one for each branch, and 0 for never.
        fewest: So many different branches are drawn at least.
        most: So many at most; each number between is as likely.
    """

    branches: tuple[tuple[Step, ...], ...]
    weights: tuple[float, ...]
    fewest: int = 1
    most: int = 1


def operations_of(steps: "Iterable[Step]") -> "Iterator[Step]":
    """Yield the operations of steps, those of all branches too, in the order of the recipe."""
    for step in steps:
        if step.choice is None:
            yield step
        else:
            for branch in step.choice.branches:
                yield from operations_of(branch)


def each_operation(steps: "Iterable[Step]", change: "Callable[[Step], Step]") -> tuple[Step, ...]:
    """Return steps with each operation changed, those of all branches too."""
    return tuple(
        change(step)
        if step.choice is None
        else step._replace(
            choice=step.choice._replace(branches=tuple(each_operation(one, change) for one in step.choice.branches))
        )
        for step in steps
    )


class Sources(Struct, frozen=True, forbid_unknown_fields=True):
    """Which samples a target is made from; all conditions have to hold."""

    with_tags: Annotated[tuple[str, ...], Meta(description="the sample has all of these tags")] = ()
    without_tags: Annotated[tuple[str, ...], Meta(description="the sample has none of these tags")] = ()
    labels: Annotated[tuple[str, ...], Meta(description="the sample has one of these labels")] = ()
    where: Annotated[str | None, Meta(description="an expression over facts, as in `burnish select --where`")] = None


class AudioOutput(Struct, frozen=True, forbid_unknown_fields=True):
    """How recordings are written; what is left out is as the source."""

    format: Annotated[str | None, Meta(description="WAV, FLAC, OGG, MP3, AIFF, AU or CAF")] = None
    subtype: Annotated[str | None, Meta(description="libsndfile's name, such as PCM_16")] = None


class ImageOutput(Struct, frozen=True, forbid_unknown_fields=True):
    """How pictures are written; what is left out is as the source."""

    format: Annotated[str | None, Meta(description="JPEG, PNG, WEBP, TIFF, BMP or PPM")] = None
    quality: Annotated[Annotated[int, Meta(ge=1, le=100)] | None, Meta(description="of JPEG and WebP, 1 to 100")] = None


class Output(Struct, frozen=True, forbid_unknown_fields=True):
    """How files are written."""

    audio: AudioOutput = AudioOutput()
    image: ImageOutput = ImageOutput()


class Limit(NamedTuple):
    """One limit of `accept`.

    Attributes:
        kind: `audio` or `image`.
        fact: Its name.
        is_lowest: Whether the fact may not be below the value; else not above.
        value: In the fact's unit.
    """

    kind: Kind
    fact: str
    is_lowest: bool
    value: float

    def broken_by(self, facts: "AudioFacts | ImageFacts | None") -> str:
        """Return why facts break this limit, in words; empty if they do not, or are not known."""
        # What is not known breaks no limit: facts are left out where they make no sense for a file.
        found = getattr(facts, self.fact, None)
        if found is None or (found >= self.value if self.is_lowest else found <= self.value):
            return ""
        return f"{self.fact} is {'below' if self.is_lowest else 'above'} {self.value:g}"


class Target(NamedTuple):
    """What makes samples for one tag.

    Attributes:
        tag: The tag; None for a recipe without targets, whose operations are for every sample.
        sources: Which samples it is made from.
        steps: Its operations and then those that the recipe applies to every sample, by kind.
        drops: Keys or whole tags of the source that what is made has no more.
        accept: Limits of its recipe on the facts of what is generated.
        output: How its recipe has files written.
        recipe: Name of its recipe: a call may have several.
        recipe_digest: `sha256:…` of its recipe.
        mapped_from: Its name in its recipe, where it makes another tag by `--map`.
    """

    tag: str | None
    sources: Sources
    steps: dict[Kind, tuple[Step, ...]]
    drops: tuple[str, ...] = ()
    accept: tuple[Limit, ...] = ()
    output: Output = Output()
    recipe: str = ""
    recipe_digest: str = ""
    mapped_from: str | None = None

    def makes_untrue(self, tag: str) -> bool:
        """Return whether a tag of the source is untrue of what is made: another value of the key, or one to drop."""
        key, equals, _ = tag.partition("=")
        own, has_value, _ = (self.tag or "").partition("=")
        return tag in self.drops or (bool(equals) and (key in self.drops or (bool(has_value) and key == own)))


class Recipe(NamedTuple):
    """A recipe, validated and ready to work.

    Attributes:
        name: Of the file, without its ending.
        digest: `sha256:…` of its content, whatever its layout and comments.
        description: What it is for.
        seed: Where chance begins.
        targets: In the order of the file; one with the tag None where it has no targets.
        standardizes: Whether what it makes is meant to take the place of its source, in every split.
        notes: What the user should hear, such as noise files that cannot be read.
        known_tags: Tags that the file has targets for, those that are left out here too.
    """

    name: str
    digest: str
    description: str
    seed: int
    targets: tuple[Target, ...]
    standardizes: bool
    notes: tuple[str, ...]
    known_tags: tuple[str, ...] = ()


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """The top level of a recipe's file."""

    kind: Annotated[str, Meta(description="`augment`")]
    description: Annotated[str, Meta(description="what it is for")] = ""
    seed: Annotated[int, Meta(description="where chance begins; --seed is added to it")] = 0
    vars: Annotated[dict[str, Unread], Meta(description="names for `${name}`, which --set changes")] = {}
    standardizes: Annotated[
        bool, Meta(description="what it makes takes the place of its source, in every split, with --replace")
    ] = False
    audio: Annotated[list[Unread], Meta(description="operations on every recording, after the target's own")] = []
    image: Annotated[list[Unread], Meta(description="operations on every picture, after the target's own")] = []
    targets: Annotated[dict[str, Unread], Meta(description="by the tag that each makes")] = {}
    accept: Annotated[
        dict[str, dict[str, float]], Meta(description="limits on facts: `audio: {min_duration_s: 0.1}`")
    ] = {}
    output: Annotated[dict[str, Unread], Meta(description="how files are written")] = {}


class WrittenOneOf(Struct, frozen=True, forbid_unknown_fields=True):
    """`OneOf` in a recipe's file, where it is more than a list of branches."""

    of: Annotated[list[Unread], Meta(description="branches: an operation each, or a list of some, done in order")]
    weights: Annotated[
        list[Annotated[float, Meta(ge=0)]] | None,
        Meta(description="how often each is drawn beside the others; left out: all alike"),
    ] = None


class WrittenSomeOf(WrittenOneOf, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`SomeOf` in a recipe's file."""

    n: Annotated[int | tuple[int, int], Meta(description="how many different branches are drawn, or `[fewest, most]`")]


class WrittenTarget(Struct, frozen=True, forbid_unknown_fields=True):
    """A target in a recipe's file."""

    sources: Annotated[dict[str, Unread], Meta(description="which samples it is made from")] = {}
    drops: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="keys or whole tags of the source that it makes untrue: `drops: [condition]`"),
    ] = ()
    audio: Annotated[list[Unread], Meta(description="operations on recordings")] = []
    image: Annotated[list[Unread], Meta(description="operations on pictures")] = []
