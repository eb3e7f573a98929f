"""What the comparison of two pictures says."""

from typing import Literal

from msgspec import Struct

from curate.duplicates.keep import Worth

SPOT, SHIFTED = "alike but for a part", "each shows what the other does not"
RECOLOURED, AROUND = "alike but for the colour", "something else is around one of them"
"""Reasons that say more than that two pictures are different."""


class ImageMatch(Struct, frozen=True):
    """What the comparison of two pictures found.

    Attributes:
        relation: `exact`: the same pixels at full size, upright, as 8-bit RGB over one ground; `near`: the same
            picture re-encoded, rescaled, flipped, turned, cropped, framed, brighter, darker or without its colours;
            `part`: one shows less than half of the other, or something that the other does not: a caption, a
            watermark, a screen around it; `none`: neither, or it cannot be told.
        distance: The largest local difference that is left, in standard deviations of the picture: 0 (the same)
            to 1 (and more).
        change: What turns the first into the second, such as `flipped` or `turned by 90°` (clockwise); empty
            where they stand alike.
        reason: Why the relation is `none`, or `part`.
        share: Of the larger picture that is the same in both; 1 unless the relation is `part`.
        worth: What is in the first and in the second, where files were compared that are near; else None.
    """

    relation: Literal["exact", "near", "part", "none"]
    distance: float = 1.0
    change: str = ""
    reason: str = ""
    share: float = 1.0
    worth: tuple[Worth, Worth] | None = None
