"""The operations that a recipe can name, by kind: our own, and the classes of albumentations and audiomentations.

An own operation is a module with

    class Settings(msgspec.Struct)          what the recipe says, with units, defaults and limits
    class Draws(TypedDict)                  the parameters for one sample, all of them JSON
    draw(settings, media, generator)        -> Draws
    apply(media, drawn)                     -> Media: pure, the same for the same arguments

and, where it changes facts, `MOVES: dict[str, Moves]`; where files are involved, `prepare(settings) -> Prepared`; where
it takes voices or textures from the set that is augmented, `takes_from_set(settings) -> bool` and
`prepare_from_set(settings, samples) -> Prepared`, which is given training samples only. An operation that makes several
samples of one has `apply_many(media, drawn) -> list[Media]` instead of `apply`. One that makes other bytes than it did
in an earlier release has `VERSION: int`, raised by one for each such release; without it, it is at its first.
"""

from functools import cache
from importlib import import_module
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    TypeVar,
    get_args,
    get_type_hints,
)

import msgspec
import msgspec.inspect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from augment.operations.media import Media, SetSample

Kind = Literal["audio", "image"]
_READS = "reads"
FolderOfRecordings = Annotated[str, msgspec.Meta(extra={_READS: "recordings"})]
FolderOfPictures = Annotated[str, msgspec.Meta(extra={_READS: "pictures"})]
"""A setting that names a folder, or one file, on the disk: what an operation reads is declared by its type."""
SettingsT = TypeVar("SettingsT")
DrawsT = TypeVar("DrawsT")

OPERATIONS: dict[Kind, dict[str, str]] = {
    "audio": {
        "babble": "augment.audio.noise.babble",
        "bandlimit": "augment.audio.channel.bandlimit",
        "channels": "augment.audio.channel.channels",
        "codec": "augment.audio.channel.codec",
        "gain": "augment.audio.gain",
        "loudness": "augment.audio.loudness",
        "microphone": "augment.audio.channel.microphone",
        "mix_noise": "augment.audio.noise.mix_noise",
        "noise_floor": "augment.audio.noise.noise_floor",
        "peak": "augment.audio.peak",
        "pitch": "augment.audio.pitch",
        "resample": "augment.audio.channel.resample",
        "reverb": "augment.audio.room.reverb",
        "room": "augment.audio.room.room",
        "speed": "augment.audio.speed",
        "split_on_silence": "augment.audio.split_on_silence",
        "time_mask": "augment.audio.time_mask",
        "trim_silence": "augment.audio.trim_silence",
    },
    "image": {
        "camera_shake": "augment.image.lens.camera_shake",
        "crop_square": "augment.image.crop_square",
        "defocus": "augment.image.lens.defocus",
        "dust": "augment.image.lens.dust",
        "exif_orient": "augment.image.exif_orient",
        "exposure": "augment.image.lighting.exposure",
        "haze": "augment.image.lighting.haze",
        "jpeg": "augment.image.compression.jpeg",
        "low_light": "augment.image.lighting.low_light",
        "messenger": "augment.image.compression.messenger",
        "motion_blur": "augment.image.lens.motion_blur",
        "occlude": "augment.image.scene.occlude",
        "print_scan": "augment.image.compression.print_scan",
        "rescale_depth": "augment.image.rescale_depth",
        "resize": "augment.image.resize",
        "strip_metadata": "augment.image.strip_metadata",
        "tilt": "augment.image.scene.tilt",
        "uneven_light": "augment.image.lighting.uneven_light",
    },
}
"""Where our own operations are; a module is imported when a recipe names it."""


class Moves(NamedTuple):
    """That an operation moves a fact, and with what.

    Attributes:
        parameter: The drawn parameter that moves it the whole way up or down; None: it moves by drawing again only.
        low: Smallest value of the parameter that a real sample would have.
        high: Largest one.
        log: Whether equal ratios of the parameter, not equal differences, move the fact alike; `low` is above 0 then.
    """

    parameter: str | None = None
    low: float = 0.0
    high: float = 0.0
    log: bool = False


class Prepared(NamedTuple, Generic[SettingsT]):
    """The settings of an operation, checked against the disk.

    Attributes:
        settings: What `draw` is given; can be pickled.
        identity: What the result depends on, as JSON: of files the digests, not the paths.
        notes: What the user should hear, one line each: files that cannot be read and are left out.
    """

    settings: SettingsT
    identity: object
    notes: tuple[str, ...] = ()


class Operation(Protocol[SettingsT, DrawsT]):
    """One operation, whoever wrote it.

    What is drawn is a typed dict of JSON values: it is pickled, written into the origin, and applied again from there.
    """

    name: str
    moves: "Mapping[str, Moves]"
    """By the name of the fact, without its kind."""
    version: int
    """Raised where the same parameters make other bytes of the same source than before."""

    def settings(self, parameters: "Mapping[str, object]") -> SettingsT:
        """Return the checked parameters of a recipe.

        Raises:
            ParameterError: One is unknown, of the wrong type or out of its limits.
        """

    def reads(self, settings: SettingsT) -> "tuple[str, ...]":
        """Return the files and folders that the settings name; they need not be there."""

    def prepare(self, settings: SettingsT) -> "Prepared[SettingsT]":
        """Return the settings checked against the disk.

        Raises:
            BurnishError: Files that they name are not there, or none of them can be used.
        """

    def takes_from_set(self, settings: SettingsT) -> bool:
        """Return whether it takes something from the set that is augmented."""

    def prepare_from_set(self, settings: SettingsT, samples: "Sequence[SetSample]") -> "Prepared[SettingsT]":
        """Return the settings with what is taken from the set; for those that take something from it.

        Args:
            settings: As `prepare` returned them.
            samples: Training samples of its kind, in the order of their digests; none is damaged or generated.

        Raises:
            BurnishError: They do not have what it needs.
        """

    def draw(self, settings: SettingsT, media: "Media", generator: "np.random.Generator") -> DrawsT:
        """Return the parameters for one sample."""

    def apply(self, media: "Media", drawn: DrawsT) -> "list[Media]":
        """Return what becomes of the sample; raises `RejectedError` where nothing sensible can."""


class ParameterError(ValueError):
    """A parameter of an operation is wrong.

    Args:
        parameter: Its name; empty where it is the operation itself.
        problem: What is wrong with it.
    """

    def __init__(self, parameter: str, problem: str) -> None:
        super().__init__(problem)
        self.parameter = parameter


class OwnOperation:
    """An operation of our own: a module.

    Args:
        name: Its name in recipes.
        module: The module's name.
    """

    def __init__(self, name: str, module: str) -> None:
        self.name = name
        self.module: Any = import_module(module)
        self.moves: Mapping[str, Moves] = getattr(self.module, "MOVES", {})
        self.version: int = getattr(self.module, "VERSION", 1)

    def settings(self, parameters: "Mapping[str, object]") -> msgspec.Struct:
        """See `Operation`."""
        from curate.ground.errors import did_you_mean

        known = self.module.Settings.__struct_fields__
        for name in parameters:
            if name not in known:
                hint = did_you_mean(str(name), known) if known else " (it has none)"
                raise ParameterError(name, f"{self.name} has no parameter {name!r}{hint}")
        try:
            checked: msgspec.Struct = msgspec.convert(dict(parameters), self.module.Settings)
        except msgspec.ValidationError as error:
            # msgspec puts the place behind the problem: "Expected `int` - at `$.sample_rate`".
            problem, _, path = str(error).partition(" - at `$")
            parameter = path.strip(".`").partition("[")[0]
            if not parameter:
                # From `__post_init__`, which has no place: by agreement its text begins with the wrong parameter.
                name = problem.partition(":")[0]
                raise ParameterError(name if name in parameters else "", f"{self.name}: {problem}") from None
            kind = get_type_hints(self.module.Settings)[parameter]
            if problem.startswith("Invalid enum value") and (choices := get_args(kind)):
                # msgspec names the wrong value only; who misspelt it needs the right ones.
                problem = f"{parameters[parameter]!r} is none of {', '.join(map(str, choices))}"
            raise ParameterError(parameter, f"{self.name}.{parameter}: {problem}") from None
        return checked

    def reads(self, settings: msgspec.Struct) -> tuple[str, ...]:
        """See `Operation`: the settings whose type is a folder to read, those that may be left out too."""
        described = msgspec.inspect.type_info(self.module.Settings)
        assert isinstance(described, msgspec.inspect.StructType)
        named = [field.name for field in described.fields if _is_place(field.type)]
        return tuple(place for name in named if (place := getattr(settings, name)))  # none: the set that is augmented

    def prepare(self, settings: msgspec.Struct) -> Prepared[msgspec.Struct]:
        """See `Operation`."""
        if hasattr(self.module, "prepare"):
            found: Prepared[msgspec.Struct] = self.module.prepare(settings)
            return found
        return Prepared(settings, msgspec.to_builtins(settings))

    def takes_from_set(self, settings: msgspec.Struct) -> bool:
        """See `Operation`."""
        return hasattr(self.module, "takes_from_set") and bool(self.module.takes_from_set(settings))

    def prepare_from_set(self, settings: msgspec.Struct, samples: "Sequence[SetSample]") -> Prepared[msgspec.Struct]:
        """See `Operation`."""
        found: Prepared[msgspec.Struct] = self.module.prepare_from_set(settings, samples)
        return found

    def draw(self, settings: object, media: "Media", generator: "np.random.Generator") -> "Mapping[str, object]":
        """See `Operation`."""
        drawn: Mapping[str, object] = self.module.draw(settings, media, generator)
        return drawn

    def apply(self, media: "Media", drawn: "Mapping[str, object]") -> "list[Media]":
        """See `Operation`."""
        # Most operations make one of one: they need not know that others do not.
        if hasattr(self.module, "apply_many"):
            several: list[Media] = self.module.apply_many(media, drawn)
            return several
        return [self.module.apply(media, drawn)]


def _is_place(kind: msgspec.inspect.Type) -> bool:
    if isinstance(kind, msgspec.inspect.Metadata):
        return _READS in (kind.extra or {}) or _is_place(kind.type)
    return isinstance(kind, msgspec.inspect.UnionType) and any(map(_is_place, kind.types))


@cache
def find(kind: Kind, name: str) -> "Operation[Any, Any]":
    """Return an operation by its name in recipes.

    Raises:
        ParameterError: There is none; names the nearest.
    """
    if name in OPERATIONS[kind]:
        return OwnOperation(name, OPERATIONS[kind][name])
    # Ours are in small letters and the libraries' classes are not, so a misspelt name of ours need not wait the seconds
    # that a library takes to import.
    if name[:1].isupper():
        library: Operation[Any, Any] = import_module(f"augment.{kind}.library").find(name)
        return library
    from curate.ground.errors import did_you_mean

    raise ParameterError("", f"there is no {kind} operation {name!r}{did_you_mean(name, OPERATIONS[kind])}")
