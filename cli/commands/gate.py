"""`burnish gate`: may a new model take the place of the old one."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from baselines.gates.gate import DESIGNS, Rules, gate_arms, gate_shadow
from baselines.gates.ramp import Look, parse_steps, read_ramp, write_ramp
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.io.terminal import say
from cli.views.gate.table import headline, plan_report, report
from curate.ground.errors import GateError, UndecidedError, UsageError
from curate.ground.json import encode
from curate.media.storage.publish import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.gates.cases import Case
    from baselines.gates.gate import Design, Gate
    from baselines.runs.prediction_log import Logged

_POWER = 0.8


def gate(
    design: Annotated[
        str, typer.Argument(metavar="shadow|canary|switch", help="How the cases were shared out.", show_default=False)
    ],
    old: Annotated[
        str | None,
        typer.Argument(metavar="OLD", help="The log of the old system, .jsonl or .csv, or a run.", show_default=False),
        Effect.READS_RUN,
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(metavar="NEW", help="The log of the new system.", show_default=False),
        Effect.READS_RUN,
    ] = None,
    truth: options.Truth = None,
    margin: Annotated[float, typer.Option(metavar="M", help="How much accuracy may be lost over all.")] = 0.01,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="T", help="Look at these tags only.", show_default="all")
    ] = None,
    tag_margin: Annotated[float, typer.Option(metavar="M", help="How much may be lost on a tag.")] = 0.03,
    alpha: Annotated[float, typer.Option(metavar="A", help="How rarely a verdict may be wrong, to each side.")] = 0.05,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="It is looked at again and again while cases come in.")
    ] = False,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="The field, or key of a tag, that ties cases together, like user.", show_default=False
        ),
    ] = None,
    key: options.LogKey = "path",
    time: Annotated[str, typer.Option(metavar="FIELD", help="The field with the time of a prediction.")] = "time",
    plan: Annotated[
        bool, typer.Option("--plan", help="Say how many cases it takes, from the logs or without.")
    ] = False,
    drop: Annotated[float, typer.Option(metavar="D", help="With --plan: the loss that is to be stopped.")] = 0.05,
    discordant: Annotated[
        float | None,
        typer.Option(metavar="D", help="With --plan: share that only one of the two gets right.", show_default="0.1"),
    ] = None,
    accuracy: Annotated[
        float | None, typer.Option(metavar="P", help="With --plan: accuracy of the old system.", show_default="0.95")
    ] = None,
    steps: Annotated[
        str | None,
        typer.Option(metavar="SHARES", help="A ramp-up in steps, like 1%,5%,25%,100%.", show_default=False),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="With --steps: the file that knows where it stands.", show_default=False),
        Effect.WRITES,
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the cases that the systems differ on as a manifest, for review.",
            show_default=False,
        ),
        Effect.PASSES_ON,
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    root: options.Root = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Tell from what two systems said in production whether the new one may take over.

    Exit code 0: promote, it is surely not worse than by the margin. 1: stop, it is worse, or worse than by --tag-margin
    on a tag (all tags together are wrong with chance alpha, by Holm). 3: keep collecting.

    [bold]shadow[/bold]: both see the same cases, the old one's answer counts. Needs the fewest labels: only of cases
    that they differ on. [bold]canary[/bold]: each case goes to one of them, at the same time. [bold]switch[/bold]: one
    after the other, the weakest.

    Logs have a key (path, unless --key says otherwise), prediction and, where known, label, time and tags. Two
    predictions of one key are an error. Who looks again and again adds --sequential, or finds a difference by chance.

    --steps keeps a ramp-up in one file: a promote goes one step up (exit 0), a stop rolls it back for good.

    [bold]Examples[/bold]

    burnish gate shadow --plan --margin 0.02

    burnish gate shadow old.jsonl new.jsonl --truth labels.csv --margin 0.02

    burnish gate shadow old.jsonl new.jsonl -o differ.jsonl --html gate.html

    burnish gate canary old.jsonl new.jsonl --sequential --steps 1%,5%,25%,100% --state ramp.json
    """
    options.check_choice(design, DESIGNS, "the design")
    chosen: Design = next(one for one in DESIGNS if one == design)
    rules = Rules(margin, tag_margin, alpha, sequential, tuple(tag or ()), group).check()
    formats = reports.Formats(json, md, csv, html).check(new)
    if output is not None and chosen != "shadow":
        raise UsageError("-o lists cases that both systems saw: that is only known in a shadow")
    if plan and (steps or output or truth or html):
        raise UsageError("--plan needs no labels and decides nothing: leave out --truth, --steps, --html and -o")
    if not plan and (discordant is not None or accuracy is not None):
        raise UsageError("--discordant and --accuracy are for --plan; from logs both are known")
    logs = _read(old, new, key, time, group, needed=not plan)
    if plan:
        _plan(chosen, logs, rules, drop, discordant, accuracy, formats)
        return
    labels = _truth(truth, key)
    if (steps is None) != (state is None):
        raise UsageError("--steps and --state belong together: the shares, and the file that knows where it stands")
    if steps is not None and state is not None:
        if chosen != "canary":
            raise UsageError(f"--steps is for a canary, whose share of the traffic grows; a {chosen} has none")
        _ramp(logs, labels, rules, steps, state, Shown(formats, f"{old} and {new}", root))
        return
    if chosen == "shadow":
        shadow = gate_shadow(*logs, labels, rules)
        _write_discordant(output, shadow.discordant)
        _show(shadow.gate, Shown(formats, f"{old} and {new}", root, shadow.discordant, output))
        return
    _show(gate_arms(chosen, *logs, labels, rules), Shown(formats, f"{old} and {new}", root))


def _read(
    old: str | None, new: str | None, key: str, time: str, group: str | None, *, needed: bool
) -> "tuple[Sequence[Logged], Sequence[Logged]]":
    from baselines.runs.prediction_log import LogFields, read_log

    if old is None and new is None and not needed:
        return (), ()
    if old is None or new is None:
        raise UsageError("name both logs: that of the old system, then that of the new one")
    fields = LogFields(key, time, group)
    return read_log(old, fields), read_log(new, fields)


def _truth(file: str | None, key: str) -> dict[str, str]:
    from baselines.runs.prediction_log import read_truth

    return {} if file is None else read_truth(file, key)


def _plan(
    design: "Design",
    logs: "tuple[Sequence[Logged], Sequence[Logged]]",
    rules: Rules,
    drop: float,
    discordant: float | None,
    accuracy: float | None,
    formats: reports.Formats,
) -> None:
    from baselines.gates.plan import plan_gate

    made = plan_gate(design, logs, rules, drop, discordant, accuracy, _POWER)
    reports.write(made, formats, "Cases that a gate takes", lambda one: plan_report(one.needed, one.unit, one.notes))


def _ramp(
    logs: "tuple[Sequence[Logged], Sequence[Logged]]",
    labels: dict[str, str],
    rules: Rules,
    steps: str,
    state: str,
    shown: "Shown",
) -> None:
    """Look at one step of a ramp, and write down where it stands before anything is said of it."""
    ramp = read_ramp(state, parse_steps(steps))
    if ramp.stage == "rolled back":
        raise GateError(
            f"{state}: rolled back at {ramp.steps[ramp.step]:.4g} of the traffic; a new try needs a new file"
        )
    if ramp.stage == "done":
        say(f"{state}: all steps are done, the new system has all of the traffic")
        return
    found = gate_arms("canary", *logs, labels, ramp.rules_of_step(rules), ramp.since)
    times = [one.time for log in logs for one in log if one.time is not None]
    after = ramp.after(Look(ramp.step, found.verdict, found.samples, found.difference, max(times, default=None)))
    write_ramp(state, after)
    place = f"step {ramp.step + 1} of {len(ramp.steps)}, {ramp.share:.4g} of the traffic"
    following = {"done": "all steps are done", "rolled back": "back to the old system"}.get(
        after.stage, f"next: {after.share:.4g} of the traffic" if after.step != ramp.step else "stay"
    )
    say(f"{place}: {found.verdict}; {following}")
    _show(found, shown)


class Shown(NamedTuple):
    """How a verdict is shown.

    Attributes:
        formats: What the report is written as.
        of: The two logs.
        root: What the paths of cases are relative to.
        discordant: Cases on which the systems differ.
        listed: The manifest that these were written to.
    """

    formats: reports.Formats
    of: str
    root: str | None
    discordant: "Sequence[Case]" = ()
    listed: str | None = None

    def page(self, found: "Gate") -> bytes:
        """Return the page of a verdict."""
        from cli.views.gate.page import page
        from cli.views.kit.page import Links

        return page(found, self.of, Links(self.root, self.formats.html), self.discordant, self.listed)


def _show(found: "Gate", shown: Shown) -> None:
    """Write the report, and end as the verdict says."""
    reports.write(found, shown.formats, f"Gate: {found.design}", report, shown.page)
    if found.verdict == "stop":
        raise GateError(headline(found))
    if found.verdict == "keep collecting":
        raise UndecidedError(headline(found))


def _write_discordant(output: str | None, cases: "Sequence[Case]") -> None:
    if output is None:
        return
    records = (
        {
            "path": case.key,
            "label": case.label,
            "tags": case.tags,
            "prediction": case.new,
            "old_prediction": case.old,
        }
        for case in cases
    )
    with write_whole(output) as file:
        file.writelines(encode({name: one for name, one in record.items() if one}) + b"\n" for record in records)
    say(f"wrote {len(cases):,} cases on which the systems differ to {output}")
