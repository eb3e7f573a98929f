"""What a project holds against its samples: thresholds, severities, and what is dropped."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from curate.check.checks import CHECKS, REVIEW_CHECKS, VERDICTS
from curate.facts.records import Finding, Severity
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.ground.files import read_file

SEVERITIES = ("error", "warning", "off")

_NAMED = frozenset({*CHECKS, *VERDICTS})
NAMED_OR_SEVERE = _NAMED | {*SEVERITIES[:2]}
"""What a rule for samples may name: a check, or all findings of a severity."""
_OFF = ("off", "Off", "OFF", "no", "No", "NO")
_SHOWN = 60
"""Characters of a wrong value that an error shows: it is one line, whatever the file holds."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The user's say in what clean does.

    Attributes:
        thresholds: By check; instead of the table's.
        severities: By check; `off`: the check is not made.
        only: Make only these checks; empty: all.
        drop: Drop the samples with these findings too; `warning`: with any warning.
        keep: Keep the samples with these findings, also if they are errors, which become warnings.
        auto: Learn thresholds from the set, where the check has a spread and the user gave none.
    """

    thresholds: Mapping[str, float] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    auto: bool = False

    def applies(self, check: str) -> bool:
        """Return whether a check of the table is made."""
        if CHECKS[check].on_request and not (self.asked_for(check) or check in self.severities):
            return False
        return (not self.only or check in self.only) and self.severities.get(check) != "off"

    def severity(self, check: str) -> Severity:
        """Return the severity of a check's findings."""
        return "error" if self.severities.get(check, CHECKS[check].severity) == "error" else "warning"

    def asked_for(self, check: str) -> bool:
        """Return whether the user named the check, and so wants it even if it flags most of the set."""
        return check in self.thresholds or check in self.only or check in self.drop

    def spared(self, finding: Finding, *, decoded: bool) -> Finding:
        """Return a finding as it goes on: an error that the user keeps is a warning from here on.

        Every later command leaves out what has an error, so that a sample which is kept with one is kept for nothing.

        Args:
            finding: Of a sample.
            decoded: Whether anything of the sample was measured; what could not be decoded is of no use to any command.
        """
        # What people rejected is decided anew by their answers, and stays what they said.
        if finding.severity != "error" or finding.check not in self.keep or not decoded:
            return finding
        return finding if finding.check in REVIEW_CHECKS else replace(finding, severity="warning")

    def drops(self, finding: Finding) -> bool:
        """Return whether a sample with this finding is dropped."""
        if finding.check in self.keep:
            return False
        return finding.severity == "error" or not self.drop.isdisjoint((finding.check, finding.severity))


def make_policy(
    settings: Iterable[str] = (),
    config: str | None = None,
    only: Iterable[str] = (),
    drop: Iterable[str] = (),
    keep: Iterable[str] = (),
    *,
    auto: bool = False,
) -> Policy:
    """Return the policy of some options; settings go before the configuration.

    Args:
        settings: `CHECK=THRESHOLD` each.
        config: A YAML file: `dark: 0.2`, or `dark: {threshold: 0.2, severity: error}`; severity `off` turns it off.
        only: Checks of the table.
        drop: Checks, or `warning`.
        keep: Checks.
        auto: Whether thresholds are learnt from the set.

    Raises:
        UsageError: A check is unknown (the nearest is named), or a threshold is no number.
        InputError: The configuration cannot be read.
    """
    # Settings come after the file, and so go before it.
    thresholds, severities = _read_config(config) if config else ({}, {})
    for setting in settings:
        name, equals, number = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting!r} is not CHECK=THRESHOLD; an example: --set dark=0.2")
        thresholds[known_check(name, "--set", CHECKS)] = _number(number, f"--set {setting}")
    return Policy(
        thresholds,
        severities,
        frozenset(known_check(name, "--only", CHECKS) for name in only),
        frozenset(known_check(name, "--drop", NAMED_OR_SEVERE) for name in drop),
        frozenset(known_check(name, "--keep", _NAMED) for name in keep),
        auto,
    )


def known_check(name: str, where: str, known: Iterable[str]) -> str:
    """Return the name of a check if it is known.

    Raises:
        UsageError: It is not; names the nearest.
    """
    if name not in known:
        raise UsageError(f"{where}: there is no check {name!r}{did_you_mean(name, known)}")
    return name


def _read_config(path: str) -> tuple[dict[str, float], dict[str, str]]:
    from curate.ground.yaml import MAX_BYTES, load_yaml

    written = load_yaml(read_file(path, MAX_BYTES), path)
    # An empty file says nothing, which is no mistake.
    rules: object = written.content or {}
    if not isinstance(rules, dict):
        raise InputError(f"{path} has to map checks to thresholds; an example: 'dark: 0.2'")
    thresholds: dict[str, float] = {}
    severities: dict[str, str] = {}
    for name, rule in rules.items():
        where = f"{path}:{written.line(name)}"
        known_check(name, where, CHECKS)
        # A bare `off` or `no` was false in YAML 1.1, and configurations say `dark: off`.
        key = "severity" if rule is False or rule in _OFF else "threshold"
        # The short form is a threshold or `off`; the long one maps both by name.
        fields: dict[str, object] = rule if isinstance(rule, dict) else {key: rule}
        for key, value in fields.items():
            if key == "threshold":
                thresholds[name] = _number(value, f"{where}: {name}")
            elif key == "severity":
                severity = "off" if value is False or value in _OFF else str(value)
                if severity not in SEVERITIES:
                    hint = did_you_mean(severity[:_SHOWN], SEVERITIES)
                    raise UsageError(f"{where}: {name}: severity {_shown(severity)} is unknown{hint}")
                severities[name] = severity
            else:
                raise UsageError(f"{where}: {name}: {key!r} is unknown{did_you_mean(key, ('threshold', 'severity'))}")
    return thresholds, severities


def _number(value: object, where: str) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):  # an int of 400 digits is no float
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise UsageError(f"{where}: {_shown(value)} is no number")
    return number


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
