"""`train --like RUN`: the model, its hyperparameters and its features are those of another run, and are not chosen."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baselines.features.choice import EMBEDDING, PACKAGE
from baselines.features.families import FAMILIES, FEATURES_VERSION
from baselines.features.side_data import TABLE, TAGS
from baselines.models.models import Candidate, settings_of
from baselines.runs.run_folder import read_run
from curate.facts.records import KINDS
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baselines.runs.run_record import ModelRecord
    from curate.facts.records import Kind


@dataclass(frozen=True, slots=True)
class HeldStill:
    """What is taken from another run.

    Attributes:
        run: Its folder.
        candidate: Its model.
        kind: What it learned from, `image` or `audio`.
        families: Its features, in their order; with other files of embeddings where the user named such.
        embeddings: The digest of what made each of the embeddings, files before packages; empty for a run that did
            not record it.
        option: What named the run, for messages.
    """

    run: str
    candidate: Candidate
    kind: "Kind"
    families: tuple[str, ...]
    embeddings: tuple[str, ...] = ()
    option: str = "--like"

    def check_kind(self, kind: "Kind") -> None:
        """Refuse samples of the other kind.

        Raises:
            UsageError: They are.
        """
        if kind != self.kind:
            raise UsageError(
                f"{self.option} {self.run} learned from files of kind {self.kind}, and the manifest has {kind}"
            )

    def check_embeddings(self, made_by: "Sequence[tuple[str, str]]") -> None:
        """Refuse embeddings that another model made than those of the run.

        Args:
            made_by: Of each of them, its file or its package, and the digest of the model.

        Raises:
            UsageError: One of them was.
        """
        if self.embeddings:
            for (name, digest), held in zip(made_by, self.embeddings, strict=True):
                if digest != held:
                    raise UsageError(
                        f"{name} was made by another model than the embeddings of {self.option} {self.run}; make them "
                        "with the same"
                    )


def hold_still(run: str, model: str, families: tuple[str, ...], option: str = "--like") -> HeldStill:
    """Return what `--like` takes from a run; everything that is read from it is checked.

    Args:
        run: Its folder.
        model: Value of `--model`; `auto` asks for nothing.
        families: Values of `--feature`; embeddings that the same model made of another manifest may stand here.
        option: What named the run, for messages.

    Raises:
        InputError: There is no run, or what it records cannot be fitted by this version.
        UsageError: An option asks for something else than the run has; the run has no model.
    """
    record, named = read_run(run).model, f"{option} {run}"
    if record is None:
        raise UsageError(f"{named}: that run has no model, its predictions came from elsewhere")
    candidate = _candidate(named, record)
    if model not in {"auto", candidate.name}:
        raise UsageError(f"{named} holds its model still, {candidate.name}; --model {model} asks for another")
    known = FAMILIES.get(KINDS.get(record.kind, "image"), {})
    computed = [name for name in record.features if name != TAGS and not name.startswith((EMBEDDING, PACKAGE, TABLE))]
    if record.kind not in KINDS or not record.features or not known.keys() >= set(computed):
        raise InputError(f"{named}: its features ({', '.join(record.features)}) are unknown; train it again")
    if computed and record.features_version != FEATURES_VERSION:
        raise UsageError(
            f"{named} has features of version {record.features_version}, and this burnish computes version "
            f"{FEATURES_VERSION}; train that run again"
        )
    features = _features(named, record.features, families)
    for name in features:
        prefix, _, path = name.partition(":")
        if path and prefix != PACKAGE.rstrip(":") and not os.path.isfile(path):
            made = name.startswith(EMBEDDING)
            cure = f"; make it with burnish embed, or name where it is: --feature {prefix}:FILE" if made else ""
            raise UsageError(f"{named} learned from {name}, and there is no such file{cure}")
    return HeldStill(run, candidate, KINDS[record.kind], features, record.embeddings, option)


def _candidate(named: str, record: "ModelRecord") -> Candidate:
    try:
        candidate = Candidate.named(record.name)
    except ValueError:
        raise InputError(f"{named}: its model {record.name!r} is unknown; train it again") from None
    mine = settings_of(candidate)
    # A run of before settings were recorded has those of its version, which were the same.
    for name in (name for name in (*record.settings, *mine) if record.settings):
        if name not in mine or name not in record.settings or mine[name] != record.settings[name]:
            was = record.settings.get(name, "nothing")
            raise UsageError(
                f"{named}: its {candidate.name} was fitted with {name} = {was}, and this burnish fits with "
                f"{mine.get(name, 'nothing')}; train that run again"
            )
    return candidate


def _features(named: str, held: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the features of the run, with the embeddings that the user named in the place of its own."""
    own, asked_for = ([name for name in names if name.startswith(EMBEDDING)] for names in (held, asked))
    rest = {name for name in asked if not name.startswith(EMBEDDING)}
    fits = rest <= set(held) and (not rest or rest == set(held) - set(own)) and len(asked_for) in {0, len(own)}
    if not fits:
        raise UsageError(
            f"{named} holds its features still, {', '.join(held)}; --feature {', '.join(asked)} asks for others"
        )
    instead = iter(asked_for or own)
    return tuple(next(instead) if name.startswith(EMBEDDING) else name for name in held)
