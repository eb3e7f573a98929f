"""Small manifests for the tests of schemas."""

import json
from typing import Any

from curate.ground.yaml import load_yaml
from curate.schema.columns import columns
from curate.schema.infer import Draft, infer
from curate.schema.read import schema_of
from curate.schema.records import Schema
from curate.schema.seen import Seen
from curate.schema.write import text_of

Line = dict[str, Any]


def line(number: int, **fields: object) -> Line:
    """Return a sample: 40 of a hundred are dogs, brightness runs through 0.400 to 0.499."""
    return {
        "path": f"{number}.jpg", "label": "dog" if number % 5 < 2 else "cat", "tags": [f"camera={number % 2}"],
        "split": "train", "kind": "image", "bytes": 1000, "facts_version": 5,
        "image": {"format": "JPEG", "mode": "RGB", "width": 32, "brightness": (400 + number % 100) / 1000},
    } | fields  # fmt: skip


def many(count: int, **fields: object) -> list[Line]:
    return [line(number, **fields) for number in range(count)]


def encoded(samples: list[Line]) -> list[bytes]:
    return [json.dumps(sample).encode() for sample in samples]


def draft(samples: list[Line], size: int = 64) -> Draft:
    seen = Seen()
    for block in columns(encoded(samples), size=size):
        seen.add(block)
    return infer(seen.close(), "set.jsonl")


def read_text(text: str) -> Schema:
    return schema_of(load_yaml(text.encode(), "schema.yaml"))


def learn(samples: list[Line]) -> Schema:
    made = draft(samples)
    return read_text(text_of(made.content, made))
