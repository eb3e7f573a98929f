"""A gradual ramp-up: a canary in steps, and the file that knows at which of them it stands."""

import math
import os
from typing import Literal

import msgspec

from baselines.gates.gate import Decision, Rules
from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError, UsageError
from curate.ground.json import decode, encode_indented

Stage = Literal["ramping", "done", "rolled back"]
VERSION = 1


class Look(msgspec.Struct, frozen=True):
    """One look at a ramp.

    Attributes:
        step: At which step, from 0.
        verdict: What the gate said.
        samples: Cases with a label of the old and of the new system.
        difference: new - old; None where nothing was known.
        until: Time of the last case that was seen, seconds since 1970; None where there was none.
    """

    step: int
    verdict: Decision
    samples: tuple[int, int]
    difference: float | None
    until: float | None


class Ramp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a ramp stands.

    Attributes:
        steps: Shares of the traffic, rising, above 0 to 1.
        step: The one that is on now, from 0.
        stage: `ramping`; `done` after the last one; `rolled back` once a look said stop.
        since: Cases up to that time were used for an earlier step, and count no more; None: all count.
        looks: All of them, first to last.
        version: Of this file.
    """

    steps: tuple[float, ...]
    step: int = 0
    stage: Stage = "ramping"
    since: float | None = None
    looks: tuple[Look, ...] = ()
    version: int = VERSION

    @property
    def share(self) -> float:
        """What share of the traffic the new system should get now, 0 to 1."""
        return 0.0 if self.stage == "rolled back" else self.steps[self.step]

    def rules_of_step(self, rules: Rules) -> Rules:
        """Return the rules of one step: all of them together are wrong with chance alpha, so each takes its part."""
        return msgspec.structs.replace(rules, alpha=rules.alpha / len(self.steps))

    def after(self, look: Look) -> "Ramp":
        """Return the ramp after a look."""
        changes: dict[str, object] = {"looks": (*self.looks, look)}
        if look.verdict == "stop":
            changes["stage"] = "rolled back"
        elif look.verdict == "promote":
            # What was looked at to take this step says nothing new at the next.
            changes["since"] = look.until
            if self.step + 1 == len(self.steps):
                changes["stage"] = "done"
            else:
                changes["step"] = self.step + 1
        return msgspec.structs.replace(self, **changes)


def parse_steps(text: str) -> tuple[float, ...]:
    """Return the shares that a text like `1%,5%,25%,100%` names.

    Raises:
        UsageError: One is none, or they do not rise.
    """
    shares = []
    for part in text.split(","):
        number = part.strip()
        try:
            share = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
        except ValueError:
            share = math.nan
        if not 0 < share <= 1:
            raise UsageError(f"--steps: {number!r} is no share; write them like 1%,5%,25%,100%")
        shares.append(share)
    if sorted(set(shares)) != shares:
        raise UsageError(f"--steps {text}: the shares have to rise, like 1%,5%,25%,100%")
    return tuple(shares)


def read_ramp(path: str, steps: tuple[float, ...]) -> Ramp:
    """Return the ramp of a file; a new one where there is no file.

    Raises:
        InputError: It cannot be read, is none, or is one of other steps.
    """
    if not os.path.lexists(path):
        return Ramp(steps)
    try:
        with open(path, "rb") as file:
            found = decode(file.read(), Ramp)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} is not the state of a ramp: {error}; name another file for --state") from None
    if found.version != VERSION or not 0 <= found.step < len(found.steps):
        raise InputError(f"{path} is not the state of a ramp as this burnish writes it; name another file for --state")
    if found.steps != steps:
        raise InputError(
            f"{path} is a ramp of {', '.join(f'{share:.4g}' for share in found.steps)}; give the same --steps, or name "
            "another file for --state"
        )
    return found


def write_ramp(path: str, ramp: Ramp) -> None:
    """Write the file, whole or not at all."""
    with atomic_write(path) as file:
        file.write(encode_indented(ramp) + b"\n")
