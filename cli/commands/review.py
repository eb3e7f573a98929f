"""`burnish review`: a person looks, decides with keys, and nothing of it is lost."""

from typing import Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from curate.ground.errors import UsageError

_ASKED = ("label", "reject", "pair", "realism", "blind")
_HIDEABLE = ("label", "prediction", "neighbours", "findings")


def review(
    manifest: options.Manifest = None,
    page: Annotated[
        str | None,
        typer.Option("--page", metavar="FILE.html", help="Write a page that works from a disk.", show_default=False),
        Effect.WRITES,
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the page to this machine, and keep every answer at once.")
    ] = False,
    ask: Annotated[str, typer.Option(metavar="label|reject|pair|realism|blind", help="What is asked.")] = "label",
    annotator: Annotated[str | None, typer.Option(metavar="NAME", help="Who answers.", show_default=False)] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file of answers, which only grows.",
            show_default="answers.jsonl",
        ),
        Effect.APPENDS,
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Pairs to ask about: what dedup --json wrote.", show_default=False),
        Effect.READS,
    ] = None,
    mix: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A manifest to mix into blind questions.", show_default=False),
        Effect.READS,
    ] = None,
    hide: Annotated[
        list[str] | None,
        typer.Option(metavar="label|prediction|neighbours|findings", help="Do not show this.", show_default=False),
    ] = None,
    more_classes: Annotated[
        list[str] | None,
        typer.Option("--class", metavar="NAME", help="A class, also one that no sample has; keys go to these first."),
    ] = None,
    top: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Ask at most so many.", show_default=False)
    ] = None,
    embeddings: options.Embeddings = None,
    embed_mb: Annotated[
        int, typer.Option("--embed", metavar="MB", min=0, help="Room for files in the page; the others are linked.")
    ] = 64,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    seed: options.Seed = 0,
    root: options.Root = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Ask a person about samples, one at a time, by keys: is the label right, keep or reject, which copy stays.

    --serve answers only to this machine and to whoever has the link; every answer is on the disk before the next sample
    shows, and the same command goes on where it was left. --page makes one file that needs no server and keeps the
    answers itself until you download them. Without either, what the answers in -o come to is said.

    label starts with the lowest scores of issues; reject asks about findings and what dedup or clean dropped; pair
    shows copies side by side; realism, generated beside real samples; blind hides what is known, mixes in samples that
    nobody flagged and asks a tenth twice, to measure people.

    [bold]Examples[/bold]

    burnish review flagged.jsonl --serve --annotator ann -o answers.jsonl

    burnish review rejects.jsonl --ask reject --page review.html --annotator ann

    burnish dedup set.jsonl --report --json -o set.jsonl > groups.json

    burnish review set.jsonl --ask pair --groups groups.json --serve --annotator ann

    burnish review set.jsonl --ask blind --top 100 --serve --annotator bob -o bob.jsonl
    """
    annotator = _checked(page, annotator, ask, serve=serve, groups=groups, mix=mix)
    for name in hide or ():
        options.check_choice(name, _HIDEABLE, "--hide")
    reports.check_html(page, manifest, "--page")
    answers = output or "answers.jsonl"
    streams.check_output(answers)
    # Imported only now: --help must not wait for it.
    from cli.serve import review as reviews
    from curate.review.questions import Wish, read_groups

    pairs = read_groups(groups) if groups else None
    wish = Wish(ask, seed, top, groups=pairs, hidden=hide or ())  # type: ignore[arg-type] # both were checked
    prepared = reviews.prepare(
        manifest,
        wish,
        annotator,
        answers,
        mix=mix,
        embeddings=embeddings,
        classes=more_classes or (),
        root=root or "",
    )
    if serve:
        reviews.serve(prepared, open_browser=open_browser)
    elif page:
        reviews.write_page(prepared, page, embed_mb << 20)
    else:
        reviews.tell(prepared)


def _checked(
    page: str | None, annotator: str | None, ask: str, *, serve: bool, groups: str | None, mix: str | None
) -> str:
    """Return the annotator, after refusing options that do not go together."""
    options.check_choice(ask, _ASKED, "--ask")
    if page and serve:
        raise UsageError("--page and --serve: choose one of them")
    if not annotator or not annotator.strip():
        raise UsageError("who answers? name the person: --annotator NAME")
    if groups and ask != "pair":
        raise UsageError("--groups are pairs to ask about, so it needs --ask pair")
    if mix and ask != "blind":
        raise UsageError("--mix is for blind questions, so it needs --ask blind")
    return annotator.strip()
