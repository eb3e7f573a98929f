"""A gate: promote the new system, stop it, or keep collecting."""

from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

from baselines.gates.cases import judge_arms, pair_logs
from baselines.gates.evidence import Question
from baselines.gates.mix import MixChange, changed_mix
from baselines.gates.sides import ArmSides, PairedSides
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.statistics.holm import holm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from baselines.gates.cases import Case
    from baselines.gates.evidence import Evidence
    from baselines.gates.sides import Sides
    from baselines.runs.prediction_log import Logged

Design = Literal["shadow", "canary", "switch"]
DESIGNS: tuple[Design, ...] = ("shadow", "canary", "switch")
Decision = Literal["promote", "stop", "keep collecting"]
Told = Literal["fine", "worse", "cannot tell"]
MIN_CASES = 5
"""With fewer, a tag tells nothing and is in no family, or a thousand of them would blind the gate for the others."""
_MIX_LEVEL = 0.001
"""p below which the arms of a canary were not shared out by chance: what people use for sample ratio mismatch."""


class Rules(Struct, frozen=True):
    """What a gate holds the new system to.

    Attributes:
        margin: How much worse it may be over all, 0 to 1.
        tag_margin: How much worse it may be on a tag.
        alpha: How rarely a verdict may be wrong, each to its side.
        sequential: Whether the gate is looked at over and over, while cases come in.
        tags: Those that are looked at; none: all.
        group_key: The key of the tag that ties cases together, which is no tag to look at; None: they are independent.
    """

    margin: float = 0.01
    tag_margin: float = 0.03
    alpha: float = 0.05
    sequential: bool = False
    tags: tuple[str, ...] = ()
    group_key: str | None = None

    def check(self) -> "Rules":
        """Return the same, if it makes sense.

        Raises:
            UsageError: It does not.
        """
        for name, value in (("--margin", self.margin), ("--tag-margin", self.tag_margin)):
            if not 0 < value < 1:
                raise UsageError(
                    f"{name} {value:g}: has to be above 0 and below 1, like 0.01 for one point of accuracy"
                )
        if not 0 < self.alpha <= 0.5:
            raise UsageError(f"--alpha {self.alpha:g}: has to be above 0 and at most 0.5, like 0.05")
        if self.sequential and self.group_key is not None:
            raise UsageError(
                "--sequential with --group: a group grows while one looks, and no test holds for that; leave one "
                "of the two out"
            )
        return self


class TagRow(Struct, frozen=True):
    """What is known of the cases with one tag.

    Attributes:
        samples: Cases; of a canary or switch those of the smaller arm.
        difference: new - old in accuracy; None where an arm has none.
        interval: Its interval, of this row alone.
        adjusted_p: p value against "no more than the margin of tags worse", by Holm for all tags; None below 5 cases.
        verdict: `worse` where that is below alpha, `fine` where the difference is surely above minus the margin of
            tags, else `cannot tell`.
        needed: About how many cases it would take to tell that it is fine; None where it is told.
    """

    samples: int
    difference: float | None
    interval: tuple[float, float] | None
    adjusted_p: float | None
    verdict: Told
    needed: int | None


class Gate(Struct, frozen=True):
    """What a gate says.

    Attributes:
        verdict: `promote`, `stop` or `keep collecting`.
        design: `shadow`: both systems saw the same cases; `canary`: other cases at the same time; `switch`: one after
            the other, the weakest.
        difference: new - old in accuracy; None where no label is known.
        interval: Each of its ends is wrong with chance alpha; with `sequential` at any time.
        pairs: Cases that count; of a canary or switch those of its smaller arm.
        new_only: Cases that only the new system gets right; None but for a shadow.
        old_only: Cases that only the old system gets right; None but for a shadow.
        e_value: Against "each is as often the only right one"; None but for a shadow of independent cases.
        per_tag: What is known of each tag.
        old_accuracy: 0 to 1; None where it is not known.
        new_accuracy: Alike.
        samples: Cases with a label of the old and of the new system.
        agreement: Share of the cases of which both said the same; None but for a shadow.
        unlabelled: Cases that do not count because nobody knows the label.
        left_out: Cases that only the old, and that only the new system saw, or saw at another time than the other.
        relabelled: Cases with two labels.
        groups: How many groups the cases come in; None where that is not known.
        mix: Tags of which the arms of a canary have other shares than chance explains.
        within_margin: Whether it is promoted though it is surely worse: by less than the margin.
        needed: About how many cases it takes to promote an equal system; None where there is a verdict.
        rules: What it was held to.
    """

    verdict: Decision
    design: Design
    difference: float | None
    interval: tuple[float, float] | None
    pairs: int
    new_only: int | None
    old_only: int | None
    e_value: float | None
    per_tag: dict[str, TagRow]
    old_accuracy: float | None
    new_accuracy: float | None
    samples: tuple[int, int]
    agreement: float | None
    unlabelled: int
    left_out: tuple[int, int]
    relabelled: int
    groups: int | None
    mix: list[MixChange]
    within_margin: bool
    needed: int | None
    rules: Rules


class Shadow(NamedTuple):
    """A shadow's verdict, and the cases that are worth a look.

    Attributes:
        gate: The verdict.
        discordant: Cases of which the two systems said different things, those without a label first.
    """

    gate: Gate
    discordant: "list[Case]"


def gate_shadow(old: "Sequence[Logged]", new: "Sequence[Logged]", truth: "Mapping[str, str]", rules: Rules) -> Shadow:
    """Return what cases say that both systems saw, of which the old one's answer was acted on.

    Args:
        old: The log of the old system.
        new: The log of the new system.
        truth: Labels by key, which win over those of the logs.
        rules: What the new system is held to.

    Raises:
        InputError: The logs have no case in common, or none has a tag that was asked for.
    """
    cases = pair_logs(old, new, truth)
    sides = PairedSides(cases.counted)
    gains = [case.gain for case in sides.cases]
    gate = _gate(
        "shadow",
        sides,
        rules,
        new_only=gains.count(1),
        old_only=gains.count(-1),
        samples=(len(gains), len(gains)),
        agreement=1 - len(cases.discordant) / len(cases.seen),
        unlabelled=len(cases.seen) - len(gains),
        left_out=(cases.only_old, cases.only_new),
        relabelled=cases.relabelled,
    )
    return Shadow(gate, sorted(cases.discordant, key=lambda case: case.label is not None))


def gate_arms(
    design: Design,
    old: "Sequence[Logged]",
    new: "Sequence[Logged]",
    truth: "Mapping[str, str]",
    rules: Rules,
    since: float | None = None,
) -> Gate:
    """Return what cases say of which each was seen by one of the systems.

    Args:
        design: `canary` or `switch`.
        old: The log of the old system.
        new: The log of the new system.
        truth: Labels by key, which win over those of the logs.
        rules: What the new system is held to.
        since: Only cases after that time count (seconds since 1970); None: all.

    Raises:
        InputError: A case has no time, the times do not fit the design, or none has a tag that was asked for.
    """
    arms = judge_arms(old, new, truth, together=design == "canary", since=since)
    mix = changed_mix(arms.old, arms.new, _MIX_LEVEL, rules.group_key) if design == "canary" else []
    return _gate(
        design,
        ArmSides(arms.old, arms.new),
        rules,
        samples=(len(arms.old), len(arms.new)),
        unlabelled=arms.unlabelled,
        left_out=arms.outside,
        mix=mix,
    )


def _gate(
    design: Design,
    sides: "Sides",
    rules: Rules,
    *,
    samples: tuple[int, int],
    unlabelled: int,
    left_out: tuple[int, int],
    new_only: int | None = None,
    old_only: int | None = None,
    agreement: float | None = None,
    relabelled: int = 0,
    mix: "Sequence[MixChange]" = (),
) -> Gate:
    per_tag = _judge_tags(sides, rules)
    whole = sides.weigh(Question(rules.margin, 0.0, rules.alpha, rules.sequential)) if sides.size else None
    verdict = _decide(whole, per_tag, rules, trusted=not mix)
    return Gate(
        verdict=verdict,
        design=design,
        difference=whole.difference if whole else None,
        interval=whole.interval if whole else None,
        pairs=sides.size,
        new_only=new_only,
        old_only=old_only,
        e_value=whole.e_value if whole else None,
        per_tag=per_tag,
        old_accuracy=whole.old if whole else None,
        new_accuracy=whole.new if whole else None,
        samples=samples,
        agreement=agreement,
        unlabelled=unlabelled,
        left_out=left_out,
        relabelled=relabelled,
        groups=whole.groups if whole else None,
        mix=list(mix),
        # A margin is the loss that somebody said can be borne; that there is one all the same has to be told.
        within_margin=verdict == "promote" and whole is not None and whole.p_worse < rules.alpha,
        needed=sides.needed(rules.margin, rules.alpha) if verdict == "keep collecting" and sides.size else None,
        rules=rules,
    )


def _judge_tags(sides: "Sides", rules: Rules) -> dict[str, TagRow]:
    """Return the row of each tag, those first that are worse, then those with the least difference."""
    by_tag = sides.by_tag()
    if rules.tags:
        for tag in rules.tags:
            if tag not in by_tag:
                raise InputError(f"--tag {tag}: no case that counts has it{did_you_mean(tag, by_tag)}")
        by_tag = {tag: by_tag[tag] for tag in rules.tags}
    own = f"{rules.group_key}="
    question = Question(rules.tag_margin, -rules.tag_margin, rules.alpha, rules.sequential)
    found = {
        tag: part.weigh(question, tag) if part.size >= MIN_CASES else None
        for tag, part in by_tag.items()
        if not tag.startswith(own)
    }
    family = [tag for tag, evidence in found.items() if evidence]
    adjusted = dict(zip(family, holm([found[tag].p_worse for tag in family]), strict=True))  # type: ignore[union-attr]
    rows = {tag: _row(by_tag[tag], evidence, adjusted.get(tag), rules) for tag, evidence in found.items()}
    return dict(sorted(rows.items(), key=lambda one: (one[1].verdict != "worse", one[1].difference or 0.0, one[0])))


def _row(part: "Sides", evidence: "Evidence | None", adjusted_p: float | None, rules: Rules) -> TagRow:
    told: Told = "cannot tell"
    if adjusted_p is not None and adjusted_p < rules.alpha:
        told = "worse"
    elif evidence and evidence.p_fine < rules.alpha:
        told = "fine"
    needed = part.needed(rules.tag_margin, rules.alpha) if told == "cannot tell" else None
    if evidence is None:
        return TagRow(part.size, None, None, None, told, needed)
    return TagRow(part.size, evidence.difference, evidence.interval, adjusted_p, told, needed)


def _decide(whole: "Evidence | None", per_tag: "Mapping[str, TagRow]", rules: Rules, *, trusted: bool) -> Decision:
    """Return the verdict: a tag that is surely worse stops; what is surely within the margin is promoted."""
    if any(row.verdict == "worse" for row in per_tag.values()):
        return "stop"
    # Arms that were not shared out by chance can look equal or better for that reason alone.
    if whole and whole.p_fine < rules.alpha and trusted:
        return "promote"
    if whole and whole.p_worse < rules.alpha and whole.p_fine >= rules.alpha:
        return "stop"
    return "keep collecting"
