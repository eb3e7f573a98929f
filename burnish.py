"""The front door: finds burnish's own packages whatever else is on the path, and runs the command line.

The packages have everyday names (`cli`, `augment`), so a folder of the user's with such a name may stand earlier on
PYTHONPATH. They are therefore loaded from beside this file, by location and not by name.
"""

import gc
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

PACKAGES = ("curate", "augment", "baselines", "recipes", "cli")


def claim_packages() -> None:
    """Put burnish's packages where imports look first.

    Runs when this module is imported, because worker processes that are spawned import it too before anything else.
    """
    here = Path(__file__).resolve().parent
    for name in PACKAGES:
        loaded = sys.modules.get(name)
        if loaded is not None:
            if here not in Path(getattr(loaded, "__file__", None) or "/").resolve().parents:
                sys.exit(
                    f"burnish: another package '{name}' is already loaded from {loaded.__file__}; unset PYTHONPATH"
                )
            continue
        spec = PathFinder.find_spec(name, [str(here)])
        if spec is None or spec.loader is None:
            sys.exit(f"burnish: its package '{name}' is missing beside {__file__}; install burnish again")
        module = module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


claim_packages()


def main() -> None:
    """Run the command line and end the process with its exit code.

    Modules are cycles of objects that stay to the end: to look through them again and again while they are loaded, and
    once more when Python takes itself apart, is a quarter of the time that a short command takes.
    """
    gc.disable()  # until the command is loaded (`cli.app`)
    try:
        from curate.ground.imports import without_collection

        with without_collection():
            from cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        # While modules are loaded, before the command line can catch it.
        code = 130
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
