"""Walks of what is no folder of a disk: keys of a store, lists of URLs, members of shards."""

import json
import posixpath
import re
from typing import TYPE_CHECKING

from curate.facts.records import Finding
from curate.ground.errors import InputError
from curate.media.sniff import format_of_name
from curate.media.storage import Status, exists, read_media, status_of
from curate.media.storage.address import is_plain, is_url, protocol_of, split_member, without_query
from curate.scan.entry import KEPT_BY_SYSTEMS, Entry, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.media.storage.tar import TarMember

_MOST_BESIDE_BYTES = 1 << 20
_KEY = re.compile(r"((?:.*/)?[^./]+)\.([^/]*)", re.DOTALL)
"""webdataset's: a sample is what has one name up to the first dot."""
_SPLIT = re.compile(r"(train|training|val|valid|validation|dev|test|testing)[-_.]\d+([-_.]of[-_.]\d+)?", re.IGNORECASE)


def kind_of_url(url: str) -> str:
    """Return `file` or `folder`, whichever a URL is.

    Raises:
        InputError: It is neither, or the store cannot be asked.
    """
    from curate.media.storage.remote import pages

    try:
        # A folder is what has keys below it: the first page tells.
        if protocol_of(url) not in {"http", "https"} and not exists(url) and any(pages(url)):
            return "folder"
        status_of(url)
    except FileNotFoundError:
        raise InputError(f"{without_query(url)} does not exist, or has no keys below it") from None
    except OSError as error:
        raise InputError(f"cannot read {without_query(url)}: {error.strerror or error}") from None
    return "file"


def walk_url(url: str) -> "Iterator[Entry]":
    """Yield the keys below a URL in their order, page by page; of a list of URLs (`.txt` at https), what it names.

    Raises:
        InputError: The store cannot be asked any more.
    """
    from curate.media.storage.remote import pages

    if url.lower().startswith(("http://", "https://")):
        yield from _walk_list(url) if url.lower().endswith(".txt") else (Entry(url, url, status_of(url)),)
        return
    if kind_of_url(url) == "file":
        yield Entry(url, url, status_of(url))
        return
    top, kept = len(url.rstrip("/")) + 1, ""
    try:
        for page in pages(url):
            for found in page:
                folders = found.url[top:].split("/")[:-1]
                at = next((at for at, name in enumerate(folders) if name in KEPT_BY_SYSTEMS), None)
                if at is None:
                    yield Entry(found.url, url, found.status, found.problem)
                # Once for each folder, as on a disk; its keys follow each other.
                elif (place := found.url[:top] + "/".join(folders[: at + 1])) != kept:
                    kept = place
                    yield Entry(place, url, None, f"a folder with {KEPT_BY_SYSTEMS[folders[at]]}")
    except OSError as error:
        raise InputError(f"cannot list {without_query(url)}: {error.strerror or error}") from None


def _walk_list(url: str) -> "Iterator[Entry]":
    """Yield what a list names: one a line, relative to the list or a URL below its folder; `#` begins a remark."""
    root = url.rpartition("/")[0]
    try:
        text = bytes(read_media(url) or b"").decode()
    except UnicodeDecodeError:
        raise InputError(f"{without_query(url)} is no text in UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot read {without_query(url)}: {error.strerror or error}") from None
    for line in text.splitlines():
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        below = name.removeprefix(f"{root}/")
        # A list is data: it must not make us fetch from other hosts, or from elsewhere on this one.
        inside = not is_url(below) and is_plain(below)
        yield Entry(f"{root}/{below}" if inside else name, root, None, "" if inside else f"not below {root}")


class ShardKeys:
    """The keys of the samples that were met in all shards of a scan: eight bytes of memory each, or a little more."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._last = 0

    def repeated(self, key: str) -> Finding | None:
        """Return the finding for a key that was met before, other than just now."""
        number = hash(key)
        again = number in self._seen and number != self._last
        self._seen.add(number)
        self._last = number
        detail = f"the key {key} stands in another shard, or earlier in this one"
        return Finding("repeated-key", "warning", detail=detail) if again else None


def walk_shard(shard: str, keys: ShardKeys) -> "Iterator[Entry]":
    """Yield the media in a shard, in its order.

    Raises:
        InputError: It cannot be read.
    """
    try:
        yield from _walk_parquet(shard) if shard.lower().endswith(".parquet") else _walk_tar(shard, keys)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"cannot read {without_query(shard)}: {error.strerror or error}") from None


def _walk_tar(shard: str, keys: ShardKeys) -> "Iterator[Entry]":
    from curate.media.storage.tar import members, read_part

    whole, split = status_of(shard), _split_of(shard)
    group: list[TarMember] = []

    def told() -> "Iterator[Entry]":
        """Yield the media of the sample that ended, with what stands beside them."""
        beside = {
            _KEY.fullmatch(one.name).group(2).lower(): read_part(shard, one.start, one.bytes)  # type: ignore[union-attr]
            for one in group
            if _is_beside(one) and not one.problem
        }
        row = _row_beside(beside, split)
        remark = keys.repeated(_key(group[0].name)) if group else None
        for one in group:
            if one.problem or not _is_beside(one):
                status = Status(one.bytes, whole.mtime_ns, whole.etag)
                path = f"{shard}#{one.name}"
                yield Entry(path, shard, status, one.problem, one.name, (one.start, one.bytes), row, remark)

    for member in members(shard):
        if not member.name:
            yield from told()
            group = []
            yield Entry(shard, shard, whole, member.problem)
            continue
        if group and _key(member.name) != _key(group[0].name):
            yield from told()
            group = []
        group.append(member)
    yield from told()


def _key(name: str) -> str:
    found = _KEY.fullmatch(name)
    return found.group(1) if found else name


def _is_beside(member: "TarMember") -> bool:
    found = _KEY.fullmatch(member.name)
    return found is not None and found.group(2).lower() in {"cls", "json"} and member.bytes <= _MOST_BESIDE_BYTES


def _row_beside(beside: dict[str, bytes], split: str | None) -> Row:
    """Return what the files beside a sample's media say: `.cls` its class, `.json` label, split and tags."""
    label = beside.get("cls", b"").decode("utf-8", "replace").strip() or None
    tags: tuple[str, ...] = ()
    if "json" in beside:
        try:
            fields = json.loads(beside["json"])
        except ValueError:
            fields = None
        if isinstance(fields, dict):
            found = row_of({str(key): value for key, value in fields.items()})
            label, tags, split = found.label or label, found.tags, found.split or split
    return Row(label, tags, split)


def row_of(fields: "dict[str, object]") -> Row:
    """Return label, split and tags of a row of columns, by the rules that metadata files have."""
    tags: list[str] = []
    for key, value in fields.items():
        if key == "tags" and isinstance(value, list):
            tags += [str(tag) for tag in value if tag]
        elif key not in {"label", "split", "tags", "file_name"} and isinstance(value, str | int | float):
            tags += [f"{key}={text}"] if (text := _text(value)) else []
    return Row(_text(fields.get("label")), tuple(tags), _text(fields.get("split")))


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _walk_parquet(shard: str) -> "Iterator[Entry]":
    from curate.media.storage.parquet import cells

    whole, split = status_of(shard), _split_of(shard)
    for cell in cells(shard):
        row = row_of(dict(cell.columns))
        # What the file was called before: folders of it may say the label, as they do on a disk.
        name = cell.path if is_plain(cell.path) and format_of_name(cell.path) else cell.name.partition("/")[2]
        known = Status(None, whole.mtime_ns, whole.etag)
        yield Entry(
            f"{shard}#{cell.name}", shard, known, cell.problem, name, row=row._replace(split=row.split or split)
        )


def _split_of(shard: str) -> str | None:
    """Return the split that the name of a shard tells, as `train-00000-of-00004.parquet` does."""
    found = _SPLIT.match(posixpath.basename(split_member(shard).shard))
    return found.group(1).lower() if found else None


def check_shards(shards: "Iterable[str]") -> None:
    """Check that every shard is there.

    Raises:
        InputError: One is not, or cannot be asked for.
    """
    for shard in shards:
        try:
            status_of(shard)
        except FileNotFoundError:
            raise InputError(f"{without_query(shard)} does not exist") from None
        except OSError as error:
            raise InputError(f"cannot read {without_query(shard)}: {error.strerror or error}") from None
