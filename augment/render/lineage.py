"""What a generated sample has from its source: label, split, tags and origin; and the folder that it goes to."""

import os
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from augment.plan.sources import Source, Sources
from augment.plan.targets import Order, Plan
from augment.recipe.types import Target
from augment.render.render import Made
from curate.media.storage.address import join, relative
from curate.query.tags import auto_rules
from curate.records.sample import Sample

AUGMENTED = "augmented"
"""The tag of every generated sample that does not take the place of its source."""

_MOST_BYTES = 120
"""Of a folder's name: file systems take 255."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to generate.

    Attributes:
        into: The folder for the files.
        base: What the paths of the samples are relative to; empty: the working directory.
        seed: Where chance begins.
        jobs: Worker processes; None: as many as this process may use processors.
        timeout_s: Seconds that the samples of one source may take.
        replaces: What is made takes the place of its source.
    """

    into: str
    base: str = ""
    seed: int = 0
    jobs: int | None = None
    timeout_s: float = 120.0
    replaces: bool = False


class Heirs:
    """Makes the samples of a plan out of their files.

    Args:
        sources: Of the manifest.
        plan: What is made of them.
        options: How.
    """

    def __init__(self, sources: Sources, plan: Plan, options: Options) -> None:
        self.sources, self.plan, self.options = sources, plan, options
        self.recipe = sources.recipe
        # A set that was never tagged by its facts is not begun with on what is made: real ones would lack the tags.
        self._rules = auto_rules() if sources.auto_tagged else ()

    def place(self, order: Order) -> str:
        """Return the folder of a generated sample, relative to the destination: its tag, then its label."""
        source, target = self.sources.found[order.source], self.recipe.targets[order.target]
        return f"{_folder(target.tag or target.recipe)}/{_folder(source.label or 'no-label')}"

    def sample(self, order: Order, made: Made, part: int) -> Sample:
        """Return a generated sample: its file's facts, its source's label, split, fold and tags, and its origin."""
        source, target = self.sources.found[order.source], self.recipe.targets[order.target]
        file = made.files[part]
        # Paths of a manifest are relative to where it is read from, those of the files to the folder that they are in.
        path = relative(join(self.options.into, file.path), self.options.base)
        return replace(
            file,
            path=path.replace(os.sep, "/"),
            label=source.label,
            tags=self._tags(source, target, file),
            split=source.split,
            fold=source.fold,
            origin=self._origin(source, order, made, part),
        )

    def _tags(self, source: Source, target: Target, file: Sample) -> tuple[str, ...]:
        """Return the tags of a generated sample: its source's as far as they are true of it, and those of its own."""
        # What `tag --auto` gave the source was measured on another file: a picture that was brightened is not `dark`.
        kept = [tag for tag in source.tags if tag not in source.measured and not target.makes_untrue(tag)]
        own = [tag for tag, rule in self._rules if rule.matches(file)]
        made = [target.tag] if target.tag else []
        kept = [tag for tag in dict.fromkeys((*kept, *own)) if tag not in made]
        added = [AUGMENTED] if not self.options.replaces and AUGMENTED not in kept else []
        return (*kept, *made, *added)

    def _origin(self, source: Source, order: Order, made: Made, part: int) -> dict[str, object]:
        planned, target = self.plan.parts[order.target], self.recipe.targets[order.target]
        origin: dict[str, object] = {
            "source": source.path,
            "source_digest": source.digest,
            "recipe": target.recipe,
            "recipe_digest": target.recipe_digest,
            "copy": order.copy,
            "seed": self.options.seed,
            "operations": made.operations[part],
            "plan": {"target": planned.target.tag, "new": planned.total(), "gain": planned.gain},
        }
        if target.mapped_from is not None:
            origin["mapped_from"] = target.mapped_from
        if len(made.files) > 1:
            origin["part"] = part
        if made.match:
            origin["match"] = msgspec.to_builtins(made.match)
        if made.attempt:
            origin["attempt"] = made.attempt
        if order in self.plan.answers:
            run, said = self.plan.answers[order]
            names = ("prediction", "confidence", "label_probability")
            origin["judged"] = {"run": run} | {name: getattr(said, name) for name in names}
        if source.origin is not None:  # it stays an addition to the dataset, of the same original
            origin |= {name: source.origin[name] for name in ("source", "source_digest") if name in source.origin}
            origin["standardized_from"] = source.path
        elif self.options.replaces:
            origin["replaces"] = True
        return origin


def _folder(name: str) -> str:
    """Return a tag or a label as the name of a folder."""
    # The characters that one of the three systems refuses: a dataset goes from Linux to a Windows share.
    safe = "".join(char if char.isprintable() and char not in '/\\:*?"<>|' else "_" for char in name)
    # Cut between characters, by bytes: that is what file systems count.
    safe = safe.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")
    return f"_{safe}" if safe in {"", ".", ".."} or safe.startswith(".") else safe
