"""Several writers of one name in a store."""

import threading

from curate.media.storage import read_media
from curate.media.storage.remote import put_new


def one_wins_and_is_whole(url: str) -> None:
    """Let eight threads write a key of their own bytes, and look at whose are there."""
    contents = [bytes([number]) * 100_000 for number in range(8)]
    won: list[int] = []

    def write(number: int) -> None:
        try:
            put_new(url, contents[number])
            won.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert read_media(url) == contents[won[0]]
