r"""Odd but valid manifests, and names that are not UTF-8, through every command, called in this process."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli import app
from cli.catalog import COMMANDS, command_of
from cli.io import terminal
from curate.records.sample import Sample
from tests.cli.test_contract import READERS

NULLS = dict.fromkeys((*Sample.__struct_fields__[1:], "theirs"))
"""What DuckDB and pandas write of a sample of which nothing is known."""
IMAGE = {"format": "PNG", "width": 8, "height": 8, "brightness_p99": 0.9, "phash": None}
ODD: dict[str, dict[str, Any]] = {
    "nulls": {"path": "a.png", **NULLS},
    "nulls in parts": {
        "path": "a.png", "kind": "image", "image": IMAGE, "audio": {"snr_db": None}, "bytes": 7.0,
        "findings": [{"check": "dark", "severity": "warning", "value": None, "detail": None}],
    },
    "unknown kind": {"path": "a.mp4", "kind": "video", "label": "x", "tags": ["y"], "video": {"fps": 25}},
    "kind by facts": {"path": "a.png", "image": IMAGE},
    "odd origin": {"path": "a.png", "origin": {"source": 7, "recipe": ["r"], "replaces": None, "plan": 3}},
    "surrogates": {"path": "caf\udce9 \udcff.png", "label": "\udce9", "tags": ["k=\udcff"], "split": "\udcff"},
}  # fmt: skip
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "image with audio": ({"path": "a", "kind": "image", "audio": {"channels": 1}}, "its kind is image"),
    "both": ({"path": "a", "image": {"width": 1}, "audio": {"channels": 1}}, "facts of an image and of a recording"),
    "number as tag": ({"path": "a", "tags": [1]}, "Expected `str`, got `int`"),
    "number as split": ({"path": "a", "split": 1}, "Expected `str | null`, got `int`"),
    "text as facts": ({"path": "a", "image": "no"}, "Expected `object"),
}
DEEP = '{"path": "a", "theirs": ' + "[" * 3000 + "]" * 3000 + "}"


class Result(NamedTuple):
    """What a command said."""

    code: int
    stdout: bytes
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call a command in this process, in the test's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # what the program does on SIGTERM is not for the tests

    def call(*words: str, stdin: bytes = b"") -> Result:
        streams = [io.BytesIO(stdin), io.BytesIO(), io.BytesIO()]
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            errors = "backslashreplace" if name == "stderr" else "strict"
            wrapper = io.TextIOWrapper(stream, "utf-8", errors=errors, write_through=True)
            monkeypatch.setattr(sys, name, wrapper)
        monkeypatch.setattr(terminal, "quiet", False)
        monkeypatch.setattr(terminal, "verbose", False)
        code = app.run(words)
        sys.stdout.flush()
        return Result(code, streams[1].getvalue(), streams[2].getvalue().decode())

    return call


def words_of(command: str) -> list[str]:
    (Path.cwd() / "said.csv").write_text("path,prediction\na.png,x\n")
    return READERS[command]


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_sample_is_read_or_refused_in_one_line(run: Run, command: str, odd: str) -> None:
    line = json.dumps(ODD[odd]).encode() + b"\n"
    good = b'{"path": "b.png", "label": "x", "kind": "image"}\n'
    result = run(*words_of(command), stdin=line + good)
    assert "internal error" not in result.stderr
    assert "not a sample" not in result.stderr
    # Without pictures on the disk some have nothing to do, which they say in one line.
    assert result.code in {0, 2}
    assert result.code == 0 or result.stderr.splitlines()[-1].startswith(f"burnish {command}: ")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("source", ["stdin", "file"])
def test_a_line_that_is_nested_too_deeply_is_named(run: Run, tmp_path: Path, command: str, source: str) -> None:
    data = f'{{"path": "b.png"}}\n{DEEP}\n'.encode()
    (tmp_path / "set.jsonl").write_bytes(data)
    result = run(*words_of(command), *(["set.jsonl"] if source == "file" else []), stdin=data)
    name = "set.jsonl" if source == "file" else "<stdin>"
    assert result.code == 2
    assert result.stderr.splitlines()[-1] == f"burnish {command}: {name}:2: not a sample: JSON is nested too deeply"


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_field_is_refused_with_its_line_or_not_looked_at(run: Run, command: str, wrong: str) -> None:
    record, problem = WRONG[wrong]
    findings = [{"check": "dark", "severity": "warning"}]  # so that clean looks at it twice
    line = json.dumps({**record, "findings": findings, "digest": "sha256:1"}).encode()
    result = run(*words_of(command), stdin=b'{"path": "b", "kind": "image", "digest": "sha256:1"}\n\n' + line + b"\n")
    assert "internal error" not in result.stderr
    if "not a sample" in result.stderr:
        last = result.stderr.splitlines()[-1]
        assert last.startswith(f"burnish {command}: <stdin>:3: not a sample: ")
        assert problem in last
    if command in {"select", "tag"}:
        assert result.code == 2, "what reads samples whole sees it"


@pytest.mark.parametrize("command", ["clean", "dedup", "select", "split", "tag"])
def test_another_kind_passes_untouched(run: Run, command: str) -> None:
    lines = [b'{"path": "%d.mp4" , "kind": "video","split":"train"}' % n for n in range(4)]
    result = run(*READERS[command], stdin=b"\n".join(lines) + b"\n")
    assert result.code == 0
    assert result.stdout.splitlines() == lines


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("clean", "1 sample is of another kind (video 1): no check applies"),
        ("dedup", "1 sample is of another kind (video 1): only their bytes were compared"),
        ("stats", "video"),
        ("train", "1 neither image nor audio"),
        ("overfit", "1 neither image nor audio"),
        ("augment", "1 files of kind video"),
    ],
)
def test_reports_say_how_many_are_of_another_kind(run: Run, command: str, said: str) -> None:
    result = run(*words_of(command), stdin=b'{"path": "a.mp4", "kind": "video", "label": "x", "split": "train"}\n')
    assert said in result.stderr + result.stdout.decode()


def test_a_manifest_of_nulls_keeps_its_lines(run: Run) -> None:
    record = {**NULLS, **ODD["nulls in parts"]}
    line = json.dumps(record).encode() + b"\n"
    assert run("select", stdin=line).stdout == line
    tagged = run("tag", "--set", "new=image.width > 1", stdin=line).stdout
    assert json.loads(tagged) == {**record, "tags": ["new"]}


def make_set(folder: Path, picture: Callable[..., Path], recording: Callable[..., Path]) -> None:
    """Make two classes of pictures and two of recordings, with names that are not UTF-8, and copies among them."""
    for kind in ("images", "audio"):
        for label in (b"cat \xe9", b"dog \xff"):
            place = folder / kind / os.fsdecode(label)
            for number in range(6):
                name = os.fsdecode(b"caf\xe9 \xff%d" % min(number, 4))
                if kind == "images":
                    picture(place / f"{name}{number}.png", seed=100 * label[0] + min(number, 4))
                else:
                    place.mkdir(parents=True, exist_ok=True)
                    # libsndfile's Python module opens no such name itself.
                    recording(folder / "any.wav", seed=100 * label[0] + min(number, 4)).rename(
                        place / f"{name}{number}.wav"
                    )


LOOP = (
    "scan {kind} -o set.jsonl",
    "scan {kind} -o set.jsonl",
    "clean set.jsonl --only blurry,silent --set blurry=2 --drop warning --rejects bad.jsonl -o good.jsonl",
    "clean set.jsonl --only blurry,silent --set blurry=2 --drop warning --quarantine q -o good.jsonl",
    "dedup set.jsonl --json",
    "dedup set.jsonl --report -o named.jsonl",
    "split set.jsonl --ratio train=0.6,test=0.4 --method hash -o hashed.jsonl",
    "split set.jsonl --ratio train=0.6,test=0.4 -o set.jsonl",
    "balance set.jsonl", "balance set.jsonl --json", "balance set.jsonl --html page.html",
    "stats set.jsonl --by label", "stats set.jsonl --json", "stats set.jsonl --html page.html",
    "schema set.jsonl -o schema.yaml", "schema set.jsonl -o schema.yaml --update",
    "validate set.jsonl --schema schema.yaml -o good.jsonl --rejects bad.jsonl --html page.html",
    "validate set.jsonl --schema schema.yaml --json",
    "tag set.jsonl --auto -o tagged.jsonl",
    "select set.jsonl --split train -o trained.jsonl",
    "review set.jsonl --annotator ann --page page.html",
    "review named.jsonl --annotator ann --ask blind --page page.html",
    "organize set.jsonl --into hf --metadata hf --apply -o organized.jsonl",
    "undo hf",
    "organize set.jsonl --into csv --metadata csv --apply -o organized.jsonl",
    "organize set.jsonl --into lists --metadata speech-commands --apply -o organized.jsonl",
    "preview {recipe} set.jsonl -o page.html",
    "augment {recipe} set.jsonl --dry-run --json",
    "augment {recipe} set.jsonl --into made --replace -o made.jsonl",
    "augment {recipe} set.jsonl --into made --replace -o made.jsonl",
    "train set.jsonl --run one --model knn", "train set.jsonl --run two --model knn --json",
    "evaluate set.jsonl --predictions one/predictions.jsonl --run three",
    "overfit set.jsonl --json",
    "weak one", "weak one --json", "weak one --html page.html",
    "audit one", "audit one --json", "audit one --html page.html",
    "compare one two", "compare one two --json", "compare one two --html page.html",
    "gate shadow one two --margin 0.9 -o differ.jsonl --html page.html", "gate shadow one two --margin 0.9 --json",
    "automate one", "automate one --json", "automate one --html page.html",
    "slices one set.jsonl --no-cache --html page.html", "slices one set.jsonl --no-cache --json -o sliced.jsonl",
    "predict one set.jsonl --no-cache -o predicted.jsonl", "predict one set.jsonl --no-cache --json",
    "issues set.jsonl --no-cache --model knn --feature base --folds 2 --plantings 1 -o flagged.jsonl --html page.html",
    "issues one set.jsonl --no-cache --folds 2 --plantings 0 --json",
    "relabel flagged.jsonl --map-label cat=x -o relabelled.jsonl", "relabel relabelled.jsonl --undo -o back.jsonl",
    "export predicted.jsonl --to label-studio -o tasks.json --config labels.xml",
    "import tasks.json --from label-studio --answers answers.jsonl -o imported.jsonl",
    "export predicted.jsonl --to csv -o set.csv", "import set.csv --from csv --manifest set.jsonl -o imported.jsonl",
    "drift one set.jsonl --html page.html", "drift set.jsonl set.jsonl --on facts,tags --json",
    "scrub set.jsonl --json", "scrub set.jsonl --into bare --apply -o bare.jsonl",
    "scrub set.jsonl --into scrubbed --names --apply -o scrubbed.jsonl", "card scrubbed.jsonl -o scrubbed",
    "organize set.jsonl --into hugging --apply -o hugging.jsonl", "card hugging.jsonl one -o hugging --no-look",
    "card hugging.jsonl one -o hugging",
    "feedback one one/predictions.jsonl --rejects none.jsonl -o back.jsonl",
    "runs .", "runs . --json",
    "release set.jsonl --as v1 --schema schema.yaml", "release set.jsonl --as v1 --json",
    "release made.jsonl --as v2 --media copy", "release diff v1 v2 --json", "release list --json",
    "release check --json", "release rollback", "release restore v2", "release path",
    "report one -o page.html",
    "run clean-{kind} --set data={kind} --work work",
    "report work -o page.html",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["images", "audio"])
def test_names_that_are_not_utf8_go_through_every_command(
    run: Run, tmp_path: Path, picture: Callable[..., Path], recording: Callable[..., Path], kind: str
) -> None:
    make_set(tmp_path, picture, recording)
    recipe = "images-standardize" if kind == "images" else "speech-standardize"
    for step in LOOP:
        result = run(*step.format(kind=kind, recipe=recipe).split())
        assert (step, result.code, "internal error" in result.stderr) == (step, 0, False), result.stderr
        if "--json" in step:
            json.loads(result.stdout)
    done = {command_of(step.split()) for step in LOOP}
    assert done >= COMMANDS.keys() - {
        "transforms",
        "tune",
        "recipes",
        "demo",
        "agreement",
        "coverage",
        "embed",
        "gate",
        "automate",
        "review",
    }, "no names, or an own test"


@pytest.mark.parametrize("odd", [*ODD, "deep"])
def test_an_output_that_scan_reuses_may_hold_anything(run: Run, picture: Callable[..., Path], odd: str) -> None:
    picture(Path("d/a.png"))
    line = DEEP if odd == "deep" else json.dumps(ODD[odd])
    Path("set.jsonl").write_text(f'\n{line}\n{{"path": "d/a.png", "tags": 7}}\n')
    result = run("scan", "d", "-o", "set.jsonl")
    place = "set.jsonl:2: not a sample: JSON is nested too deeply" if odd == "deep" else "set.jsonl:3: not a sample: "
    assert result.code == 2
    assert result.stderr.startswith(f"burnish scan: {place}")
    assert result.stderr.rstrip().endswith("name another output, or measure all again with --fresh")
