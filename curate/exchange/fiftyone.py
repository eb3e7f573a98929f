"""FiftyOne's image classification dataset: `labels.json` and `data.json` in a folder, written and read back.

Format: docs.voxel51.com, FiftyOneImageClassificationDataset: `labels` by the name of a file, with a class, a
confidence and attributes; `data.json` says where each file is, so that none is copied.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from curate.exchange.annotated import Annotated, carried_sample
from curate.ground.errors import InputError
from curate.ground.files import read_file
from curate.ground.json import encode_indented, loads
from curate.media.storage.address import is_url, join
from curate.records.sample import Sample
from curate.records.writer import encode

LABELS, DATA = "labels.json", "data.json"
UNLABELLED = "unlabelled"
"""Key of `labels.json`, which FiftyOne does not read, for the samples that have no label: they come back whole too."""


def files_of(samples: Iterable[tuple[Sample, Mapping[str, Any]]], root: str) -> dict[str, bytes]:
    """Return the two files of a dataset.

    Args:
        samples: Of kind `image`, with all fields of their lines.
        root: Folder that their paths are relative to.
    """
    labels: dict[str, dict[str, object]] = {}
    unlabelled: dict[str, str] = {}
    places: dict[str, str] = {}
    for number, (sample, foreign) in enumerate(samples):
        # Names of files are no keys: two folders may hold the same.
        key = f"{number:08d}"
        place = join(root, sample.path)
        places[key] = place if is_url(place) else os.path.abspath(place)
        line = encode(sample).decode("utf-8", "surrogatepass")
        if sample.label is None:
            # FiftyOne 1.22 reads a label of null as the class "None"; without an entry the image has none.
            unlabelled[key] = line
            continue
        attributes = {"split": sample.split, "tags": list(sample.tags), "sample": line}
        # The label that stands; what a model said goes along in the line.
        labels[key] = {"label": sample.label, "attributes": attributes}
        if isinstance(confidence := foreign.get("confidence"), float) and foreign.get("prediction") == sample.label:
            labels[key]["confidence"] = confidence
    return {
        DATA: encode_indented(places) + b"\n",
        LABELS: encode_indented({"classes": None, "labels": labels, UNLABELLED: unlabelled}) + b"\n",
    }


def read_back(path: str) -> Iterator[Annotated]:
    """Yield what a dataset says of each image.

    Args:
        path: Its folder, or its `labels.json`.

    Raises:
        InputError: It is no such dataset; names the sample.
    """
    file = os.path.join(path, LABELS) if os.path.isdir(path) else path
    found, places = _json(file), {}
    beside = os.path.join(os.path.dirname(file), DATA)
    if os.path.isfile(beside):
        places = _json(beside)
    labels, classes = found.get("labels"), found.get("classes")
    if not isinstance(labels, dict):
        raise InputError(f"{file} is no dataset of FiftyOne: it has no object `labels`")
    unlabelled = found.get(UNLABELLED)
    bare = (
        {key: {"attributes": {"sample": line}} for key, line in unlabelled.items()}
        if isinstance(unlabelled, dict)
        else {}
    )
    entries = {**labels, **bare}
    # In the order of data.json, which is that of the manifest.
    order = {key: place for place, key in enumerate(places)}
    for key, value in sorted(entries.items(), key=lambda entry: order.get(entry[0], len(order))):
        yield _annotated(file, key, value, classes, places.get(key, key))


def _json(file: str) -> dict[str, Any]:
    try:
        found = loads(read_file(file))
    except ValueError as error:
        raise InputError(f"{file} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{file} is no dataset of FiftyOne: it is no object")
    return found


def _annotated(file: str, key: str, value: object, classes: object, place: object) -> Annotated:
    fields: dict[str, Any] = value if isinstance(value, dict) else {"label": value}
    label = fields.get("label")
    # With a list of classes, a label is a place in it.
    if isinstance(label, int) and not isinstance(label, bool):
        if not isinstance(classes, list) or not 0 <= label < len(classes):
            raise InputError(f"{file}: {key}: there is no class {label}")
        label = classes[label]
    if not isinstance(label, str | None) or not isinstance(place, str):
        raise InputError(f"{file}: {key}: it has no text for a label or a path")
    attributes = fields.get("attributes")
    carried = attributes.get("sample") if isinstance(attributes, dict) else None
    if carried is None:
        return Annotated(place, label)
    line = carried_sample(carried, file, key)
    return Annotated(str(loads(line)["path"]), label, line=line)
