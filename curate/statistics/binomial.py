"""What a count says of a share: exact, to one side."""


def share_upper(hits: int, number: int, alpha: float = 0.05) -> float:
    """Return the one-sided upper bound of a share (Clopper and Pearson 1934): too low with chance alpha at most.

    Args:
        hits: Of so many.
        number: Of none, nothing is known, and the bound is 1.
        alpha: Level.
    """
    if hits >= number:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(hits + 1, number - hits, 1 - alpha))


def more_p(hits: int, number: int, share: float) -> float:
    """Return the one-sided p value of so many hits, or more, where the true share is `share`."""
    if hits <= 0:
        return 1.0
    from scipy.special import bdtrc

    return float(bdtrc(hits - 1, number, share))
