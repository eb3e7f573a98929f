"""Evidence that may be looked at every day: an e value stays true however often one looks and whenever one stops.

A p value below 5 % at any of 20 looks comes up in 17 of 100 comparisons of two equal systems. The chance that an
e value of a true null hypothesis ever reaches 1/alpha is at most alpha (Ville 1939), over all looks together. All of
these depend on counts alone, so that the order of a log's lines changes nothing.
"""

import math
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STAKES = 64
_LEAST_STAKE = 0.002
_ROUNDS = 60


def discordance_e_value(new_only: int, old_only: int) -> float:
    """Return the e value against "each of two systems is as often the only right one": 2^n · B(b+½, c+½) / B(½, ½).

    The mean, over Jeffreys' prior of p, of the likelihood ratio of p against ½ in the n = b + c discordant samples
    (Robbins 1970): a test of McNemar's hypothesis that may be looked at after every sample. It is two-sided.

    Args:
        new_only: Samples that only the new system gets right (b).
        old_only: Samples that only the old system gets right (c).
    """

    def log_beta(first: float, second: float) -> float:
        return math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)

    discordant = new_only + old_only
    log = discordant * math.log(2) + log_beta(new_only + 0.5, old_only + 0.5) - log_beta(0.5, 0.5)
    return math.exp(min(log, 700.0))  # a float ends at e^709; that much evidence is enough


def evidence_above(gained: int, lost: int, pairs: int, difference: float) -> float:
    """Return the e value against "the mean difference is `difference` or less".

    A bet that the mean is larger: from 1, each sample with x of -1, 0 or 1 multiplies the capital by
    1 + stake · (x - difference), which gains nothing on average where the mean is no larger (Waudby-Smith and Ramdas
    2024, section 4). Which stake is best depends on how much larger it is, so the capital is spread over 64 stakes
    beforehand, more of them small: a mean of bets is a bet.

    Args:
        gained: Samples with x = 1.
        lost: Samples with x = -1.
        pairs: All samples.
        difference: The supposed mean, above -1 and below 1.
    """
    import numpy as np

    # The largest stake loses half of the capital at most: with x = -1, 1 + stake · (-1 - difference) = ½.
    stakes = _stakes() * 0.5 / (1 + difference)
    logs = (
        gained * np.log1p(stakes * (1 - difference))
        + lost * np.log1p(stakes * (-1 - difference))
        + (pairs - gained - lost) * np.log1p(-stakes * difference)
    )
    most = float(logs.max())
    return math.exp(min(most, 700.0)) * float(np.exp(logs - most).mean())


def lasting_interval(gained: int, lost: int, pairs: int, alpha: float) -> tuple[float, float]:
    """Return the ends of a confidence sequence of the mean difference, each of which is ever wrong with chance alpha.

    Those differences against which `evidence_above`, or the same below, is under 1/alpha.
    """
    seen = (gained - lost) / pairs

    def low(more: int, less: int, seen: float) -> float:
        # Near -1 the stakes are bounded by ½ / (1 + d), which has to stay finite.
        outside, inside = -1 + 1e-9, seen
        if evidence_above(more, less, pairs, outside) < 1 / alpha:
            return -1.0
        for _ in range(_ROUNDS):
            middle = (outside + inside) / 2
            against = evidence_above(more, less, pairs, middle) >= 1 / alpha
            outside, inside = (middle, inside) if against else (outside, middle)
        return outside

    return low(gained, lost, seen), -low(lost, gained, -seen)


@lru_cache(maxsize=1)
def _stakes() -> "NDArray[np.float64]":
    import numpy as np

    return np.geomspace(_LEAST_STAKE, 1.0, _STAKES)
