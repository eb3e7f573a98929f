"""Commands in messages: a line that can be pasted into a shell as it is, whatever the files are called."""

import re
import shlex

_OPTION = re.compile(r"-[a-zA-Z0]|--[a-z][a-z-]*")
_LONE = ("\udc80", "\udcff")


def call(command: str, *words: str) -> str:
    """Return the line that calls burnish: words with blanks, quotes or signs of the shell in them are quoted.

    Args:
        command: Such as `undo`; options that never vary may follow it.
        words: Files, tags, values, and options between them: what only this call has.
    """
    return " ".join(
        ("burnish", command, *(quoted(one) if _OPTION.fullmatch(one) else quoted(plain(one)) for one in words))
    )


def plain(path: str) -> str:
    """Return a path that no program takes for an option: `-x.jsonl` as `./-x.jsonl`."""
    return f"./{path}" if path.startswith("-") else path


def quoted(word: str) -> str:
    r"""Return a word as a shell takes it; bytes that are no text as `$'\351'` (bash, zsh, POSIX 2024)."""
    if any(_LONE[0] <= character <= _LONE[1] or not character.isprintable() for character in word):
        octal = (
            chr(byte) if 0x20 <= byte < 0x7F and byte not in b"'\\" else f"\\{byte:03o}"
            for byte in word.encode("utf-8", "surrogateescape")
        )
        return f"$'{''.join(octal)}'"
    return shlex.quote(word)
