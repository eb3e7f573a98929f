"""What files say, where they can be read at all."""

import os
from pathlib import Path

from curate.records.sample import Sample
from curate.scrub.scrub import look_at


def test_a_name_with_a_nul_is_refused_as_a_file_that_cannot_be_read() -> None:
    assert look_at([Sample("a\0b.png")], "").refused == {"it cannot be read: embedded null byte": (1, "a\0b.png")}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    (reason,) = look_at([Sample("a.png")], str(tmp_path)).refused
    assert reason == "it cannot be read: it is no regular file"
