"""The programs beside which we are measured."""

import re
from pathlib import Path

import benchmarks

FOLDER = Path(benchmarks.__file__).parent
NAMED = re.compile(r'(?:peer|ours|shell)\(\s*"([a-z0-9_]+\.(?:py|sh))"')
IMPORTED_BY_OTHERS = {"without_torch.py"}
BY_HAND = {"our_neighbours.py"}
"""As docs/embeddings.md says."""


def test_all_are_there_and_none_is_left_over() -> None:
    sources = [path.read_text() for folder in ("rows", "tables") for path in (FOLDER / folder).glob("*.py")]
    named = {name for source in sources for name in NAMED.findall(source)}

    assert (
        named
        == {path.name for path in (FOLDER / "programs").iterdir() if path.is_file()} - IMPORTED_BY_OTHERS - BY_HAND
    )
