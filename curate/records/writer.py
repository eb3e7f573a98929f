"""Writing manifests.

A sample that is written as it was read keeps its line, byte for byte. A changed one keeps every field that burnish
does not know, at any depth that was not itself replaced.
"""

from typing import IO, TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from curate.facts.records import Finding
from curate.ground import json
from curate.records.reader import parse, without_nulls
from curate.records.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable

_raw_list = msgspec.json.Decoder(list[msgspec.Raw] | None)
_raw_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def write(file: "IO[bytes]", samples: "Iterable[Sample]") -> int:
    """Write samples as JSON Lines and return how many there were."""
    count = 0
    for sample in samples:
        file.write(encode(sample) + b"\n")
        count += 1
    return count


def changed(sample: Sample, **fields: object) -> Sample:
    """Return the sample with some fields replaced; it still carries the fields that burnish does not know."""
    new = replace(sample, **fields)
    if "line" in sample.__dict__:
        names = sample.__dict__.get("changed", frozenset()) | fields.keys()
        new.__dict__.update(line=sample.__dict__["line"], changed=names)
    return new


def encode(sample: Sample) -> bytes:
    """Return the line of a sample, without the line feed."""
    line: bytes | None = sample.__dict__.get("line")
    if line is None:
        return json.encode(sample)
    if "changed" not in sample.__dict__:
        return line
    changes = {name: getattr(sample, name) for name in sorted(sample.__dict__["changed"])}
    try:
        return _with_added(line, changes) or json.encode(_with_changes(_raw_fields.decode(line), changes))
    except (msgspec.DecodeError, UnicodeEncodeError, TypeError):
        # A lone surrogate is in the line, or beside raw JSON, which only msgspec takes: then nothing is kept raw.
        return json.encode(_with_changes(json.loads(line), changes))


def change_line(line: bytes, **fields: object) -> bytes:
    """Return the line of a sample with some fields replaced, as `encode(changed(parse(line), **fields))` does."""
    return Change(**fields).of(line)


class Change:
    """One change of fields that many lines get: what it adds to a line is encoded once.

    What most commands change, a line does not have yet: to take it apart for that would cost three times as much.
    """

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        self._keys = [f'"{name}"'.encode() for name in fields]
        self._added = _added(fields)

    def of(self, line: bytes) -> bytes:
        """Return a line with the fields replaced, as `encode(changed(parse(line), **fields))` does."""
        if b"\\" not in line and line.endswith(b"}"):
            # A loop, and no `any`, which would cost as much as all the rest: nearly always there is one key.
            for key in self._keys:
                if key in line:
                    break
            else:
                return line[:-1] + self._added
        return encode(changed(parse(line), **self.fields))


def foreign_field(sample: Sample, name: str) -> object:
    """Return a field of a sample's line that burnish does not know; None where there is none."""
    line: bytes = sample.__dict__.get("line", b"")
    return json.loads(line).get(name) if f'"{name}"'.encode() in line else None


def with_foreign(sample: Sample, **fields: object) -> Sample:
    """Return the sample with fields set that burnish does not know itself; None takes one away."""
    new = replace(sample)
    new.__dict__.update(sample.__dict__)
    new.__dict__["line"] = extend_line(sample.__dict__.get("line") or json.encode(sample), **fields)
    return new


def extend_line(line: bytes, **fields: object) -> bytes:
    """Return the line of a sample with fields of any name set, also those that burnish does not read back itself.

    None and an empty tuple take a field away; the rest of the line stays as it is.
    """
    try:
        return _with_added(line, fields) or json.encode(_with_changes(_raw_fields.decode(line), fields))
    except (msgspec.DecodeError, UnicodeEncodeError, TypeError):
        # As in `encode`: a lone surrogate keeps nothing raw.
        return json.encode(_with_changes(json.loads(line), fields))


def _with_added(line: bytes, fields: dict[str, object]) -> bytes | None:
    """Return the line with fields added at its end; None if one of them may stand in the line already."""
    if b"\\" in line or not line.endswith(b"}") or any(f'"{name}"'.encode() in line for name in fields):
        return None
    return line[:-1] + _added(fields)


def _added(fields: dict[str, object]) -> bytes:
    """Return what stands at the end of a line to which fields are added; None and an empty tuple add nothing."""
    said = {name: value for name, value in fields.items() if value is not None and value != ()}
    return b"".join(b"," + f'"{name}"'.encode() + b":" + json.encode(value) for name, value in said.items()) + b"}"


def _with_changes(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, object]:
    """Return the fields of a line with the changed ones replaced; None and an empty tuple take a field away."""
    for name, value in changes.items():
        if value is None or value == ():
            fields.pop(name, None)
        elif name == "findings" and name in fields:
            fields[name] = _findings(fields[name], value)
        else:
            fields[name] = value
    return fields


def _findings(written: Any, findings: tuple[Finding, ...]) -> list[object]:
    """Return the findings, those that were there before as they were written, with the fields of other programs."""
    items = _raw_list.decode(written) if isinstance(written, msgspec.Raw) else written
    before: dict[Finding, object] = {}
    for item in items or ():
        fields = json.loads(bytes(item)) if isinstance(item, msgspec.Raw) else item
        before[msgspec.convert(without_nulls(fields), Finding)] = item
    return [before.get(finding, finding) for finding in findings]
