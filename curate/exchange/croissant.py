"""Croissant: a dataset described in JSON-LD, as MLCommons defines it (version 1.0)."""

import hashlib
import os
from typing import TYPE_CHECKING

from curate.exchange.hugging_face import METADATA
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curate.exchange.hugging_face import Folder

VERSION = "http://mlcommons.org/croissant/1.0"
_CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the specification, word for word: a validator compares it."""
_MEDIA_TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "bmp": "image/bmp",
    "tif": "image/tiff", "tiff": "image/tiff", "webp": "image/webp", "avif": "image/avif", "heic": "image/heic",
    "jp2": "image/jp2", "wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg", "oga": "audio/ogg",
    "opus": "audio/ogg", "mp3": "audio/mpeg", "m4a": "audio/mp4", "aiff": "audio/aiff", "aif": "audio/aiff",
}  # fmt: skip
"""Own table, because that of the standard library is what the system has installed."""
_CONTENT = {"image": "sc:ImageObject", "audio": "sc:AudioObject"}
_TABLES = {"metadata.jsonl": "application/jsonlines", "metadata.csv": "text/csv"}
_BLOCK_BYTES = 1 << 20

Node = dict[str, object]


def croissant(folder: str, found: "Folder | None", told: "Mapping[str, object]", classes: "Sequence[str]") -> Node:
    """Return the description.

    The files of each split are a set, and their metadata a table of records with its digest; labels are an
    enumeration. Nothing is said that is not known: no date, no version, and the license that the card has.

    Args:
        folder: Where it is written, and what its paths are relative to.
        found: How the folder is read; None: the files are elsewhere, and only labels are described.
        told: Name, description, license, and whatever else people know, as the card has it.
        classes: Labels, sorted.

    Raises:
        InputError: A metadata file cannot be read.
    """
    distribution, records = list[Node](), list[Node]()
    if classes:
        records.append(_labels(classes))
    if found is not None:
        for split, patterns in found.splits.items():
            distribution += _files(folder, split, patterns, found)
            records += _records(folder, split, patterns, found, has_labels=bool(classes))
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        **told,
        "distribution": distribution,
        "recordSet": records,
    }


def _labels(classes: "Sequence[str]") -> Node:
    return {
        "@id": "labels",
        "@type": "cr:RecordSet",
        "name": "labels",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/name"},
        "field": [_field("labels/name", "sc:Text")],
        "data": [{"labels/name": label} for label in classes],
    }


def _tables(folder: str, patterns: "Sequence[str]") -> list[str]:
    """Return the paths, relative to the folder, of the metadata files of a split."""
    top = patterns[0].partition("/")[0] if patterns[0].endswith("/**") else ""
    paths = [f"{top}/{name}".lstrip("/") for name in METADATA]
    return [path for path in paths if os.path.isfile(os.path.join(folder, path))][:1]


def _files(folder: str, split: str, patterns: "Sequence[str]", found: "Folder") -> list[Node]:
    nodes: list[Node] = [
        {
            "@id": path,
            "@type": "cr:FileObject",
            "name": path,
            "contentUrl": path,
            "encodingFormat": _TABLES[os.path.basename(path)],
            "sha256": _digest(os.path.join(folder, path)),
        }
        for path in _tables(folder, patterns)
    ]
    # Not `train/**`, as Hugging Face has it: the table of metadata is no file of the set.
    top = patterns[0].removesuffix("**") if patterns[0].endswith("/**") else ""
    media = [f"{top}**/*.{ending}" for ending in found.endings]
    types = sorted({_MEDIA_TYPES.get(ending.lower(), f"{found.kind}/*") for ending in found.endings})
    nodes.append(
        {
            "@id": f"{split}-files",
            "@type": "cr:FileSet",
            "name": f"{split}-files",
            "encodingFormat": types[0] if len(types) == 1 else types,
            "includes": media[0] if len(media) == 1 else media,
        }
    )
    return nodes


def _records(folder: str, split: str, patterns: "Sequence[str]", found: "Folder", *, has_labels: bool) -> list[Node]:
    content = _field(f"{split}/{found.kind}", _CONTENT[found.kind])
    content["source"] = {"fileSet": {"@id": f"{split}-files"}, "extract": {"fileProperty": "content"}}
    nodes: list[Node] = [
        {"@id": split, "@type": "cr:RecordSet", "name": split, "field": [content]},
    ]
    for path in _tables(folder, patterns):
        fields = []
        for column, is_list in found.columns.items():
            field = _field(f"{split}-metadata/{column}", "sc:Text")
            field["source"] = {"fileObject": {"@id": path}, "extract": {"column": column}}
            if is_list:
                field["repeated"] = True
            if column == "label" and has_labels:
                field["references"] = {"field": {"@id": "labels/name"}}
            fields.append(field)
        name = f"{split}-metadata"
        nodes.append({"@id": name, "@type": "cr:RecordSet", "name": name, "field": fields})
    return nodes


def _field(identity: str, kind: str) -> Node:
    return {"@id": identity, "@type": "cr:Field", "name": identity, "dataType": kind}


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    return digest.hexdigest()
