"""Commands in messages can be pasted into a shell."""

import os
import shlex
import subprocess

import pytest

from curate.ground.command_line import call, quoted


def test_plain_words_stay_plain() -> None:
    assert call("undo", "out/journal.jsonl") == "burnish undo out/journal.jsonl"
    assert call("scan", "a b'c", "-o", "set.jsonl") == "burnish scan 'a b'\"'\"'c' -o set.jsonl"


@pytest.mark.parametrize("word", ["a b'c", "$(ls)", "`x`", "a;b", "", "*", "é", "~", "a\\b", "!x", "#x"])
def test_a_shell_takes_the_word_for_one(word: str) -> None:
    assert shlex.split(quoted(word)) == [word]


@pytest.mark.parametrize("word", ["a\nb", "caf\udce9 x'y", "\x1b[31m", "\u202ea\\b"])
def test_bytes_that_are_no_text_reach_the_program(word: str) -> None:
    found = subprocess.run(["bash", "-c", f"printf %s {quoted(word)}"], capture_output=True, check=True).stdout
    assert found == os.fsencode(word)
    assert quoted(word).isprintable()
