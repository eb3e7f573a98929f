r"""Manifests: streams of samples as JSON Lines, one sample a line.

A sample that is written as it was read keeps its line, byte for byte. A changed one keeps every field that burnish
does not know, at any depth that was not itself replaced. Strings that come from file names which are not UTF-8 travel
as `\udcXX` escapes, the way Python and `json.dumps` write them.
"""

import json
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec.structs import replace

from curate.facts.records import Finding
from curate.ground.errors import InputError, ManifestError
from curate.records.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Record = TypeVar("Record", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()
_samples = msgspec.json.Decoder(Sample)
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])
_raw_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


@contextmanager
def open_manifest(path: str | None) -> "Iterator[IO[bytes]]":
    """Open a manifest for reading; None and `-` are standard input.

    Raises:
        InputError: The file does not exist, cannot be read, or is a folder.
    """
    if path is None or path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; what the body raises must not be caught here
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a manifest; scan it first: burnish scan {path}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    with file:
        yield file


def read(file: "Iterable[bytes]") -> "Iterator[Sample]":
    """Yield the samples of a manifest, one at a time; blank lines are allowed.

    Raises:
        ManifestError: A line is no sample; names the file, the line and what is wrong.
    """
    for line, sample in _parsed(file, Sample):
        sample.__dict__["line"] = line
        yield sample


def lines(file: "Iterable[bytes]") -> "Iterator[bytes]":
    """Yield the lines of a manifest that was read before, without their ends; blank ones are left out."""
    for ended in file:
        line = ended.rstrip(b"\r\n")
        if line.strip():
            yield line


def read_as(file: "Iterable[bytes]", view: type[Record]) -> "Iterator[Record]":
    """Yield a narrow view of each sample: only the fields that `view` names are decoded, which is several times faster.

    Raises:
        ManifestError: As `read`.
    """
    for _, record in _parsed(file, view):
        yield record


def write(file: "IO[bytes]", samples: "Iterable[Sample]") -> int:
    """Write samples as JSON Lines and return how many there were."""
    count = 0
    for sample in samples:
        file.write(encode(sample) + b"\n")
        count += 1
    return count


def parse(line: bytes) -> Sample:
    """Return the sample of one line.

    Raises:
        msgspec.DecodeError: The line is no JSON, or not a sample.
    """
    sample = decode_line(line, _samples)
    sample.__dict__["line"] = line
    return sample


def decode_line(line: bytes, decoder: "msgspec.json.Decoder[Record]") -> Record:
    """Return the view of one line that the decoder is for.

    Raises:
        msgspec.DecodeError: The line is no JSON, or not of that type.
    """
    try:
        return decoder.decode(line)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        if b"\\u" not in line:
            raise
        # msgspec refuses the escape of a lone surrogate, which is how a name that is not UTF-8 is written.
        return msgspec.convert(json.loads(line), decoder.type)


def changed(sample: Sample, **fields: Any) -> Sample:
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
        return _dump(sample)
    if "changed" not in sample.__dict__:
        return line
    try:
        return _with_added(line, _changes(sample)) or _encoder.encode(_with_changes(_raw_fields.decode(line), sample))
    except (msgspec.DecodeError, UnicodeEncodeError):
        # A lone surrogate is in the line or in the new values: msgspec refuses both, the standard library does not.
        return _dump_escaped(_with_changes(json.loads(line), sample))


def change_line(line: bytes, **fields: Any) -> bytes:
    """Return the line of a sample with some fields replaced, as `encode(changed(parse(line), **fields))` does."""
    try:
        if new := _with_added(line, fields):
            return new
    except UnicodeEncodeError:
        pass
    return encode(changed(parse(line), **fields))


def _parsed(file: "Iterable[bytes]", view: type[Record]) -> "Iterator[tuple[bytes, Record]]":
    decoder = msgspec.json.Decoder(view)
    decode = decoder.decode
    for number, ended in enumerate(file, start=1):
        line = ended.rstrip(b"\r\n")
        try:
            yield line, decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            if not line.strip():
                continue
            try:
                yield line, decode_line(line, decoder)
            except ValueError:
                raise ManifestError(_name_of(file), number, _explain(problem)) from None


def _name_of(file: "Iterable[bytes]") -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and file is not sys.stdin.buffer else "<stdin>"


def _explain(problem: Exception) -> str:
    if isinstance(problem, msgspec.ValidationError):
        return f"not a sample: {str(problem).replace('Object missing', 'missing')}"
    return f"not a sample: {problem}"


def _changes(sample: Sample) -> dict[str, Any]:
    return {name: getattr(sample, name) for name in sorted(sample.__dict__["changed"])}


def _with_added(line: bytes, fields: dict[str, Any]) -> bytes | None:
    """Return the line with fields added at its end; None if one of them may stand in the line already.

    What most commands change, the line does not have yet: to take it apart for that would cost three times as much.
    """
    if b"\\" in line or not line.endswith(b"}"):
        return None
    parts = [line[:-1]]
    for name, value in fields.items():
        key = f'"{name}"'.encode()
        if key in line:
            return None
        if value is not None and value != ():
            parts += [b",", key, b":", _encoder.encode(value)]
    return b"".join((*parts, b"}"))


def _with_changes(fields: dict[str, Any], sample: Sample) -> dict[str, Any]:
    """Return the fields of a line with the changed ones replaced; None and an empty tuple take a field away."""
    for name, value in _changes(sample).items():
        if value is None or value == ():
            fields.pop(name, None)
        elif name == "findings" and name in fields:
            fields[name] = _keep_known_findings(fields[name], value)
        else:
            fields[name] = value
    return fields


def _keep_known_findings(written: Any, findings: tuple[Finding, ...]) -> list[Any]:
    """Return the findings, those that were there before as they were written, with the fields of other programs."""
    items = _raw_list.decode(written) if isinstance(written, msgspec.Raw) else written
    before = {_finding(item): item for item in items}
    return [before.get(finding, finding) for finding in findings]


def _finding(written: Any) -> Finding:
    if isinstance(written, msgspec.Raw):
        return msgspec.json.decode(written, type=Finding)
    return msgspec.convert(written, Finding)


def _dump(sample: Sample) -> bytes:
    try:
        return _encoder.encode(sample)
    except UnicodeEncodeError:
        return _dump_escaped(sample)


def _dump_escaped(record: Any) -> bytes:
    return json.dumps(msgspec.to_builtins(record), separators=(",", ":")).encode("ascii")
