"""The options that commands share, declared once."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.effects import Effect
from cli.io.terminal import be_quiet, be_verbose
from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

Manifest = Annotated[
    str | None,
    typer.Argument(
        metavar="[MANIFEST]",
        help="The manifest to read; standard input if left out or -.",
        show_default=False,
    ),
    Effect.READS,
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the manifest to FILE, whole or not at all.",
        show_default=False,
    ),
    Effect.PASSES_ON,
]
Json = Annotated[bool, typer.Option("--json", help="Write the report as JSON.")]
Md = Annotated[bool, typer.Option("--md", help="Write its tables as Markdown, for pull requests.")]
Csv = Annotated[bool, typer.Option("--csv", help="Write its tables as CSV, for spreadsheets; shares are fractions.")]
Html = Annotated[
    str | None,
    typer.Option("--html", metavar="FILE", help="Write the report as a page to FILE.", show_default=False),
    Effect.WRITES,
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="Worker processes (default: the processors there are).",
        show_default=False,
    ),
]
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Let a gate hold of an input without samples.")]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", callback=be_quiet, help="Say nothing on stderr unless the command fails."),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", callback=be_verbose, help="Show tracebacks of errors."),
]
Root = Annotated[
    str | None,
    typer.Option(
        "--root",
        metavar="DIR",
        help="The folder that the manifest's paths are relative to.",
        show_default=False,
    ),
    Effect.MEDIA,
]
Embeddings = Annotated[
    str | None,
    typer.Option("--embeddings", metavar="FILE", help="What burnish embed wrote.", show_default=False),
    Effect.READS,
]
FeatureCache = Annotated[
    str | None,
    typer.Option("--cache", metavar="DIR", help="Where features are kept.", show_default="~/.cache/burnish/features"),
    Effect.CACHE,
]
NoFeatureCache = Annotated[bool, typer.Option("--no-cache", help="Compute all features anew, and keep none.")]
Truth = Annotated[
    str | None,
    typer.Option(
        "--truth", metavar="FILE", help="Labels that came later: a .csv or .jsonl of key and label.", show_default=False
    ),
    Effect.READS,
]
LogKey = Annotated[str, typer.Option("--key", metavar="FIELD", help="The field that cases are known by.")]
ReleasesMade = Annotated[str, typer.Option("--into", metavar="DIR", help="The folder of all releases."), Effect.MAKES]
Releases = Annotated[str, typer.Option("--into", metavar="DIR", help="The folder of all releases."), Effect.READS]
"""Of commands that only read: a folder that may not be written to will do."""
Answers = Annotated[
    list[str] | None,
    typer.Option("--answers", metavar="FILE", help="Answers of burnish review; may be repeated.", show_default=False),
    Effect.READS,
]
Rule = Annotated[
    Literal["majority", "last", "adjudicated"],
    typer.Option(metavar="majority|last|adjudicated", help="How several answers to one sample decide."),
]
Adjudicator = Annotated[
    list[str] | None,
    typer.Option(
        "--adjudicator",
        metavar="NAME",
        help="Whose word decides by --rule adjudicated; may be repeated.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Where chance begins.")]


def check_choice(value: str, known: "Sequence[str]", option: str) -> None:
    """Check that the value of an option is one of those that it knows.

    Raises:
        UsageError: It is not; names the nearest.
    """
    if value not in known:
        raise UsageError(f"{option} {value!r} is unknown{did_you_mean(value, known)}")


def check_rule(
    rule: str, adjudicators: "Sequence[str] | None", answers: "Sequence[str] | None", table: str | None = None
) -> None:
    """Refuse a rule for answers that lacks what it needs, or that has no answers to decide on.

    Raises:
        UsageError: Names what is missing.
    """
    if adjudicators and rule != "adjudicated":
        raise UsageError("--adjudicator goes with --rule adjudicated")
    if rule == "adjudicated" and answers and not adjudicators:
        raise UsageError("--rule adjudicated: whose word decides? --adjudicator NAME")
    if rule != "majority" and not answers and not table:
        raise UsageError(f"--rule {rule} decides on answers; name them: --answers FILE")
