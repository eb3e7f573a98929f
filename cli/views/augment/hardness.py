"""How hard and how real what is made is, beside the real samples of the tag: as a record, a table and sentences."""

from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.hardness import Hardness, Share
from cli.io.table import Column, Row, Table
from cli.io.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.metrics.two_sample import TwoSample


class Realism(Struct, frozen=True):
    """How well a classifier tells what was made from real samples.

    Attributes:
        auc: 0.5: not at all; 1: always.
        interval: 95 % interval of it.
        p: That both come from one distribution.
        samples: Made and real ones.
    """

    auc: float
    interval: tuple[float, float]
    p: float
    samples: tuple[int, int]


class TargetHardness(Struct, frozen=True):
    """What a run's model says of what one target makes.

    Attributes:
        tag: That it makes.
        run: The run.
        model: Its model.
        first: Of the draws as they came, beside the real samples.
        kept: Of what is made, where draws were left out.
        real_from: Which real samples these are.
        too_easy: Draws that were left out as such.
        too_hard: Likewise.
        left_out_most: How many could be left out; 0: none was to be.
        realism: None where there are too few samples to tell.
        note: What is to be said of it.
    """

    tag: str
    run: str
    model: str
    first: Hardness
    kept: Hardness
    real_from: str
    too_easy: int = 0
    too_hard: int = 0
    left_out_most: int = 0
    realism: Realism | None = None
    note: str = ""


def realism_of(found: "TwoSample") -> Realism:
    """Return a comparison of real (A) and made (B) samples as a record."""
    low, high = found.interval
    return Realism(round(found.auc, 4), (round(low, 4), round(high, 4)), found.p, (found.samples[1], found.samples[0]))


def say_share(share: Share) -> str:
    """Return `41 of 50 (82 %, 69 to 90)`."""
    low, high = (100 * end for end in share.interval)
    return f"{share.right:,} of {share.samples:,} ({100 * share.share:.0f} %, {low:.0f} to {high:.0f})"


def say_hardness(found: Hardness, real_from: str) -> str:
    """Return in words how hard what was made is."""
    made = f"right on what is made {say_share(found.made)}"
    if found.real is None or found.difference is None:
        return f"{made}; no real sample of the tag to hold it against"
    low, high = (100 * end for end in found.difference)
    verdict = {
        "too easy": f"too easy, by {low:.0f} to {high:.0f} points",
        "too hard": f"too hard, by {-high:.0f} to {-low:.0f} points",
        "cannot tell": f"no difference to be told ({low:+.0f} to {high:+.0f} points)",
    }[found.verdict]
    return f"{made}, on real ones of {real_from} {say_share(found.real)}: {verdict}"


def say_realism(found: Realism) -> str:
    """Return in words how well what was made is told from real samples."""
    low, high = found.interval
    how = "told from real ones" if found.p < 0.05 else "not surely told from real ones"
    made, real = found.samples
    return f"{how}: AUC {found.auc:.2f} [{low:.2f}, {high:.2f}], n = {made:,} made and {real:,} real"


def sentences(several: "Sequence[TargetHardness]") -> list[str]:
    """Return what is to be said of each target, a line each."""
    lines = []
    for one in several:
        tag = printable(one.tag)
        lines.append(f"{tag}: {say_hardness(one.first, one.real_from)}")
        if one.left_out_most:
            left = f"{one.too_easy:,} draws left out as too easy, {one.too_hard:,} as too hard"
            after = f"; then right on {say_share(one.kept.made)}" if one.too_easy or one.too_hard else ""
            lines.append(f"{tag}: {left} (at most {one.left_out_most:,}){after}")
        if one.realism:
            lines.append(f"{tag}: {say_realism(one.realism)}")
        lines += [f"{tag}: {one.note}"] if one.note else []
    return lines


def hardness_table(several: "Sequence[TargetHardness]") -> Table:
    """Return how hard and how real what each target makes is, as a table."""
    columns = [
        Column("target", "target"),
        Column("made", "made right", "share"),
        Column("made_samples", "n made", "count"),
        Column("real", "real right", "share"),
        Column("real_samples", "n real", "count"),
        Column("verdict", "so it is"),
        Column("too_easy", "left out: easy", "count"),
        Column("too_hard", "hard", "count"),
        Column("most", "at most", "count", 1),
        Column("auc", "AUC real/made", "number", form="{:.2f}"),
    ]
    rows = [
        Row(
            (
                one.tag,
                one.kept.made.share,
                one.kept.made.samples,
                one.kept.real.share if one.kept.real else None,
                one.kept.real.samples if one.kept.real else None,
                one.kept.verdict,
                one.too_easy,
                one.too_hard,
                one.left_out_most,
                one.realism.auc if one.realism else None,
            )
        )
        for one in several
    ]
    return Table("hardness", "Hardness beside the real samples", columns, rows)
