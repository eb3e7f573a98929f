r"""Reading manifests: streams of samples as JSON Lines, one sample a line.

Strings that come from file names which are not UTF-8 travel as `\udcXX` escapes, the way Python and `json.dumps` write
them. null is the same as a field that is not there: DuckDB, pandas and polars write every column on every line.
"""

import io
import shutil
import sys
import tempfile
from contextlib import contextmanager
from json import JSONDecodeError
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from curate.ground.command_line import call
from curate.ground.errors import InputError, ManifestError
from curate.ground.json import TOO_DEEP, Decoder, loads
from curate.media.storage import open_media
from curate.media.storage.address import is_url, local_path, without_query
from curate.records.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Record = TypeVar("Record", bound=msgspec.Struct)

_PARTS = ("image", "audio", "findings")
"""The fields that hold records. Not the origin: what other programs wrote in it is kept as it is."""
_ESCAPE, _NUL = b"\\", b"\\u0000"
"""The first is looked for in every line: one byte is found 14 times as fast as six, which take as long as to decode."""
_BLOCK_BYTES = 1 << 16
_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises of a line that it cannot read, or not as what was asked for."""


class LineError(InputError):
    """A line that is no sample, met where its place in the file is not known.

    Args:
        line: The line, without its end.
        problem: What is wrong with it.
    """

    def __init__(self, line: bytes, problem: str) -> None:
        super().__init__(problem)
        self.line = line


@contextmanager
def open_manifest(path: str | None) -> "Iterator[IO[bytes]]":
    """Open a manifest for reading; None and `-` are standard input.

    Raises:
        InputError: The file does not exist, cannot be read, or is a folder.
    """
    if path is None or path == "-":
        yield sys.stdin.buffer
        return
    if is_url(path):
        with _open_key(path) as key:
            yield key
        return
    try:
        file = open(local_path(path), "rb")  # noqa: SIM115 - closed below; what the body raises must not be caught here
    except IsADirectoryError:
        raise InputError(f"{path} is a folder, not a manifest; scan it first: {call('scan', path)}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    with file:
        yield file


class _Copy(io.BufferedReader):
    """The copy of a key, which errors call by the key's name.

    Args:
        copy: Open at its start, unbuffered.
        url: Of the key.
    """

    def __init__(self, copy: io.RawIOBase, url: str) -> None:
        super().__init__(copy)
        self._url = url

    @property
    def name(self) -> str:
        """The key's address."""
        return self._url


@contextmanager
def _open_key(url: str) -> "Iterator[IO[bytes]]":
    """Open a manifest in a store: a copy on this machine, because some commands read it twice."""
    with tempfile.TemporaryFile(buffering=0) as copy:
        try:
            with open_media(url) as key:
                shutil.copyfileobj(key, copy)
        except OSError as error:
            raise InputError(f"cannot read {without_query(url)}: {error.strerror or error}") from None
        copy.seek(0)
        yield _Copy(copy, url)


def blocks(file: "Iterable[bytes]") -> "Iterator[bytes]":
    """Yield the lines of a manifest, whole, as many at once as there are: 64 KiB of a file, of a pipe what has arrived.

    What is decoded, kept and passed on block by block costs half as much as line by line.

    Args:
        file: Open; or what has `blocks` of its own; or anything that yields lines, or blocks of them, as they are.
    """
    own = getattr(file, "blocks", None)
    read_some = getattr(file, "read1", None)
    if own is not None or read_some is None:
        # `yield from` would close what is read with a generator that is left early.
        for block in own() if own is not None else file:  # noqa: UP028
            yield block
        return
    # Joined at its end only: a line of 100 MB arrives in thousands of pieces.
    begun: list[bytes] = []
    while piece := read_some(_BLOCK_BYTES):
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join((*begun, piece[:end]))
            begun.clear()
        if end < len(piece):
            begun.append(piece[end:])
    if begun:
        yield b"".join(begun)


def read(file: "Iterable[bytes]") -> "Iterator[Sample]":
    """Yield the samples of a manifest, one at a time; blank lines are allowed.

    Raises:
        ManifestError: A line is no sample; names the file, the line and what is wrong.
    """
    for ended_lines, samples in _decoded(file, _samples):
        for ended, sample in zip(ended_lines, samples, strict=True):
            sample.__dict__["line"] = ended.rstrip(b"\r\n")
            yield sample


def read_as(file: "Iterable[bytes]", view: type[Record]) -> "Iterator[Record]":
    """Yield a narrow view of each sample: only the fields that `view` names are decoded, which is several times faster.

    Raises:
        ManifestError: As `read`.
    """
    for _, records in _decoded(file, Decoder(view)):
        yield from records


def lines(file: "Iterable[bytes]") -> "Iterator[bytes]":
    """Yield the lines of a manifest that was read before, without their ends; blank ones are left out."""
    for block in blocks(file):
        for ended in io.BytesIO(block):
            line = ended.rstrip(b"\r\n")
            # Most begin with a bracket; only others are looked through for anything but blanks.
            if line[:1] == b"{" or line.strip():
                yield line


def parse(line: bytes) -> Sample:
    """Return the sample of one line.

    Raises:
        LineError: It is none.
    """
    sample = decode_line(line, _samples)
    sample.__dict__["line"] = line
    return sample


def decode_line(line: bytes, decoder: "Decoder[Record]") -> Record:
    """Return the view of one line that the decoder is for.

    Raises:
        LineError: The line is no JSON, or not of that type, or its path is the name of no file.
    """
    try:
        record = decoder.fast.decode(line)
    except _REFUSED as problem:
        record = _decode_with_care(line, decoder, problem)
    # Whichever fields are looked at: to the system a NUL ends a name, so that Python refuses it in every call, by an
    # error that is the program's and not the user's (ValueError).
    if _ESCAPE in line and _NUL in line and "\0" in str(loads(line).get("path")):
        raise LineError(line, "not a sample: its path has a NUL character, which no file's name can have")
    return record


def locate(error: LineError, file: "Iterable[bytes]") -> ManifestError:
    """Return the error with its place: a second pass does not count lines, which costs nothing until one is wrong.

    Args:
        error: Its line is looked for.
        file: The manifest, at its beginning.
    """
    # By content: of two lines that are equally wrong the first is as good as the second.
    wrong = (number for number, line in enumerate(file, start=1) if line.rstrip(b"\r\n") == error.line)
    return ManifestError(name_of(file), next(wrong, 0), str(error))


def name_of(file: object) -> str:
    """Return what the user calls a manifest."""
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and file is not sys.stdin.buffer else "<stdin>"


def without_nulls(fields: dict[str, object]) -> dict[str, object]:
    """Return the fields of a line, or of a part of it, that say something.

    A part of nulls only says nothing either: polars writes `"audio": {"snr_db": null}` for a picture. A whole number
    may be written as 3.0: pandas makes floats of a column in which one value is missing.
    """
    said: dict[str, object] = {}
    for name, value in fields.items():
        if value is None:
            continue
        if name in _PARTS and isinstance(value, dict):
            inner = without_nulls(value)
            if inner or not value:  # {} stays: it is how a part is written that has no fact yet
                said[name] = inner
        elif name in _PARTS and isinstance(value, list):
            said[name] = [without_nulls(item) if isinstance(item, dict) else item for item in value]
        else:
            said[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    return said


def _decoded(file: "Iterable[bytes]", decoder: "Decoder[Record]") -> "Iterator[tuple[list[bytes], list[Record]]]":
    """Yield the lines of a manifest with their ends, and the view of each; blank ones are left out.

    Raises:
        ManifestError: A line is no sample; what comes before it has been yielded.
    """
    decode, before = decoder.fast.decode, 0
    for block in blocks(file):
        ended_lines = io.BytesIO(block).readlines()
        try:
            # With their ends, which are white space to JSON: to cut them off would cost a tenth of the reading.
            records = None if _ESCAPE in block and _NUL in block else list(map(decode, ended_lines))
        except _REFUSED:
            records = None
        if records is not None:
            yield ended_lines, records
        else:
            # Sound blocks pay nothing for what is looked at here.
            for number, ended in enumerate(ended_lines, start=before + 1):
                line = ended.rstrip(b"\r\n")
                if line.strip():
                    yield [ended], [_one_decoded(file, number, line, decoder)]
        before += len(ended_lines)


def _one_decoded(file: "Iterable[bytes]", number: int, line: bytes, decoder: "Decoder[Record]") -> Record:
    try:
        return decode_line(line, decoder)
    except LineError as error:
        raise ManifestError(name_of(file), number, str(error)) from None


def _decode_with_care(line: bytes, decoder: "Decoder[Record]", problem: Exception) -> Record:
    """Return the view of a line that msgspec refused, if it only holds nulls, or names that are not UTF-8.

    The fast way stays free of both, which are rare; a line of DuckDB's costs several times as much.
    """
    if isinstance(problem, RecursionError):
        raise LineError(line, f"not a sample: {TOO_DEEP}") from None
    if isinstance(problem, msgspec.ValidationError) or b"\\u" in line:
        try:
            # The standard library reads lone surrogates; converting what it read checks the types just as strictly.
            fields = loads(line)
            return msgspec.convert(without_nulls(fields) if isinstance(fields, dict) else fields, decoder.type)
        except msgspec.ValidationError as invalid:
            problem = invalid
        except ValueError as malformed:
            # Of JSON that neither can read, msgspec's words are the shorter ones.
            told = isinstance(problem, msgspec.ValidationError) or not isinstance(malformed, JSONDecodeError)
            problem = malformed if told else problem
    raise LineError(line, f"not a sample: {str(problem).replace('Object missing', 'missing')}") from None


_samples = Decoder(Sample)
