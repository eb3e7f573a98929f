"""`burnish drift --simulate REFERENCE --n 200`: what would come of a call, tried on the user's own data."""

from cli.io import reports
from cli.watch.asked import Asked
from curate.ground.errors import UsageError


def simulate_calls(asked: Asked, n: int | None, trials: int) -> None:
    """Simulate and report.

    Raises:
        UsageError: The size of the new sets is not said, or what is compared needs more than the rows.
    """
    from cli.views.drift.simulation import page, report
    from curate.drift.simulate import simulate

    if n is None:
        raise UsageError("--simulate: how many samples will a new set have? Say --n 200")
    if "features" in asked.on:
        raise UsageError("--simulate tries the tests of single facts; leave features out of --on")
    found = simulate(asked.read_reference(), n, asked.on, asked.judge(), trials)
    of = asked.reference
    reports.write(found, asked.formats, f"Drift simulated on {of}", report, lambda one: page(one, of))
