"""The limit of a filter: read each line of a manifest, decode it, write it: `bare_lines.py [FILE]`."""

import sys

import msgspec

if __name__ == "__main__":
    decode, write = msgspec.json.Decoder().decode, sys.stdout.buffer.write
    with open(sys.argv[1], "rb") if len(sys.argv) > 1 else sys.stdin.buffer as file:
        for line in file:
            decode(line)
            write(line)
