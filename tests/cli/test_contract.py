"""What every command promises, tested over all of them."""

import inspect
import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.app import help_of
from cli.catalog import COMMANDS, function_of
from tests.conftest import ROOT, Burnish
from tests.machine import PATIENCE_S
from tests.soak import some

READERS = {
    "augment": ["augment", "images-standardize", "--into", "nowhere"],
    "balance": ["balance"],
    "card": ["card", "-o", "nowhere"],
    "clean": ["clean"],
    "dedup": ["dedup"],
    "organize": ["organize", "--into", "nowhere"],
    "preview": ["preview", "photos-wear", "-o", "page.html"],
    "export": ["export", "--to", "csv"],
    "issues": ["issues", "--plantings", "0"],
    "relabel": ["relabel", "--map-label", "old=new"],
    "evaluate": ["evaluate", "--predictions", "said.csv", "--run", "nowhere"],
    "overfit": ["overfit"],
    "schema": ["schema"],
    "review": ["review", "--annotator", "ann", "--page", "page.html"],
    "scrub": ["scrub"],
    "select": ["select"],
    "split": ["split", "--ratio", "train=0.5,test=0.5"],
    "stats": ["stats"],
    "tag": ["tag", "--auto"],
    "train": ["train", "--run", "nowhere"],
    "tune": ["tune", "photos-wear", "--tag", "blur=focus", "--run", "nowhere"],
    "validate": ["validate", "--schema", str(ROOT / "tests" / "cli" / "schema.yaml")],
}
"""Commands that read a manifest, as they are called with the least that they need."""
FILTERS = ["clean", "dedup", "relabel", "select", "tag"]
"""Those that pass on what they have nothing to say of."""
STREAMING = {"relabel", "select", "tag"}
REPORTS = ["balance", "stats", "transforms"]
HEAVY = {
    "numpy",
    "PIL",
    "scipy",
    "sklearn",
    "soundfile",
    "simplejpeg",
    "librosa",
    "albumentations",
    "audiomentations",
    "cv2",
}

GOOD = '{"path": "a.jpg", "label": "x", "split": "train"}\n'


def in_terminal(arguments: list[str], cwd: Path, stdin: str = "") -> tuple[str, int]:
    """Run the program with all its streams on a terminal of 100 columns, and return what a person sees."""
    ours, theirs = pty.openpty()
    plain = {**os.environ, "COLUMNS": "100", "TERM": "xterm-256color"}
    command = [sys.executable, str(ROOT / "burnish.py"), *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=plain, close_fds=True)
    os.close(theirs)
    os.write(ours, stdin.encode())
    seen = b""
    while select.select([ours], [], [], PATIENCE_S)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    return seen.decode(), process.wait(PATIENCE_S)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_what_it_does_and_examples(burnish: Burnish, command: str) -> None:
    text = " ".join(burnish(*command.split(), "--help").stdout.split())
    assert f"Usage: burnish {command}" in text
    assert "Examples" in text
    assert f"burnish {command} " in text.split("Examples", 1)[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_fit_80_columns_and_can_be_pasted(command: str) -> None:
    text, _, examples = help_of(function_of(command)).partition("[bold]Examples[/bold]\n\n")
    written = inspect.cleandoc(function_of(command).__doc__ or "").partition("[bold]Examples[/bold]\n\n")[2]
    assert max(len(line.replace("\\[", "[")) for line in examples.splitlines()) <= 78
    assert examples.replace(" \\\n  ", " ") == written, "the same commands, but for how they are broken"
    assert "\n" not in text.replace("\n\n", ""), "the lines of a paragraph are those of the terminal"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loses_no_bracket_to_markup(burnish: Burnish, command: str) -> None:
    """Rich takes `[low, high]` for a style, and drops it without a word."""
    written = inspect.cleandoc(function_of(command).__doc__ or "").replace("\\[", "[")
    shown = "".join(burnish(*command.split(), "--help").stdout.split())
    for part in re.findall(r"\[[^\]\n]*\]", written):
        assert part in {"[bold]", "[/bold]"} or "".join(part.split()) in shown


def test_help_lists_all_commands_in_their_groups(burnish: Burnish) -> None:
    text = burnish("--help").stdout
    assert all(f" {name} " in text for name in COMMANDS)
    assert all(entry.panel in text for entry in COMMANDS.values())
    assert burnish().stdout == text, "without arguments, help is what a person needs"


_LIGHT = """
import json, os, sys
root, heavy, lines = sys.argv[1], set(json.loads(sys.argv[2])), json.loads(sys.argv[3])
sys.path.insert(0, root)
import burnish

def imported(words):
    sys.argv[1:] = words
    try:
        burnish.main()
    except SystemExit as end:
        assert not end.code, (words, end.code)
    assert not heavy & sys.modules.keys(), (words, heavy & sys.modules.keys())

imported(["--help"])
unneeded = {"msgspec", "tomllib", "cli.effects"} & sys.modules.keys()
assert not unneeded, unneeded
# Every other starts as a copy of this one, which saves what Python and typer need to start.
for words in lines:
    child = os.fork()
    if not child:
        try:
            imported(words)
        except BaseException as error:
            os.write(2, f"{error!r}\\n".encode())
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_help_and_pure_reports_import_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(GOOD * 10)
    asked = some(COMMANDS, 20)
    lines = [*([*name.split(), "--help"] for name in asked), ["balance", "set.jsonl"]]
    words = [sys.executable, "-c", _LIGHT, str(ROOT), json.dumps(sorted(HEAVY)), json.dumps(lines)]
    result = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("Usage: burnish") == len(asked) + 1
    assert "10 samples" in result.stdout or '"x"' in result.stdout or " x " in result.stdout


@pytest.mark.parametrize("command", READERS)
def test_empty_input_is_legal(burnish: Burnish, command: str) -> None:
    allowed = ["--allow-empty"] if command in NEED_SAMPLES else []
    assert "burnish" not in burnish(*READERS[command], *allowed, stdin="").stderr


NEED_SAMPLES = ["evaluate", "overfit", "train"]
GATES = [
    *(READERS[command] for command in NEED_SAMPLES),
    ["clean", "--fail-on", "error"],
    ["dedup", "--on-conflict", "fail"],
    ["balance", "--max-ratio", "3"],
    ["balance", "--min-count", "1"],
    [*READERS["validate"], "--fail-on", "error"],
]


@pytest.mark.parametrize("arguments", GATES, ids=" ".join)
def test_a_gate_on_nothing_fails_unless_that_is_allowed(burnish: Burnish, arguments: list[str]) -> None:
    last = burnish(*arguments, stdin="", code=1).stderr.splitlines()[-1]
    assert last.startswith(f"burnish {arguments[0]}: ")
    assert "no samples" in last
    assert last.endswith("if that is right: --allow-empty")
    burnish(*arguments, "--allow-empty", stdin="")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("source", [[], ["-"], ["set.jsonl"]], ids=["stdin", "dash", "file"])
def test_a_malformed_line_stops_the_command(burnish: Burnish, tmp_path: Path, command: str, source: list[str]) -> None:
    (tmp_path / "set.jsonl").write_text(f"{GOOD}?\n")
    result = burnish(*READERS[command], *source, stdin=f"{GOOD}?\n", code=2)
    name = "set.jsonl" if source == ["set.jsonl"] else "<stdin>"
    problem = "JSON is malformed: invalid character (byte 0)"
    assert result.stderr == f"burnish {command}: {name}:2: not a sample: {problem}\n"
    assert result.stdout == (GOOD if command in STREAMING else ""), "what streams, streams until the error"


@pytest.mark.parametrize("command", READERS)
def test_a_line_without_a_path_stops_the_command(burnish: Burnish, command: str) -> None:
    result = burnish(*READERS[command], stdin='{"label": "x"}\n', code=2)
    assert result.stderr == f"burnish {command}: <stdin>:1: not a sample: missing required field `path`\n"


@pytest.mark.parametrize("command", READERS)
def test_a_path_with_a_nul_stops_the_command(burnish: Burnish, command: str) -> None:
    result = burnish(*READERS[command], stdin=f'{GOOD}{{"path": "b\\u0000.jpg", "label": "x"}}\n', code=2)
    said = "not a sample: its path has a NUL character, which no file's name can have"
    assert result.stderr == f"burnish {command}: <stdin>:2: {said}\n"


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.jsonl", "cannot read gone.jsonl: No such file or directory"),
        ("folder", "folder is a folder, not a manifest; scan it first: burnish scan folder"),
    ],
)
def test_a_manifest_that_cannot_be_read(
    burnish: Burnish, tmp_path: Path, command: str, name: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    assert burnish(*READERS[command], name, code=2).stderr == f"burnish {command}: {message}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_misspelt_option_is_named_with_the_nearest(burnish: Burnish, command: str) -> None:
    errors = burnish(*command.split(), "--quite", code=2).stderr
    assert errors.startswith(f"burnish {command}: No such option: --quite")
    assert "--quiet" in errors
    assert errors.count("\n") == 1


def test_a_misspelt_command_is_named_with_the_nearest(burnish: Burnish) -> None:
    assert burnish("balanc", code=2).stderr == "burnish: No such command 'balanc'. Did you mean 'balance'?\n"


@pytest.mark.parametrize("command", READERS)
def test_traceback_only_when_asked_for(burnish: Burnish, command: str) -> None:
    assert "Traceback" not in burnish(*READERS[command], "gone.jsonl", code=2).stderr
    assert "Traceback" in burnish(*READERS[command], "gone.jsonl", "--verbose", code=2).stderr


@pytest.mark.parametrize("command", FILTERS)
def test_a_filter_passes_on_what_it_does_not_know(burnish: Burnish, command: str) -> None:
    foreign = '{"path":"a.txt" , "theirs": [1.0, null], "path_of_theirs": "\\u00e9"}\n'
    assert burnish(*READERS[command], stdin=foreign).stdout == foreign


@pytest.mark.parametrize("command", FILTERS)
def test_a_filter_writes_over_its_own_input_whole_or_not_at_all(burnish: Burnish, tmp_path: Path, command: str) -> None:
    for text, code in ((GOOD * 3, 0), (f"{GOOD}?\n", 2)):
        (tmp_path / "set.jsonl").write_text(text.replace('"image"', '"audio"'))
        before = (tmp_path / "set.jsonl").read_text()
        facts = "" if command != "clean" else "--only=silent"
        burnish(*READERS[command], "set.jsonl", *filter(None, [facts]), "-o", "set.jsonl", code=code)
        assert (tmp_path / "set.jsonl").read_text() == before
        assert os.listdir(tmp_path) == ["set.jsonl"]


@pytest.mark.parametrize("command", FILTERS)
def test_a_filter_ends_quietly_when_its_reader_goes(tmp_path: Path, command: str) -> None:
    (tmp_path / "set.jsonl").write_text(GOOD.replace('"kind": "image"', '"split": "x"') * 20_000)
    words = " ".join(READERS[command])
    result = subprocess.run(
        f"{sys.executable} {ROOT / 'burnish.py'} {words} set.jsonl --quiet | head -n 1",
        shell=True, capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr, result.stdout.count("\n")) == (0, "", 1)


@pytest.mark.parametrize("command", REPORTS)
def test_reports_speak_json(burnish: Burnish, command: str) -> None:
    assert isinstance(json.loads(burnish(command, "--json", stdin=GOOD).stdout), dict)


@pytest.mark.parametrize("command", some(READERS, 5))
def test_a_person_at_a_terminal_is_told_what_is_waited_for(tmp_path: Path, command: str) -> None:
    seen, code = in_terminal(READERS[command], tmp_path, stdin="\x04")
    assert "waiting for a manifest on standard input" in seen
    # Where nothing came, there is nothing to train on.
    assert code == (1 if command in NEED_SAMPLES else 0)


def test_colours_only_on_a_terminal(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(GOOD)
    assert "\x1b[" in in_terminal(["balance", "set.jsonl"], tmp_path)[0]
    assert "\x1b[" not in burnish("balance", "set.jsonl").stdout


def test_a_filter_on_a_terminal_shows_a_summary(tmp_path: Path, picture: Callable[..., Path]) -> None:
    picture(tmp_path / "d" / "cat" / "a.png")
    seen, code = in_terminal(["scan", "d"], tmp_path)
    assert code == 0
    assert '"path"' not in seen
    assert "scanned 1 image in" in seen
    assert "burnish scan d -o set.jsonl" in seen


def test_a_closed_pipe_ends_quietly(tmp_path: Path, picture: Callable[..., Path]) -> None:
    for number in range(300):
        (tmp_path / f"{number}.jpg").touch()
    command = f"{sys.executable} {ROOT / 'burnish.py'} scan . | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (result.returncode, result.stdout.count("\n")) == (0, 1)
    assert "Traceback" not in result.stderr
    assert "Broken pipe" not in result.stderr


def test_quiet_says_nothing(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").touch()
    assert burnish("scan", ".", "--quiet").stderr == ""
    assert burnish("scan", ".").stderr != ""


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").touch()
    with open("/dev/full", "wb") as full:
        command = [sys.executable, str(ROOT / "burnish.py"), "scan", "."]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == "burnish scan: No space left on device"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", ["recipes", "transforms"])
def test_a_table_that_nobody_reads_is_no_failed_gate(tmp_path: Path, command: str) -> None:
    """Rich ends a program with 1 where its reader went away."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as closed:
        words = [sys.executable, str(ROOT / "burnish.py"), command]
        result = subprocess.run(words, stdout=closed, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_an_interrupt_while_modules_are_loaded_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import burnish\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'cli.app':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "burnish.main()\n"
    )
    words = [sys.executable, str(tmp_path / "interrupted.py"), "recipes"]
    result = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (result.returncode, result.stderr) == (130, "")
