"""What runs took: a file that only grows, whatever its last line is."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from curate.ground.errors import InputError
from curate.ground.json import encode
from curate.ground.run_stats import RunStats, Usage, append_stats, check_stats, read_stats, used

RUN = RunStats("scan", "2026-11-26T10:00:00.000Z", 2.0, 3.5, 81.2, 40, files=10, reused=30)
WHOLE = encode(RUN) + b"\n"


def test_runs_are_appended_and_read_in_their_order(tmp_path: Path) -> None:
    path = str(tmp_path / "runs.jsonl")
    assert read_stats(path) == []
    other = replace(RUN, command="validate", files=None, errors=2, warnings=0, anomalies=("error x",))
    append_stats(path, RUN)
    append_stats(path, other)
    assert read_stats(path) == [RUN, other]
    assert Path(path).read_bytes().splitlines()[0] == (
        b'{"command":"scan","at":"2026-11-26T10:00:00.000Z","seconds":2.0,"cpu_seconds":3.5,"memory_mb":81.2,'
        b'"samples":40,"files":10,"reused":30,"errors":null,"warnings":null,"anomalies":[]}'
    )


@pytest.mark.parametrize("cut", [1, 12, len(WHOLE) // 2, len(WHOLE) - 2])
def test_a_line_that_was_cut_off_is_passed_over_and_removed(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(WHOLE + WHOLE[:cut])
    assert read_stats(str(path)) == [RUN]
    append_stats(str(path), RUN)
    assert path.read_bytes() == WHOLE * 2


def test_a_whole_line_without_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(WHOLE[:-1])
    append_stats(str(path), RUN)
    assert path.read_bytes() == WHOLE * 2


@pytest.mark.parametrize(
    "content",
    [
        b'{"path":"a.jpg"}\n',
        b"\n",
        b"not JSON",
        WHOLE[:20] + b"\n" + WHOLE,
        WHOLE.replace(b"40", b'"40"'),
        WHOLE.replace(b"40", b'"40"')[:-1],
        WHOLE.replace(b"2026-11-26T", b"soon"),
    ],
    ids=["a manifest", "a blank line", "text", "cut in the middle", "another type", "another type, no end", "no time"],
)
def test_a_file_of_something_else_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"set\.jsonl:1: no line that --stats writes"):
        check_stats(str(path))
    assert path.read_bytes() == content


def test_a_device_is_written_to(tmp_path: Path) -> None:
    check_stats("/dev/null")
    append_stats("/dev/null", RUN)
    with pytest.raises(InputError, match="cannot write"):
        append_stats(str(tmp_path), RUN)


def test_what_a_process_uses_is_of_the_right_size() -> None:
    began = used()[0]
    sum(number * number for number in range(300_000))
    stats = Usage().stats("scan", 3)
    assert stats.cpu_seconds > began, "processor time that grew while it worked"
    assert 10 < stats.memory_mb < 100_000
    assert stats.at.endswith("Z")
    assert len(stats.at) == len("2026-11-26T10:00:00.000Z")
