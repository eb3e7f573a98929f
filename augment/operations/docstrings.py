"""What a library's docstrings say: the summary of a class, and a sentence or two on each parameter."""

import inspect
import re

_SECTION = re.compile(r"^(Args|Arguments|Parameters):\s*$", re.MULTILINE)
_GOOGLE = re.compile(r"^    (\w+)(?: \(.*?\))?: ?(.*)$")
_SPHINX = re.compile(r":param (\w+):")
_SENTENCE = re.compile(r"(?<=[.!?])\s(?=[A-Z])")


def summary_of(library_class: type) -> str:
    """Return the first sentence of the docstring of a class, with a full stop."""
    first = (inspect.getdoc(library_class) or "").partition("\n\n")[0]
    return _SENTENCE.split(" ".join(first.split()), maxsplit=1)[0].rstrip(".") + "."


def parameters_in(library_class: type) -> dict[str, str]:
    """Return what the docstrings say of each parameter, in the style of Google or of Sphinx."""
    texts = inspect.getdoc(library_class) or "", inspect.getdoc(library_class.__init__) or ""  # type: ignore[misc]
    return {name: text for doc in texts for name, text in (_google(doc) | _sphinx(doc)).items()}


def _google(doc: str) -> dict[str, str]:
    """Read the section of the arguments: each begins four spaces in, and goes on further in."""
    found: dict[str, str] = {}
    start, name = _SECTION.search(doc), ""
    for line in doc[start.end() :].strip("\n").splitlines() if start else ():
        if line and not line.startswith(" "):
            break
        if head := _GOOGLE.match(line):
            name = head[1]
            found[name] = head[2]
        elif name:
            found[name] += f" {line.strip()}"
    return {key: text.strip() for key, text in found.items()}


def _sphinx(doc: str) -> dict[str, str]:
    parts = _SPHINX.split(doc)[1:]
    return {name: " ".join(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}
