"""The Python environments: one with what Odoo and its tests need, one with the linters."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from . import paths
from .progress import run, step

VENV = paths.HOME / "venv"
PYTHON = VENV / "bin" / "python"
QUALITY_VENV = paths.HOME / "venv-quality"

# Everything comes as a wheel, since a bare machine has no compiler. These two are published as
# source only; they are pure Python and need none.
PURE_SOURCE = "docopt,ofxparse"


def ensure() -> None:
    """Build the environment for Odoo, unless it is there."""
    pins = "py311" if sys.version_info < (3, 12) else "py313"
    _ensure(VENV, paths.SETUP / f"requirements-{pins}.txt", "Python packages for Odoo")


def ensure_quality() -> None:
    """Build the environment for the linters, which must not disturb Odoo's pins."""
    _ensure(QUALITY_VENV, paths.SETUP / "requirements-quality.txt", "Linters")


def _ensure(venv: Path, requirements: Path, title: str) -> None:
    # A venv holds its own path and that of its Python, hence it cannot be renamed into place.
    marker = paths.Marker(venv.name, requirements, venv, sys.base_prefix, sys.version)
    if marker.is_set() and (venv / "bin" / "python").exists():
        return
    with step(title):
        marker.clear()
        shutil.rmtree(venv, ignore_errors=True)
        base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
        interpreter = base if base.exists() else sys.executable
        run([interpreter, "-m", "venv", venv], "no Python environment; python3-venv is needed")
        run(
            [
                *(venv / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"),
                *("--only-binary", ":all:", "--no-binary", PURE_SOURCE, "-r", requirements),
            ],
            f"pip could not install setup/{requirements.name}; a package index must be reachable",
            log=f"pip-{venv.name}",
        )
        marker.set()


def enter() -> None:
    """Continue this very command inside the environment for Odoo (returns only when inside)."""
    if Path(sys.prefix) != VENV:
        os.execv(PYTHON, [str(PYTHON), *sys.argv])


def link_source(source: Path) -> None:
    """Make `import odoo` find the given source in the environment."""
    purelib = Path(sysconfig.get_path("purelib", vars={"base": VENV, "platbase": VENV}))
    link = purelib / "odoo-source.pth"
    if not link.exists() or link.read_text() != f"{source}\n":
        link.write_text(f"{source}\n")
