"""Label Studio: tasks with a labelling configuration, and its exports JSON, JSON-MIN and CSV read back.

The line of the manifest travels in `data.sample` as text, which all three exports keep as it is. Formats:
labelstud.io/guide/tasks and labelstud.io/guide/export, checked against label-studio-sdk 2.1.2's converter.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import quoteattr

from curate.exchange.annotated import Annotated, carried_sample
from curate.ground.errors import InputError
from curate.ground.json import loads
from curate.ground.moments import seconds_of_text
from curate.records.sample import Sample
from curate.records.writer import encode

LOCAL_FILES = "/data/local-files/?d="
"""How Label Studio serves a folder of its own machine (LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT)."""
_MEDIA = {"image": "image", "audio": "audio"}
_TAGS = {"image": "Image", "audio": "Audio"}
_NAME = "label"
_GIVEN, _MODEL = "given label", "model"


def task_of(sample: Sample, foreign: dict[str, Any], prefix: str) -> dict[str, object]:
    """Return the task of a sample: its file, what is known of it, its label and a prediction as predictions.

    Args:
        sample: Of kind `image` or `audio`.
        foreign: All fields of its line, for the prediction of a model.
        prefix: What the address of a file begins with.
    """
    data = {
        _MEDIA[sample.kind or ""]: prefix + quote(sample.path.encode("utf-8", "surrogateescape")),
        "path": sample.path.encode("utf-8", "backslashreplace").decode(),
        "split": sample.split or "",
        "tags": "; ".join(sample.tags).encode("utf-8", "backslashreplace").decode(),
        "sample": encode(sample).decode("utf-8", "surrogatepass"),
    }
    predictions = []
    # The model last: Label Studio opens a task with the latest of its predictions.
    if sample.label is not None:
        predictions.append(_prediction(sample.label, _GIVEN, None))
    if isinstance(said := foreign.get("prediction"), str):
        confidence = foreign.get("confidence")
        predictions.append(_prediction(said, _MODEL, confidence if isinstance(confidence, float) else None))
    return {"data": data, "predictions": predictions}


def _prediction(label: str, version: str, score: float | None) -> dict[str, object]:
    value = {"choices": [label]}
    result = {"from_name": _NAME, "to_name": "media", "type": "choices", "value": value}
    return {"model_version": version, "result": [result], **({} if score is None else {"score": score})}


def configuration(kind: str, labels: Iterable[str]) -> bytes:
    """Return the labelling configuration of a project: one class for each file.

    Args:
        kind: `image` or `audio`.
        labels: The classes.
    """
    choices = "\n".join(f"    <Choice value={quoteattr(label)}/>" for label in labels)
    view = f'  <{_TAGS[kind]} name="media" value="${_MEDIA[kind]}"/>'
    opened = f'  <Choices name="{_NAME}" toName="media" choice="single" showInline="true">'
    text = f"<View>\n{view}\n{opened}\n{choices}\n  </Choices>\n</View>\n"
    return text.encode("utf-8", "xmlcharrefreplace")


def read_back(data: bytes, source: str) -> Iterator[Annotated]:
    """Yield what an export says, whichever of the three it is; cancelled annotations are skipped.

    Args:
        data: Of the file.
        source: Its name, for messages.

    Raises:
        InputError: It is none of them; names the task.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        try:
            found = loads(data)
        except ValueError as error:
            raise InputError(f"{source} is no JSON: {error}") from None
        tasks = found if isinstance(found, list) else [found]
    else:
        tasks = list(_rows(data, source))
    for number, task in enumerate(tasks, start=1):
        if not isinstance(task, dict):
            raise InputError(f"{source}: task {number} is no object")
        yield from _annotations(task, source, number)


def _rows(data: bytes, source: str) -> Iterator[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        yield from reader
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{source} is no export of Label Studio, neither JSON nor CSV: {error}") from None


def _annotations(task: dict[str, Any], source: str, number: int) -> Iterator[Annotated]:
    where = f"task {task.get('id', number)}"
    nested = task.get("data")
    data: dict[str, Any] = nested if isinstance(nested, dict) else task
    line = carried_sample(data["sample"], source, where) if data.get("sample") else b""
    base = Annotated(_path(data, line, source, where), None, line=line)
    if not isinstance(nested, dict):
        # JSON-MIN and CSV: a row for each annotation, its result beside the data.
        label = _choice(task.get(_NAME), source, where)
        yield _person(base, label, task)._replace(seen=_went_out(line)) if label is not None else base
        return
    annotations = task.get("annotations", task.get("completions", []))
    if not isinstance(annotations, list):
        raise InputError(f"{source}: {where}: its annotations are no list")
    shown = _shown(task.get("predictions"))
    made = [one for one in annotations if isinstance(one, dict) and not one.get("was_cancelled")]
    yield from (_person(base, _result(one, source, where), one)._replace(seen=shown) for one in made)
    if not made:
        yield base


def _path(data: dict[str, Any], line: bytes, source: str, where: str) -> str:
    if line:
        path = loads(line)["path"]
        return str(path)
    if isinstance(path := data.get("path"), str) and path:
        return path
    address = next((data[name] for name in ("image", "audio") if isinstance(data.get(name), str)), None)
    if not address:
        raise InputError(f"{source}: {where}: it names no file (data.image, data.audio or data.path)")
    parts = urlsplit(address)
    inside = parse_qs(parts.query).get("d")
    return inside[0] if inside else unquote(parts.path) if not parts.scheme else address


def _person(base: Annotated, label: str | None, said: dict[str, Any]) -> Annotated:
    return base._replace(
        label=label,
        person=label is not None,
        annotator=_annotator(said.get("completed_by", said.get("annotator"))),
        at=_time(said.get("updated_at") or said.get("created_at")),
        seconds=_seconds(said.get("lead_time")),
    )


def _shown(predictions: object) -> tuple[tuple[str, str], ...]:
    """Return what a person saw who opened the task: the given label, and what a model said."""
    listed = predictions if isinstance(predictions, list) else ()
    return tuple(
        ("label" if one.get("model_version") == _GIVEN else "prediction", label)
        for one in listed
        if isinstance(one, dict) and (label := _result(one, "", "")) is not None
    )


def _went_out(line: bytes) -> tuple[tuple[str, str], ...]:
    """Return what a person saw of a sample, by what went out: these two exports have no predictions."""
    fields = loads(line) if line else {}
    named = (("label", fields.get("label")), ("prediction", fields.get("prediction")))
    return tuple((name, value) for name, value in named if isinstance(value, str))


def _result(annotation: dict[str, Any], source: str, where: str) -> str | None:
    results = annotation.get("result")
    for one in results if isinstance(results, list) else ():
        if isinstance(one, dict) and one.get("type") == "choices" and isinstance(one.get("value"), dict):
            return _choice(one["value"].get("choices"), source, where)
    return None


def _choice(value: object, source: str, where: str) -> str | None:
    if isinstance(value, dict):  # JSON-MIN of several choices, and CSV as text of the same
        value = value.get("choices")
    if isinstance(value, list):
        if len(value) > 1:
            raise InputError(f"{source}: {where}: it has {len(value)} classes at once; burnish knows one a sample")
        value = value[0] if value else None
    return value if isinstance(value, str) and value else None


def _annotator(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("email") or value.get("id")
    return str(value) if value not in (None, "") else ""


def _time(value: object) -> float:
    return (seconds_of_text(value) if isinstance(value, str) else None) or 0.0


def _seconds(value: object) -> float | None:
    try:
        return max(0.0, float(value)) if isinstance(value, str | int | float) and value != "" else None
    except ValueError:
        return None
