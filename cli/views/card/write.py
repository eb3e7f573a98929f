"""The cards as files: new ones, or those that are there with their marked parts written anew."""

import os
from typing import TYPE_CHECKING, NamedTuple

from cli.views.card.dataset import parts_of_dataset, summary
from cli.views.card.document import Document, read_document, unanswered, write_document
from curate.describe.dataset_facts import DatasetFacts, dataset_facts
from curate.exchange.croissant import croissant
from curate.exchange.hugging_face import front_matter, look_at_folder
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.ground.json import encode_indented
from curate.release.folder import list_releases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from baselines.runs.run_record import ManifestRecord
    from curate.records.sample import Sample
    from curate.release.records import Release
    from curate.scrub.scrub import Report

README, CROISSANT, MODEL = "README.md", "croissant.json", "model-card.md"
_OWNED = frozenset({"task_categories", "size_categories", "configs"})
_MODEL_OWNED = frozenset({"pipeline_tag", "metrics", "model-index"})


class Card(NamedTuple):
    """One file.

    Attributes:
        name: In the folder.
        data: What it holds.
        to_do: What people have not told yet.
        notes: What the user should hear.
    """

    name: str
    data: bytes
    to_do: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Wish(NamedTuple):
    """What was asked for.

    Attributes:
        folder: Where the cards go.
        name: For people.
        base: What the paths of the samples are relative to; empty: the working directory.
        protected: Keys of tags.
    """

    folder: str
    name: str
    base: str
    protected: tuple[str, ...]


def make_cards(
    samples: "Callable[[], Iterable[Sample]]",
    record: "ManifestRecord",
    wish: Wish,
    said: "Report | None",
    run: str | None,
    releases: str | None,
) -> list[Card]:
    """Return the cards, all of them made before one is written.

    Args:
        samples: Gives those of the manifest, as often as it is called.
        record: Its digest and counts.
        wish: What was asked for.
        said: What the files say beside their content; None: they were not looked at.
        run: A run whose model gets a card.
        releases: A folder of releases.

    Raises:
        InputError: A card that is there is not one of ours, or a run or a release cannot be read.
        UsageError: No sample has a protected key.
    """
    facts = dataset_facts(samples())
    if run is None:
        for key in wish.protected:
            if key not in facts.keyed:
                raise UsageError(f"--protected {key}: no sample has a tag {key}=…{did_you_mean(key, facts.keyed)}")
    found = look_at_folder(wish.folder, samples(), wish.base)
    old = _old(wish.folder, README)
    matter = front_matter(wish.name, facts.samples, found, facts.kinds)
    listed = _releases(releases) if releases else []
    parts = parts_of_dataset(wish.name, facts, record, said, wish.protected, listed)
    text = write_document(matter, parts, old, _OWNED)
    notes = (*found.notes,) if found else ("the files are not in this folder, so load_dataset cannot read it as it is",)
    told = _told(wish.name, facts, old)
    described = encode_indented(croissant(wish.folder, found, told, facts.classes)) + b"\n"
    cards = [Card(README, _bytes(text), tuple(unanswered(text)), notes), Card(CROISSANT, described)]
    return [*cards, _model_card(run, wish)] if run else cards


def _told(name: str, facts: DatasetFacts, old: Document | None) -> dict[str, object]:
    """Return what croissant.json says in words, with what people wrote into the front matter."""
    matter = old.matter if old else {}
    told: dict[str, object] = {"name": str(matter.get("pretty_name") or name), "description": summary(facts)}
    told["license"] = str(matter.get("license") or "unknown")
    return told


def _model_card(run: str, wish: Wish) -> Card:
    from baselines.metrics.metrics import measure
    from baselines.runs.run_folder import predictions_of_run, read_run
    from baselines.slices.fairness import fairness
    from cli.views.card.model import model_matter, parts_of_model

    record, predictions = read_run(run), predictions_of_run(run)
    metrics = measure(predictions, record.training_majority)
    kinds = {one.kind for one in predictions}
    name = f"{wish.name}-{os.path.basename(os.path.realpath(run))}"
    matter = model_matter(name, record, kinds.pop() if len(kinds) == 1 else None, wish.name)
    fair = fairness(predictions, wish.protected) if wish.protected else None
    text = write_document(matter, parts_of_model(name, record, metrics, fair), _old(wish.folder, MODEL), _MODEL_OWNED)
    return Card(MODEL, _bytes(text), tuple(unanswered(text)))


def _releases(folder: str) -> "list[Release]":
    """Return the releases of a folder.

    Raises:
        InputError: There is no such folder, or one of them is broken: a lineage with a gap is none.
    """
    found = list_releases(folder)
    for name, problem in found.broken.items():
        raise InputError(f"release {name} is broken, and a card names them all: {problem}")
    return found.releases


def _old(folder: str, name: str) -> Document | None:
    path = os.path.join(folder, name)
    try:
        with open(path, "rb") as file:
            return read_document(file.read(), path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def _bytes(text: str) -> bytes:
    # A name that is not UTF-8 has become an escape already, in tables; in front matter its bytes are kept.
    return text.encode("utf-8", "backslashreplace")
