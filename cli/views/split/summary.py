"""What `burnish split` says on stderr: shares wished and reached, classes, groups, and what leaks."""

from collections.abc import Iterator

from cli.io.terminal import console, printable, say, shows_progress
from curate.split.group_guess import Suspect
from curate.split.report import ClassSplit, SplitReport
from curate.split.split import Plan
from curate.split.wish import FOLD

_MANY_CLASSES = 30
_SHOWN = 10
_UNLABELLED = "(none)"
_FAR_OFF = 0.05


def say_plan(plan: Plan) -> None:
    """Say what was reached."""
    report = plan.report
    if not sum(report.counts):
        return
    classes = report.classes
    # Of many, those that miss their shares most.
    if len(classes) > _MANY_CLASSES:
        classes = sorted(classes, key=report.deviation, reverse=True)[:_SHOWN]
    # To stderr in both cases: standard output carries the manifest.
    if shows_progress():
        _print_tables(report, classes)
    else:
        for line in _lines(report, classes):
            say(line)
    for line in _notes(plan):
        say(line)


def say_suspects(suspects: list[Suspect]) -> None:
    """Say what looks like a group and straddles."""
    for found in suspects:
        say(
            f"warning: {found.name} looks like a group ({found.values:,} values, {found.samples:,.0f} samples each) "
            f"and straddles: {found.straddling:,} of them are in several splits; "
            f"keep each on one side: --group {found.group}"
        )


def _rows(report: SplitReport) -> Iterator[tuple[str, int, str, str]]:
    """Yield for each split its name, samples, and the shares reached and wished."""
    total = sum(report.counts[: len(report.shares)])
    for place, (name, count) in enumerate(zip(report.names, report.counts, strict=True)):
        if place < len(report.shares):
            reached = f"{100 * count / total:.1f} %" if total else ""
            yield name, count, reached, f"{100 * report.shares[place]:.4g} %"
        else:
            yield name, count, "", _left(report)


def _left(report: SplitReport) -> str:
    return "in no fold" if report.names[0].startswith(FOLD) else "not in --ratio, left as it was"


def _lines(report: SplitReport, classes: list[ClassSplit]) -> Iterator[str]:
    parts = f"{len(report.shares)} folds" if report.names[0].startswith(FOLD) else f"{len(report.names)} splits"
    yield f"split {sum(report.counts):,} samples into {parts}"
    for name, count, reached, wished in _rows(report):
        yield f"  {name}: {count:,} samples, " + (f"{reached}, wished {wished}" if reached else wished)
    for found in classes:
        counts = ", ".join(f"{name} {count:,}" for name, count in zip(report.names, found.counts, strict=True))
        yield f"  label {_label(found)}: {counts}"


def _print_tables(report: SplitReport, classes: list[ClassSplit]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("split", "samples", "reached", "wished"):
        table.add_column(title, justify="left" if title == "split" else "right")
    for name, count, reached, wished in _rows(report):
        table.add_row(printable(name), f"{count:,}", reached, wished)
    by_class = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    by_class.add_column("label", overflow="fold")
    for name in report.names:
        by_class.add_column(printable(name), justify="right")
    for found in classes:
        by_class.add_row(_label(found), *(f"{count:,}" for count in found.counts))
    console(stderr=True).print(table, by_class)


def _notes(plan: Plan) -> Iterator[str]:
    report, grouping = plan.report, plan.wish.grouping
    if len(report.classes) > _MANY_CLASSES:
        yield f"  of {len(report.classes):,} classes, the {_SHOWN} that miss their shares most are shown"
    if grouping:
        yield (
            f"{report.groups:,} groups by {grouping.text}, none in two {'folds' if plan.wish.folds else 'splits'}"
            if not report.torn
            else (f"{report.groups:,} groups by {grouping.text}")
        )
    elif report.joined:
        yield f"{report.joined:,} groups of copies or of generated samples and their sources were kept together"
    # A group that most samples lack is usually a slip in the name, which nothing else would show.
    if report.without and grouping:
        what = "do not match" if grouping.pattern else "have no tag of the key"
        what = "have no vector in" if grouping.clusters is not None else what
        yield f"{report.without:,} samples {what} {grouping.text}; each is a group of its own"
    if plan.wish.folds:
        held = sum(report.counts[plan.wish.folds :])
        if kept := report.stayed - held:
            yield f"{kept:,} samples kept the fold that they had; --force makes all folds anew"
    elif report.stayed:
        yield f"{report.stayed:,} samples kept the split that they had; --force splits all anew"
    for found in report.ensured:
        if not found.samples:
            yield f"warning: {found.tag}: no sample outside of training has it, so it gets no validation part"
        elif found.moved:
            yield f"{found.tag}: {found.moved:,} samples moved from test to validation, {found.validating:,} there now"
        elif not found.validating:
            yield (
                f"warning: {found.tag} gets no validation part: its {found.samples:,} samples outside of training are "
                "one group, or too few to share"
            )
    yield from _warnings(plan)


def _warnings(plan: Plan) -> Iterator[str]:
    report = plan.report
    for sample, size, place, wished in report.large:
        yield (
            f"warning: {report.names[place]} cannot meet its share: the group {report.group_names[sample]} alone has "
            f"{size:,} samples, {size - wished:,.0f} more than the {wished:,.0f} wished"
        )
    for place, count in enumerate(report.counts[: len(report.shares)]):
        if not count:
            # An empty split is either a matter of number, which more data mends, or of the hash, which another seed
            # may.
            what = "groups" if plan.wish.grouping or report.joined else "samples"
            few = report.groups < len(report.shares)
            reason = (
                f"there are only {report.groups:,} {what}" if few else f"none of {report.groups:,} {what} fell there"
            )
            yield f"warning: {report.names[place]} is empty: {reason}"
    yield from _spread_thin(plan)
    if report.torn and plan.wish.folds:
        names = ", ".join(report.group_names[sample] for sample in report.torn_examples)
        yield f"warning: {report.torn:,} groups are in several folds, or in a fold and in a test split too: {names}"
    elif report.torn:
        names = ", ".join(report.group_names[sample] for sample in report.torn_examples)
        yield (
            f"warning: {report.torn:,} groups straddle, because samples of them kept their splits: {names}"
            f"{', …' if report.torn > len(report.torn_examples) else ''}; --force splits all anew"
        )
    # They may not be trained on, and a test on what a recipe made measures the recipe: they are of no use there.
    if not plan.wish.folds and (count := report.generated_in_evaluation()):
        yield (
            f"warning: {count:,} generated samples are not for training, because they stay with their sources; "
            "to leave them out, augment after the split, or drop them with select"
        )


def _spread_thin(plan: Plan) -> Iterator[str]:
    """Say that shares are missed because small classes are in every split."""
    report, total = plan.report, sum(plan.report.counts[: len(plan.report.shares)])
    if plan.wish.folds or not plan.wish.stratify or not (small := report.small_classes_in_every_split()):
        return
    off = [count - wished for count, wished in zip(report.counts, report.wished(), strict=False)]
    place = max(range(len(off)), key=off.__getitem__)
    # What other reasons there are, such as large groups, take less than a sample of each such class.
    if off[place] > _FAR_OFF * total and small >= off[place]:
        yield (
            f"warning: {report.names[place]} has {report.counts[place]:,} samples instead of "
            f"{report.wished()[place]:,.0f}, for each of {small:,} small classes is in every split; "
            "--stratify none keeps the shares"
        )


def _label(found: ClassSplit) -> str:
    return _UNLABELLED if found.label is None else printable(found.label)
