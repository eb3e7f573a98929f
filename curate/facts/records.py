"""What is recorded of one file: its kind, the facts that were measured, and what was found to be wrong with it.

Names carry their unit. Records are frozen; `msgspec.structs.replace` makes a changed one.
"""

from typing import Literal

from msgspec import Struct

Kind = Literal["image", "audio"]
Severity = Literal["error", "warning"]

KINDS: dict[str, Kind] = {"image": "image", "audio": "audio"}
"""What burnish measures, by the text in a manifest, where other programs write other kinds too."""


_HEADERS = {
    "format", "mode", "width", "height", "frames", "orientation", "bits", "bits_used", "subtype", "sample_rate",
    "channels", "duration_s", "channel_mask",
}  # fmt: skip
"""What decoding says itself, whatever is measured."""


class Finding(Struct, frozen=True, omit_defaults=True):
    """What a check found on one sample.

    Attributes:
        check: Name of the check, such as `truncated` or `dark`.
        severity: `error`: the sample should not be trained on; `warning`: a person should look.
        value: The fact that was compared, in the unit of that fact; None where the verdict is not a number.
        threshold: What it was compared with.
        detail: One sentence for people: what is wrong, and what to do where that is not plain.
    """

    check: str
    severity: Severity
    value: float | None = None
    threshold: float | None = None
    detail: str = ""


class ImageFacts(Struct, frozen=True, omit_defaults=True):
    """What was measured on an image; every fact but the header's is of the first frame, upright, over white.

    Attributes:
        format: Pillow's name, such as `JPEG`.
        mode: Pillow's mode as stored, such as `RGB`, `P`, `I;16`, `CMYK`.
        width: Pixels as stored, before the EXIF orientation is applied.
        height: Pixels as stored, before the EXIF orientation is applied.
        frames: 1 unless animated or multi-page.
        orientation: EXIF orientation, 1 to 8; 1 where there is none.
        bits: Bits per channel as stored: 1, 2, 4, 8, 16 or 32; 1 to 16 in JPEG 2000, TIFF and AVIF.
        bits_used: Of more than 8 `bits`, those from the lowest to the highest that any pixel sets: 12 for 12 bits in
            16, at the lower or the upper end. None where that was not looked at.
        brightness: Mean perceived brightness, 0 (black) to 1 (white).
        brightness_p1: 1st percentile of the perceived brightness; p5, p50, p95 and p99 likewise.
        contrast: Standard deviation of the perceived brightness, 0 to 0.5.
        sharpness: cleanvision's blurriness score, 0 (blurred) to 1 (sharp).
        acutance: How steep edges, lines and letters are at 256 pixels, all of them together, whatever their contrast: 0
            (blurred) to 1; sharp photos 0.5 to 0.6. 0 where there is no edge at all.
        entropy: Shannon entropy of the 8-bit histogram over all channels, in bits.
        chroma: Mean over pixels of (largest - smallest of R, G, B), 0 (grey) to 1.
        noise_sd: Standard deviation of the noise from pixel to pixel, in the evenest quarter of the picture, 0 to 1.
        phash: 64-bit perceptual hash of the upright picture, 16 hexadecimal digits.
        phash_inner: The same without 2.5 % at each edge: the candidate key for cropped copies.
        phash_disc: Hash that rotation and mirroring do not change: the candidate key for turned and flipped copies.
        phash_trimmed: `phash` of what is inside margins of one colour on all four sides: the candidate key for copies
            in a border or frame. None where there are none.
        luma_grid: Brightness of 12 x 12 cells of the upright picture, 4 bits each, base64: the candidate key for crops.
    """

    format: str | None = None
    mode: str | None = None
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    orientation: int | None = None
    bits: int | None = None
    bits_used: int | None = None
    brightness: float | None = None
    brightness_p1: float | None = None
    brightness_p5: float | None = None
    brightness_p50: float | None = None
    brightness_p95: float | None = None
    brightness_p99: float | None = None
    contrast: float | None = None
    sharpness: float | None = None
    entropy: float | None = None
    chroma: float | None = None
    noise_sd: float | None = None
    phash: str | None = None
    phash_inner: str | None = None
    phash_disc: str | None = None
    acutance: float | None = None
    phash_trimmed: str | None = None
    luma_grid: str | None = None


class AudioFacts(Struct, frozen=True, omit_defaults=True):
    """What was measured on a recording.

    Attributes:
        format: libsndfile's major format, such as `WAV`, `FLAC`, `OGG`, `MP3`, `AIFF`.
        subtype: libsndfile's subtype, such as `PCM_16`, `ULAW`, `VORBIS`; `PCM_40` to `PCM_64` for wider integers.
        sample_rate: Hz.
        channels: Number of channels.
        duration_s: Decoded frames / sample rate: never what the header claims.
        peak_dbfs: Largest absolute sample over all channels, dB re full scale; -150 for digital silence, 120 at most.
        rms_dbfs: Root mean square over all channels, dB re full scale; -150 for digital silence.
        loudness_lufs: Integrated loudness, ITU-R BS.1770-4; -70 (the absolute gate) and below read -70.
        silence_ratio: Share of frames more than 60 dB under the loudest one, or under -70 dBFS; 0 to 1.
        clipping_ratio: Share of samples at a rail: in flat runs at full scale or at the clip's own extreme, or, after
            a codec or a resampler, where the histogram has a shoulder; 0 to 1.
        dc_offset: Mean over the samples of the channel where it is largest, -1 to 1.
        snr_db: Estimate of the signal-to-noise ratio from the pauses, -20 to 100; where the clip has no pause, the true
            one is at least that. A steady sound (rain, an engine, a tone) reads as noise; a few voices behind the
            speech do not, and it is 5 to 20 dB less than it reads.
        bandwidth_hz: Highest frequency within 70 dB of the strongest and above 16-bit noise; 0 for silence.
        fingerprint: 128-bit key of candidates for near-duplicates, 32 hexadecimal digits; None for silence.
        channel_mask: A bit for each loudspeaker, as in the header of WAV (`dwChannelMask`); None where none is named.
        channel_gap_db: Level of the loudest channel over that of the quietest, without offsets and LFE; 0 for mono.
        mono_loss_db: How far the mean of the channels is under their mean power; 0 to 150, 0 for mono.
        inner_silence_s: Longest time of exact zeros in all channels, between the first and the last sound.
        dropouts: How often the sound stops short, at one value for 3 to 250 ms.
        swing_dbfs: Largest distance of a sample from the mean of its channel, dB re full scale: the peak without
            offset. -150 for a constant, and for what moves by two steps of 8 bit, u-law or A-law at most.
    """

    format: str | None = None
    subtype: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    duration_s: float | None = None
    peak_dbfs: float | None = None
    rms_dbfs: float | None = None
    loudness_lufs: float | None = None
    silence_ratio: float | None = None
    clipping_ratio: float | None = None
    dc_offset: float | None = None
    snr_db: float | None = None
    bandwidth_hz: float | None = None
    fingerprint: str | None = None
    channel_mask: int | None = None
    channel_gap_db: float | None = None
    mono_loss_db: float | None = None
    inner_silence_s: float | None = None
    dropouts: int | None = None
    swing_dbfs: float | None = None


def measured_facts() -> list[str]:
    """Return the names of all facts that are measured, in the order of the records."""
    names = (*ImageFacts.__struct_fields__, *AudioFacts.__struct_fields__)
    return [name for name in dict.fromkeys(names) if name not in _HEADERS]
