"""Tags: slices of a dataset, named by hand, by an expression over facts, or by what is usual to look at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from curate.ground.errors import UsageError
from curate.query.expression import Expression, compile_expression, parses, quoted
from curate.records.sample import Sample
from curate.records.writer import changed
from curate.scan.metadata import Metadata

AUTO_TAGS = {
    "blurry": "(image.width > 64 or image.height > 64) and image.acutance > 0 and image.acutance < 0.42",
    "bright": "image.brightness_p5 > 0.95",
    "dark": "image.brightness_p99 < 0.32",
    "long": "audio.duration_s > 30",
    "loud": "audio.loudness_lufs > -10",
    "narrow-band": "audio.bandwidth_hz > 0 and 2 * audio.bandwidth_hz / audio.sample_rate < 0.6",
    "noisy": "audio.snr_db < 5",
    "quiet": "audio.loudness_lufs < -40",
    "short": "audio.duration_s < 0.3",
    "small": "image.width * image.height < 64 * 64",
}
"""What `tag --auto` adds, with the thresholds of the checks of the same names."""


def compile_tag(text: str) -> tuple[str, Expression]:
    """Compile `TAG=EXPR`, where the tag may itself be `key=value`: it ends where an expression begins.

    Raises:
        UsageError: There is no such place, or the expression makes no sense.
    """
    # Tags may hold a = and expressions begin with none, so the first = after which an expression parses is the one.
    places = [place for place, char in enumerate(text) if char == "=" and place > 0]
    for place in places:
        if parses(text[place + 1 :]):
            return text[:place].strip(), compile_expression(text[place + 1 :])
    raise UsageError(f"--set {quoted(text)} is not TAG=EXPR; an example: --set 'tiny=image.width < 32'")


@cache
def auto_rules() -> tuple[tuple[str, Expression], ...]:
    """Return the rules of `AUTO_TAGS`, compiled."""
    return tuple((tag, compile_expression(expression)) for tag, expression in AUTO_TAGS.items())


def add_tags(
    samples: Iterable[Sample], rules: Iterable[tuple[str, Expression]], metadata: Metadata | None = None
) -> Iterator[Sample]:
    """Yield each sample with the tags of the rules that match, and those of its row in the metadata.

    A tag is never added twice, and none is taken away.
    """
    rules = list(rules)
    # By what a sample has facts of: rules for recordings say nothing of pictures, and need not be asked of each.
    asked = {
        part: [(tag, rule, rule.truth) for tag, rule in rules if rule.part in (None, part)]
        for part in (None, "image", "audio")
    }
    seen: Counter[str | None] = Counter()
    for sample in samples:
        part = "image" if sample.image is not None else "audio" if sample.audio is not None else None
        seen[part] += 1
        new = []
        for tag, expression, truth_of in asked[part]:
            truth = truth_of(sample)
            if truth:
                new.append(tag)
            elif truth is None:
                expression.missing += 1
        row = metadata.lookup(sample.path, "")[1] if metadata else None
        text = row.text if row and row.text is not None else sample.text
        tags = tuple(dict.fromkeys((*sample.tags, *new, *(row.tags if row else ())))) if new or row else sample.tags
        changes: dict[str, object] = {} if tags == sample.tags else {"tags": tags}
        if text != sample.text:
            changes["text"] = text
        yield changed(sample, **changes) if changes else sample
    for _, expression in rules:
        if expression.part is not None:
            expression.missing += seen.total() - seen[expression.part]
