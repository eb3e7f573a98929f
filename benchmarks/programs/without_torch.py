"""imagededup's hashes without torch, which it imports for the part that is not measured here."""

import sys
from types import ModuleType

for name, missing in (("imagededup.methods.cnn", "CNN"), ("imagededup.utils.models", "CustomModel")):
    module = ModuleType(name)
    setattr(module, missing, None)
    sys.modules[name] = module

from imagededup.methods import PHash

__all__ = ["PHash"]
