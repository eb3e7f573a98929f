"""A store as fast as one can be on this machine: an S3 that serves a folder, so that a measurement is of its reader."""

import asyncio
import os
import sys
from urllib.parse import parse_qs, unquote, urlsplit

_PAGE = 1000


class Shelf:
    """The keys below a folder, in their order."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.sizes = {}
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                self.sizes[os.path.relpath(path, folder)] = os.path.getsize(path)
        self.keys = sorted(self.sizes)

    def page(self, query: dict[str, list[str]]) -> bytes:
        prefix, last = query.get("prefix", [""])[0], query.get("start-after", [""])[0]
        keys = [key for key in self.keys if key.startswith(prefix) and key > last]
        parts = [f"<IsTruncated>{str(len(keys) > _PAGE).lower()}</IsTruncated>"]
        parts += [
            f'<Contents><Key>{key}</Key><Size>{self.sizes[key]}</Size><ETag>"1"</ETag>'
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in keys[:_PAGE]
        ]
        return f"<ListBucketResult>{''.join(parts)}</ListBucketResult>".encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            method, target, _ = head.split(b" ", 2)
            url = urlsplit(target.decode())
            key = unquote(url.path).removeprefix("/bucket").lstrip("/")
            status, body = "200 OK", b""
            if not key:
                body = self.page(parse_qs(url.query))
            elif key in self.sizes and method == b"GET":
                with open(os.path.join(self.folder, key), "rb") as file:
                    body = file.read()
            elif key not in self.sizes:
                status = "404 Not Found"
            size = len(body) if method == b"GET" else self.sizes.get(key, 0)
            writer.write(f'HTTP/1.1 {status}\r\nContent-Length: {size}\r\nETag: "1"\r\n\r\n'.encode() + body)
            await writer.drain()


async def main(folder: str) -> None:
    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await shelf.serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    shelf = Shelf(folder)
    server = await asyncio.start_server(quiet, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
