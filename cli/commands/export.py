"""`burnish export`: a manifest in the format of another labelling tool."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from cli import options
from cli.effects import Effect, why_unwritable
from cli.io import streams
from cli.io.terminal import say
from curate.exchange import cvat, fiftyone, kaldi_directory, label_studio, lhotse, table
from curate.exchange.annotated import Left
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode, loads
from curate.media.storage.publish import write_whole
from curate.records.reader import lines, parse, read_as
from curate.records.sample import Sample, View

if TYPE_CHECKING:
    from cli.io.replayable_pipe import Rereadable

To = Literal["label-studio", "cvat", "fiftyone", "csv", "kaldi", "lhotse"]
_FORMATS = "label-studio|cvat|fiftyone|csv|kaldi|lhotse"
_KINDS = {
    "label-studio": ("image", "audio"),
    "cvat": ("image",),
    "fiftyone": ("image",),
    "kaldi": ("audio",),
    "lhotse": ("audio",),
}
_FOLDERS = {"fiftyone", "kaldi", "lhotse"}
_SPEAKERS = ("speaker", "client_id", "speaker_id", "spk")
"""Keys of tags that say who speaks, the first that is there."""


class _Seen(View):
    """What has to be known before the first sample is written."""

    path: str
    label: str | None = None
    kind: str | None = None
    split: str | None = None
    tags: tuple[str, ...] = ()


def export(
    manifest: options.Manifest = None,
    to: Annotated[
        To | None,
        typer.Option(metavar=_FORMATS, help="The format.", show_default=False),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to FILE, whole or not at all; fiftyone, kaldi, lhotse: to a folder, which is made.",
            show_default="standard output",
        ),
        Effect.VALUE,
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.xml", help="Label Studio: write the labelling configuration too.", show_default=False
        ),
        Effect.WRITES,
    ] = None,
    prefix: Annotated[
        str, typer.Option(metavar="URL", help="Label Studio: what the address of a file begins with.")
    ] = label_studio.LOCAL_FILES,
    speaker: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="kaldi, lhotse: the tag's key that says who speaks.",
            show_default="speaker, client_id, speaker_id or spk",
        ),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="lhotse: .jsonl instead of .jsonl.gz.")] = False,
    root: options.Root = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write the samples for another program: Label Studio, CVAT, FiftyOne, a table, Kaldi or lhotse.

    Label Studio gets tasks with the label and the prediction of burnish predict as predictions; CVAT 1.1 XML has one
    tag an image; FiftyOne gets labels.json and data.json in a folder, which name the files where they are. Nothing is
    copied. To Label Studio and FiftyOne the whole sample travels along, so that burnish import gives it back; from the
    others it comes back with --manifest.

    Kaldi gets a data directory (wav.scp, utt2spk, spk2utt, text, utt2dur, spk2gender), lhotse manifests of recordings
    and supervisions; with splits there is one for each. Folders of classes, Ultralytics, Hugging Face and Common Voice
    are written by organize, which puts the files where they have to be.

    [bold]Examples[/bold]

    burnish export set.jsonl --to label-studio -o tasks.json --config labels.xml

    burnish export set.jsonl --to cvat -o annotations.xml

    burnish export set.jsonl --to fiftyone -o fiftyone/

    burnish export set.jsonl --to kaldi -o data/

    burnish export set.jsonl --to lhotse --speaker client_id -o manifests/

    burnish issues set.jsonl -o - | burnish select --where 'has(label)' | burnish export --to csv -o labels.csv
    """
    if to is None:
        raise UsageError("which format? --to label-studio, cvat, fiftyone, csv, kaldi or lhotse")
    if config and to != "label-studio":
        raise UsageError("--config goes with --to label-studio")
    if (speaker and to not in {"kaldi", "lhotse"}) or (plain and to != "lhotse"):
        raise UsageError("--speaker goes with --to kaldi and lhotse, --plain with --to lhotse")
    if to in _FOLDERS and output in {None, "-"}:
        raise UsageError(f"--to {to} makes a folder: name it with -o")
    if to not in _FOLDERS:
        streams.check_output(output)
        if output not in {None, "-"} and (why := why_unwritable(output or "")):
            raise InputError(f"cannot write {output}: {why}")
    with streams.passes(manifest) as file:
        seen = _look(file, to)
        file.seek(0)
        pairs = _samples(file)
        if to in _FOLDERS:
            _export_folder(to, pairs, output or "", root or "", speaker or seen.speaker, plain=plain)
            return
        streams.write_lines(_joined(to, pairs, seen, prefix), output, of_manifest=False)
    if config:
        with write_whole(config) as made:
            made.write(label_studio.configuration(seen.kind or "image", sorted(seen.labels)))
        say(f"wrote {config}")


class _Look(NamedTuple):
    """What has to be known of all samples before the first is written.

    Attributes:
        labels: That they have, and how often.
        splits: That they have, sorted.
        kind: Of all of them, where the format takes one; None where there are none.
        speaker: Key of the tags that say who speaks.
    """

    labels: Counter[str]
    splits: list[str]
    kind: str | None
    speaker: str = _SPEAKERS[0]


def _look(file: "Rereadable", to: To) -> _Look:
    """Look at all samples.

    Raises:
        InputError: The format cannot hold them.
    """
    labels, splits, kinds, keys = Counter[str](), set[str](), dict[str | None, str](), set[str]()
    for one in read_as(file, _Seen):
        kinds.setdefault(one.kind, one.path)
        keys.update(tag.partition("=")[0] for tag in one.tags)
        if one.label is not None:
            labels[one.label] += 1
        if one.split is not None:
            splits.add(one.split)
    if to != "csv":
        wrong = next((path for kind, path in kinds.items() if kind not in _KINDS[to]), None)
        if wrong is not None:
            raise InputError(
                f"{to} holds {' or '.join(_KINDS[to])} files, and {wrong} is none; choose with burnish select --where "
                f"\"kind == '{_KINDS[to][0]}'\""
            )
        if len(kinds) > 1:
            raise InputError(
                "a project of Label Studio shows one kind of files, and the manifest has images and recordings; choose "
                "with burnish select --where \"kind == 'audio'\""
            )
    speaker = next((key for key in _SPEAKERS if key in keys), _SPEAKERS[0])
    return _Look(labels, sorted(splits), next(iter(kinds), None), speaker)


def _samples(file: "Rereadable") -> Iterator[tuple[Sample, dict[str, Any]]]:
    for line in lines(file):
        yield parse(line), loads(line)


def _joined(to: To, pairs: Iterable[tuple[Sample, dict[str, Any]]], seen: _Look, prefix: str) -> Iterator[bytes]:
    if to == "csv":
        yield table.line_of(list(table.COLUMNS)).rstrip(b"\n")
        formulas = 0
        for sample, foreign in pairs:
            formulas += table.looks_like_formula(sample)
            yield table.row_of(sample, foreign).rstrip(b"\n")
        if formulas:
            say(f"note: {formulas:,} paths or labels begin like a formula, and a spreadsheet may compute them")
    elif to == "cvat":
        yield cvat.head(sorted(seen.labels), seen.splits).rstrip(b"\n")
        for number, (sample, _) in enumerate(pairs):
            yield cvat.image_of(sample, number).rstrip(b"\n")
        yield cvat.TAIL.rstrip(b"\n")
    else:
        # One task a line: still one list, and a diff shows which of them changed.
        before = b"["
        for sample, foreign in pairs:
            yield before + encode(label_studio.task_of(sample, foreign, prefix))
            before = b","
        yield b"]" if before == b"," else b"[]"


def _export_folder(
    to: To, pairs: Iterable[tuple[Sample, dict[str, Any]]], output: str, root: str, speaker: str, *, plain: bool
) -> None:
    left = Left()
    if to == "fiftyone":
        _write_folder(output, fiftyone.files_of(pairs, root))
        say("  to load it:")
        # Without data_path FiftyOne 1.22 looks for a folder data/, though its documentation says that it need not be
        # named.
        say(f"  fiftyone.Dataset.from_dir({output!r}, fiftyone.types.FiftyOneImageClassificationDataset,")
        say("    data_path='data.json', include_all_data=True)")
    elif to == "kaldi":
        _write_folder(output, kaldi_directory.files_of(pairs, root, speaker, left))
    else:
        _write_folder(output, lhotse.files_of(pairs, root, speaker, plain=plain))
    for note in left.notes():
        say(f"  {note}")


def _write_folder(folder: str, files: dict[str, bytes]) -> None:
    tops = {name.partition("/")[0] for name in files}
    if os.path.isdir(folder) and set(os.listdir(folder)) - tops:
        raise UsageError(f"-o {folder}: the folder is not empty; name a new one")
    for name, data in files.items():
        place = os.path.join(folder, name)
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make the folder {os.path.dirname(place)}: {error.strerror}") from None
        with write_whole(place) as file:
            file.write(data)
    say(f"wrote {', '.join(sorted(files))} in {folder}")
