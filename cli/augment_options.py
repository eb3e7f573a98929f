"""The options that the commands which take an augment recipe share."""

from typing import Annotated, Literal

import typer

from cli.effects import Effect

Recipe = Annotated[
    str,
    typer.Argument(metavar="RECIPE", help="A recipe's file, or the name of one that ships.", show_default=False),
    Effect.READS_RECIPE,
]
MoreRecipes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RECIPE",
        help="Further recipes, which share the budget: .yaml files, or names of recipes that ship.",
        show_default=False,
    ),
    Effect.READS_RECIPE,
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="TAG=TARGET",
        help="Let the recipe's TARGET make TAG, a weak tag by another name; may be repeated.",
        show_default=False,
    ),
    Effect.VALUE,
]
Weak = Annotated[
    str | None,
    typer.Option(
        metavar="RUN|FILE", help="Only for the weak tags of a run, or of a `weak --json` file.", show_default=False
    ),
    Effect.READS_RUN,
]
Target = Annotated[
    list[str] | None,
    typer.Option(metavar="TAG", help="Only this target of the recipe; may be repeated.", show_default=False),
]
Match = Annotated[
    Literal["none", "weak", "auto"],
    typer.Option(
        help="Draw until the facts are like those of the real samples with the tag, in training and validation; a "
        "target that cannot be matched is left out (weak) or made as the recipe draws (auto)."
    ),
]
Hardness = Annotated[
    Literal["none", "measure", "limit"],
    typer.Option(
        help="Ask the run's model, refitted without the sources, how hard what is made is beside the real samples of "
        "the tag, and how well a classifier tells the two apart, of 150 samples of each target (measure); or of all, "
        "and leave out draws that are too easy or too hard for others, a third at most (limit)."
    ),
]
Run = Annotated[
    str | None,
    typer.Option(
        "--run", metavar="RUN", help="The run whose model is asked (default: that of --weak).", show_default=False
    ),
    Effect.READS_RUN,
]
Split = Annotated[
    list[str] | None,
    typer.Option(metavar="S|all", help="Which split to take sources from (default: train).", show_default=False),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a variable of the recipe.", show_default=False),
    Effect.SETS_RECIPE,
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", help="Where chance begins (default: as the recipe says).", show_default=False),
]
Group = Annotated[
    str | None,
    typer.Option(
        metavar="KEY|folder|PATTERN|cluster:FILE",
        help="Spread sources evenly over these groups (default: over all key=value tags).",
        show_default=False,
    ),
    Effect.READS,
]
Timeout = Annotated[float, typer.Option(metavar="S", min=0.1, help="Seconds that the samples of one source may take.")]
