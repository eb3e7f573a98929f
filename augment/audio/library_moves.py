"""Which facts audiomentations' classes move."""

from augment.operations.registry import Moves

_NOISE = {"snr_db": Moves(), "silence_ratio": Moves()}
_BAND = {"bandwidth_hz": Moves()}
_LEVEL = {"loudness_lufs": Moves()}
_CLIPS = {"clipping_ratio": Moves(), "loudness_lufs": Moves()}

MOVES: dict[str, dict[str, Moves]] = {
    "AddBackgroundNoise": _NOISE | _BAND,
    "AddColorNoise": _NOISE | _BAND,
    "AddGaussianNoise": _NOISE | _BAND,
    "AddGaussianSNR": _NOISE | _BAND,
    "AddShortNoises": _NOISE | _BAND,
    "AdjustDuration": {"duration_s": Moves(), "silence_ratio": Moves()},
    "AirAbsorption": _BAND,
    "Aliasing": _BAND,
    "ApplyImpulseResponse": _NOISE,
    "BandPassFilter": _BAND | _LEVEL,
    "BitCrush": _NOISE | _BAND,
    "Clip": _CLIPS,
    "ClippingDistortion": _CLIPS,
    "Gain": _LEVEL,
    "GainTransition": _LEVEL | _NOISE,
    "HighPassFilter": _LEVEL,
    "Limiter": _LEVEL,
    "LoudnessNormalization": _LEVEL,
    "LowPassFilter": _BAND | _LEVEL,
    "LowShelfFilter": _LEVEL,
    "HighShelfFilter": _LEVEL,
    "Mp3Compression": _BAND,
    "Normalize": _LEVEL,
    "Padding": {"silence_ratio": Moves()},
    "Resample": _BAND,
    "RoomSimulator": _NOISE,
    "TanhDistortion": _CLIPS,
    "TimeMask": {"silence_ratio": Moves()},
    "TimeStretch": {"duration_s": Moves()},
    "Trim": {"duration_s": Moves(), "silence_ratio": Moves()},
}
"""By class and fact. Only by drawing again: what a class draws comes from one seed, so no parameter can be turned."""
