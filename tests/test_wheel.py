"""The wheel: built, installed in a fresh environment, and run where folders of the user's have our packages' names."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.soak import SOAK

PACKAGES = {"cli", "augment", "curate", "baselines", "recipes"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what git would check out."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `burnish` of a fresh environment.

    A soak installs all that the wheel asks for; else it sees what this environment has, which was installed for it.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", *([] if SOAK else ["--without-pip"]), str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *([] if SOAK else ["--no-deps"]), str(wheel)], check=True)
    if not SOAK:
        own = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
        # A path only: the .pth files of the other folder, such as that of an editable install, are not followed.
        Path(own, "there.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder / "bin" / "burnish"


def test_the_wheel_holds_the_house_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {*PACKAGES, "burnish.py"}
    tracked = {path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert tracked <= set(names)
    recipes = {path.relative_to(ROOT).as_posix() for path in (ROOT / "recipes").glob("*.yaml")}
    assert recipes <= set(names)


@pytest.mark.parametrize("python_path", [None, "."], ids=["plain", "PYTHONPATH=."])
def test_it_runs_beside_packages_of_the_same_names(
    installed: Path, tmp_path: Path, picture: Callable[..., Path], python_path: str | None
) -> None:
    for name in ("cli", "augment", "curate"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong package was imported')\n")
    picture(tmp_path / "photos" / "cat" / "a.jpg")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"PYTHONPATH": python_path} if python_path else {}
    scan = subprocess.run(
        [installed, "scan", "photos"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert scan.returncode == 0, scan.stderr
    assert '"label":"cat"' in scan.stdout
    version = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("burnish 0.")


def test_a_package_that_is_already_loaded_is_one_clear_error(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "cli.py").write_text("")
    program = "import sys; sys.path.insert(0, '.'); import cli, burnish"
    python = installed.parent / "python"
    result = subprocess.run([python, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    message = f"burnish: another package 'cli' is already loaded from {tmp_path}/cli.py; unset PYTHONPATH\n"
    assert result.stderr == message
