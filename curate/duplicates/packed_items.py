"""Samples in memory while duplicates are looked for: packed, 200 bytes each, where objects take 900."""

import base64
import binascii
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import msgspec
from msgspec.structs import astuple

from curate.duplicates.item import AudioKey, ImageKey, Item
from curate.facts.luma_grid import BYTES
from curate.ground.errors import InputError

_IMAGE, _AUDIO = map(Item.__struct_fields__.index, ("image", "audio"))
HASH_BYTES = 8


class _ImageRow(ImageKey, array_like=True, gc=False):
    """The same without the names of its fields."""


class _AudioRow(AudioKey, array_like=True, gc=False):
    """The same without the names of its fields."""


class _Row(Item, frozen=True, array_like=True, gc=False):
    """The same without the names of its fields, which would be a third of all bytes."""

    image: _ImageRow | None = None
    audio: _AudioRow | None = None


class PackedItems(Sequence[Item]):
    """The samples of a manifest by their place; each is made anew whenever it is asked for.

    To make one takes 1 µs. Of a million, `dedup --exact` held objects of 1 GB.

    Attributes:
        digest_hashes: 64 bits of each digest, by Python's own hash, which differs from process to process.
        pictures: Places of those with a hash of a picture.
        hashes: `phash` of each of the pictures, `HASH_BYTES` each, the first one first.
        sounds: Places of those with a fingerprint of a recording.
        labels: How many samples have each label.
        grids: `luma_grid` of each of the pictures, `BYTES` each, of 0 where there is none; empty where none are asked
            for. The samples that come out are without.
    """

    def __init__(self, items: Iterable[Item] = (), *, grids: bool = False) -> None:
        """Take in samples; with `grids` what crops are looked for by, too."""
        self.digest_hashes = array("q")
        self.pictures = array("I")
        self.hashes = bytearray()
        self.sounds = array("I")
        self.labels: Counter[str] = Counter()
        self.grids = bytearray()
        self._with_grids = grids
        self._rows = bytearray()
        self._ends = array("Q", [0])
        self._unpacked: dict[int, Item] = {}
        self._decoder = msgspec.msgpack.Decoder(_Row)
        self._encoder = msgspec.msgpack.Encoder()
        for item in items:
            self.add(item)

    def add(self, item: Item) -> None:
        """Take in one more sample.

        Raises:
            InputError: Its grid is none, or its hash.
        """
        place = len(self._ends) - 1
        # What a search asks of all of them is kept beside them, so that they are made for few other things.
        self.digest_hashes.append(hash(item.digest))
        image, audio, label = item.image, item.audio, item.label
        if label is not None:
            self.labels[label] = self.labels.get(label, 0) + 1
        if image and image.phash:
            self.pictures.append(place)
            self.hashes += _hash(image.phash)
            if self._with_grids:
                self.grids += _grid(image)
            image.luma_grid = None
        if audio and audio.fingerprint:
            self.sounds.append(place)
        row = [*astuple(item)]
        row[_IMAGE], row[_AUDIO] = image and astuple(image), audio and astuple(audio)
        try:
            self._rows += self._encoder.encode(row)
        except UnicodeEncodeError:
            # A name that is not UTF-8 is a string with lone surrogates, which msgspec does not write.
            self._unpacked[place] = item
        self._ends.append(len(self._rows))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...
    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        return self._unpacked.get(place) or self._unpack(self._ends[place], self._ends[place + 1])

    def __iter__(self) -> Iterator[Item]:
        for place, end in enumerate(self._ends[1:]):
            yield self._unpacked.get(place) or self._unpack(self._ends[place], end)

    def _unpack(self, begin: int, end: int) -> Item:
        return self._decoder.decode(self._rows[begin:end])


def _hash(digits: str) -> bytes:
    try:
        found = bytes.fromhex(digits.zfill(2 * HASH_BYTES))
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise InputError(f"a phash is not {2 * HASH_BYTES} hexadecimal digits; scan the folder again")
    return found


def _grid(image: ImageKey) -> bytes:
    if image.luma_grid is None:
        return bytes(BYTES)
    try:
        grid = base64.b64decode(image.luma_grid, validate=True)
    except (binascii.Error, ValueError):
        grid = b""
    if len(grid) != BYTES:
        raise InputError(f"a luma_grid is not {BYTES} bytes in base64; scan the folder again")
    return grid
