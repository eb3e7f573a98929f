"""What a plan does not make, or not as it was to be, and why: for programs; people read it in words of the view."""

from typing import Literal

from msgspec import Struct

Why = Literal["no-target", "uncertain", "no-source", "only-tested", "not-matched", "rejected"]


class Remark(Struct, frozen=True):
    """One reason.

    Attributes:
        tag: That it is about; empty for all of them.
        why: `no-target`: no recipe makes it; `uncertain`: its gap is within its uncertainty; `no-source`: no sample can
            be a source; `only-tested`: its real samples are all test samples, which stay unseen; `not-matched`: its
            facts cannot be brought to those of its real samples; `rejected`: samples broke a limit.
        detail: In words.
        is_made: Whether samples are made for it nevertheless.
        cure: What to do about it; empty where nothing is known to help.
    """

    tag: str
    why: Why
    detail: str
    is_made: bool = False
    cure: str = ""
