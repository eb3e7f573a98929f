"""What of a sample is held in memory while duplicates are looked for."""

import os
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, structs

from curate.facts.records import Finding
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.ground.json import Decoder
from curate.media.storage.address import join
from curate.records.reader import read_as
from curate.records.sample import MeasuredView

FIELDS = ("folder", "label", "split")


class ImageKey(Struct, gc=False):
    """The facts of an image that duplicates are found and ranked by."""

    format: str | None = None
    width: int | None = None
    height: int | None = None
    phash: str | None = None
    phash_inner: str | None = None
    phash_disc: str | None = None
    phash_trimmed: str | None = None
    luma_grid: str | None = None


class AudioKey(Struct, gc=False):
    """The facts of a recording that duplicates are found and ranked by."""

    format: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    duration_s: float | None = None
    fingerprint: str | None = None
    bandwidth_hz: float | None = None
    channel_gap_db: float | None = None
    subtype: str | None = None
    rms_dbfs: float | None = None
    silence_ratio: float | None = None
    clipping_ratio: float | None = None
    snr_db: float | None = None
    mono_loss_db: float | None = None


class Item(MeasuredView, frozen=True, gc=False):
    """The narrow view of a sample that is held in memory while duplicates are looked for."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    kind: str | None = None
    bytes: int | None = None
    mtime_ns: int | None = None
    etag: str | None = None
    digest: str | None = None
    image: ImageKey | None = None
    audio: AudioKey | None = None
    findings: tuple[Finding, ...] = ()


def read_reference(path: str, base: str, jobs: int | None) -> list[Item]:
    """Return the samples of a reference set: of a manifest, or of a folder, which is scanned.

    Args:
        path: Of the manifest, whose paths are relative to `base`, or of the folder.
        base: What the paths of manifests are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.

    Raises:
        InputError: There is no such file or folder, it cannot be read, or it has no samples.
    """
    if os.path.isdir(path):
        from curate.scan.labels import Labeller
        from curate.scan.metadata import Metadata
        from curate.scan.scan import Options, ScanTally, scan

        # Absolute, for they need not be below the folder that the manifest's paths are relative to.
        lines = scan([os.path.abspath(path)], Labeller("folder", None, Metadata(None)), Options(jobs=jobs), ScanTally())
        decoder = Decoder(Item)
        found = [decoder.decode(line) for line in lines]
    else:
        try:
            with open(path, "rb") as file:
                found = list(read_as(file, Item))
        except OSError as error:
            raise InputError(f"--reference {path}: {error.strerror or error}") from None
    if not any(item.digest for item in found):
        raise InputError(f"--reference {path} has no measured samples; scan the folder first, without --shallow")
    return [structs.replace(item, path=join(base, item.path)) for item in found]


def limits(items: Sequence[Item], across: str | None, within: str | None) -> Callable[[int, int], bool]:
    """Return whether two samples are to be compared, by their places.

    Args:
        items: Of the manifest.
        across: `folder`, `label`, `split` or the key of a tag: only samples of different ones.
        within: Likewise: only samples of the same.

    Raises:
        UsageError: No sample has such a tag, or any label or split.
    """
    keys = [(_values(items, key, option), option == "--across") for key, option in _given(across, within)]
    return lambda one, other: all((values[one] != values[other]) == differs for values, differs in keys)


def _given(across: str | None, within: str | None) -> Iterable[tuple[str, str]]:
    return ((key, option) for key, option in ((across, "--across"), (within, "--within")) if key)


def _values(items: Sequence[Item], key: str, option: str) -> list[str | None]:
    if key == "folder":
        return [item.path.rpartition("/")[0] for item in items]
    if key in ("label", "split"):
        named = [item.label if key == "label" else item.split for item in items]
        if items and all(value is None for value in named):
            raise UsageError(f"{option} {key}: no sample has a {key}")
        return named
    start = f"{key}="
    values = [next((tag[len(start) :] for tag in item.tags if tag.startswith(start)), None) for item in items]
    if items and all(value is None for value in values):
        known = {*FIELDS, *(tag.partition("=")[0] for item in items[:1000] for tag in item.tags if "=" in tag)}
        raise UsageError(f"{option} {key!r}: no sample has such a tag{did_you_mean(key, known)}")
    return values
