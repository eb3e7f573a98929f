"""Kaldi's data directories, written; what they are is said in `curate.exchange.kaldi`, which reads them."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from curate.exchange.annotated import Left
from curate.ground.errors import InputError
from curate.media.storage.address import is_elsewhere, join
from curate.records.sample import Sample

_GENDERS = {"m": "m", "male": "m", "male_masculine": "m", "f": "f", "female": "f", "female_feminine": "f"}
"""What Kaldi writes for the values that Common Voice and others have; it knows no third."""
_ILLEGAL = re.compile(r"(?<!\w)(?:<s>|</s>|#0)(?!\w)")
_BETWEEN = "-"


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
        if spoken and speaker != spoken:
            self._left.counts["have a speaker whose name is another one for Kaldi, without white space"] += 1
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
        name = self._free(name)
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
        made = self._in_order()
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

    def _in_order(self) -> list[tuple[str, str, Sample]]:
        """Return the utterances in the one order that is both by utterance and by speaker."""
        renamed: list[tuple[str, str, Sample]] = []
        for name, speaker, sample in self._utterances:
            # Whoever speaks for himself must not be taken for a speaker who is called so.
            while speaker == name and name in self._speakers:
                name = speaker = self._free(f"{name}{_BETWEEN}1")  # noqa: PLW2901
            renamed.append((name, speaker, sample))
        made = sorted(renamed, key=lambda one: _bytes(one[0]))
        if [_bytes(one[1]) for one in made] == sorted(_bytes(one[1]) for one in made):
            return made
        # `a` and `a-b`: with `-` behind the speaker, a-b-1 sorts before a-c, and the speaker a-b after a. Where a name
        # is the beginning of another, `!` stands between, which sorts before everything that a name may have.
        apart = [(f"{who}!{name}" if who != name else name, who, sample) for name, who, sample in renamed]
        return sorted(apart, key=lambda one: _bytes(one[0]))

    def _free(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}{_BETWEEN}{number}"
        self._taken.add(name)
        return name

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
    """Return a name as an id of Kaldi's: without white space, without `/`, and with nothing that sorts before `!`."""
    return re.sub(r"[\s/\x00-!\x7f]+", "_", text.strip()) or "_"


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InputError(f"{text[:80]!r} holds half a character, which UTF-8 cannot") from None
