"""How worker processes come to be: the one place that knows."""

import os
import sys
from typing import Literal

from curate.ground.errors import UsageError

VARIABLE = "BURNISH_START_METHOD"

StartMethod = Literal["fork", "spawn"]


def start_method() -> StartMethod:
    """Return how workers are started: what `BURNISH_START_METHOD` says, else `fork` on Linux and `spawn` elsewhere.

    A forked worker starts in milliseconds, with all that its parent imported, and with all open descriptors; on macOS
    forking is not safe once system libraries were used. A spawned one is a new Python that is told everything.

    Raises:
        UsageError: The variable says something else.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if said == "fork" or (not said and sys.platform == "linux"):
        return "fork"
    if said in {"", "spawn"}:
        return "spawn"
    raise UsageError(f"{VARIABLE}={said[:40]} is no way to start workers: fork or spawn")
