"""What can be mended, by name: known without the decoders that mending takes."""

from typing import TYPE_CHECKING

from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.records.sample import Sample

EXTENSION, ORIENTATION, TRAILING = FIXES = ("extension", "orientation", "trailing-bytes")
"""The words of `--fix`."""


def parse_fixes(written: "Iterable[str]") -> frozenset[str]:
    """Return the fixes that were named, separated by commas.

    Raises:
        UsageError: One is none; names the nearest.
    """
    named = [one.strip() for words in written for one in words.split(",") if one.strip()]
    for name in named:
        if name not in FIXES:
            raise UsageError(f"--fix {name}: there is {', '.join(FIXES)}{did_you_mean(name, FIXES)}")
    return frozenset(named)


def may_need(sample: "Sample", fixes: frozenset[str]) -> bool:
    """Return whether a sample has to be looked at: what its facts say, and for trailing bytes every file."""
    if sample.kind not in {"image", "audio"}:
        return False
    return (
        TRAILING in fixes
        or (EXTENSION in fixes and any(one.check == "wrong-extension" for one in sample.findings))
        or (ORIENTATION in fixes and sample.image is not None and (sample.image.orientation or 1) > 1)
    )
