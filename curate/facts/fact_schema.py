"""What the facts of a sample are called, counted in and drawn as: one table for terminal, page and documentation."""

from typing import NamedTuple


class Quantity(NamedTuple):
    """A fact that is a number.

    Attributes:
        label: What it is called.
        unit: Of the shown value; empty for a share or a score from 0 to 1.
        decimals: How many of them say something.
        scale: The shown value is the fact times this.
        logarithmic: Whether its histogram is drawn over ratios: what doubles matters, not what adds.
        lowest: What the sample with the smallest value is; empty: not worth an example.
        highest: What the sample with the largest value is.
    """

    label: str
    unit: str = ""
    decimals: int = 3
    scale: float = 1.0
    logarithmic: bool = False
    lowest: str = ""
    highest: str = ""

    @property
    def title(self) -> str:
        """Label and unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def show(self, value: float | None) -> str:
        """Return a value of the fact as people read it; a dash where there is none."""
        if value is None:
            return "-"
        shown = value * self.scale + 0.0  # -0.0 reads 0
        if shown and not round(shown, self.decimals):
            return f"{shown:.1g}"
        decimals = 0 if float(shown).is_integer() else self.decimals
        return f"{shown:,.{decimals}f}"


NUMBERS: dict[str, Quantity] = {
    "bytes": Quantity("file size", "KB", 1, 1e-3, True, "smallest file", "largest file"),
    "image.width": Quantity("width", "px", 0, 1, True, "narrowest", "widest"),
    "image.height": Quantity("height", "px", 0, 1, True, "lowest", "tallest"),
    "image.frames": Quantity("frames", "", 1, 1, True, "", "most frames"),
    "image.brightness": Quantity("brightness", lowest="darkest", highest="brightest"),
    "image.brightness_p1": Quantity("brightness p1"),
    "image.brightness_p5": Quantity("brightness p5"),
    "image.brightness_p50": Quantity("brightness p50"),
    "image.brightness_p95": Quantity("brightness p95"),
    "image.brightness_p99": Quantity("brightness p99"),
    "image.contrast": Quantity("contrast", lowest="flattest", highest="most contrast"),
    "image.acutance": Quantity("acutance", lowest="blurriest", highest="sharpest"),
    "image.sharpness": Quantity("cleanvision's sharpness"),
    "image.entropy": Quantity("entropy", "bit", 2, lowest="plainest", highest="busiest"),
    "image.chroma": Quantity("chroma", lowest="greyest", highest="most colourful"),
    "image.noise_sd": Quantity("noise", lowest="least noise", highest="most noise"),
    "audio.duration_s": Quantity("duration", "s", 2, 1, True, "shortest", "longest"),
    "audio.peak_dbfs": Quantity("peak", "dBFS", 1),
    "audio.swing_dbfs": Quantity("peak without offset", "dBFS", 1),
    "audio.rms_dbfs": Quantity("RMS level", "dBFS", 1),
    "audio.loudness_lufs": Quantity("loudness", "LUFS", 1, lowest="quietest", highest="loudest"),
    "audio.silence_ratio": Quantity("silence", lowest="least silence", highest="most silence"),
    "audio.clipping_ratio": Quantity("clipping", highest="most clipped"),
    "audio.dc_offset": Quantity("DC offset", "", 4),
    "audio.snr_db": Quantity("signal/noise", "dB", 1, lowest="noisiest", highest="cleanest"),
    "audio.bandwidth_hz": Quantity("bandwidth", "kHz", 2, 1e-3, lowest="narrowest band", highest="widest band"),
    "audio.channel_gap_db": Quantity("channel difference", "dB", 1, highest="most unequal channels"),
    "audio.mono_loss_db": Quantity("loss in mono", "dB", 1, highest="most lost in mono"),
    "audio.inner_silence_s": Quantity("digital silence inside", "s", 3, highest="longest digital silence inside"),
    "audio.dropouts": Quantity("drop-outs", "", 0, highest="most drop-outs"),
}
"""Every fact that is a number, by its place in a sample."""

CATEGORIES: dict[str, str] = {
    "kind": "kind",
    "split": "split",
    "image.format": "image format",
    "image.mode": "image mode",
    "image.bits": "bits a channel",
    "image.bits_used": "bits used of more than 8",
    "image.orientation": "EXIF orientation",
    "audio.format": "audio format",
    "audio.subtype": "audio subtype",
    "audio.sample_rate": "sample rate, Hz",
    "audio.channels": "channels",
    "audio.channel_mask": "loudspeakers, bits",
}
"""Every fact that is a name, or a number of which a dataset has few, and what it is called."""

KEYS = {
    "image.phash",
    "image.phash_inner",
    "image.phash_disc",
    "image.phash_trimmed",
    "image.luma_grid",
    "audio.fingerprint",
}
"""Facts that are compared between samples, and describe none."""


def fields_of(part: str, names: "dict[str, Quantity] | dict[str, str]") -> list[str]:
    """Return the facts that are in a part of a sample (`image`, `audio`), without its name."""
    return [name.removeprefix(f"{part}.") for name in names if name.startswith(f"{part}.")]


def part_of(fact: str) -> str | None:
    """Return the kind of sample that has a fact; None for the facts that all have."""
    return fact.partition(".")[0] if "." in fact else None
