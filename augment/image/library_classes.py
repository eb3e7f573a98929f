"""Which of albumentations' classes a recipe can name, and why not the others."""

import os
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from augment.operations.signatures import check_usable
from curate.ground.imports import imported_without

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOXES = "it needs boxes, and samples have none"
_MASK = "it needs a mask, and samples have none"
_OTHERS = "it needs other pictures in memory, which a recipe cannot give"
_FLOATS = "a file has whole pixel values; training code is the place for it"
REFUSED = {
    "AtLeastOneBBoxRandomCrop": _BOXES,
    "BBoxSafeRandomCrop": _BOXES,
    "ConstrainedCoarseDropout": f"{_MASK}; CoarseDropout does not",
    "CropNonEmptyMaskIfExists": _MASK,
    "FDA": _OTHERS,
    "FromFloat": _FLOATS,
    "HistogramMatching": _OTHERS,
    "Lambda": "it needs a function, and recipes hold no code",
    "MaskDropout": _MASK,
    "Mosaic": _OTHERS,
    "Normalize": _FLOATS,
    "OverlayElements": _OTHERS,
    "PixelDistributionAdaptation": _OTHERS,
    "RandomCropNearBBox": _BOXES,
    "RandomSizedBBoxSafeCrop": _BOXES,
    "TextImage": "it needs a font and a text for each picture",
    "ToFloat": _FLOATS,
    "ToRGB": "pictures are RGB here already",
}
"""Classes that cannot be used in a recipe, and why; besides compositions, and those for volumes."""

EXAMPLES: "dict[str, dict[str, object]]" = {
    "CenterCrop": {"height": 64, "width": 64},
    "Crop": {"x_max": 64, "y_max": 64},
    "CropAndPad": {"percent": 0.1},
    "GridElasticDeform": {"num_grid_xy": [4, 4], "magnitude": 10},
    "LongestMaxSize": {"max_size": 256},
    "PadIfNeeded": {"min_height": 256, "min_width": 256},
    "RandomCrop": {"height": 64, "width": 64},
    "RandomResizedCrop": {"size": [64, 64]},
    "RandomSizedCrop": {"min_max_height": [32, 64], "size": [64, 64]},
    "Resize": {"height": 64, "width": 64},
    "SmallestMaxSize": {"max_size": 256},
}
"""The least that a class needs to be told; the others work without a word."""


@cache
def classes() -> dict[str, type]:
    """Return the usable classes by name, sorted."""
    # What needs boxes or masks cannot be told by its base class, so those are listed by name above.
    library = _library()
    found = {name: getattr(library, name) for name in sorted(dir(library)) if name not in REFUSED}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type)
        and issubclass(value, (library.ImageOnlyTransform, library.DualTransform))
        and not issubclass(value, library.Transform3D)
        and value not in {library.ImageOnlyTransform, library.DualTransform}
    }


def check(name: str) -> None:
    """Check that a recipe can name this class.

    Raises:
        ParameterError: There is none of that name, or it cannot be used.
    """
    check_usable(name, classes(), REFUSED, refused, "albumentations", "pictures")


def refused(name: str) -> str:
    """Return why a class that albumentations does have cannot be used; empty for any other name."""
    library = _library()
    found = getattr(library, name, None)
    if isinstance(found, type) and issubclass(found, library.BaseCompose):
        return "recipes have OneOf and SomeOf of their own, which say what they drew; a list in them is done in order"
    if isinstance(found, type) and issubclass(found, library.Transform3D):
        return "it is for volumes"
    return REFUSED.get(name, "")


def missing_package(name: str, parameters: "Mapping[str, object]") -> str:
    """Return the package that a class needs and that is not installed: none does."""
    return ""


@cache
def _library() -> ModuleType:
    from curate.media.opencv import opencv

    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # or the import asks the network
    opencv()  # hold it to one thread
    # With it the library reads compositions from the network, which no recipe does: a sixth of the import, if it is
    # installed.
    with imported_without({"huggingface_hub": None}):
        return import_module("albumentations")
