"""What share of damaged files `burnish scan` finds, format by format, beside the strictest other tool of the format.

    python benchmarks/damage.py [--files N] [--seed S] [--only "PNG;GIF"]

Needs BURNISH_DATA, cjpeg, ffmpeg and the tools that `FORMATS` names; a format whose tool is missing says so. Photos of
clothing and spoken words are encoded at several settings; each kind of damage is done to N files of each format (the
sources and settings in turn, the places drawn with the seed), and all of it is scanned by one `burnish scan`. Found is
a file with an error; the other tool found it if it returns an error or complains. Damage to files without redundancy,
such as other pixels in a BMP, can be found by nobody: those cells are measured all the same.
"""

import argparse
import io
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import soundfile
from PIL import Image

from benchmarks.inputs import HERE, fresh, real_data
from benchmarks.machine import load

BURNISH = str(Path(sys.executable).parent / "burnish")
UNTOUCHED = "untouched"
_COMPLAINT = re.compile(rb"warn|error|corrupt|invalid|fail|skipp|resync|premature|truncat|missing", re.IGNORECASE)

Encode = Callable[[Path], bytes]
Damage = Callable[[bytes, random.Random], bytes | None]


class Format(NamedTuple):
    """One kind of file.

    Attributes:
        ending: Of its names.
        settings: Ways to encode a source.
        tools: Commands that check a file, `FILE` in place of its name and `OUT` of one that may be written.
        end: What ends a whole file, put back by `repaired`; empty where nothing does.
        promise: Where the header says how much there is: takes a file and a factor, returns the changed file.
    """

    ending: str
    settings: Sequence[Encode]
    tools: Sequence[str]
    end: bytes = b""
    promise: Callable[[bytes, float], bytes] | None = None


def picture(path: Path) -> Image.Image:
    """Return a source, 256 pixels at the longer side."""
    with Image.open(path) as image:
        image.thumbnail((256, 256))
        return image.convert("RGB")


def by_pillow(path: Path, name: str, mode: str = "RGB", **options: object) -> bytes:
    """Encode a picture."""
    written = io.BytesIO()
    picture(path).convert(mode).save(written, name, **options)
    return written.getvalue()


def by_cjpeg(path: Path, options: str) -> bytes:
    """Encode a picture with any chroma sampling."""
    return piped(["cjpeg", *options.split()], by_pillow(path, "PPM"))


def by_soundfile(path: Path, name: str, subtype: str, options: dict[str, float | str]) -> bytes:
    """Encode a word."""
    samples, rate = soundfile.read(path, dtype="float32")
    written = io.BytesIO()
    soundfile.write(written, samples, rate, format=name, subtype=subtype, **options)
    return written.getvalue()


def by_ffmpeg(path: Path, options: str) -> bytes:
    """Encode a word; what ffmpeg writes into a pipe would have no sizes, so it goes through a file."""
    out = HERE / f"damage-encoded.{options.rpartition('.')[2]}"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(path), *options.rpartition(" ")[0].split()]
    subprocess.run([*command, str(out)], check=True)
    return out.read_bytes()


def piped(command: list[str], data: bytes) -> bytes:
    """Return what a command makes of data."""
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def png_rows(data: bytes, factor: float) -> bytes:
    """Change the height in the header, with its checksum right."""
    head = data[12:20] + int(int.from_bytes(data[20:24], "big") * factor).to_bytes(4, "big") + data[24:29]
    return data[:12] + head + zlib.crc32(head).to_bytes(4, "big") + data[33:]


def jpeg_rows(data: bytes, factor: float) -> bytes:
    """Change the height in the frame header."""
    at = 2
    while data[at + 1] not in {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return number_at(data, at + 5, ">H", factor)


def gif_rows(data: bytes, factor: float) -> bytes:
    """Change the height of the first frame, and of the canvas with it."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return number_at(number_at(data, at + 7, "<H", factor), 8, "<H", factor)


def tiff_rows(data: bytes, factor: float) -> bytes:
    """Change the height in the first directory."""
    first = int.from_bytes(data[4:8], "little")
    for at in range(first + 2, first + 2 + 12 * int.from_bytes(data[first : first + 2], "little"), 12):
        tag, kind = struct.unpack_from("<HH", data, at)
        if tag == 257:
            return number_at(data, at + 8, "<H" if kind == 3 else "<I", factor)
    raise ValueError("there is no height")


def flac_samples(data: bytes, factor: float) -> bytes:
    """Change the count of samples in the stream info."""
    packed = int.from_bytes(data[18:26], "big")
    count = packed & (1 << 36) - 1
    return data[:18] + (packed - count + int(count * factor)).to_bytes(8, "big") + data[26:]


def xing_frames(data: bytes, factor: float) -> bytes:
    """Change the count of frames in a Xing or Info header."""
    at = max(data.find(b"Xing", 0, 2000), data.find(b"Info", 0, 2000))
    return number_at(data, at + 8, ">I", factor)


def number_at(data: bytes, at: int, form: str, factor: float) -> bytes:
    """Change one number."""
    number = struct.pack(form, int(struct.unpack_from(form, data, at)[0] * factor))
    return data[:at] + number + data[at + len(number) :]


def size_behind(name: bytes, form: str, offset: int, data: bytes, factor: float) -> bytes:
    """Change the number that stands at an offset from the name of a chunk."""
    return number_at(data, data.index(name) + offset, form, factor)


_SAMPLINGS = ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "2x4", "3x1", "1x3")
_FFMPEG = "ffmpeg -v warning -xerror -nostdin -i FILE -f null -"
_TIFF = partial(partial, by_pillow, name="TIFF")
_SOUND = partial(partial, by_soundfile)
FORMATS: dict[str, Format] = {
    "JPEG baseline": Format(
        "jpg",
        [partial(by_cjpeg, options=f"-quality {q} -sample {s}") for s, q in product(_SAMPLINGS, (60, 92))],
        ["djpeg -strict -outfile OUT FILE"],
        b"\xff\xd9",
        jpeg_rows,
    ),
    "JPEG progressive": Format(
        "jpg",
        [partial(by_cjpeg, options=f"-progressive -quality {q} -sample {s}") for s, q in product(_SAMPLINGS, (60, 92))],
        ["djpeg -strict -outfile OUT FILE"],
        b"\xff\xd9",
        jpeg_rows,
    ),
    "JPEG arithmetic": Format(
        "jpg",
        [partial(by_cjpeg, options=f"-arithmetic -quality {q} -sample {s}") for s, q in product(_SAMPLINGS, (60, 92))],
        ["djpeg -strict -outfile OUT FILE"],
        b"\xff\xd9",
        jpeg_rows,
    ),
    "PNG": Format(
        "png",
        [partial(by_pillow, name="PNG", mode=m, compress_level=c) for m in ("RGB", "RGBA", "L", "P") for c in (1, 9)],
        ["pngcheck -q FILE"],
        b"\0\0\0\0IEND\xaeB`\x82",
        png_rows,
    ),
    "GIF": Format(
        "gif", [partial(by_pillow, name="GIF", mode=m) for m in ("P", "L")], ["gifsicle -o OUT FILE"], b";", gif_rows
    ),
    "WebP lossy": Format(
        "webp",
        [partial(by_pillow, name="WEBP", quality=q) for q in (30, 75, 95)],
        ["webpinfo -quiet FILE", "dwebp -quiet FILE -o OUT"],
    ),
    "WebP lossless": Format(
        "webp",
        [partial(by_pillow, name="WEBP", lossless=True, quality=q) for q in (20, 80)],
        ["webpinfo -quiet FILE", "dwebp -quiet FILE -o OUT"],
    ),
    "AVIF": Format(
        "avif", [partial(by_pillow, name="AVIF", quality=q, speed=9) for q in (40, 80)], ["avifdec FILE OUT.y4m"]
    ),
    "JPEG 2000": Format(
        "jp2",
        [
            partial(by_pillow, name="JPEG2000"),
            partial(by_pillow, name="JPEG2000", quality_layers=[20], irreversible=True),
        ],
        ["opj_decompress -i FILE -o OUT.ppm"],
        b"\xff\xd9",
    ),
    "TIFF raw": Format("tif", [_TIFF(mode=m) for m in ("RGB", "L")], ["tiffcp FILE OUT"], promise=tiff_rows),
    "TIFF LZW": Format(
        "tif", [_TIFF(mode=m, compression="tiff_lzw") for m in ("RGB", "L")], ["tiffcp FILE OUT"], promise=tiff_rows
    ),
    "TIFF deflate": Format(
        "tif",
        [_TIFF(mode=m, compression="tiff_adobe_deflate") for m in ("RGB", "L")],
        ["tiffcp FILE OUT"],
        promise=tiff_rows,
    ),
    "TIFF JPEG": Format(
        "tif", [_TIFF(compression="jpeg", quality=q) for q in (70, 90)], ["tiffcp -c none FILE OUT"], promise=tiff_rows
    ),
    "BMP": Format(
        "bmp",
        [partial(by_pillow, name="BMP", mode=m) for m in ("RGB", "L", "1")],
        [_FFMPEG],
        promise=lambda data, factor: number_at(data, 22, "<i", factor),
    ),
    "WAV": Format(
        "wav",
        [_SOUND(name="WAV", subtype=s, options={}) for s in ("PCM_16", "PCM_24", "FLOAT")],
        [_FFMPEG],
        promise=partial(size_behind, b"data", "<I", 4),
    ),
    "AIFF": Format(
        "aiff",
        [_SOUND(name="AIFF", subtype=s, options={}) for s in ("PCM_16", "PCM_24")],
        [_FFMPEG],
        promise=partial(size_behind, b"COMM", ">I", 10),
    ),
    "FLAC": Format(
        "flac",
        [
            _SOUND(name="FLAC", subtype=s, options={"compression_level": c})
            for s in ("PCM_16", "PCM_24")
            for c in (0, 1)
        ],
        ["flac -t -s -w FILE"],
        promise=flac_samples,
    ),
    "Ogg Vorbis": Format(
        "ogg",
        [_SOUND(name="OGG", subtype="VORBIS", options={"compression_level": c}) for c in (0.2, 0.8)],
        ["ogginfo FILE"],
    ),
    "Opus": Format(
        "opus",
        [partial(by_ffmpeg, options=f"-c:a libopus -b:a {b}k .opus") for b in (24, 64)],
        ["opusinfo FILE", "opusdec --quiet FILE OUT.wav"],
    ),
    "MP3 CBR": Format(
        "mp3",
        [partial(by_ffmpeg, options=f"-c:a libmp3lame -b:a {b}k .mp3") for b in (32, 128)],
        ["mpg123 -t FILE"],
        promise=xing_frames,
    ),
    "MP3 VBR": Format(
        "mp3",
        [partial(by_ffmpeg, options=f"-c:a libmp3lame -q:a {q} .mp3") for q in (2, 6)],
        ["mpg123 -t FILE"],
        promise=xing_frames,
    ),
    "MP3 VBR, no Xing": Format(
        "mp3",
        [partial(by_ffmpeg, options=f"-c:a libmp3lame -q:a {q} -write_xing 0 .mp3") for q in (2, 6)],
        ["mpg123 -t FILE"],
    ),
}


def span(data: bytes, draw: random.Random) -> tuple[int, int]:
    """Draw a block of 4 KiB, at most an eighth of the file, between its first tenth and its last twentieth."""
    length = min(4096, len(data) // 8)
    at = draw.randrange(len(data) // 10, len(data) * 19 // 20 - length)
    return at, at + length


def cut(data: bytes, draw: random.Random) -> bytes:
    """Leave out the end, 5 to 90 % of the file."""
    return data[: int(len(data) * draw.uniform(0.1, 0.95))]


def zeroed(data: bytes, draw: random.Random) -> bytes:
    """Overwrite a block with zeros."""
    start, end = span(data, draw)
    return data[:start] + bytes(end - start) + data[end:]


def zero_tail(data: bytes, draw: random.Random) -> bytes:
    """Overwrite all from some place on with zeros, as in a download that was laid out in full."""
    whole = cut(data, draw)
    return whole + bytes(len(data) - len(whole))


def lost(data: bytes, draw: random.Random) -> bytes:
    """Leave out a block."""
    start, end = span(data, draw)
    return data[:start] + data[end:]


def swapped(data: bytes, draw: random.Random) -> bytes:
    """Exchange two blocks that stand side by side."""
    start, end = span(data, draw)
    middle = (start + end) // 2
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def flipped(data: bytes, draw: random.Random, *, bits: int) -> bytes:
    """Turn single bits over."""
    changed = bytearray(data)
    for _ in range(bits):
        changed[draw.randrange(len(data) // 10, len(data) * 19 // 20)] ^= 1 << draw.randrange(8)
    return bytes(changed)


def damages(kind: Format) -> dict[str, Damage]:
    """Return what is done to files of a format, by name."""
    end, promise = kind.end, kind.promise
    found: dict[str, Damage] = {
        UNTOUCHED: lambda data, _: data,
        "cut": cut,
        "cut by 2": lambda data, _: data[:-2],
        "zeroed": zeroed,
        "zero tail": zero_tail,
        "lost": lost,
        "swapped": swapped,
        "1 bit": partial(flipped, bits=1),
        "5 bits": partial(flipped, bits=5),
        "20 bits": partial(flipped, bits=20),
    }
    if end:
        found["repaired"] = lambda data, draw: cut(data, draw) + end
    if promise:
        found["more"] = lambda data, _: promise(data, 1.2)
        found["fewer"] = lambda data, _: promise(data, 0.5)
    return found


COLUMNS = (
    *("cut", "cut by 2", "repaired", "zeroed", "zero tail", "lost", "swapped"),
    *("1 bit", "5 bits", "20 bits", "more", "fewer"),
)


def write_files(folder: Path, name: str, files: int, seed: int) -> None:
    """Write the files of one format, a folder for each kind of damage; four times as many are left untouched."""
    kind, data = FORMATS[name], real_data()
    is_sound = kind.ending in {"wav", "aiff", "flac", "ogg", "opus", "mp3"}
    sources = sorted(data.glob("speech_commands/*/*.wav" if is_sound else "clothing/*/*/*.jpg"))
    chosen = random.Random(seed).sample(sources, 4 * files)
    encoded = [kind.settings[i % len(kind.settings)](source) for i, source in enumerate(chosen)]
    for damage, apply in damages(kind).items():
        (into := folder / name / damage).mkdir(parents=True)
        for i, whole in enumerate(encoded if damage == UNTOUCHED else encoded[:files]):
            changed = apply(whole, random.Random(f"{seed} {name} {damage} {i}"))
            if changed is not None and (changed != whole or damage == UNTOUCHED):
                (into / f"{i:03}.{kind.ending}").write_bytes(changed)


def found_by_burnish(folder: Path) -> dict[str, bool]:
    """Return, by path below the folder, whether `burnish scan` has an error for it."""
    scanned = subprocess.run([BURNISH, "scan", ".", "-q"], cwd=folder, capture_output=True, check=True).stdout
    return {
        os.path.normpath(sample["path"]): any(one["severity"] == "error" for one in sample.get("findings", ()))
        for sample in map(json.loads, scanned.splitlines())
    }


def found_by_tool(tools: Sequence[str], path: Path) -> bool:
    """Return whether one of the tools returns an error or complains."""
    out = path.with_name(f"{path.name}.out")
    for tool in tools:
        command = [word.replace("FILE", str(path)).replace("OUT", str(out)) for word in tool.split()]
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        # Names of the files are of digits: what looks like a complaint is one.
        if done.returncode or _COMPLAINT.search(done.stderr.replace(str(path).encode(), b"")):
            return True
        if tool.startswith(("ogginfo", "opusinfo", "opj")) and _COMPLAINT.search(done.stdout):
            return True
    return False


def tally(folder: Path, ours: dict[str, bool], name: str) -> dict[str, tuple[int, int | None, int]]:
    """Return, for each kind of damage, how many files burnish and the other tool found, and of how many."""
    kind = FORMATS[name]
    is_there = all(shutil.which(tool.split()[0]) for tool in kind.tools)
    counts = {}
    for into in sorted((folder / name).iterdir()):
        paths = sorted(path for path in into.iterdir() if path.suffix == f".{kind.ending}")
        own = sum(ours[path.relative_to(folder).as_posix()] for path in paths)
        with ThreadPoolExecutor(2) as pool:
            theirs = sum(pool.map(partial(found_by_tool, kind.tools), paths)) if is_there else None
        counts[into.name] = (own, theirs, len(paths))
    return counts


def table(counts: dict[str, dict[str, tuple[int, int | None, int]]]) -> str:
    """Return Markdown: for each format a row of burnish and one of the other tool, found in percent."""
    lines = [f"| format | by | false alarms | {' | '.join(COLUMNS)} |", "|---|---" + "|---:" * (1 + len(COLUMNS)) + "|"]
    for name, found in counts.items():
        tools = " + ".join(tool.split()[0] for tool in FORMATS[name].tools)
        for by, place in (("burnish", 0), (tools, 1)):
            cells = [_cell(found.get(column), place) for column in COLUMNS]
            own, theirs, whole = found[UNTOUCHED]
            alarms = own if place == 0 else theirs
            alarm = "tool missing" if alarms is None else f"{alarms} of {whole}"
            lines.append(f"| {name if place == 0 else ''} | {by} | {alarm} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(found: "tuple[int, int | None, int] | None", place: int) -> str:
    if found is None or not found[2]:
        return "–"
    number = found[place]
    return "?" if number is None else f"{100 * number / found[2]:.0f}"


def main() -> None:
    """Write the files, check them, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=25, help="of each kind of damage; four times that untouched")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=";".join(FORMATS), help="formats, with semicolons")
    options = parser.parse_args()
    names = [name for name in FORMATS if name in options.only.split(";")]
    HERE.mkdir(exist_ok=True)
    folder = fresh(HERE / "damage")
    for name in names:
        write_files(folder, name, options.files, options.seed)
    ours = found_by_burnish(folder)
    counts: dict[str, dict[str, tuple[int, int | None, int]]] = defaultdict(dict)
    for name in names:
        counts[name] = tally(folder, ours, name)
    sys.stdout.write(f"{load()}; seed {options.seed}, {options.files} files a cell\n\n{table(counts)}\n")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
