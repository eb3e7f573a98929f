"""Kaldi's data directories: `wav.scp`, `utt2spk`, `text` and what lies beside them, written and read back.

Format: kaldi-asr.org/doc/data_prep.html and `utils/validate_data_dir.sh`, which wants every file sorted by bytes
(`LC_ALL=C`), each id once, and `utt2spk` sorted by speaker too. A label is no thing of Kaldi's: it stands in
`utt2label`, a file that its scripts do not look at. Of a set with splits each one gets a directory of its own, as in
its recipes.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from curate.exchange.annotated import Annotated, Left, Part
from curate.exchange.named_files import NamedFiles
from curate.ground.errors import InputError
from curate.ground.files import read_file
from curate.media.storage.address import is_elsewhere, join
from curate.records.sample import Sample
from curate.scan.folders import SPLIT_NAMES

MOST_BYTES = 1 << 30
"""Of one file; `text` of LibriSpeech's 960 hours has 50 MB."""
LONGEST_LINE = 1 << 20
READ = ("wav.scp", "segments", "utt2spk", "text", "spk2gender", "utt2lang", "utt2label", "utt2dur", "reco2dur")
_DERIVED = {"spk2utt"}
_GENDERS = {"m": "m", "male": "m", "male_masculine": "m", "f": "f", "female": "f", "female_feminine": "f"}
"""What Kaldi writes for the values that Common Voice and others have; it knows no third."""
_ROUNDED_S = 0.02
"""Durations are rounded to two or three digits: a segment that ends so near the end is the whole recording."""
_ILLEGAL = re.compile(r"(?<!\w)(?:<s>|</s>|#0)(?!\w)")
_BETWEEN = "-"


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


def files_of(
    samples: Iterable[tuple[Sample, Mapping[str, Any]]], root: str, speaker: str, left: Left
) -> dict[str, bytes]:
    """Return the files of the data directories of a set, by their names.

    Args:
        samples: Recordings, with all fields of their lines.
        root: Folder that their paths are relative to.
        speaker: Key of the tag that says who speaks.
        left: Is told what Kaldi has no place for.

    Raises:
        InputError: A path cannot stand in `wav.scp`, or two speakers would have one id.
    """
    directories: dict[str, _Directory] = {}
    for sample, foreign in samples:
        # Without a split the directory itself; with one a folder below it, which is read back as the split.
        name = "" if sample.split is None else _id(sample.split)
        directories.setdefault(name, _Directory(root, speaker, left)).add(sample, foreign)
    if "" in directories and len(directories) > 1:
        raise InputError("some samples have a split and others do not; split them all: burnish split")
    return {
        os.path.join(name, file): data
        for name, directory in directories.items()
        for file, data in directory.files().items()
    }


class _Directory:
    """One data directory on its way.

    Args:
        root: Folder that the paths are relative to.
        speaker: Key of the tag that says who speaks.
        left: Is told what Kaldi has no place for.
    """

    def __init__(self, root: str, speaker: str, left: Left) -> None:
        self._root, self._speaker, self._left = root, speaker, left
        self._utterances: list[tuple[str, str, Sample]] = []
        self._speakers: dict[str, str] = {}
        self._taken: set[str] = set()

    def add(self, sample: Sample, foreign: Mapping[str, Any]) -> None:
        """Take a recording in."""
        tags = dict(tag.partition("=")[::2] for tag in sample.tags)
        spoken = tags.get(self._speaker)
        speaker = _id(spoken) if spoken else ""
        if spoken and self._speakers.setdefault(speaker, spoken) != spoken:
            other = self._speakers[speaker]
            raise InputError(
                f"the speakers {other!r} and {spoken!r} would both be {speaker} for Kaldi; rename one of them"
            )
        known = foreign.get("kaldi")
        kept = known.get("utterance") if isinstance(known, dict) else None
        stem = _id(os.path.splitext(sample.path.rpartition("/")[2])[0])
        # The speaker in front, so that both ways to sort are one.
        name = f"{speaker}{_BETWEEN}{stem}" if speaker else stem
        if isinstance(kept, str) and kept == _id(kept) and kept.startswith(speaker):
            name = kept
        wanted, number = name, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}{_BETWEEN}{number}"
        self._taken.add(name)
        self._utterances.append((name, speaker or name, sample))
        if any(tag.partition("=")[0] not in {self._speaker, "gender", "language"} for tag in sample.tags):
            self._left.counts["have tags that Kaldi has no place for"] += 1
        if sample.label is not None and sample.label != " ".join(sample.label.split()):
            raise InputError(
                f"{sample.path}: Kaldi separates by white space, and the label {sample.label!r} begins, ends "
                "or breaks with it; rename it: burnish tag --metadata"
            )

    def files(self) -> dict[str, bytes]:
        """Return the content of its files."""
        made = sorted(self._utterances, key=lambda one: _bytes(one[0]))
        if [_bytes(one[1]) for one in made] != sorted(_bytes(one[1]) for one in made):
            made = self._sorted_by_speaker()
        tables: dict[str, dict[str, str]] = {
            "wav.scp": {name: self._place(sample) for name, _, sample in made},
            "utt2spk": {name: speaker for name, speaker, _ in made},
            "text": {name: self._text(sample.text) for name, _, sample in made if sample.text is not None},
            "utt2label": {name: sample.label for name, _, sample in made if sample.label is not None},
        }
        spoken: dict[str, list[str]] = {}
        for name, speaker, _ in made:
            spoken.setdefault(speaker, []).append(name)
        tables["spk2utt"] = {speaker: " ".join(names) for speaker, names in spoken.items()}
        tables |= self._whole_tables(made, spoken)
        if 0 < len(tables["text"]) < len(made):
            self._left.counts["have no text, which validate_data_dir.sh wants of all"] += len(made) - len(
                tables["text"]
            )
        return {
            name: b"".join(
                _bytes(f"{key} {value}".rstrip()) + b"\n"
                for key, value in sorted(table.items(), key=lambda row: _bytes(row[0]))
            )
            for name, table in tables.items()
            if table
        }

    def _sorted_by_speaker(self) -> list[tuple[str, str, Sample]]:
        # `a` and `a-b`: with `-` behind the speaker, a-b-1 sorts before a-c, and the speaker a-b after a. Where a name
        # is the beginning of another, `!` stands between, which sorts before everything that a name may have.
        renamed = []
        for name, speaker, sample in self._utterances:
            rest = name.removeprefix(speaker).removeprefix(_BETWEEN)
            renamed.append((f"{speaker}!{rest}" if speaker != name else name, speaker, sample))
        # A recording without a speaker is its own, under its new name too.
        return sorted(renamed, key=lambda one: _bytes(one[0]))

    def _whole_tables(
        self, made: list[tuple[str, str, Sample]], spoken: Mapping[str, list[str]]
    ) -> dict[str, dict[str, str]]:
        """Return the tables that validate_data_dir.sh takes only if they have every speaker or utterance."""
        genders: dict[str, str] = {}
        languages: dict[str, str] = {}
        durations: dict[str, str] = {}
        for name, speaker, sample in made:
            tags = dict(tag.partition("=")[::2] for tag in sample.tags)
            if (gender := tags.get("gender", "").lower()) in _GENDERS:
                genders[speaker] = _GENDERS[gender]
            if language := tags.get("language"):
                languages[name] = _id(language)
            if sample.audio and sample.audio.duration_s:
                durations[name] = f"{sample.audio.duration_s:.6f}".rstrip("0").rstrip(".")
        whole = {"spk2gender": (genders, spoken), "utt2lang": (languages, made), "utt2dur": (durations, made)}
        for file, (table, all_of_them) in whole.items():
            if 0 < len(table) < len(all_of_them):
                self._left.counts[f"{file} is left out, for it has to name all, and these are not known"] += len(
                    all_of_them
                ) - len(table)
        return {file: table for file, (table, all_of_them) in whole.items() if len(table) == len(all_of_them)}

    def _place(self, sample: Sample) -> str:
        place = join(self._root, sample.path)
        if "\n" in place or place != place.strip() or place.endswith("|") or re.search(r":[0-9]+$", place):
            raise InputError(f"{place!r} means something else to Kaldi than a file; rename it")
        if is_elsewhere(place):
            raise InputError(f"{place} is no file of this disk, and Kaldi reads no other; fetch it: burnish organize")
        if not place.lower().endswith(".wav"):
            self._left.counts["are not WAV, which Kaldi reads by a command only"] += 1
        return f"./{place}" if place.startswith(("~", "-", "|")) else place

    def _text(self, text: str) -> str:
        one_line = " ".join(text.split())
        if one_line != text:
            self._left.counts["have other white space in their text now"] += 1
        if _ILLEGAL.search(one_line):
            self._left.counts["have <s>, </s> or #0 in their text, which Kaldi keeps for itself"] += 1
        return one_line


def _id(text: str) -> str:
    """Return a name as an id of Kaldi's: without white space, and without `/`, which names of files are made of."""
    return re.sub(r"[\s/\0]+", "_", text.strip()) or "_"


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InputError(f"{text[:80]!r} holds half a character, which UTF-8 cannot") from None
