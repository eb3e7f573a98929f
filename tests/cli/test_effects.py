"""What options do to the disk is declared, and held against the disk before a command begins."""

import re
from pathlib import Path

import pytest

from cli.app import load
from cli.catalog import COMMANDS, function_of
from cli.effects import Effect, check_outputs, effects_of
from curate.ground.errors import InputError, UsageError
from tests.conftest import Burnish
from tests.curate.media.storage.test_remote import memory, put

__all__ = ["memory"]  # a fixture

LOOKS_LIKE_A_PATH = re.compile(r"FILE|DIR|PATH|FOLDER|RECIPE|RUN|JOURNAL|MANIFEST|=")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_looks_like_a_path_says_what_it_is(name: str) -> None:
    declared = effects_of(function_of(name))
    looks = {one.name for one in load(name).params if LOOKS_LIKE_A_PATH.search(one.metavar or "")}
    assert looks <= declared.keys(), "mark it with an Effect of cli/effects.py"


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    both = {"output": Effect.WRITES, "rejects": Effect.REJECTS}
    with pytest.raises(UsageError, match="is named for two outputs"):
        check_outputs(both, {"output": str(tmp_path / "a"), "rejects": str(tmp_path / "." / "a")})
    check_outputs(both, {"output": "/dev/null", "rejects": "/dev/null"})
    check_outputs(both, {"output": "-", "rejects": None})


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    effects = {"manifest": Effect.READS, "answers": Effect.READS, "output": Effect.PASSES_ON, "rejects": Effect.REJECTS}
    one, two = tmp_path / "one", tmp_path / "two"
    one.touch()
    two.symlink_to(one)
    for values in (
        {"answers": [str(tmp_path / "other"), str(one)], "output": str(two)},
        {"answers": str(one), "rejects": str(one)},
        {"manifest": str(one), "rejects": str(one)},
    ):
        with pytest.raises(UsageError, match="that is an input"):
            check_outputs(effects, values)
    check_outputs(effects, {"manifest": str(one), "output": str(one), "answers": [str(tmp_path / "other")]})
    check_outputs({"answers": Effect.READS, "output": Effect.APPENDS}, {"answers": str(one), "output": str(one)})


def test_what_a_store_takes(memory: str) -> None:
    check_outputs({"output": Effect.WRITES, "into": Effect.MAKES}, {"output": f"{memory}/x", "into": f"{memory}/y"})
    put(memory, "there")
    for effect, value, problem in (
        (Effect.WRITES, f"{memory}/there", "there is such a key already"),
        (Effect.PASSES_ON, "https://host/x", "only read from"),
        (Effect.MAKES, "https://host/x", "only read from"),
        (Effect.MAKES_RUN, f"{memory}/run", "has to be on a disk"),
        (Effect.SETS_ASIDE, f"{memory}/quarantine", "has to be on a disk"),
        (Effect.APPENDS, f"{memory}/log", "no files that grow"),
        (Effect.WRITES, "ftp://host/x", "no store that burnish speaks"),
        (Effect.WRITES, "s3://user:secret@b/x", "an address with a password"),
    ):
        with pytest.raises((InputError, UsageError), match=problem):
            check_outputs({"it": effect}, {"it": value})
    with pytest.raises(UsageError, match="named for two outputs"):
        check_outputs({"a": Effect.WRITES, "b": Effect.WRITES}, {"a": f"{memory}/x", "b": f"{memory}/x"})


@pytest.mark.parametrize(
    "words",
    [
        "release set.jsonl --as v1 --into {}",
        "release check --into {}",
        "release restore v1 --into releases --root {}",
        "card set.jsonl -o {}",
        "scrub set.jsonl --into {} --apply",
        "demo {}",
        "run line.yaml --work {}",
        "validate set.jsonl --schema {}",
        "dedup set.jsonl --reference {}",
        "clean set.jsonl --answers other --answers {}",
        "train set.jsonl --run run --like {}",
        "train set.jsonl --run run --cache {}",
        "predict {} set.jsonl",
        "embed set.jsonl --model {}",
    ],
)
def test_what_has_to_be_on_a_disk_is_refused_in_one_line(burnish: Burnish, tmp_path: Path, words: str) -> None:
    """A store's address taken for a path is a folder `s3:`: something was written there, and never found again."""
    said = burnish(*words.format("s3://bucket/x").split(), code=2).stderr
    assert re.fullmatch(
        r"burnish [a-z ]+: s3://bucket/x: (what is made there has to be on a disk; name a folder of this machine"
        r"|this is read from a disk; copy it to this machine first)\n",
        said,
    )
    assert not list(tmp_path.iterdir())


def test_a_file_address_is_a_path_for_every_option(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"path":"a.png","kind":"image","label":"cat"}\n')
    here = f"file://{tmp_path}"
    burnish("select", f"{here}/set.jsonl", "--where", "label == 'cat'", "-o", f"{here}/out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "set.jsonl").read_bytes()
    (tmp_path / "table.csv").write_text("file_name,light\na.png,dim\n")
    burnish("tag", f"{here}/set.jsonl", "--metadata", f"{here}/table.csv", "-o", f"{here}/tagged.jsonl")
    assert "light=dim" in (tmp_path / "tagged.jsonl").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"set.jsonl", "out.jsonl", "table.csv", "tagged.jsonl"}


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        check_outputs({"into": Effect.MAKES}, {"into": str(tmp_path / "file" / "new")})
    check_outputs({"into": Effect.MAKES}, {"into": str(tmp_path / "new" / "deep")})


@pytest.mark.parametrize(
    "words",
    [
        ("scan", "none", "-o", "gone/x.jsonl"),
        ("clean", "none", "--rejects", "gone/x.jsonl"),
        ("clean", "none", "--quarantine", "file/q", "--apply"),
        ("dedup", "none", "--rejects", "gone/x.jsonl"),
        ("organize", "none", "--into", "file/o", "--apply"),
        ("augment", "speech-telephone", "none", "--into", "file/a"),
        ("train", "none", "--run", "file/r"),
        ("balance", "none", "--html", "gone/x.html"),
        ("agreement", "none", "--human-level", "gone/x.csv"),
        ("demo", "file/d"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(
    burnish: Burnish, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    assert re.search("cannot (write|make the folder)", burnish(*words, code=2).stderr.splitlines()[-1])
