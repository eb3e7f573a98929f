"""Survey: learn what is normal in a set, and how many samples each check would flag, before any is judged.

Nothing is decoded, and no sample is held.
"""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, repeat
from typing import NamedTuple

from curate.check.checks import CHECKS, Check, Value
from curate.check.classes import flagged_classes
from curate.check.learn import Learnt, Spread, learn_fence
from curate.check.policy import Policy
from curate.facts.records import KINDS, AudioFacts, Finding, ImageFacts, Severity
from curate.ground.errors import InputError
from curate.records.sample import MeasuredView

_BLOCK = 128
_EVERYWHERE = 0.5
"""A check that would flag this share of the samples or more says something of the set, not of a sample."""


class Facts(MeasuredView, frozen=True):
    """The narrow view of the first pass."""

    path: str
    kind: str | None = None
    digest: str | None = None
    label: str | None = None
    image: ImageFacts | None = None
    audio: AudioFacts | None = None
    findings: tuple[Finding, ...] = ()


class _Numbers(dict[float | None, int]):
    """Numbers values as they are met; 0 is for none, and for samples that the check is not for."""

    def __missing__(self, value: float | None) -> int:
        number = self[value] = len(self)
        return number


class _Values:
    """The values that a relative check looks at: few different ones, and for each sample the number of its own."""

    def __init__(self) -> None:
        self._numbers = _Numbers({None: 0})
        self._of_sample = array("I")

    def add(self, first: int, values: Iterable[float | None]) -> None:
        """Note the values of the samples from one place on; None where there is none, as of those before that."""
        self._of_sample.extend(repeat(0, first - len(self._of_sample)))
        self._of_sample.extend(map(self._numbers.__getitem__, values))

    def counts(self) -> Counter[float]:
        """Return how often each value occurs, in the order in which they were met."""
        times = Counter(self._of_sample)
        return Counter({value: times[number] for value, number in self._numbers.items() if value is not None})

    def having(self, values: Collection[float]) -> Iterator[int]:
        """Yield the places of the samples that have one of these values."""
        wanted = {self._numbers[value] for value in values}
        return (sample for sample, number in enumerate(self._of_sample) if number in wanted)


class Decided(NamedTuple):
    """What people decided of samples, by their place in the manifest.

    Attributes:
        rejected: The finding of each that should go.
        spared: Those that stay, whatever a check says.
    """

    rejected: Mapping[int, Finding]
    spared: Collection[int]


class Rule(NamedTuple):
    """A check as it is applied to this set.

    Attributes:
        name: Of the check.
        severity: Of its findings.
        check: Its row in the table.
        threshold: What is compared with.
        value: From the facts of a sample to the value that is compared; None where nothing can be said.
        flags: Whether a value is flagged.
    """

    name: str
    severity: Severity
    check: Check
    threshold: float
    value: Callable[[ImageFacts | AudioFacts], float | None]
    flags: Callable[[float], bool]


@dataclass(slots=True)
class Survey:
    """What the first pass learnt.

    Attributes:
        rules: The checks that will be applied, by kind.
        everywhere: Checks that would flag half of the set or more and that nobody asked for, with that share.
        classes: Classes that a check spares, because it would flag most of them.
        sounds: Checks that are off because they would flag most of several classes: these are what they look for.
        learnt: What was learnt of the thresholds of checks, for those that are not fixed.
        flagged: How many samples each check flags, in all classes.
        samples: How many there are.
        sound: Those that are images or audio and have no error.
        unmeasured: Samples without the facts that a check needs and without an error that explains it.
        lacking: The facts that one of them lacks.
        others: Samples of other kinds, which no check applies to.
        remarkable: A byte for each sample, 1 where a check flags it or it has findings already.
        by_digest: Findings that were made beforehand, with embeddings.
        decided: What people decided; None: nobody was asked, and what was decided before holds.
    """

    rules: dict[str, list[Rule]] = field(default_factory=lambda: {"image": [], "audio": []})
    everywhere: dict[str, float] = field(default_factory=dict)
    classes: dict[str, frozenset[str]] = field(default_factory=dict)
    sounds: set[str] = field(default_factory=set)
    learnt: dict[str, Learnt] = field(default_factory=dict)
    flagged: dict[str, int] = field(default_factory=dict)
    samples: int = 0
    sound: int = 0
    unmeasured: int = 0
    lacking: tuple[str, ...] = ()
    others: Counter[str] = field(default_factory=Counter)
    remarkable: bytearray = field(default_factory=bytearray)
    by_digest: Mapping[str, Finding] = field(default_factory=dict)
    decided: Decided | None = None

    def says_of(self, place: int, digest: str | None) -> tuple[Finding, ...]:
        """Return what was found of a sample beforehand: with embeddings, and by people."""
        by_people = self.decided.rejected.get(place) if self.decided else None
        return tuple(one for one in (self.by_digest.get(digest or ""), by_people) if one)


def survey(
    samples: Iterable[Facts],
    policy: Policy,
    by_digest: Mapping[str, Finding] | None = None,
    decided: Decided | None = None,
) -> Survey:
    """Learn what is normal and what each check would flag.

    Memory grows with the number of different sizes and rates, and by 5 to 9 bytes a sample.

    Args:
        samples: Of the manifest.
        policy: The user's say.
        by_digest: Findings that were made beforehand, with embeddings.
        decided: What people decided.

    Raises:
        InputError: No sample has facts, so this is no manifest of a full scan.
    """
    found = Survey(by_digest=by_digest or {}, decided=decided)
    counts = _Counts.of(policy)
    _count(samples, found, counts)
    # A share is of the samples that a check could judge, or a set of half pictures and half sounds would hide it.
    seen = Counter({name: counts.kinds[check.kind] - counts.undecided[name] for name, check in counts.checks.items()})
    _conclude(found, policy, counts.values, counts.kinds, seen, counts.flagged)
    for name, counted in counts.by_class.items():
        if name not in found.everywhere and (classes := flagged_classes(counted)):
            found.classes[name] = classes.names
            found.sounds |= {name} if classes.are_the_subject else set()
    return found


_Keeper = Callable[[int, Iterable[float | None]], None]
"""Notes the values of the samples from one place on."""


class _Counts(NamedTuple):
    """What the first pass counts, and the checks as it needs them.

    Two sorts of checks: a threshold that is fixed judges a sample at once; one that is learnt from the set can judge
    only when the set was seen, and until then keeps a few bytes of each sample.

    Attributes:
        checks: Those that apply.
        values: Of the checks that learn, by name.
        by_class: How many samples of each class there are and are flagged, by check that spares classes.
        judges: By kind, what a fixed check needs for each sample: value, flags, name, and its counts of classes.
        keepers: By kind, the value of a check that learns and where it is kept.
        kinds: Samples with facts, by kind.
        undecided: Samples of which a check can say nothing.
        flagged: Samples that a fixed check flags.
    """

    checks: dict[str, Check]
    values: dict[str, _Values]
    by_class: dict[str, dict[str, list[int]]]
    judges: dict[
        str, list[tuple[Callable[..., float | None], Callable[[float], bool], str, dict[str, list[int]] | None]]
    ]
    keepers: dict[str, list[tuple[Value, _Keeper]]]
    kinds: Counter[str]
    undecided: Counter[str]
    flagged: Counter[str]

    @classmethod
    def of(cls, policy: Policy) -> "_Counts":
        """Return counts of nothing yet."""
        checks = {name: check for name, check in CHECKS.items() if policy.applies(name)}
        values = {name: _Values() for name in checks if _learner(name, policy)}
        by_class: dict[str, dict[str, list[int]]] = {
            name: {} for name, check in checks.items() if check.spares_classes and not policy.asked_for(name)
        }
        fixed = {name: _rule(name, policy) for name in checks if name not in values}
        judges = {
            kind: [
                (rule.value, rule.flags, name, by_class.get(name))
                for name, rule in fixed.items()
                if checks[name].kind == kind
            ]
            for kind in KINDS
        }
        keepers: dict[str, list[tuple[Value, _Keeper]]] = {
            kind: [(checks[name].value, kept.add) for name, kept in values.items() if checks[name].kind == kind]
            for kind in KINDS
        }
        return cls(checks, values, by_class, judges, keepers, Counter(), Counter(), Counter())


def _count(samples: Iterable[Facts], found: Survey, counts: _Counts) -> None:
    """Go through the set once, check by check over some samples at a time: this is most of the time of `clean`."""
    rest = iter(samples)
    while block := list(islice(rest, _BLOCK)):
        # Of those that lack facts by their order: what the first of them lacks is said.
        unmeasured = _note_samples(block, found, counts)
        for kind in KINDS:
            # None for samples of other kinds, so that places in the block stay those in the set.
            facts = [(one.image or one.audio) if one.kind == kind else None for one in block]
            if any(facts):
                unmeasured |= _note_facts(kind, facts, block, found, counts)
        for place in sorted(unmeasured):
            _note_unmeasured(found, block[place], counts.checks)


def _note_samples(block: Sequence[Facts], found: Survey, counts: _Counts) -> set[int]:
    """Note what is known of samples without their facts, and return the places of those without any."""
    beforehand = bool(found.by_digest or found.decided)
    without = set()
    for place, sample in enumerate(block):
        kind = sample.kind
        if kind in KINDS and not (sample.findings and not _is_sound(sample)):
            found.sound += 1
        # Findings that are there already (of scan, or of an earlier clean) have to be looked at in the second pass too.
        said = sample.findings or (beforehand and found.says_of(found.samples + place, sample.digest))
        found.remarkable.append(bool(said))
        if kind is not None and kind not in KINDS:
            found.others[kind] += 1
        elif kind is None or (sample.image or sample.audio) is None:
            without.add(place)
        else:
            counts.kinds[kind] += 1
    found.samples += len(block)
    return without


def _note_facts(
    kind: str, facts: Sequence[ImageFacts | AudioFacts | None], block: Sequence[Facts], found: Survey, counts: _Counts
) -> set[int]:
    """Hold the facts of one kind against its checks, and return the places of samples that lack what a check needs."""
    begin = found.samples - len(block)
    judged = [place for place, one in enumerate(facts) if one is not None]
    some = [one for one in facts if one is not None]
    lacking = set()
    for value_of, flags, name, classes in counts.judges[kind]:
        values = list(map(value_of, some))
        flagged = [*map(flags, values)]  # type: ignore[arg-type] # of None it says NotImplemented, which is not False
        # Nearly always nothing is flagged and nothing lacks, and then that is all.
        if classes is None and flagged.count(False) == len(flagged):
            continue
        for place, one, value, is_flagged in zip(judged, some, values, flagged, strict=True):
            if value is None:
                counts.undecided[name] += 1
                # A check may have nothing to say of a sample that has every fact: the bandwidth of silence.
                if any(getattr(one, need) is None for need in counts.checks[name].needs):
                    lacking.add(place)
                continue
            if is_flagged:
                counts.flagged[name] += 1
                found.remarkable[begin + place] = 1
            label = block[place].label
            if classes is not None and label is not None:
                of_class = classes.setdefault(label, [0, 0])
                of_class[0] += 1
                of_class[1] += is_flagged
    # What is odd for the set is known when all of it was seen; until then its values wait, a few bytes each.
    for value_of, keep in counts.keepers[kind]:
        whole = len(some) == len(facts)
        keep(begin, map(value_of, some) if whole else [None if one is None else value_of(one) for one in facts])
    return lacking


def _rule(name: str, policy: Policy, learnt: Learnt | None = None) -> Rule:
    """Return the check as a rule; without any threshold it flags nothing, or, `other`, everything."""
    check = CHECKS[name]
    default = learnt.threshold if learnt else check.threshold
    # A float, because an int does not know how to compare itself with one.
    threshold = float(policy.thresholds.get(name, default if default is not None else math.nan))
    value = _scored(check, learnt) if learnt else check.value
    flags = {"below": threshold.__gt__, "above": threshold.__lt__, "other": threshold.__ne__}[check.side]
    return Rule(name, policy.severity(name), check, threshold, value, flags)


def _learner(name: str, policy: Policy) -> Callable[[Counter[float]], Learnt] | None:
    """Return what learns the threshold of a check; None for one that is fixed."""
    check = CHECKS[name]
    if policy.auto and check.spread and name not in policy.thresholds:
        return partial(_fence_or_default, side=check.side, spread=check.spread, default=check.threshold)
    return check.learn


def _fence_or_default(counts: Counter[float], side: str, spread: Spread, default: float | None) -> Learnt:
    found = learn_fence(counts, side, spread)
    return found if found.threshold is not None else found._replace(threshold=default)


def _scored(check: Check, learnt: Learnt) -> Callable[[ImageFacts | AudioFacts], float | None]:
    def scored(facts: ImageFacts | AudioFacts) -> float | None:
        value = check.value(facts)
        return None if value is None else learnt.score(value)

    return scored


def _conclude(
    found: Survey,
    policy: Policy,
    values: dict[str, _Values],
    kinds: Collection[str],
    seen: Counter[str],
    flagged: Counter[str],
) -> None:
    """Turn what was counted into rules, and find the checks that would flag half of the set."""
    # A manifest of an older version lacks the newest facts, and all other checks say what they can. One of headers
    # alone (a shallow scan) lacks those of most checks, and was not meant to be checked.
    asked = [name for name in seen if CHECKS[name].kind in kinds]
    unable = sum(not seen[name] for name in asked)
    if found.unmeasured and found.unmeasured == found.sound and 2 * unable >= len(asked):
        raise InputError(
            f"no sample has {', '.join(found.lacking)}, so nothing can be checked; measure the files first: "
            "burnish scan FOLDER (without --shallow)"
        )
    for name, check in CHECKS.items():
        if not policy.applies(name):
            continue
        # Fixed checks were counted in the pass; learnt ones begin here, with all the values that there were.
        learn = _learner(name, policy)
        counts = values[name].counts() if learn else Counter()
        learnt = learn(counts) if learn else None
        # Nothing was learnt, so nothing is odd.
        if learnt and learnt.threshold is None:
            continue
        rule = _rule(name, policy, learnt)
        found.rules[check.kind].append(rule)
        if learnt:
            found.learnt[name] = learnt
            # Each different value is judged once, not each sample: a million recordings have a few sample rates.
            odd = [value for value in counts if rule.flags(learnt.score(value))]
            seen[name], flagged[name] = counts.total(), sum(counts[value] for value in odd)
            # A rule that flags nobody need not be asked again for each sample of the second pass.
            if not odd:
                found.rules[check.kind].remove(rule)
        # What flags half of a set is how the set is (X-rays are grey), no fault of it; whoever names the check wants it
        # all the same.
        if flagged[name] and flagged[name] >= _EVERYWHERE * seen[name] and not policy.asked_for(name):
            found.everywhere[name] = flagged[name] / seen[name]
        elif learnt and odd:
            # Only now, because a check that flags half of the set must not make half of it remarkable.
            for sample in values[name].having(odd):
                found.remarkable[sample] = 1
    found.flagged = dict(flagged)


def _is_sound(sample: Facts) -> bool:
    return sample.kind in KINDS and not (
        sample.findings and any(finding.severity == "error" for finding in sample.findings)
    )


def _note_unmeasured(found: Survey, sample: Facts, checks: dict[str, Check]) -> None:
    """Count a sample that was never measured; one that could not be decoded has an error that says so."""
    if not _is_sound(sample):
        return
    facts = sample.image or sample.audio
    found.unmeasured += 1
    # Of the first one only: what lacks is the same in nearly all, and it is a hint for a message.
    if not found.lacking:
        lacking = {
            f"{check.kind}.{need}": None
            for check in checks.values()
            if check.kind == sample.kind
            for need in check.needs
            if facts is None or getattr(facts, need) is None
        }
        found.lacking = tuple(lacking)
