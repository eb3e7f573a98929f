"""The files of a review by their digests: what a browser shows as it is, and what is made for it of all others."""

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from cli.serve.preview_process import Made, PreviewProcess
from cli.views.kit.page import data_url
from curate.describe.thumbnails import Preview
from curate.ground.json import encode
from curate.media.sniff import HEAD_BYTES, sniff
from curate.media.storage import Status, open_media, status_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from augment.preview.preview_media import Look

SHOWN = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
PLAYED = {"FLAC": "audio/flac", "MP3": "audio/mpeg", "OGG": "audio/ogg"}
"""Formats that every browser takes; of WAV it depends on what is in it."""
PLAIN = frozenset({"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"})
"""What every browser plays of WAV, at the rates of its sound card."""

_MOST_PIXELS = 50_000_000
_MOST_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20
_KEPT_BYTES = 48 << 20


class Place(NamedTuple):
    """Where the bytes of a digest should be.

    Attributes:
        path: Seen from the working directory.
        kind: `image` or `audio`, where that is known.
        pixels: Width times height; 0 where that is not known.
        is_plain: A recording of samples as browsers play them, where that was measured.
    """

    path: str
    kind: str | None
    pixels: int = 0
    is_plain: bool = False


class Content(NamedTuple):
    """Bytes for a browser: a part of a file, or of what was made.

    Attributes:
        media_type: As in `Content-Type`.
        size: Of the whole.
        data: The whole; None: it is read from the file, part by part.
        path: The file.
    """

    media_type: str
    size: int
    data: bytes | None = None
    path: str = ""

    def part(self, start: int, stop: int) -> bytes:
        """Return some of the bytes.

        Raises:
            OSError: The file cannot be read any more.
        """
        if self.data is not None:
            return self.data[start:stop]
        with open_media(self.path) as file:
            file.seek(start)
            data = b""
            # Unbuffered, so that the system may give less than it was asked for.
            while len(data) < stop - start and (more := file.read(stop - start - len(data))):
                data += more
            return data


class MissingError(Exception):
    """There is nothing to show; the message says why, in words for the person who reviews."""


class Media:
    """The files that a review is about.

    Args:
        places: By digest.
        previews: Makes what a browser cannot show itself.
    """

    def __init__(self, places: "Mapping[str, Place]", previews: PreviewProcess) -> None:
        self._places, self._previews = places, previews
        self._checked: dict[str, Status] = {}
        self._made: OrderedDict[str, tuple[str, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def content(self, digest: str) -> Content:
        """Return what a browser is to show or to play of a digest.

        Raises:
            MissingError: The digest is none of this review's, the file is another one now, or nothing can be shown.
        """
        place = self._place(digest)
        size, head = self._check(digest, place)
        name = sniff(head) or ""
        if name in PLAYED:
            return Content(PLAYED[name], size, path=place.path)
        if name == "WAV" and place.is_plain:
            return Content("audio/wav", size, path=place.path)
        if kept := self._kept(digest):
            return Content(kept[0], len(kept[1]), kept[1])
        # How large it becomes is known of what was measured; a picture of a few bytes may fill the memory of a browser.
        if name in SHOWN and 0 < place.pixels <= _MOST_PIXELS and size <= _MOST_BYTES:
            return Content(SHOWN[name], size, path=place.path)
        look = self._looks([digest])[0]
        self._keep(digest, look.media_type, look.data)
        return Content(look.media_type, len(look.data), look.data)

    def drawings(self, digests: "Sequence[str]") -> bytes:
        """Return waveform and spectrogram of sounds as JSON, at one scale; what was played of them is kept for it.

        Raises:
            MissingError: As `content`.
        """
        for digest in digests:
            self._check(digest, self._place(digest))
        looks = self._looks(digests)
        for digest, look in zip(digests, looks, strict=True):
            if look.media_type.startswith("audio/"):
                self._keep(digest, look.media_type, look.data)
        return encode([drawing(look) for look in looks])

    def thumbnails(self, digests: "Sequence[str]") -> bytes:
        """Return small pictures as JSON: digest to data URL, or to a reason that begins with no `data:`."""
        known = [(digest, self._places[digest]) for digest in digests if digest in self._places]
        made = self._previews.make([("thumbnail", place.kind or "image", (place.path,)) for _, place in known])
        return encode({digest: _thumbnail(one) for (digest, _), one in zip(known, made, strict=True)})

    def _place(self, digest: str) -> Place:
        if digest not in self._places:
            raise MissingError("it is no file of this review")
        return self._places[digest]

    def _check(self, digest: str, place: Place) -> tuple[int, bytes]:
        """Return size and first bytes of a file, after seeing that it is the one whose digest the manifest has."""
        try:
            with open_media(place.path) as file:
                status, head = status_of(place.path), file.read(HEAD_BYTES) or b""
                now = status
                if self._checked.get(digest) != now:
                    # An answer is about these bytes: of others, nobody must be asked under their name.
                    seen = hashlib.sha256(head)
                    while block := file.read(_CHUNK_BYTES):
                        seen.update(block)
                    if f"sha256:{seen.hexdigest()}" != digest:
                        raise MissingError("the file is another one than when it was scanned; scan it again")
                    self._checked[digest] = now
        except OSError as error:
            raise MissingError(f"the file cannot be read: {error.strerror or error}") from None
        return status.bytes or 0, head

    def _looks(self, digests: "Sequence[str]") -> "list[Look]":
        places = [self._place(digest) for digest in digests]
        made = self._previews.make([("look", places[0].kind or "image", tuple(place.path for place in places))])[0]
        if not isinstance(made, list):
            raise MissingError(f"it cannot be shown: {made.problem if isinstance(made, Preview) else made}")
        return made

    def _kept(self, digest: str) -> tuple[str, bytes] | None:
        with self._lock:
            if digest in self._made:
                self._made.move_to_end(digest)
            return self._made.get(digest)

    def _keep(self, digest: str, media_type: str, data: bytes) -> None:
        """Keep what was made for the requests that follow: a player asks for a sound in several parts."""
        with self._lock:
            self._made[digest] = media_type, data
            while sum(len(one) for _, one in self._made.values()) > _KEPT_BYTES and len(self._made) > 1:
                self._made.popitem(last=False)


def drawing(look: "Look") -> dict[str, object]:
    """Return what a page draws of a sound; of a picture nothing but its note."""
    spectrogram = data_url("image/png", look.spectrogram) if look.spectrogram else ""
    return {
        "waveform": look.waveform,
        "spectrogram": spectrogram,
        "span": look.span_s,
        "top": look.top_hz,
        "share": look.axis,
        "note": look.note,
    }


def _thumbnail(made: Made) -> str:
    if not isinstance(made, Preview):
        return made if isinstance(made, str) else ""
    return data_url(made.media_type, made.data) if made.media_type.startswith("image/") else made.problem
