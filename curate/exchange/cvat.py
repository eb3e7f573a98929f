"""CVAT 1.1 for images: an `<image>` with one `<tag>`, written and read back.

Format: docs.cvat.ai/docs/dataset_management/formats/format-cvat. There is no audio in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from curate.exchange.annotated import Annotated
from curate.ground.errors import InputError
from curate.records.sample import Sample

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def head(labels: Iterable[str], splits: Sequence[str] = ()) -> bytes:
    """Return the beginning of a file, with the classes of the task; of a project, if there are splits.

    Readers such as datumaro 1.13 take only images of subsets that a project names, and of a task without them.
    """
    named = "".join(f"<label><name>{_text(label)}</name><attributes></attributes></label>" for label in labels)
    meta = f"<task><labels>{named}</labels></task>"
    if splits:
        tasks = "".join(f"<task><subset>{_text(split)}</subset></task>" for split in splits)
        meta = f"<project><labels>{named}</labels><tasks>{tasks}</tasks></project>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>{meta}</meta>\n'
    ).encode()


TAIL = b"</annotations>\n"


def image_of(sample: Sample, number: int) -> bytes:
    """Return the element of a sample.

    Raises:
        InputError: Its path or label has a character that XML does not allow.
    """
    facts = sample.image
    size = f' width="{facts.width}" height="{facts.height}"' if facts and facts.width and facts.height else ""
    subset = f" subset={_attribute(sample.split, sample.path)}" if sample.split else ""
    opened = f'  <image id="{number}" name={_attribute(sample.path, sample.path)}{subset}{size}>'
    tag = (
        f'<tag label={_attribute(sample.label, sample.path)} source="manual"></tag>' if sample.label is not None else ""
    )
    return f"{opened}{tag}</image>\n".encode()


def read_back(data: bytes, source: str) -> Iterator[Annotated]:
    """Yield what a file says of each image.

    Raises:
        InputError: It is no such XML, or an image has two tags.
    """
    # Entities are what makes XML of a stranger dangerous, and CVAT writes none.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError(f"{source}: XML with a DOCTYPE is not read; CVAT writes none")
    try:
        root = ET.fromstring(data)  # noqa: S314 - no DOCTYPE, so no entities
    except ET.ParseError as error:
        raise InputError(f"{source} is no XML: {error}") from None
    if root.tag != "annotations":
        raise InputError(f"{source} is no file of CVAT: its root is <{root.tag}>, not <annotations>")
    for image in root.iter("image"):
        path, tags = image.get("name"), image.findall("tag")
        if not path:
            raise InputError(f"{source}: image {image.get('id')} has no name")
        if len(tags) > 1:
            raise InputError(f"{source}: {path} has {len(tags)} tags; burnish knows one class a sample")
        label = tags[0].get("label") if tags else None
        yield Annotated(path, label or None, split=image.get("subset") or None)


def _attribute(value: str | None, path: str) -> str:
    text = value or ""
    if _NO_XML.search(text):
        shown = path.encode("utf-8", "backslashreplace").decode()
        raise InputError(f"{shown}: {text!r} has a character that XML cannot hold; export it to csv, or rename it")
    return quoteattr(text)


def _text(label: str) -> str:
    return _attribute(label, label)[1:-1]
