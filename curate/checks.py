"""The checks: what makes a sample unfit, or worth a look."""

from typing import NamedTuple

from curate.sample import Severity


class Verdict(NamedTuple):
    """A check that scan makes while it decodes.

    Attributes:
        severity: Of its findings.
        meaning: What it says of a file.
        transient: Whether it says more of the moment than of the file, so that the next scan looks again.
    """

    severity: Severity
    meaning: str
    transient: bool = False


SCAN_CHECKS: dict[str, Verdict] = {
    "crashed-decoder": Verdict("error", "the process that decoded it died, or the decoder failed", transient=True),
    "damaged": Verdict("error", "it decodes, but not cleanly: bad codes, a wrong checksum, lost synchronisation"),
    "empty": Verdict("error", "it has no bytes, or a header and nothing behind it"),
    "length-mismatch": Verdict("error", "the header promises another number of audio frames than were decoded"),
    "oversized": Verdict("error", "it has more pixels or audio samples than can be decoded safely"),
    "permission": Verdict("error", "it may not be read", transient=True),
    "timeout": Verdict("error", "decoding took longer than --timeout", transient=True),
    "truncated": Verdict("error", "it ends before its data does"),
    "unreadable": Verdict("error", "it is no image and no audio that can be decoded here; the detail says what to do"),
    "wrong-extension": Verdict("warning", "its name ends like another format than its content has"),
}
