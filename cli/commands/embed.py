"""`burnish embed`: a vector for each file, by a model of the user's or one that a package carries."""

from typing import Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.engine_options import Address, Engine, choose_engine, compare_files, say_nodes
from cli.io import streams, terminal
from curate.ground.errors import UsageError


def embed(
    manifest: options.Manifest = None,
    package: Annotated[
        str | None,
        typer.Option(
            metavar="photos|speech|timm:NAME|hf:NAME",
            help="A model that an extra brings along; or one by its name at timm or Hugging Face, with torch.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A model of your own, .onnx or .tflite.", show_default=False),
        Effect.READS,
    ] = None,
    preprocessing: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="What it is given, in YAML.", show_default="MODEL's name with .yaml"),
        Effect.READS,
    ] = None,
    vectors: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Vectors that you have: .npz, .csv or .parquet with paths or digests.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The .npz for the embeddings.", show_default=False),
        Effect.WRITES,
    ] = None,
    cache: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Where vectors are kept.", show_default="~/.cache/burnish/embeddings"),
        Effect.CACHE,
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute all vectors anew, and keep none.")] = False,
    root: options.RootOfNeeded = None,
    jobs: options.Jobs = None,
    engine: Engine = "local",
    address: Address = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Embed the files of a manifest: a vector for each content, keyed by digest.

    `burnish train --feature embedding:FILE` learns from it. Nothing is downloaded: a model is a file of yours, or lies
    in an installed package; only timm:NAME and hf:NAME may fetch weights, with packages that you installed. Vectors are
    kept, so that a second call only embeds what is new. A model of your own needs a small YAML file that says what it
    is given; OpenCV runs it, so no deep-learning framework is needed. Of 100 files it is measured how alike a file and
    its own mild change are, for `burnish dedup --similar auto`.

    [bold]Examples[/bold]

    burnish embed set.jsonl --package photos -o photos.npz

    burnish embed set.jsonl --model resnet.onnx --preprocessing resnet.yaml -o resnet.npz

    burnish embed set.jsonl --package hf:facebook/dinov2-small -o dino.npz

    burnish embed set.jsonl --from clip.parquet -o clip.npz
    """
    if sum(one is not None for one in (package, model, vectors)) != 1:
        raise UsageError("which model? one of --package NAME, --model FILE, or --from FILE with vectors that you have")
    choose_engine(engine, address, [root])
    if not output:
        raise UsageError("where to? name the file for the embeddings: -o embeddings.npz")
    if vectors is not None:
        _join(manifest, vectors, output)
    else:
        _embed(manifest, package, model, preprocessing, output, (root or "", jobs, "" if no_cache else cache))


def _join(manifest: str | None, vectors: str, output: str) -> None:
    from baselines.embeddings.embed import Embedded
    from curate.embeddings.foreign import Named, read_foreign
    from curate.embeddings.store import write_embeddings

    with streams.records(manifest, Embedded) as records:
        found = read_foreign(vectors, [Named(one.path, one.digest) for one in records])
    write_embeddings(output, found)
    terminal.say(f"{len(found.digests):,} vectors of {found.length:,} numbers, joined with the manifest: {output}")


def _embed(
    manifest: str | None,
    package: str | None,
    model: str | None,
    preprocessing: str | None,
    output: str,
    reading: tuple[str, int | None, str | None],
) -> None:
    from baselines.embeddings.embed import Embedded, Model, load_model
    from baselines.embeddings.embed import embed as embed_files
    from baselines.features.reading import Reading
    from curate.embeddings.store import write_embeddings

    chosen: Model = load_model(package, model, preprocessing)
    with streams.records(manifest, Embedded) as records:
        samples = list(records)
    compare_files(reading[0], [one.path for one in samples])
    with terminal.progress("embeddings", lambda: len(samples)) as counted:
        found = embed_files(samples, chosen, Reading(*reading), counted)
    write_embeddings(output, found.embeddings)
    said = f"{len(found.embeddings.digests):,} vectors of {found.embeddings.length:,} numbers by {chosen.source}"
    terminal.say(f"{said}: {output}" + (f" ({found.reused:,} from the cache)" if found.reused else ""))
    say_nodes()
    if found.changed:
        terminal.say(f"files that changed since the scan: {found.changed:,}; what they hold now was embedded")
    for reason, count in found.left_out.most_common():
        terminal.say(f"without a vector: {count:,}, {reason} ({found.examples[reason]})")
