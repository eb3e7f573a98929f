"""What a project holds against its samples: thresholds, severities, and what is dropped."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from curate.check.checks import CHECKS, SCAN_CHECKS
from curate.facts.records import Finding, Severity
from curate.ground.errors import InputError, UsageError, did_you_mean

SEVERITIES = ("error", "warning", "off")


@dataclass(frozen=True, slots=True)
class Policy:
    """The user's say in what clean does.

    Attributes:
        thresholds: By check; instead of the table's.
        severities: By check; `off`: the check is not made.
        only: Make only these checks; empty: all.
        drop: Drop the samples with these findings too; `warning`: with any warning.
        keep: Keep the samples with these findings, also if they are errors.
    """

    thresholds: Mapping[str, float] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()

    def applies(self, check: str) -> bool:
        """Return whether a check of the table is made."""
        return (not self.only or check in self.only) and self.severities.get(check) != "off"

    def severity(self, check: str) -> Severity:
        """Return the severity of a check's findings."""
        return "error" if self.severities.get(check, CHECKS[check].severity) == "error" else "warning"

    def asked_for(self, check: str) -> bool:
        """Return whether the user named the check, and so wants it even if it flags most of the set."""
        return check in self.thresholds or check in self.only or check in self.drop

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
) -> Policy:
    """Return the policy of some options; settings go before the configuration.

    Args:
        settings: `CHECK=THRESHOLD` each.
        config: A YAML file: `dark: 0.2`, or `dark: {threshold: 0.2, severity: error}`; severity `off` turns it off.
        only: Checks of the table.
        drop: Checks, or `warning`.
        keep: Checks.

    Raises:
        UsageError: A check is unknown (the nearest is named), or a threshold is no number.
        InputError: The configuration cannot be read.
    """
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
        frozenset(known_check(name, "--drop", {*CHECKS, *SCAN_CHECKS, *SEVERITIES[:2]}) for name in drop),
        frozenset(known_check(name, "--keep", {*CHECKS, *SCAN_CHECKS}) for name in keep),
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
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.safe_load(file) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from None
    except yaml.YAMLError as error:
        raise InputError(f"cannot read {path}: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} has to map checks to thresholds; an example: 'dark: 0.2'")
    thresholds: dict[str, float] = {}
    severities: dict[str, str] = {}
    for name, rule in content.items():
        _read_rule(path, known_check(str(name), path, CHECKS), rule, thresholds, severities)
    return thresholds, severities


def _read_rule(path: str, name: str, rule: Any, thresholds: dict[str, float], severities: dict[str, str]) -> None:
    # YAML 1.1 reads a bare off as false.
    fields = rule if isinstance(rule, dict) else {"severity": "off"} if rule is False else {"threshold": rule}
    for key, value in fields.items():
        if key == "threshold":
            thresholds[name] = _number(value, f"{path}: {name}")
        elif key == "severity":
            severity = "off" if value is False else str(value)
            if severity not in SEVERITIES:
                hint = did_you_mean(severity, SEVERITIES)
                raise UsageError(f"{path}: {name}: severity {severity!r} is unknown{hint}")
            severities[name] = severity
        else:
            raise UsageError(f"{path}: {name}: {key!r} is unknown{did_you_mean(str(key), ('threshold', 'severity'))}")


def _number(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise UsageError(f"{where}: {value!r} is no number")
    return number
