"""What `burnish drift` shows of two sets: every test with its verdict, and what would tell where nothing does."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Style, Table, Worded, p_value, percent
from cli.views.kit import page as pages
from curate.facts.fact_schema import CATEGORIES, NUMBERS

if TYPE_CHECKING:
    from baselines.monitoring.joint import Newest, Strong
    from baselines.monitoring.two_sets import TwoSets
    from curate.drift.tests import OneTest

STYLES: "dict[str, Style]" = {"drifted": "error", "steady": "dim", "cannot tell": ""}
_LINKS = 24
_MORE = "more"


def report(found: "TwoSets") -> Report:
    """Return the report."""
    return Report(
        [tests_table(found.tests), facts_table(found.strongest), newest_table(found.newest)],
        sentences(found),
        titled=True,
    )


def tests_table(tests: "tuple[OneTest, ...]") -> Table:
    """Return a row for each test."""
    columns = [
        Column("name", "what"),
        Column("verdict", "verdict"),
        Column("effect", "effect", "number"),
        Column("bound", "at most", "number", 2),
        Column("adjusted_p", "p", "number"),
        Column("needed", "needed", "count"),
        Column("reference", "reference", "text", 1),
        Column("new", "new", "text", 1),
        Column("n_reference", "n ref.", "count", 2),
        Column("n_new", "n new", "count", 1),
        Column("auc", "P(new more)", "number", 3),
        Column("p", "own p", "number", 4),
        Column("l_infinity", "L-inf", "number", 5),
        Column("stability", "PSI", "number", 5),
        Column("stability_by_chance", "PSI by chance", "number", 6),
        Column("jensen_shannon", "JSD", "number", 5),
    ]
    return Table("tests", "Tests", columns, [_row(one) for one in tests], most=len(tests) or 1)


def _row(one: "OneTest") -> Row:
    before, after = sides(one)
    cells = (
        Worded(one.name, title_of(one.name)),
        one.verdict,
        one.effect,
        one.bound,
        p_value(one.adjusted_p),
        one.needed,
        before,
        after,
        *one.samples,
        one.auc,
        p_value(one.p),
        one.l_infinity,
        one.stability,
        one.stability_by_chance,
        one.jensen_shannon,
    )
    return Row(cells, STYLES[one.verdict], one.effect)


def title_of(name: str) -> str:
    """Return what a test is of, in the words of the facts."""
    start, missing, fact = name.rpartition("missing ")
    words = NUMBERS[fact].title if fact in NUMBERS else CATEGORIES.get(fact, fact)
    part = fact.partition(".")[0]
    # Both kinds have a format; of a set of one kind the word alone would do, but pages are read apart from their set.
    return f"{start}{missing}{words}" if "." not in fact or part in words else f"{start}{missing}{words} ({part})"


def sides(one: "OneTest") -> tuple[Worded | None, Worded | None]:
    """Return what stands in the table for the reference and for the new set: medians, shares, or what moved most."""
    if one.middle is not None:
        quantity = NUMBERS.get(one.name)
        show = (
            quantity.show
            if quantity
            else (lambda value: f"{value:.3f}" if one.auc is not None else f"{percent(value)} %")
        )
        return tuple(Worded(value, show(value)) for value in one.middle)  # type: ignore[return-value]
    if one.moved:
        raw = ["; ".join(f"{moved.name} {moved.shares[side]:.4f}" for moved in one.moved) for side in (0, 1)]
        texts = ["; ".join(f"{moved.name} {percent(moved.shares[side])} %" for moved in one.moved) for side in (0, 1)]
        return Worded(raw[0], texts[0]), Worded(raw[1], texts[1])
    return None, None


def facts_table(strongest: "tuple[Strong, ...]") -> Table:
    """Return the facts that the classifier goes by."""
    columns = [Column("fact", "fact"), Column("correlation", "goes with new", "number")]
    rows = [Row((Worded(one.name, title_of(one.name)), one.correlation)) for one in strongest]
    return Table("strongest", "What tells all facts together apart", columns, rows)


def newest_table(newest: "tuple[Newest, ...]") -> Table:
    """Return the samples that look newest."""
    columns = [Column("path", "sample that looks newest"), Column("score", "log-odds", "number")]
    rows = [Row((one.path, one.score), samples=[SampleLink(one.path)]) for one in newest]
    return Table("newest", "The samples that look newest", columns, rows)


def sentences(found: "TwoSets") -> list[str]:
    """Return what is to be known of all of it."""
    counts = {name: sum(one.verdict == name for one in found.tests) for name in STYLES}
    lines = [
        f"{found.verdict}: {counts['drifted']:,} of {len(found.tests):,} tests drifted, {counts['steady']:,} steady, "
        f"{counts['cannot tell']:,} cannot tell (alpha {found.alpha:g} for all together, margin {found.margin:g})"
    ]
    if whys := sorted({one.why for one in found.tests if one.why and found.groups}):
        lines.append(f"cannot tell: {'; '.join(whys)}")
    elif numbers := [one.needed for one in found.tests if one.needed]:
        lines.append(f"{max(numbers):,} samples of each side would tell of all tests, {min(numbers):,} of the easiest")
    if found.samples != found.compared:
        lines.append(
            f"drawn by chance: {found.compared[0]:,} of {found.samples[0]:,} samples of the reference, "
            f"{found.compared[1]:,} of {found.samples[1]:,} new ones"
        )
    if found.generated:
        lines.append(f"{found.generated:,} generated samples of the reference were left out")
    if found.ungrouped:
        lines.append(f"{found.ungrouped:,} samples without a group were left out")
    if found.groups:
        key, a, b = found.groups
        lines.append(f"whole groups by {key} were exchanged: {a:,} in the reference, {b:,} in the new set")
    return [
        *lines,
        *found.notes,
        "effect: D of numbers, total variation of names, difference of shares; PSI and JSD decide nothing",
    ]


def page(found: "TwoSets", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        found: What two sets say.
        of: The two manifests.
        links: Leads to the files of samples.
    """
    media = pages.media_of(((one.path, one.kind) for one in found.newest), links)
    cards = [{"title": f"{one.score:+.2f}", "why": "", **media[one.path]} for one in found.newest]
    counts = {name: sum(one.verdict == name for one in found.tests) for name in STYLES}
    lines = sentences(found)
    return pages.report_page(
        "Drift",
        of,
        [
            pages.Section("Tests", pages.table(tests_table(found.tests), links)),
            pages.Section("What tells all facts together apart", pages.table(facts_table(found.strongest))),
            pages.Section(
                "The samples that look newest",
                pages.macro("reason_cards", cards) if cards else "",
                "Figures are the log-odds of being new: 0 is like the reference as much as like the new set.",
            ),
        ],
        lead=[f"{lines[0]}."],
        tiles=[(found.verdict, "verdict"), *((f"{count:,}", name) for name, count in counts.items())],
        notes=lines[1:],
    )
