"""Which facts albumentations' classes move."""

from augment.operations.registry import Moves

_LIGHT = {"brightness": Moves(), "contrast": Moves()}
_COLOUR = {"chroma": Moves()}
_BLUR = {"acutance": Moves(), "noise_sd": Moves()}
_NOISE = _BLUR | _COLOUR
_TONE = _LIGHT | _NOISE

MOVES: dict[str, dict[str, Moves]] = {
    "AdditiveNoise": _NOISE,
    "AdvancedBlur": _BLUR,
    "AutoContrast": _TONE,
    "Blur": _BLUR,
    "CLAHE": _TONE,
    "ChromaticAberration": _NOISE,
    "CoarseDropout": _TONE,
    "ColorJitter": _TONE,
    "Defocus": _BLUR,
    "Downscale": _BLUR,
    "Emboss": {"contrast": Moves(), "acutance": Moves()},
    "Equalize": _TONE,
    "Erasing": _TONE,
    "GaussNoise": _NOISE,
    "GaussianBlur": _BLUR,
    "GlassBlur": _BLUR,
    "GridDropout": _TONE,
    "HueSaturationValue": _LIGHT | _COLOUR,
    "ISONoise": _NOISE,
    "Illumination": _LIGHT,
    "ImageCompression": _NOISE,
    "InvertImg": _LIGHT,
    "MedianBlur": _BLUR,
    "MotionBlur": _BLUR,
    "MultiplicativeNoise": _TONE,
    "PlanckianJitter": _COLOUR,
    "PlasmaBrightnessContrast": _TONE,
    "PlasmaShadow": _LIGHT,
    "Posterize": _NOISE,
    "RGBShift": _LIGHT | _COLOUR,
    "RandomBrightnessContrast": _TONE,
    "RandomFog": _TONE,
    "RandomGamma": _TONE,
    "RandomGravel": _TONE,
    "RandomRain": _TONE,
    "RandomShadow": _LIGHT,
    "RandomSnow": _TONE,
    "RandomSunFlare": _TONE,
    "RandomToneCurve": _TONE,
    "RingingOvershoot": _BLUR,
    "SaltAndPepper": _TONE,
    "Sharpen": {"contrast": Moves(), "acutance": Moves()},
    "ShotNoise": _NOISE,
    "Solarize": _TONE,
    "Spatter": _TONE,
    "ToGray": _COLOUR,
    "ToSepia": _COLOUR,
    "UnsharpMask": {"contrast": Moves(), "acutance": Moves()},
    "ZoomBlur": _BLUR,
}
"""By class and fact. Only by drawing again: what a class draws comes from one seed, so no parameter can be turned."""
