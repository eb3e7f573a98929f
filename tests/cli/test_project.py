"""The project file: found above, said where it is used, and nothing in it that writes or starts anything."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.catalog import COMMANDS
from cli.project import FILE, VARIABLE, project_defaults
from tests.conftest import Burnish

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, picture: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number in range(4):
        picture(tmp_path / "d" / f"{'ab'[number % 2]}_{number}.jpg", seed=number)
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def labels(output: str) -> list[str | None]:
    return [json.loads(line).get("label") for line in output.splitlines()]


def test_it_is_used_said_and_what_is_typed_wins(burnish: Burnish, folder: Path) -> None:
    (folder / FILE).write_text('pattern = "{label}_{}"\njobs = 1\n[thresholds]\ndark = 0.5\n[balance]\nmin-count = 9\n')
    result = burnish("scan", "d")
    assert labels(result.stdout) == ["a", "a", "b", "b"]
    assert result.stderr.startswith("by burnish.toml: pattern={label}_{} jobs=1\n")
    typed = burnish("scan", "d", "--pattern", "{}_{label}", "-j", "1")
    assert labels(typed.stdout) == ["0", "2", "1", "3"]
    assert "by burnish.toml" not in typed.stderr
    assert "by burnish.toml: set=dark=0.5\n" in burnish("clean", stdin=result.stdout).stderr
    assert "--min-count 9" in burnish("balance", stdin=result.stdout, code=1).stderr
    burnish("balance", "--min-count", "1", stdin=result.stdout)
    assert "by burnish.toml" not in burnish("scan", "d", "--quiet").stderr


def test_it_is_found_above_and_paths_are_those_of_its_folder(
    burnish: Burnish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "m.csv").write_text("file_name,label\nd/a_0.jpg,c\n")
    (folder / FILE).write_text('root = "."\n[scan]\nmetadata = "m.csv"\n')
    from tests import in_process

    below = folder / "deep" / "er"
    below.mkdir(parents=True)
    code, output, errors = in_process.call(["scan", "../../d"], b"", below)
    assert (code, errors.decode().splitlines()[0]) == (0, "by ../../burnish.toml: root=../.. metadata=../../m.csv")
    first = json.loads(output.splitlines()[0])
    assert (first["path"], first["label"]) == ("d/a_0.jpg", "c")
    monkeypatch.setenv(VARIABLE, "")
    assert "by " not in in_process.call(["scan", "../../d"], b"", below)[2].decode().split(" ")[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('patern = "x"', "patern is none of root, pattern, group, jobs, seed, cache, which may stand at the top"),
        ("[scna]\njobs = 1", "there is no command [scna] (did you mean 'scan'?)"),
        ("[scan]\npatern = 'x'", "[scan] has no option 'patern' that a file may set (did you mean 'pattern'?)"),
        ("[scan]\noutput = 'x'", "[scan] output is not for a file: it has to be typed, --output"),
        ("[scan]\njobs = {a = 1}", "[scan] jobs is a table; give a value, or a list of values"),
        ("[scan\n", "no TOML: Expected ']'"),
        ("[scan]\njobs = 'many'", "Invalid value for '--jobs' / '-j'"),
    ],
)
def test_what_is_wrong_is_refused_by_name(burnish: Burnish, folder: Path, text: str, message: str) -> None:
    (folder / FILE).write_text(text)
    errors = burnish("scan", "d", code=2).stderr
    assert message in errors
    burnish("scan", "--help")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("clean", "apply"), ("organize", "apply"), ("undo", "outside"), ("drift", "on-alarm"), ("runs", "mlflow"),
        ("scan", "output"), ("organize", "into"), ("clean", "quarantine"), ("clean", "rejects"), ("train", "run"),
        ("augment", "into"), ("stats", "html"), ("split", "force"),
        ("scan", "engine"), ("scan", "address"), ("scrub", "in-place"), ("organize", "mode"), ("embed", "package"),
        ("release", "as"), ("relabel", "undo"), ("export", "output"),
    ],
)  # fmt: skip
def test_nothing_that_writes_moves_or_starts_anything_is_for_a_file(
    burnish: Burnish, folder: Path, command: str, option: str
) -> None:
    (folder / FILE).write_text(f"[{command}]\n{option} = true\n")
    errors = burnish(command, "x", code=2).stderr
    assert "is not for a file: it has to be typed" in errors or "that a file may set" in errors


@pytest.mark.parametrize("command", COMMANDS)
def test_shared_options_disturb_no_command(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cli.app import load

    (folder / FILE).write_text('root = "."\npattern = "{label}"\ngroup = "speaker"\njobs = 1\nseed = 3\n')
    monkeypatch.chdir(folder)
    parameters = load(command).params
    found = project_defaults(command, parameters, [])
    assert found.keys() <= {parameter.name for parameter in parameters}
    assert ("jobs" in found) == any(parameter.name == "jobs" for parameter in parameters)
    capsys.readouterr()


def test_steps_of_a_pipeline_are_what_their_recipe_says(burnish: Burnish, folder: Path) -> None:
    (folder / FILE).write_text('pattern = "{label}_{}"\n')
    (folder / "p.yaml").write_text("kind: pipeline\ndescription: x\nsteps:\n  - scan: {paths: [d]}\n  - balance: {}\n")
    burnish("run", "p.yaml")
    manifest = next((folder / "work").rglob("*.jsonl"), None) or next(folder.rglob("scan*.jsonl"))
    assert labels(manifest.read_text()) == [None] * 4
