"""Generated samples of a manifest: how many each target made, and some of them beside their sources."""

from collections import Counter
from hashlib import sha256
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from curate.engine import Failure, run
from curate.facts.records import KINDS
from curate.ground.errors import InputError
from curate.media.storage import exists
from curate.media.storage.address import join
from curate.records.origin import origin_of
from curate.records.sample import Sample
from curate.scan.measure import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from augment.preview.preview_media import Look

PER_TARGET, MOST = 3, 12
SIDE = 320
_TIMEOUT_S = 60.0


class Target(NamedTuple):
    """What one target of a recipe made.

    Attributes:
        name: The tag that it makes, or the name of the recipe where it makes none.
        samples: How many.
        gain: What the tag had to gain, 0 to 1; None where that was not asked.
        recipe: Name of the recipe.
        recipe_digest: `sha256:…`.
        examples: Some of the samples.
    """

    name: str
    samples: int
    gain: float | None
    recipe: str
    recipe_digest: str
    examples: tuple[Sample, ...]


class Seen(NamedTuple):
    """One generated sample beside its source.

    Attributes:
        sample: The generated one, as the manifest has it.
        source: Its source, measured as it is now; None where it is gone.
        before: What is shown of the source.
        after: What is shown of the sample.
        problem: Why there is less to see.
    """

    sample: Sample
    source: Sample | None = None
    before: "Look | None" = None
    after: "Look | None" = None
    problem: str = ""


def survey(samples: "Iterable[Sample]", per_target: int = PER_TARGET, most: int = MOST) -> list[Target]:
    """Return what was made for each target, with examples spread over labels: always the same ones of one manifest.

    Args:
        samples: However many; only a sample of each label of each target is held.
        per_target: Examples of a target.
        most: Examples in all.
    """
    counts: Counter[str] = Counter()
    chosen: dict[str, dict[str | None, tuple[bytes, Sample]]] = {}
    for sample in samples:
        if origin_of(sample.origin).is_generated:
            name = _target(sample)
            counts[name] += 1
            ranked = (sha256(sample.path.encode("utf-8", "surrogatepass")).digest(), sample)
            # The one whose path has the smallest digest: chosen without holding the others, and the same in any order.
            by_label = chosen.setdefault(name, {})
            if sample.label not in by_label or ranked[0] < by_label[sample.label][0]:
                by_label[sample.label] = ranked
    spread = {name: sorted(found.values(), key=lambda item: item[0])[:per_target] for name, found in chosen.items()}
    rows = (item for row in zip_longest(*spread.values()) for item in row if item)
    shown = {ranked[1].path for ranked, _ in zip(rows, range(most), strict=False)}
    found = (_survey_target(name, counts[name], [one for _, one in spread[name]], shown) for name in sorted(chosen))
    return sorted(found, key=lambda target: -target.samples)


def look(targets: "Sequence[Target]", base: str = "", jobs: int | None = None) -> "Iterator[list[Seen]]":
    """Yield what is to be seen of the examples of each target; files are read in worker processes.

    Args:
        targets: From `survey`.
        base: What the paths of the samples are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.
    """
    items = [(sample, base) for target in targets for sample in target.examples]
    results = iter(list(run(_look, items, jobs=jobs, chunk_size=1, timeout_s=_TIMEOUT_S)) if items else [])
    for target in targets:
        found = [next(results) for _ in target.examples]
        pairs = zip(target.examples, found, strict=True)
        yield [Seen(sample, problem=one.detail) if isinstance(one, Failure) else one for sample, one in pairs]


def _target(sample: Sample) -> str:
    origin = sample.origin or {}
    plan = origin.get("plan")
    tag = plan.get("target") if isinstance(plan, dict) else None
    return str(tag or origin.get("recipe"))


def _survey_target(name: str, count: int, examples: "list[Sample]", shown: set[str]) -> Target:
    origin: dict[str, object] = examples[0].origin or {}
    plan = origin.get("plan")
    gain = plan.get("gain") if isinstance(plan, dict) else None
    kept = tuple(sample for sample in examples if sample.path in shown)
    digest = str(origin.get("recipe_digest") or "")
    return Target(name, count, gain if isinstance(gain, float) else None, str(origin.get("recipe")), digest, kept)


def _look(item: tuple[Sample, str]) -> Seen:
    """Return what is to be seen of one generated sample; of a file that is gone, that it is."""
    from augment.preview.preview_media import look_at

    sample, base = item
    origin = sample.origin or {}
    source = str(origin.get("standardized_from") or origin.get("source") or "")
    paths = [join(base, path) for path in (source, sample.path)]
    there = [bool(path) and exists(path) for path in paths]
    problems = [f"{name} is gone" for name, found in zip(("its source", "the file"), there, strict=True) if not found]
    measured = measure(Sample(source), paths[0]) if there[0] else None
    looks: list[Look] = []
    if any(there):
        try:
            # Together, because sounds are drawn at one scale.
            shown = [path for path, found in zip(paths, there, strict=True) if found]
            looks = look_at(KINDS.get(sample.kind or "", "image"), shown, SIDE)
        except (InputError, OSError) as error:
            problems.append(str(error))
    before = looks.pop(0) if there[0] and looks else None
    after = looks.pop(0) if there[1] and looks else None
    return Seen(sample, measured, before, after, "; ".join(problems))
