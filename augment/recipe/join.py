"""Several recipes in one call, and targets that make another tag than their own: one recipe to plan with."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from msgspec.structs import replace

from augment.recipe.reader import load, shipped, target_tags, variables_of
from augment.recipe.types import Recipe, Target
from curate.ground.command_line import call, quoted
from curate.ground.errors import UsageError, did_you_mean, nearest
from curate.ground.json import encode_for_digest
from curate.ground.yaml import override


class Choice(NamedTuple):
    """Which targets of some recipes are wanted, and what they make.

    Attributes:
        wanted: Tags to make; None: all that the recipes make.
        mapped: By a tag, the target that makes it in the place of one of that name.
        kept: Tags that a target makes still, though it is mapped to another, where all are wanted.
    """

    wanted: Collection[str] | None = None
    mapped: Mapping[str, str] = {}
    kept: Collection[str] = ()

    def needs(self) -> set[str] | None:
        """Return the targets that have to be read, by their names in the recipes; None: all."""
        return None if self.wanted is None else {self.mapped.get(tag, tag) for tag in self.wanted}

    def of(self, target: Target) -> list[Target]:
        """Return what a target of a recipe makes: itself, and once more for every tag that it is mapped to."""
        name, wanted = target.tag, self.wanted
        is_own = name in wanted if wanted is not None else name in self.kept or name not in self.mapped.values()
        own = [target] if is_own and name not in self.mapped else []
        if name is None:
            return own
        # What has the target's own tag is as the target would make it already, whatever the new tag says.
        without = tuple(dict.fromkeys((*target.sources.without_tags, name)))
        sources = replace(target.sources, without_tags=without)
        tags = [tag for tag, made_by in self.mapped.items() if made_by == name and (wanted is None or tag in wanted)]
        return own + [target._replace(tag=tag, sources=sources, mapped_from=name) for tag in tags]


def load_several(
    names: Sequence[str],
    settings: Sequence[str] = (),
    choice: Choice | None = None,
    seed: int | None = None,
) -> Recipe:
    """Return one or more recipes as one, validated, with everything that they read checked.

    Each target keeps what its own recipe says of files, limits and formats, so that it makes the same bytes as alone.

    Args:
        names: Files, or names of recipes that ship; one or more.
        settings: `KEY=VALUE` for their `vars`; of each recipe those that it has.
        choice: Which targets are wanted; None: all.
        seed: Where chance begins; None: as the recipes say.

    Raises:
        InputError: One cannot be read, or something in it is wrong (`RecipeError`).
        UsageError: A setting names no variable of any; two recipes make the same tag, or do not go together.
    """
    choice = choice or Choice()
    variables = {name: variables_of(name) for name in names}
    union = {key: value for own in reversed(variables.values()) for key, value in own.items()}
    if len(names) > 1:
        override(union, settings)  # of one recipe alone the reader says what is wrong, with its line
    several = []
    for name in names:
        own = settings if len(names) == 1 else [one for one in settings if one.partition("=")[0] in variables[name]]
        recipe = load(name, own, choice.needs())
        several.append(recipe._replace(targets=tuple(made for one in recipe.targets for made in choice.of(one))))
    first = several[0]
    if len(several) == 1:
        return first if seed is None else first._replace(seed=seed)
    _check_together(names, several, seed)
    digest = sha256(encode_for_digest([recipe.digest for recipe in several])).hexdigest()
    return Recipe(
        " + ".join(recipe.name for recipe in several),
        f"sha256:{digest}",
        " ".join(recipe.description for recipe in several),
        first.seed if seed is None else seed,
        tuple(target for recipe in several for target in recipe.targets),
        first.standardizes,
        tuple(dict.fromkeys(note for recipe in several for note in recipe.notes)),
        tuple(dict.fromkeys(tag for recipe in several for tag in recipe.known_tags)),
    )


def _check_together(names: Sequence[str], several: Sequence[Recipe], seed: int | None) -> None:
    """Refuse recipes that cannot work in one call."""
    first, named = several[0], names[0]
    makers: dict[str, str] = {}
    digests: dict[str, str] = {}
    for name, recipe in zip(names, several, strict=True):
        # The same twice would make the same files twice, where it has no targets whose tags tell so.
        if recipe.digest in digests:
            raise UsageError(f"{digests[recipe.digest]} and {name} are the same recipe; for more of each: --copies N")
        digests[recipe.digest] = name
        if recipe.standardizes != first.standardizes:
            raise UsageError(f"of {named} and {name} only one standardizes; they need a call each")
        if seed is None and recipe.seed != first.seed:
            raise UsageError(
                f"{named} begins with seed {first.seed} and {name} with {recipe.seed}: say which with --seed N"
            )
        for tag in (target.tag for target in recipe.targets if target.tag is not None):
            if makers.setdefault(tag, name) != name:
                raise UsageError(
                    f"{makers[tag]} and {name} both make {tag}: leave one of them out, name other targets "
                    f"(--target TAG), or take it out of a file of your own ({call('recipes', name)} > mine.yaml)"
                )


def parse_map(texts: Sequence[str], names: Sequence[str], weak: Collection[str] = ()) -> dict[str, str]:
    """Return which target makes which tag, of texts `TAG=TARGET` in which both may hold a `=` themselves.

    Args:
        texts: As they were written.
        names: Of the recipes, whose targets are known.
        weak: Tags that are likely to be meant.

    Raises:
        UsageError: No such target; names the nearest. A tag is mapped twice.
    """
    known = list(dict.fromkeys(tag for name in names for tag in target_tags(name)))
    found: dict[str, str] = {}
    for text in texts:
        # `light=dim=light=low`: it ends in a target, and what stands before that is the tag. Where `low` is a target as
        # well, a tag that is weak decides, and then the longest target.
        splits = [(text[:at], text[at + 1 :]) for at, char in enumerate(text) if char == "=" and text[:at].strip()]
        if not splits:
            raise UsageError(f"--map {text!r} is not TAG=TARGET; an example: --map lighting=dim=dark")
        fitting = [split for split in splits if split[1] in known]
        if not fitting:
            hints = [hint for _, target in splits if (hint := nearest(target, known))]
            # Nothing like a target is named: what is known is said, of the shortest reading.
            hint = hints[0] if hints else did_you_mean(splits[-1][1], known)
            raise UsageError(f"--map {text}: {' and '.join(names)} has no target that this ends in{hint}")
        tag, target = next((split for split in fitting if split[0] in weak), fitting[0])
        if found.setdefault(tag, target) != target:
            raise UsageError(
                f"--map {tag} is said twice, for {found[tag]} and for {target}; a tag is made by one target"
            )
    return found


def suggested_maps(tags: Collection[str], known: Collection[str]) -> dict[str, list[str]]:
    """Return, for tags without a target, the targets of the same value: the key differs, or one has none.

    `lighting=low` may be what `light=low` makes, and `condition=dark` what `dark` makes. Only whoever named the tag
    knows, so it is asked, not assumed: `low` of another key is another thing.
    """
    by_value: dict[str, list[str]] = {}
    for target in known:
        by_value.setdefault(_value(target), []).append(target)
    return {tag: found for tag in tags if (found := by_value.get(_value(tag), []))}


def shipped_by_value(tag: str) -> dict[str, str]:
    """Return the recipes that ship and have a target of the same value as a tag, each with the first such target."""
    found = {name: suggested_maps([tag], target_tags(name)).get(tag, []) for name in shipped()}
    return {name: targets[0] for name, targets in found.items() if targets}


def map_option(tag: str, target: str) -> str:
    """Return the option that lets a target make a tag, as a shell takes it."""
    return f"--map {quoted(f'{tag}={target}')}"


def _value(tag: str) -> str:
    return tag.rpartition("=")[2].strip().casefold()


def names_recipe(place: str) -> bool:
    """Return whether a place on a command line after the first recipe is another one: by its ending, or its name."""
    return place.lower().endswith((".yaml", ".yml")) or place in shipped()
