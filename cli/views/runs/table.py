"""What `burnish runs` shows: a line for each run."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table

if TYPE_CHECKING:
    from baselines.runs.run_list import RunLine, Runs

_USUAL: dict[str, object] = {"model": "auto", "folds": 5, "test_split": None, "group": None, "feature": None, "seed": 0}
"""What the options of train are without being given; only what differs is shown."""


def report(found: "Runs") -> Report:
    """Return the report."""
    columns = [
        Column("run", "run"),
        Column("created", "when (UTC)", "text", 3),
        Column("data", "data", "text", 5),
        Column("code", "code", "text", 4),
        Column("model", "model"),
        Column("options", "options", "text", 2),
        Column("samples", "n", "count", 1),
        Column("accuracy", "accuracy", "share", form=" %"),
        Column("macro_f1", "macro F1", "share", form=" %"),
    ]
    rows = [
        Row((
            line.run,
            line.created[:16].replace("T", " "),
            line.data,
            line.code or "",
            line.model or line.command,
            _options(line),
            line.score.samples,
            line.score.accuracy,
            line.score.macro_f1,
        ))
        for line in found.runs
    ]  # fmt: skip
    none = f"no runs under {found.folder}; make one:  burnish train set.jsonl --run runs/first"
    return Report([Table("runs", "Runs", columns, rows, most=len(rows))], [] if rows else [none])


def page(found: "Runs") -> bytes:
    """Return the page."""
    from cli.views.kit import page as pages

    said = report(found)
    sections = [pages.Section(table.title, pages.table(table)) for table in said.tables]
    return pages.report_page("Runs", found.folder, sections, lead=said.notes)


def _options(line: "RunLine") -> str:
    given = {key: line.parameters.get(key, usual) for key, usual in _USUAL.items()}
    shown = {key: value for key, value in given.items() if value not in (_USUAL[key], None, [])}
    return " ".join(
        f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}" for key, value in shown.items()
    )
