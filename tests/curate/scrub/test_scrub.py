"""What files say, where they can be read at all."""

from curate.records.sample import Sample
from curate.scrub.scrub import look_at


def test_a_name_with_a_nul_is_refused_as_a_file_that_cannot_be_read() -> None:
    assert look_at([Sample("a\0b.png")], "").refused == {"it cannot be read: embedded null byte": (1, "a\0b.png")}
