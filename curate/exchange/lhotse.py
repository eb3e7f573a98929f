"""lhotse's manifests of recordings and supervisions, `.jsonl` or `.jsonl.gz`, written and read back.

Format: lhotse.readthedocs.io, `Recording` and `SupervisionSegment`, checked against lhotse 1.33. Files are named as
`lhotse.recipes` names them, `recordings_train.jsonl.gz` beside `supervisions_train.jsonl.gz`; what lhotse has no field
for (label, split, tags) stands in `custom`, which its own tools keep.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NamedTuple, cast

from curate.exchange.annotated import Annotated, Left, Part
from curate.exchange.named_files import NamedFiles
from curate.ground.errors import InputError
from curate.ground.json import encode, loads
from curate.media.storage.address import is_elsewhere, join
from curate.records.sample import Sample
from curate.scan.folders import SPLIT_NAMES

LONGEST_LINE = 1 << 22
"""Bytes; alignments of a recording of hours fit, a packed gigabyte of zeros does not."""
_MANIFEST = re.compile(r"(?P<before>.*?)(?P<kind>recordings|supervisions|cuts)(?P<after>.*)\.jsonl(?:\.gz)?")
_ROUNDED_S = 0.02
_OWN = ("speaker", "gender", "language")


class _Recording(NamedTuple):
    path: str
    duration_s: float
    fields: Mapping[str, object]


def read_back(path: str, files: NamedFiles, left: Left) -> Iterator[Annotated]:
    """Yield what manifests say of each supervision, and of each recording that has none.

    Args:
        path: A folder of manifests, or one of recordings; its supervisions lie beside it.
        files: Where the recordings are.
        left: Is told what was not read.

    Raises:
        InputError: There is no such manifest, or a line makes no sense; names the file and the line.
    """
    pairs = _pairs(path, left)
    for recordings, supervisions in pairs:
        found = _MANIFEST.fullmatch(os.path.basename(recordings))
        words = re.split(r"[^a-z]+", found["after"].lower() + " " + found["before"].lower()) if found else []
        split = next((SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES), None)
        yield from _read_pair(recordings, supervisions, split, files, left)


def _pairs(path: str, left: Left) -> list[tuple[str, str | None]]:
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    kinds = {name: found["kind"] for name in names if (found := _MANIFEST.fullmatch(name))}
    wanted = [name for name, kind in kinds.items() if kind == "recordings"]
    if not os.path.isdir(path):
        wanted = [os.path.basename(path)]
        if kinds.get(wanted[0], "recordings") != "recordings":
            raise InputError(f"{path} is a manifest of {kinds[wanted[0]]}; name that of the recordings, or the folder")
    if not wanted:
        raise InputError(f"{path} has no manifest of recordings (recordings_*.jsonl or .jsonl.gz of lhotse)")
    left.counts.update(f"not read: {os.path.join(folder, name)}" for name, kind in kinds.items() if kind == "cuts")
    pairs = []
    for name in wanted:
        beside = {other.removesuffix(".gz"): other for other, kind in kinds.items() if kind == "supervisions"}
        other = beside.get(name.removesuffix(".gz").replace("recordings", "supervisions", 1))
        pairs.append((os.path.join(folder, name), os.path.join(folder, other) if other else None))
    return pairs


def _read_pair(
    recordings: str, supervisions: str | None, split: str | None, files: NamedFiles, left: Left
) -> Iterator[Annotated]:
    known: dict[str, _Recording] = {}
    for where, fields in _objects(recordings):
        name = _field(fields, "id", str, where)
        if name in known:
            raise InputError(f"{where}: the recording {name} stands in it twice")
        known[name] = _recording(fields, where, files)
    segments: dict[str, tuple[str, dict[str, Any]]] = {}
    for where, fields in _objects(supervisions) if supervisions else ():
        name = _field(fields, "id", str, where)
        if name in segments:
            raise InputError(f"{where}: the supervision {name} stands in it twice")
        if _field(fields, "recording_id", str, where) not in known:
            left.counts["supervisions of recordings that the manifest does not have"] += 1
            continue
        segments[name] = (where, fields)
    several: dict[str, int] = {}
    for _, fields in segments.values():
        several[fields["recording_id"]] = several.get(fields["recording_id"], 0) + 1
    for name, (where, fields) in segments.items():
        recording = known[fields["recording_id"]]
        part = _part(name, fields, recording, where, alone=several[fields["recording_id"]] == 1)
        yield _supervised(fields, recording, split, where, left)._replace(part=part)
    for name, recording in known.items():
        if name not in several:
            yield _labelled(recording.fields, split, recording.path, {"recording": name})


def _recording(fields: dict[str, Any], where: str, files: NamedFiles) -> _Recording:
    sources = _field(fields, "sources", list, where)
    if len(sources) != 1 or not isinstance(sources[0], dict):
        raise InputError(f"{where}: it has {len(sources)} sources; burnish knows one file a recording")
    kind = sources[0].get("type")
    if kind not in {"file", "url"}:
        raise InputError(f"{where}: its source is of type {kind!r}, which is not run or unpacked; write it to a file")
    path = files.path(_field(sources[0], "source", str, where), where)
    custom = fields.get("custom")
    return _Recording(path, _seconds(fields, "duration", where), custom if isinstance(custom, dict) else {})


def _part(name: str, fields: dict[str, Any], recording: _Recording, where: str, *, alone: bool) -> Part | None:
    start, length = _seconds(fields, "start", where), _seconds(fields, "duration", where)
    if length <= 0 or start >= recording.duration_s > 0:
        raise InputError(f"{where}: {length:g} s from {start:g} s are no part of {recording.duration_s:g} s")
    whole = alone and start <= _ROUNDED_S and start + length >= recording.duration_s - _ROUNDED_S
    return None if whole else Part(name, start, min(start + length, recording.duration_s))


def _supervised(fields: dict[str, Any], recording: _Recording, split: str | None, where: str, left: Left) -> Annotated:
    custom = fields.get("custom")
    said = {**recording.fields, **(custom if isinstance(custom, dict) else {})}
    if fields.get("alignment"):
        left.counts["alignments, which are left out"] += 1
    ids = {"supervision": fields["id"], "recording": fields["recording_id"]}
    one = _labelled(said, split, recording.path, ids)
    tags = [f"{key}={value}" for key in _OWN if isinstance(value := fields.get(key), str) and value]
    text = fields.get("text")
    if text is not None and not isinstance(text, str):
        raise InputError(f"{where}: its text is no text")
    return one._replace(tags=(*dict.fromkeys((*tags, *one.tags)),), text=text or None)


def _labelled(said: Mapping[str, object], split: str | None, path: str, ids: Mapping[str, object]) -> Annotated:
    label, own, tags = said.get("label"), said.get("split"), said.get("tags")
    rest = {key: value for key, value in said.items() if key not in {"label", "split", "tags"}}
    listed = tags if isinstance(tags, list) else ()
    return Annotated(
        path,
        label if isinstance(label, str) and label else None,
        split=own if isinstance(own, str) and own else split,
        tags=tuple(tag for tag in listed if isinstance(tag, str) and tag),
        fields={"lhotse": {**ids, **({"custom": rest} if rest else {})}},
    )


def _objects(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where each object of a manifest stands, and itself."""
    try:
        with open(path, "rb") as raw:
            # By its first bytes, not its name: a .gz that a browser unpacked keeps its ending.
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            file = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                where = f"{path}:{number}"
                if len(line) > LONGEST_LINE:
                    raise InputError(f"{where}: a line of more than {LONGEST_LINE >> 20} MB is none of lhotse's")
                if not line.strip():
                    continue
                try:
                    fields = loads(line.removeprefix(b"\xef\xbb\xbf"))
                except ValueError as error:
                    raise InputError(f"{where}: no JSON: {error}") from None
                if not isinstance(fields, dict):
                    raise InputError(f"{where}: no object")
                yield where, fields
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None


def _field(fields: Mapping[str, Any], name: str, kind: type, where: str) -> Any:
    value = fields.get(name)
    if not isinstance(value, kind) or not value:
        raise InputError(f"{where}: it has no {name}")
    return value


def _seconds(fields: Mapping[str, Any], name: str, where: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InputError(f"{where}: its {name} is no number of seconds")
    return float(value)


def files_of(
    samples: Iterable[tuple[Sample, Mapping[str, Any]]], root: str, speaker: str, *, plain: bool = False
) -> dict[str, bytes]:
    """Return the manifests of a set by their names: two for each split.

    Args:
        samples: Recordings, with all fields of their lines.
        root: Folder that their paths are relative to.
        speaker: Key of the tag that says who speaks.
        plain: `.jsonl` instead of `.jsonl.gz`.

    Raises:
        InputError: A sample lacks a fact that lhotse needs.
    """
    parts: dict[str | None, tuple[list[bytes], list[bytes]]] = {}
    taken: dict[str, int] = {}
    for sample, foreign in samples:
        stem = os.path.splitext(sample.path)[0].replace("/", "-")
        known = foreign.get("lhotse")
        kept = known.get("recording") if isinstance(known, dict) else None
        name = kept if isinstance(kept, str) and kept and kept not in taken else stem
        taken[name] = taken.get(name, 0) + 1
        name = name if taken[name] == 1 else f"{name}-{taken[name]}"
        taken.setdefault(name, 1)
        recordings, supervisions = parts.setdefault(sample.split, ([], []))
        recordings.append(encode(_recording_of(sample, name, root)))
        supervisions.append(encode(_supervision_of(sample, name, foreign, speaker)))
    made: dict[str, bytes] = {}
    for split, several in parts.items():
        for kind, lines in zip(("recordings", "supervisions"), several, strict=True):
            data = b"".join(line + b"\n" for line in lines)
            named = f"{kind}_{re.sub(r'[^A-Za-z0-9.]+', '-', split)}" if split else kind
            if f"{named}.jsonl" in made or f"{named}.jsonl.gz" in made:
                raise InputError(f"two splits would both be {named}; rename one of them")
            # Without a time in it, so that equal samples make equal files.
            made[f"{named}.jsonl" if plain else f"{named}.jsonl.gz"] = data if plain else gzip.compress(data, mtime=0)
    return made


def _recording_of(sample: Sample, name: str, root: str) -> dict[str, object]:
    facts, place = sample.audio, join(root, sample.path)
    if facts is None or not facts.duration_s or not facts.sample_rate or not facts.channels:
        raise InputError(f"{sample.path}: lhotse needs its length, rate and channels; measure it: burnish scan")
    if is_elsewhere(place) and "#" in place:
        raise InputError(f"{place} is a part of a shard, which lhotse does not open; take it out: burnish organize")
    kind = "url" if is_elsewhere(place) else "file"
    channels = list(range(facts.channels))
    frames = round(facts.duration_s * facts.sample_rate)
    return {
        "id": name,
        "sources": [{"type": kind, "channels": channels, "source": place}],
        "sampling_rate": facts.sample_rate,
        "num_samples": frames,
        "duration": frames / facts.sample_rate,
        "channel_ids": channels,
    }


def _supervision_of(sample: Sample, name: str, foreign: Mapping[str, Any], speaker: str) -> dict[str, object]:
    facts = sample.audio
    frames = round((facts.duration_s or 0) * (facts.sample_rate or 1)) if facts else 0
    channels = list(range(facts.channels or 1)) if facts else [0]
    made: dict[str, object] = {
        "id": name,
        "recording_id": name,
        "start": 0.0,
        "duration": frames / (facts.sample_rate or 1) if facts else 0.0,
        "channel": channels if len(channels) > 1 else 0,
    }
    if sample.text is not None:
        made["text"] = sample.text
    # As fields of lhotse's, so that its own tools see them; tags of other keys and all the rest are custom.
    names = {speaker: "speaker", "gender": "gender", "language": "language"}
    rest: list[str] = []
    for tag in sample.tags:
        key, equals, value = tag.partition("=")
        field = names.get(key)
        if equals and value and field and field not in made:
            made[field] = value
        else:
            rest.append(tag)
    known = foreign.get("lhotse")
    kept = known.get("custom") if isinstance(known, dict) else None
    custom = {**(kept if isinstance(kept, dict) else {})}
    custom |= {
        name: value for name, value in (("label", sample.label), ("split", sample.split), ("tags", rest)) if value
    }
    if custom:
        made["custom"] = custom
    return made
