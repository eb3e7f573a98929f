"""Counts in words: one thing is told in the singular, whichever sentence it stands in."""

import re

_NOUNS = (
    "anomal(?:ies)|changes|class(?:es)|conflicts|cop(?:ies)|features|files|findings|folders|groups|images|labels|leaks|"
    "names|pairs|pictures|recordings|rows|runs|samples|splits|steps|tags|values"
)
_VERBS = {"are": "is", "were": "was", "have": "has", "lack": "lacks", "do": "does", "go": "goes", "get": "gets"}
# Not `of 1 classes`, where the count is that of the whole, nor the end of another number, as in 2,001 or 0.1.
_ONE = re.compile(rf"(?<![\d.,-])(?<!of )1 ((?:\w+ )?)({_NOUNS})\b( ({'|'.join(_VERBS)})\b)?( and were\b)?", re.ASCII)
_IRREGULAR = {"anomalies": "anomaly", "classes": "class", "copies": "copy"}


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, in the form that goes with it: `1 finding`, `2 findings`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def in_number(text: str) -> str:
    """Return a sentence with each `1 samples are` in it as `1 sample is`."""
    return _ONE.sub(_singular, text)


def _singular(found: "re.Match[str]") -> str:
    adjective, noun, verb, were = found[1], found[2], found[4], found[5]
    singular = _IRREGULAR.get(noun, noun.removesuffix("s"))
    return f"1 {adjective}{singular}{f' {_VERBS[verb]}' if verb else ''}{' and was' if were else ''}"
