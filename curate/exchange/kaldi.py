"""Kaldi's data directories: `wav.scp`, `utt2spk`, `text` and what lies beside them, written and read back.

Format: kaldi-asr.org/doc/data_prep.html and `utils/validate_data_dir.sh`, which wants every file sorted by bytes
(`LC_ALL=C`), each id once, and `utt2spk` sorted by speaker too. A label is no thing of Kaldi's: it stands in
`utt2label`, a file that its scripts do not look at. Of a set with splits each one gets a directory of its own, as in
its recipes.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from curate.exchange.annotated import Annotated, Left, Part
from curate.exchange.named_files import NamedFiles
from curate.ground.errors import InputError
from curate.ground.files import read_file
from curate.scan.folders import SPLIT_NAMES

MOST_BYTES = 1 << 30
"""Of one file; `text` of LibriSpeech's 960 hours has 50 MB."""
LONGEST_LINE = 1 << 20
READ = ("wav.scp", "segments", "utt2spk", "text", "spk2gender", "utt2lang", "utt2label", "utt2dur", "reco2dur")
_DERIVED = {"spk2utt"}
_ROUNDED_S = 0.02
"""Durations are rounded to two or three digits: a segment that ends so near the end is the whole recording."""


def read_back(folder: str, files: NamedFiles, left: Left) -> Iterator[Annotated]:
    """Yield what a data directory says of each utterance, or each directory of a split below it.

    Args:
        folder: It holds `wav.scp`, or directories that do.
        files: Where the recordings are.
        left: Is told what was not read.

    Raises:
        InputError: It is no such directory, or a line of it makes no sense; names the file and the line.
    """
    if os.path.isfile(os.path.join(folder, "wav.scp")):
        yield from _read_directory(folder, files, left)
        return
    try:
        below = sorted(os.listdir(folder))
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror}; name a data directory of Kaldi") from None
    found = [one for one in below if os.path.isfile(os.path.join(folder, one, "wav.scp"))]
    if not found:
        raise InputError(f"{folder} is no data directory of Kaldi: neither it nor a folder in it has a wav.scp")
    for one in found:
        yield from _read_directory(os.path.join(folder, one), files, left)


def _read_directory(folder: str, files: NamedFiles, left: Left) -> Iterator[Annotated]:
    tables = {name: _read_map(os.path.join(folder, name), needed=name == "wav.scp") for name in READ}
    others = set(os.listdir(folder)) - set(READ) - _DERIVED
    left.counts.update(f"not read: {os.path.join(folder, other)}" for other in others if not other.startswith("."))
    split = SPLIT_NAMES.get(os.path.basename(folder.rstrip("/")).lower())
    recordings = {
        name: _recording(folder, name, where, said, files) for name, (where, said) in tables["wav.scp"].items()
    }
    parts = _segments(folder, tables, recordings) if tables["segments"] else dict.fromkeys(recordings)
    for name in ("utt2spk", "text", "utt2lang", "utt2label", "utt2dur"):
        for _ in tables[name].keys() - parts.keys():
            left.counts[f"in {os.path.join(folder, name)}, and no utterance"] += 1
    for utterance, part in parts.items():
        recording, cut = part or (utterance, None)
        said = {name: table.get(utterance, (0, ""))[1] for name, table in tables.items()}
        speaker = said["utt2spk"]
        gender = tables["spk2gender"].get(speaker, (0, ""))[1]
        # Without a speaker Kaldi wants the utterance's own name there.
        named = (
            ("speaker", speaker if speaker != utterance else ""),
            ("gender", gender),
            ("language", said["utt2lang"]),
        )
        yield Annotated(
            recordings[recording],
            said["utt2label"] or None,
            split=split,
            tags=tuple(f"{key}={value}" for key, value in named if value),
            text=said["text"] or None,
            fields={"kaldi": {"utterance": utterance}},
            part=cut,
        )


def _read_map(path: str, *, needed: bool) -> dict[str, tuple[int, str]]:
    """Return the number of each line, and its rest, by the id that it begins with; nothing where there is no file."""
    if not needed and not os.path.isfile(path):
        return {}
    data = read_file(path, MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise InputError(f"{path} has more than {MOST_BYTES >> 20:,} MB; is it a file of Kaldi?")
    found: dict[str, tuple[int, str]] = {}
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        line = raw.rstrip(b"\r \t")
        if not line:
            continue
        if len(line) > LONGEST_LINE or b"\0" in line:
            raise InputError(f"{path}:{number}: a zero byte or more than {LONGEST_LINE:,} bytes: no line of Kaldi's")
        try:
            # Names of files are bytes; text is UTF-8, which validate_text.pl wants too.
            text = line.decode("utf-8", "surrogateescape" if path.endswith("wav.scp") else "strict")
        except UnicodeDecodeError:
            raise InputError(f"{path}:{number}: no UTF-8; convert it: iconv -f WINDOWS-1252 -t UTF-8") from None
        key, *rest = text.split(maxsplit=1)
        if key in found:
            raise InputError(f"{path}:{number}: {key} stands in it twice, first in line {found[key][0]}")
        found[key] = (number, rest[0] if rest else "")
    return found


def _recording(folder: str, name: str, number: int, said: str, files: NamedFiles) -> str:
    where = f"{os.path.join(folder, 'wav.scp')}:{number}"
    if said.startswith("|") or said.endswith("|"):
        raise InputError(f"{where}: {name} is a command, which is not run; convert it to a file, and name that")
    if re.search(r":[0-9]+$", said) or said.startswith("-"):
        raise InputError(f"{where}: {name} is a place in an archive or a stream; name a file of its own")
    return files.path(said, where)


def _segments(
    folder: str, tables: Mapping[str, dict[str, tuple[int, str]]], recordings: Mapping[str, str]
) -> dict[str, tuple[str, Part | None] | None]:
    found: dict[str, tuple[str, Part | None] | None] = {}
    uses = Counter(said.split(maxsplit=1)[0] for _, said in tables["segments"].values() if said)
    for utterance, (number, said) in tables["segments"].items():
        where = f"{os.path.join(folder, 'segments')}:{number}"
        words = said.split()
        try:
            recording, start, end = words[0], float(words[1]), float(words[2])
        except (IndexError, ValueError):
            raise InputError(f"{where}: not UTTERANCE RECORDING START END") from None
        if recording not in recordings:
            raise InputError(f"{where}: {recording} is not in wav.scp")
        # -1 means the end; not a number compares false, and is refused with the others.
        if not (start >= 0 and (end > start or end == -1)):
            raise InputError(f"{where}: from {start:g} to {end:g} s is no part of a recording")
        length = tables["reco2dur"].get(recording, (0, ""))[1]
        near_end = end == -1 or (_is_number(length) and end >= float(length) - _ROUNDED_S)
        whole = start == 0 and near_end and uses[recording] == 1
        part = None if whole else Part(utterance, start, None if end == -1 else end)
        found[utterance] = (recording, part)
    return found


def _is_number(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False
