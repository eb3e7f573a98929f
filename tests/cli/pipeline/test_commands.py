"""What a step can say is what the command can."""

import pytest

from cli.catalog import COMMANDS
from cli.pipeline.commands import command, command_names


def test_every_command_that_does_work_can_be_a_step() -> None:
    assert set(COMMANDS) - set(command_names()) <= {
        "demo",
        "export",
        "recipes",
        "review",
        "run",
        "runs",
        "transforms",
        "undo",
        *(name for name in COMMANDS if name.split()[0] == "release"),
    }
    assert {"scan", "clean", "dedup", "split", "select", "tag", "balance", "stats", "organize"} <= {*command_names()}


@pytest.mark.parametrize("name", command_names())
def test_options_have_names_in_snake_case_and_help(name: str) -> None:
    found = command(name)
    assert found.options
    for option in found.options.values():
        assert option.name == option.name.lower().replace("-", "_")
        assert option.help, f"{name} {option.name}"
    assert not {"quiet", "verbose", "json"} & found.options.keys()
    # What run names itself is no option; embeddings and schemas are files of the user's.
    assert "output" not in found.options or found.writes not in {"manifest", "page"}


@pytest.mark.parametrize(
    ("name", "writes", "reads"),
    [
        ("scan", "manifest", False),
        ("clean", "manifest", True),
        ("organize", "manifest", True),
        ("augment", "manifest", True),
        ("balance", "report", True),
        ("weak", "report", False),
        ("compare", "report", False),
        ("agreement", "report", False),
    ],
)
def test_what_a_command_reads_and_writes(name: str, writes: str, reads: bool) -> None:
    found = command(name)
    assert (found.writes, found.reads_manifest) == (writes, reads)


def test_an_option_is_named_as_it_is_typed_not_as_its_variable() -> None:
    assert "set" in command("clean").options
    assert "settings" not in command("clean").options
    assert "list" in command("clean").own


def test_choices_are_read_from_the_help() -> None:
    options = command("split").options
    assert options["method"].choices == ("exact", "hash")
    assert options["group"].choices == ()
    assert command("clean").options["drop"].choices == ()


def test_runs_are_told_from_run_folders_that_are_made() -> None:
    assert command("weak").options["run"].takes_run
    assert command("augment").options["weak"].takes_run
    assert command("compare").options["runs"].takes_run
    assert command("compare").options["runs"].is_many
    assert not command("augment").options["into"].takes_run


def test_files_that_are_read_are_told_from_those_that_are_written() -> None:
    assert command("clean").options["config"].reads_files
    assert not command("clean").options["rejects"].reads_files
    assert command("scan").options["paths"].reads_files
    assert not command("select").options["label"].reads_files
