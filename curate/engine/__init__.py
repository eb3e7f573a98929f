"""Run a function over many items: local worker processes today, a cluster behind the same interface later."""

from curate.engine.pool import Ready, available_processors, failures, run
from curate.engine.worker import Failure

__all__ = ["Failure", "Ready", "available_processors", "failures", "run"]
