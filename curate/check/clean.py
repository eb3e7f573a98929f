"""Clean: apply the checks to the facts, and part the samples that are kept from those that are dropped.

Nothing is decoded. The set is gone through twice: once to learn what is normal and how many samples each check would
flag, once to judge; neither pass holds more than a sample.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from curate.check.checks import CHECKS, EMBEDDING_CHECKS, REVIEW_CHECKS
from curate.check.policy import Policy
from curate.check.survey import Rule, Survey
from curate.facts.records import AudioFacts, Finding, ImageFacts
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.records.writer import changed, encode


class Judgement(NamedTuple):
    """What clean says of one sample.

    Attributes:
        line: The sample as it goes on.
        sample: The same, if there is anything to say of it.
        dropped_for: The finding that it is dropped for; None: it is kept.
    """

    line: bytes
    sample: Sample | None = None
    dropped_for: Finding | None = None


def judge(lines: Iterable[bytes], survey: Survey, policy: Policy) -> Iterator[Judgement]:
    """Yield what is said of each sample; those that nothing is said of are not even decoded again.

    Findings of an earlier clean are replaced; those of scan and of other programs stay.

    Args:
        lines: Of the manifest that was surveyed, in the same order.
        survey: What was learnt.
        policy: As for the survey.
    """
    rules = {
        kind: [rule for rule in found if rule.name not in survey.everywhere and rule.name not in survey.sounds]
        for kind, found in survey.rules.items()
    }
    # A check that is off now leaves nothing of its last run behind; what people said holds until they are asked again.
    anew = {*CHECKS, *EMBEDDING_CHECKS, *(REVIEW_CHECKS if survey.decided else ())}
    spared = survey.decided.spared if survey.decided else ()
    for place, (remarkable, line) in enumerate(zip(survey.remarkable, lines, strict=True)):
        if not remarkable:
            yield Judgement(line)
            continue
        judged = _judgement(place, line, rules, policy, survey, anew)
        yield judged._replace(dropped_for=None) if place in spared else judged


def _judgement(
    place: int, line: bytes, rules: dict[str, list[Rule]], policy: Policy, survey: Survey, anew: Collection[str]
) -> Judgement:
    sample = parse(line)
    findings = sample.findings and tuple(one for one in sample.findings if one.check not in anew)
    if sample.facts is not None and sample.kind in rules:
        spared = {name for name, classes in survey.classes.items() if sample.label in classes}
        findings += _findings(sample.facts, [rule for rule in rules[sample.kind] if rule.name not in spared])
    findings += survey.says_of(place, sample.digest)
    findings = tuple(policy.spared(one, decoded=sample.facts is not None) for one in findings)
    judged = sample if findings == sample.findings else changed(sample, findings=findings)
    if not findings:
        return Judgement(encode(judged))
    # Of several findings the first that drops is the reason: a sample is counted once.
    return Judgement(encode(judged), judged, next(filter(policy.drops, findings), None))


def _findings(facts: ImageFacts | AudioFacts, rules: list[Rule]) -> tuple[Finding, ...]:
    found = [(rule, value) for rule in rules if (value := rule.value(facts)) is not None and rule.flags(value)]
    return tuple(
        Finding(rule.name, rule.severity, round(value, 4), rule.threshold, rule.check.reason) for rule, value in found
    )
