"""Which format a file is: by its first bytes, and by the ending of its name.

The names of formats are Pillow's for images and libsndfile's for audio, because those are what the facts carry.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmap import mmap

    from curate.facts.records import Kind

_TRACKS_BYTES = 1 << 16
VIDEO = "this is a video: take its sound (ffmpeg -i FILE -vn FILE.flac) or its pictures (ffmpeg -i FILE FILE-%06d.png)"
"""What to say of a file that `is_video`."""
HEAD_BYTES = 64
"""As many first bytes as `sniff` looks at."""


@dataclass(frozen=True, slots=True)
class Format:
    """A media format.

    Attributes:
        name: As in the facts (`JPEG`, `WAV`).
        kind: `image` or `audio`.
        endings: Endings of file names, lower case, without the dot; the usual one first.
        advice: What to do about a format that cannot be decoded here; empty for one that can.
    """

    name: str
    kind: "Kind"
    endings: tuple[str, ...]
    advice: str = ""


def _convert(target: str, extra: str = "av") -> str:
    """Say how a format can be read: by an extra of burnish, or as another format."""
    installed = f"pip install 'burnish[{extra}]', or " if extra else ""
    return f"{installed}convert it first: ffmpeg -i FILE FILE.{target}"


FORMATS: dict[str, Format] = {
    found.name: found
    for found in (
        Format("JPEG", "image", ("jpg", "jpeg", "jpe", "jfif")),
        Format("PNG", "image", ("png", "apng")),
        Format("GIF", "image", ("gif",)),
        Format("BMP", "image", ("bmp", "dib")),
        Format("TIFF", "image", ("tif", "tiff")),
        Format("WEBP", "image", ("webp",)),
        Format("AVIF", "image", ("avif", "avifs")),
        Format("JPEG2000", "image", ("jp2", "j2k", "jpc", "jpf", "jpx", "j2c")),
        Format("PPM", "image", ("ppm", "pgm", "pbm", "pnm", "pfm")),
        Format("TGA", "image", ("tga", "icb", "vda", "vst")),
        Format("PCX", "image", ("pcx",)),
        Format("DDS", "image", ("dds",)),
        Format("ICO", "image", ("ico", "cur")),
        Format("PSD", "image", ("psd",)),
        Format("SGI", "image", ("sgi", "rgb", "rgba", "bw")),
        Format("QOI", "image", ("qoi",)),
        Format(
            "HEIF",
            "image",
            ("heic", "heif", "hif"),
            "HEIF cannot be decoded here; pip install 'burnish[heif]', or convert it first: heif-convert FILE FILE.jpg",
        ),
        Format(
            "JXL",
            "image",
            ("jxl",),
            "JPEG XL cannot be decoded here; pip install 'burnish[jxl]', or convert it first: djxl FILE FILE.png",
        ),
        Format(
            "RAW",
            "image",
            ("dng", "nef", "nrw", "cr2", "arw", "srf", "sr2", "pef", "srw", "3fr", "iiq", "erf", "kdc", "dcr"),
            "this is a camera raw: develop it first, for instance with darktable-cli FILE FILE.tif",
        ),
        Format("WAV", "audio", ("wav", "wave")),
        Format("RF64", "audio", ("rf64", "wav")),
        Format("W64", "audio", ("w64",)),
        Format("FLAC", "audio", ("flac",)),
        Format("OGG", "audio", ("ogg", "oga", "opus", "spx")),
        Format("MP3", "audio", ("mp3", "mp2", "mp1")),
        Format("AIFF", "audio", ("aiff", "aif", "aifc")),
        Format("AU", "audio", ("au", "snd")),
        Format("CAF", "audio", ("caf",)),
        Format("MP4", "audio", ("m4a", "m4b", "mp4"), f"AAC and ALAC cannot be decoded here; {_convert('flac')}"),
        Format("AAC", "audio", ("aac",), f"AAC cannot be decoded here; {_convert('flac')}"),
        Format("ASF", "audio", ("wma", "asf"), f"WMA cannot be decoded here; {_convert('flac')}"),
        Format("MATROSKA", "audio", ("weba", "mka", "webm"), f"WebM cannot be decoded here; {_convert('flac')}"),
        Format("AMR", "audio", ("amr", "3gp"), f"AMR cannot be decoded here; {_convert('flac')}"),
        Format("APE", "audio", ("ape",), f"Monkey's Audio cannot be decoded here; {_convert('flac')}"),
        Format("WAVPACK", "audio", ("wv",), f"WavPack cannot be decoded here; {_convert('flac')}"),
        Format("MUSEPACK", "audio", ("mpc",), f"Musepack cannot be decoded here; {_convert('flac')}"),
        Format("TTA", "audio", ("tta",), f"True Audio cannot be decoded here; {_convert('flac')}"),
        Format("DSF", "audio", ("dsf", "dff"), f"DSD cannot be decoded here; {_convert('flac')}"),
        Format("OPTIMFROG", "audio", ("ofr", "ofs"), f"OptimFROG cannot be decoded here; {_convert('flac', '')}"),
    )
}

# A name that ends like a still-undecided container belongs to the first format that lists the ending.
ENDINGS: dict[str, Format] = {ending: found for found in reversed(FORMATS.values()) for ending in found.endings}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xffO\xffQ", "JPEG2000"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JXL"),
    (b"\xff\x0a", "JXL"),
    (b"DDS ", "DDS"),
    (b"8BPS", "PSD"),
    (b"qoif", "QOI"),
    (b"RF64", "RF64"),
    (b"RIFX", "WAV"),
    (b"fLaC", "FLAC"),
    (b"OggS", "OGG"),
    (b".snd", "AU"),
    (b"caff", "CAF"),
    (b"riff\x2e\x91\xcf\x11", "W64"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "ASF"),
    (b"\x1a\x45\xdf\xa3", "MATROSKA"),
    (b"#!AMR", "AMR"),
    (b"MAC ", "APE"),
    (b"wvpk", "WAVPACK"),
    (b"MPCK", "MUSEPACK"),
    (b"MP+", "MUSEPACK"),
    (b"TTA1", "TTA"),
    (b"TTA2", "TTA"),
    (b"DSD ", "DSF"),
    (b"FRM8", "DSF"),
    (b"OFR ", "OPTIMFROG"),
)
_RIFF_FORMS = {b"WAVE": "WAV", b"WEBP": "WEBP"}
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}


def sniff(head: bytes) -> str | None:
    """Return the name of the format that the first bytes of a file announce, or None.

    Formats whose mark is too short to be sure of (BMP, TGA, PCX, PPM, ICO, SGI) are left to the name's ending,
    and so are MPEG streams, except behind an ID3 tag.

    Args:
        head: The first `HEAD_BYTES` bytes of the file, or all of a shorter one.
    """
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "AIFF"
    if head[4:8] == b"ftyp":
        return _sniff_base_media(head)
    return next((name for mark, name in _MAGIC if head.startswith(mark)), None)


def _sniff_base_media(head: bytes) -> str | None:
    brands = {head[8:12], *(head[i : i + 4] for i in range(16, len(head) - 3, 4))}
    if brands & _AVIF_BRANDS:
        return "AVIF"
    if brands & _HEIF_BRANDS:
        return "HEIF"
    return "AMR" if head[8:11] == b"3gp" else "MP4"


def is_video(data: "bytes | mmap", name: str | None) -> bool:
    """Say whether a container has a track of pictures; those of an audio book are its covers.

    Args:
        data: The whole file.
        name: Of its format; only MP4, 3GP, Matroska and ASF can be videos.
    """
    if name in {"MP4", "AMR"} and data[4:8] == b"ftyp":
        # The handler of a track; QuickTime fills in that it handles media.
        tracks = (b"hdlr\0\0\0\0\0\0\0\0vide", b"hdlr\0\0\0\0mhlrvide")
        return data[8:12] not in {b"M4A ", b"M4B "} and any(data.find(track) >= 0 for track in tracks)
    if name == "MATROSKA":
        # The element CodecID (86), its length, and the text, such as V_VP9.
        return re.search(rb"\x86[\x84-\xa0]V_[A-Z]", data[:_TRACKS_BYTES]) is not None
    return name == "ASF" and data[:_TRACKS_BYTES].find(_ASF_VIDEO) >= 0


def format_of_name(name: str) -> Format | None:
    """Return the format that the ending of a file name promises, or None."""
    _, dot, ending = name.rpartition(".")
    return ENDINGS.get(ending.lower()) if dot else None
